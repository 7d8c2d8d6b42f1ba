"""The circular as a Word document, with the margins and type of official documents.

Source: GB/T 9704-2012 (A4, 37/26/35/28 mm, 16-point text, 22 lines a page).
"""

import zipfile
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from county_portal.reports.circular import Block

TEXT, HEADING, TITLE = "仿宋", "黑体", "方正小标宋简体"
PITCH = Pt(28.95)
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the only day a zip need know


def to_docx(title: str, blocks: Iterable[Block], office: str, made_at: datetime) -> bytes:
    """The text as .docx; the same words give the same bytes."""
    document = Document()
    _set_page(document, title, office, made_at)
    _paragraph(document, title, TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER)
    _paragraph(document, "", TEXT, 16)
    _paragraph(document, "各乡镇人民政府，县政府各部门、各有关单位：", TEXT, 16)
    for block in blocks:
        if block.kind == "table":
            _table(document, block)
        else:
            font = HEADING if block.kind == "heading" else TEXT
            _paragraph(document, block.words, font, 16, indent=True)
    _paragraph(document, "", TEXT, 16)
    day = f"{made_at.year}年{made_at.month}月{made_at.day}日"
    for words in (office, day):
        _paragraph(document, words, TEXT, 16, WD_ALIGN_PARAGRAPH.RIGHT)
    file = BytesIO()
    document.save(file)
    return _timeless(file.getvalue())


def _set_page(document: Any, title: str, office: str, made_at: datetime) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    about = document.core_properties
    moment = made_at.replace(tzinfo=None, microsecond=0)
    about.title, about.author, about.language = title, office, "zh-CN"
    about.created = about.modified = moment
    about.comments = about.last_modified_by = ""


def _paragraph(
    document: Any,
    words: str,
    font: str,
    points: float,
    place: WD_ALIGN_PARAGRAPH | None = None,
    *,
    indent: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    look = paragraph.paragraph_format
    look.line_spacing_rule, look.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    look.space_before = look.space_after = Pt(0)
    if indent:
        look.first_line_indent = Pt(points * 2)
    if place is not None:
        paragraph.alignment = place
    _write(paragraph, words, font, points)


def _write(paragraph: Any, words: str, font: str, points: float) -> None:
    run = paragraph.add_run(words)
    run.font.size, run.font.name = Pt(points), font
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _table(document: Any, block: Block) -> None:
    _paragraph(document, block.words, HEADING, 10.5, WD_ALIGN_PARAGRAPH.CENTER)
    table = document.add_table(rows=1, cols=len(block.heads), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, block.heads, strict=True):
        _write(cell.paragraphs[0], words, HEADING, 10.5)
    for row in block.rows:
        cells = table.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            _write(cell.paragraphs[0], words, TEXT, 10.5)
    for place, column in enumerate(table.columns):
        for cell in column.cells:
            cell.width = Mm(52) if place == 1 else Mm(14.8)


def _timeless(content: bytes) -> bytes:
    """The same document without the moment at which it was packed."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as made, zipfile.ZipFile(file, "w") as packed:
        for name in made.namelist():
            about = zipfile.ZipInfo(name, FIRST_DAY)
            about.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(about, made.read(name))
    return file.getvalue()
