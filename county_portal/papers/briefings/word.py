"""A briefing as a Word file, for offices that must edit it: the same words in the same styles."""

from collections.abc import Collection
from datetime import UTC, datetime, time

import docx
from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt, Twips
from docx.table import Table

from county_portal.papers.briefings.content import Content
from county_portal.papers.briefings.paper import GAP, BriefingSheet, briefing_sheet
from county_portal.papers.briefings.word_text import TEXT, add_word_text
from county_portal.printing.official_word import (
    AFTER_BORDERS,
    LINE,
    RIGHT,
    add_page_numbers,
    element,
    pack_document,
    prepare_document,
    set_apart,
)

SIZES = {"four": 46, "six": 42, "nine": 38, "fourteen": 29, "long": 21}  # pt, as on paper
WIDTH, BINDING = 8845, "1588"  # twentieths of a point: 156 mm of text, 28 mm before it
THICK, THIN, RED_LINE = "8", "6", "16"  # eighths of a point: 0.35 mm, 0.25 mm, 0.7 mm
WIDE_NAME = "276"  # twentieths of a point between the characters of a short name
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def briefing_docx(content: Content, left_out: Collection[str] = ()) -> bytes:
    """Write the briefing as .docx; the same content gives the same bytes.

    left_out: ids of the pieces that are not in the PDF, and not here either.
    """
    document, sheet = docx.Document(), briefing_sheet(content, left_out)
    prepare_document(document)
    _name(document, sheet, content)
    _head(document, sheet)
    _contents(document, sheet)
    apart = True  # whether a note has a blank line before it: after the head and another note
    if sheet.note:
        _note(document, sheet.note, apart=apart)
    for block in sheet.blocks:
        if block.kind == "heading":
            document.add_paragraph("".join(block.lines), "一级标题")
        elif block.kind == GAP:
            document.add_paragraph("".join(block.lines), TEXT)
        elif block.kind == "note":
            _note(document, block.html, apart=apart)
        else:
            _title(document, block.lines)
            add_word_text(document, block.html)
            _source(document, block.source)
        apart = block.kind == "note"
    _foot(document, sheet)
    add_page_numbers(document)
    return pack_document(document)


def _name(document: Document, sheet: BriefingSheet, content: Content) -> None:
    about = document.core_properties
    about.title, about.author, about.language = sheet.title, sheet.office, "zh-CN"
    about.last_modified_by, about.comments, about.revision = sheet.office, "", 1
    day = datetime.combine(content.dated_on, time(), UTC) if content.dated_on else UNDATED
    about.created = about.modified = day


# Head


def _head(document: Document, sheet: BriefingSheet) -> None:
    if sheet.mark:
        document.add_paragraph(sheet.mark, "报头标识")
    name = document.add_paragraph(style="报头").add_run(sheet.name)
    name.font.size = Pt(SIZES[sheet.size])
    if sheet.size == "four":
        set_apart(name._r.get_or_add_rPr(), WIDE_NAME)
    document.add_paragraph(sheet.number, "期号")
    row = document.add_paragraph(style="编发")
    row.paragraph_format.tab_stops.add_tab_stop(Mm(150.5), WD_TAB_ALIGNMENT.RIGHT)
    row.paragraph_format.left_indent = Pt(0)
    row.add_run(f"\u3000{sheet.office}\t{sheet.day}")
    line = element("w:pBdr")
    line.append(element("w:bottom", val="single", sz=RED_LINE, space="1", color="E60012"))
    row._p.get_or_add_pPr().insert_element_before(line, *AFTER_BORDERS)


def _contents(document: Document, sheet: BriefingSheet) -> None:
    if not sheet.contents:
        return
    document.add_paragraph("本期要目", "要目标题")
    for title in sheet.contents:
        document.add_paragraph(f"◇ {title}", "要目")


def _title(document: Document, lines: tuple[str, ...]) -> None:
    title = document.add_paragraph(style="简报标题")
    for number, line in enumerate(lines):
        run = title.add_run(line)
        if number < len(lines) - 1:
            run.add_break()


def _source(document: Document, source: str) -> None:
    if source:
        last = document.paragraphs[-1]
        last.paragraph_format.keep_with_next = True  # the source stands alone on no page
        line = document.add_paragraph(source, "来源")
        line.paragraph_format.right_indent = Pt(31.5)


# Text


def _note(document: Document, html: str, *, apart: bool) -> None:
    before = len(document.paragraphs)
    add_word_text(document, html, "按语")
    if apart and len(document.paragraphs) > before:
        document.paragraphs[before].paragraph_format.space_before = Pt(LINE)


# Foot


def _foot(document: Document, sheet: BriefingSheet) -> None:
    """Set the 版记 at the lower edge of the text of its page: a table that is tied to it."""
    rows = [f"{head}{who}" for head, who in sheet.foot.lines]
    table = document.add_table(len(rows) + 1, 1)
    _tie_to_the_bottom(table)
    for cell, text in zip(table.columns[0].cells, [*rows, sheet.foot.copies], strict=True):
        cell.width = Twips(WIDTH)
        line = cell.paragraphs[0]
        line.style = document.styles["版记"]
        line.add_run(text)
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Pt(28), Pt(-28)
    line.alignment = RIGHT
    document.add_paragraph(style="落脚")


def _tie_to_the_bottom(table: Table) -> None:
    anchor = {"horzAnchor": "page", "tblpX": BINDING, "vertAnchor": "margin", "tblpYSpec": "bottom"}
    edges = element("w:tblBorders")
    for side, size in (("top", THICK), ("bottom", THICK), ("insideH", THIN)):
        edges.append(element(f"w:{side}", val="single", sz=size, space="0", color="000000"))
    room = element("w:tblCellMar")
    for side in ("left", "right"):
        room.append(element(f"w:{side}", w="280", type="dxa"))
    properties = table._tbl.tblPr
    properties.clear()
    properties.extend(
        [
            element("w:tblpPr", **anchor),
            element("w:tblW", w=str(WIDTH), type="dxa"),
            edges,
            element("w:tblLayout", type="fixed"),
            room,
        ]
    )
    table.columns[0].width = Twips(WIDTH)
