"""The circular as a Word document, with the margins and type of official documents.

Source: GB/T 9704-2012 (A4, 37/26/35/28 mm, 16-point text, 22 lines a page).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from docx import Document
from docx.shared import Mm, Pt

from county_portal.papers.circulars.circular import CircularBlock
from county_portal.printing.official_word import (
    CENTER,
    HEI,
    LEFT,
    LINE,
    RIGHT,
    Look,
    add_page_numbers,
    add_style,
    pack_document,
    prepare_document,
    set_table,
)

RANK, UNIT, TEXT_WIDTH = 13, 56, 156  # mm: the first two columns, and all of them
LOOKS = {
    "主送": Look(align=LEFT),
    "表题": Look(HEI, 12, 20, CENTER, before=4, after=2, keep=True),
    "表头小字": Look(HEI, 10.5, 15, CENTER),
    "表格小字": Look(size=10.5, line=15, align=LEFT),
    "落款": Look(align=RIGHT),
}


def circular_docx(
    title: tuple[str, ...], blocks: Iterable[CircularBlock], office: str, made_at: datetime
) -> bytes:
    """Write the text as .docx, its title in these lines; the same words give the same bytes."""
    document = Document()
    prepare_document(document)
    for name, look in LOOKS.items():
        add_style(document, name, look)
    add_page_numbers(document)
    _describe(document, "".join(title), office, made_at)
    heading = document.add_paragraph(style="简报标题")
    heading.paragraph_format.space_before = Pt(0)
    heading.add_run("\n".join(title))
    document.add_paragraph("各乡镇人民政府，县政府各部门、各有关单位：", "主送")
    for block in blocks:
        if block.kind == "table":
            _table(document, block)
        else:
            style = "一级标题" if block.kind == "heading" else "简报正文"
            document.add_paragraph(block.words, style)
    day = f"{made_at.year}年{made_at.month}月{made_at.day}日"
    for text, before in ((office, LINE), (day, 0)):
        line = document.add_paragraph(text, "落款")
        line.paragraph_format.space_before = Pt(before)
        line.paragraph_format.right_indent = Pt(63)
    return pack_document(document)


def _describe(document: Any, title: str, office: str, made_at: datetime) -> None:
    about = document.core_properties
    moment = made_at.replace(tzinfo=None, microsecond=0)
    about.title, about.author, about.language = title, office, "zh-CN"
    about.created = about.modified = moment
    about.comments = about.last_modified_by = ""


def _table(document: Any, block: CircularBlock) -> None:
    """Set a table as wide as the text; its head stands on each page that it reaches."""
    document.add_paragraph(block.words, "表题")
    wide = [RANK, UNIT, *[(TEXT_WIDTH - RANK - UNIT) / (len(block.heads) - 2)] * len(block.heads)]
    table = document.add_table(rows=0, cols=len(block.heads))
    for row in (block.heads, *block.rows):
        cells = table.add_row().cells
        for index, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = Mm(wide[index])
            line = cell.paragraphs[0]
            line.style = "表头小字" if row is block.heads else "表格小字"
            line.add_run(text)
            if row is not block.heads and index != 1:
                line.alignment = RIGHT
    for column, width in zip(table.columns, wide, strict=False):
        column.width = Mm(width)
    set_table(table, heads=1)
