"""A briefing as a Word file, for offices that must edit it: the same words in the same styles."""

import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime, time

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips
from docx.table import Table
from docx.text.paragraph import Paragraph

from county_portal.briefings.content import Content
from county_portal.briefings.paper import PICTURE, Sheet, sheet_of
from county_portal.core.html_tree import Element, Node, read
from county_portal.files import blob_path
from county_portal.wordpaper import (
    AFTER_BORDERS,
    CENTER,
    HEI,
    KAI,
    LINE,
    RIGHT,
    add_page_numbers,
    element,
    prepare,
    set_apart,
)

SIZES = {"four": 46, "six": 42, "nine": 38, "fourteen": 29, "long": 21}  # pt, as on paper
ROW = {"first": "正文一级", "second": "正文二级", "": "简报正文"}
FONTS = {"first": HEI, "second": KAI, "by": HEI}
WIDTH, BINDING = 8845, "1588"  # twentieths of a point: 156 mm of text, 28 mm before it
THICK, THIN, RED_LINE = "8", "6", "16"  # eighths of a point: 0.35 mm, 0.25 mm, 0.7 mm
WIDEST, HIGHEST = Mm(156), Mm(130)
WIDE_NAME = "276"  # twentieths of a point between the characters of a short name
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def to_docx(content: Content) -> bytes:
    """The briefing as .docx; the same content gives the same bytes."""
    document, sheet = docx.Document(), sheet_of(content)
    prepare(document)
    _name(document, sheet, content)
    _head(document, sheet)
    _contents(document, sheet)
    apart = True  # whether a note has a blank line before it: after the head and another note
    if sheet.note:
        _note(document, sheet.note, apart=apart)
    for block in sheet.blocks:
        if block.kind == "heading":
            document.add_paragraph("".join(block.lines), "一级标题")
        elif block.kind == "note":
            _note(document, block.html, apart=apart)
        else:
            _title(document, block.lines)
            _text(document, block.html)
            _source(document, block.source)
        apart = block.kind == "note"
    _foot(document, sheet)
    add_page_numbers(document)
    return _packed(document)


def _name(document: Document, sheet: Sheet, content: Content) -> None:
    about = document.core_properties
    about.title, about.author, about.language = sheet.title, sheet.office, "zh-CN"
    about.last_modified_by, about.comments, about.revision = sheet.office, "", 1
    day = datetime.combine(content.dated_on, time(), UTC) if content.dated_on else UNDATED
    about.created = about.modified = day


# Head


def _head(document: Document, sheet: Sheet) -> None:
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
    _lines(row, bottom=RED_LINE, colour="E60012")


def _contents(document: Document, sheet: Sheet) -> None:
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
        line = document.add_paragraph(source, "来源")
        line.paragraph_format.right_indent = Pt(31.5)


# Text


def _text(document: Document, html: str, style: str = "") -> None:
    for node in read(html):
        _block(document, node, style)


def _note(document: Document, html: str, *, apart: bool) -> None:
    before = len(document.paragraphs)
    _text(document, html, "按语")
    if apart and len(document.paragraphs) > before:
        document.paragraphs[before].paragraph_format.space_before = Pt(LINE)


def _block(document: Document, node: Node, style: str) -> None:
    if isinstance(node, str):
        document.add_paragraph(node, style or "简报正文")
    elif node.tag in {"ul", "ol"}:
        _list(document, node, style)
    elif node.tag == "table":
        _table(document, node)
    elif node.tag == "blockquote":
        for child in node.children:
            _block(document, child, style)
    else:
        level = ROW[node.attributes.get("class", "")]
        _runs(document.add_paragraph(style=style or level), node.children)


def _list(document: Document, node: Element, style: str) -> None:
    entries = [one for one in node.children if isinstance(one, Element)]
    for number, entry in enumerate(entries, 1):
        line = document.add_paragraph(style=style or "简报正文")
        line.add_run(f"{number}." if node.tag == "ol" else "·")
        for child in entry.children:
            if isinstance(child, Element) and child.tag in {"ul", "ol", "table"}:
                _block(document, child, style)
            else:
                _runs(line, [child])


def _table(document: Document, node: Element) -> None:
    """Every cell in its place; what stretched over several columns or rows stands in the first."""
    rows = [row for row in _elements(node) if row.tag == "tr"]
    widest = max((len(row.children) for row in rows), default=0)
    if not widest:
        return
    table = document.add_table(len(rows), widest, "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    places = table._cells  # asking for a cell by its place makes the whole list anew each time
    for place, row in enumerate(rows):
        for column, cell in enumerate(one for one in row.children if isinstance(one, Element)):
            line = places[place * widest + column].paragraphs[0]
            line.style = document.styles["表头文字" if cell.tag == "th" else "表格文字"]
            _runs(line, cell.children)


def _elements(node: Element) -> list[Element]:
    """The rows of a table, through its groups."""
    found = []
    for child in node.children:
        if isinstance(child, Element):
            found += [child] if child.tag == "tr" else _elements(child)
    return found


def _runs(line: Paragraph, nodes: list[Node], around: tuple[Element, ...] = ()) -> None:
    for node in nodes:
        if isinstance(node, str):
            _run(line, node, around)
        elif node.tag == "br":
            line.add_run().add_break()
        elif node.tag == "img":
            _picture(line, node.attributes["src"].removeprefix(PICTURE))
        else:
            _runs(line, node.children, (*around, node))


def _picture(line: Paragraph, sha256: str) -> None:
    """In the middle, no larger than on paper. A kind that Word does not know is left out."""
    with suppress(UnrecognizedImageError):
        shape = line.add_run().add_picture(str(blob_path(sha256)))
        share = min(1, WIDEST / shape.width, HIGHEST / shape.height)
        shape.width, shape.height = Mm(shape.width.mm * share), Mm(shape.height.mm * share)
        spacing = line.paragraph_format
        spacing.line_spacing_rule = WD_LINE_SPACING.SINGLE
        if not line.text:
            spacing.alignment, spacing.first_line_indent = CENTER, Pt(0)
            for indent in line._p.iter(qn("w:ind")):
                indent.set(qn("w:firstLineChars"), "0")


def _run(line: Paragraph, text: str, around: tuple[Element, ...]) -> None:
    run = line.add_run(text)
    tags = {one.tag for one in around}
    run.bold = True if "strong" in tags else None
    run.italic = True if "em" in tags else None
    run.underline = True if "u" in tags else None
    font = next((FONTS[c] for one in around if (c := one.attributes.get("class")) in FONTS), "")
    if font:
        names = {"ascii": font, "hAnsi": font, "eastAsia": font}
        run._r.get_or_add_rPr().insert(0, element("w:rFonts", **names))


# Foot


def _foot(document: Document, sheet: Sheet) -> None:
    """版记 stands at the lower edge of the text of its page: a table that is tied to it."""
    rows = [f"{head}{who}" for head, who in sheet.foot.lines]
    table = document.add_table(len(rows) + 1, 1)
    _tie_to_the_bottom(table)
    for cell, words in zip(table.columns[0].cells, [*rows, sheet.foot.copies], strict=True):
        cell.width = Twips(WIDTH)
        line = cell.paragraphs[0]
        line.style = document.styles["版记"]
        line.add_run(words)
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Pt(28), Pt(-28)
    line.alignment = RIGHT
    document.add_paragraph(style="落脚")


def _tie_to_the_bottom(table: Table) -> None:
    place = {"horzAnchor": "page", "tblpX": BINDING, "vertAnchor": "margin", "tblpYSpec": "bottom"}
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
            element("w:tblpPr", **place),
            element("w:tblW", w=str(WIDTH), type="dxa"),
            edges,
            element("w:tblLayout", type="fixed"),
            room,
        ]
    )
    table.columns[0].width = Twips(WIDTH)


def _lines(line: Paragraph, *, top: str = "", bottom: str = "", colour: str = "000000") -> None:
    """Lines above and below a paragraph, as thick as given in eighths of a point."""
    borders = element("w:pBdr")
    for side, size in (("top", top), ("bottom", bottom)):
        if size:
            borders.append(element(f"w:{side}", val="single", sz=size, space="1", color=colour))
    line._p.get_or_add_pPr().insert_element_before(borders, *AFTER_BORDERS)


def _packed(document: Document) -> bytes:
    """The file without the moment at which it was packed."""
    made, packed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w") as target:
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(part))
    return packed.getvalue()
