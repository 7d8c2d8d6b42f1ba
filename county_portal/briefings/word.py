"""A briefing as a Word file, for offices that must edit it: the same words in the same styles."""

import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime, time

import docx
from docx.document import Document
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.image.exceptions import UnrecognizedImageError
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from county_portal.briefings.content import Content
from county_portal.briefings.paper import PICTURE, Sheet, sheet_of
from county_portal.briefings.word_styles import (
    AFTER_BORDERS,
    AFTER_FRAME,
    HEI,
    KAI,
    LEFT,
    RIGHT,
    element,
    prepare,
    set_apart,
)
from county_portal.core.html_tree import Element, Node, read
from county_portal.files import blob_path

SIZES = {"four": 46, "six": 42, "nine": 38, "fourteen": 29, "long": 21}  # pt, as on paper
ROW = {"first": "正文一级", "second": "正文二级", "": "简报正文"}
FONTS = {"first": HEI, "second": KAI, "by": HEI}
WIDTH = "8845"  # of the text, in twentieths of a point: 156 mm
THICK, THIN, RED_LINE = "8", "6", "16"  # eighths of a point: 0.35 mm, 0.25 mm, 0.7 mm
WIDEST = Mm(150)
WIDE_NAME = "276"  # twentieths of a point between the characters of a short name
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def to_docx(content: Content) -> bytes:
    """The briefing as .docx; the same content gives the same bytes."""
    document, sheet = docx.Document(), sheet_of(content)
    prepare(document)
    _name(document, sheet, content)
    _head(document, sheet)
    _contents(document, sheet)
    _text(document, sheet.note, "按语")
    for block in sheet.blocks:
        if block.kind == "heading":
            document.add_paragraph("".join(block.lines), "一级标题")
        elif block.kind == "note":
            _text(document, block.html, "按语")
        else:
            _title(document, block.lines)
            _text(document, block.html)
            _source(document, block.source)
    _foot(document, sheet)
    _numbers(document)
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
    places = table._cells  # asking for a cell by its place makes the whole list anew each time
    for place, row in enumerate(rows):
        for column, cell in enumerate(one for one in row.children if isinstance(one, Element)):
            line = places[place * widest + column].paragraphs[0]
            line.style = document.styles["表格文字"]
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
    """As wide as the text at most. A kind of picture that Word does not know is left out."""
    with suppress(UnrecognizedImageError):
        shape = line.add_run().add_picture(str(blob_path(sha256)))
        if shape.width > WIDEST:
            shape.height = Mm(shape.height.mm * WIDEST / shape.width)
            shape.width = WIDEST
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


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
    """版记 stands at the lower edge of the text."""
    for place, (head, who) in enumerate(sheet.foot.lines):
        line = document.add_paragraph(f"{head}{who}", "版记")
        line.paragraph_format.left_indent = Pt(42)
        line.paragraph_format.right_indent = Pt(14)
        line.paragraph_format.first_line_indent = Pt(-28)
        _lines(line, top=THIN if place else THICK)
        _at_the_bottom(line)
    last = document.add_paragraph(sheet.foot.copies, "版记")
    last.alignment = RIGHT
    last.paragraph_format.right_indent = Pt(14)
    _lines(last, top=THIN if sheet.foot.lines else THICK, bottom=THICK)
    _at_the_bottom(last)


def _at_the_bottom(line: Paragraph) -> None:
    place = {"hAnchor": "margin", "vAnchor": "margin", "xAlign": "center", "yAlign": "bottom"}
    line._p.get_or_add_pPr().insert_element_before(
        element("w:framePr", w=WIDTH, wrap="around", **place), *AFTER_FRAME
    )


def _lines(line: Paragraph, *, top: str = "", bottom: str = "", colour: str = "000000") -> None:
    """Lines above and below a paragraph, as thick as given in eighths of a point."""
    borders = element("w:pBdr")
    for side, size in (("top", top), ("bottom", bottom)):
        if size:
            borders.append(element(f"w:{side}", val="single", sz=size, space="1", color=colour))
    line._p.get_or_add_pPr().insert_element_before(borders, *AFTER_BORDERS)


# Page numbers


def _numbers(document: Document) -> None:
    """— 1 — outside: on the right of odd pages, on the left of even ones."""
    section = document.sections[0]
    for footer, side in ((section.footer, RIGHT), (section.even_page_footer, LEFT)):
        line = footer.paragraphs[0]
        line.style, line.alignment = document.styles["页码"], side
        indent = line.paragraph_format
        indent.left_indent, indent.right_indent = Pt(14), Pt(14)
        line.add_run("— ")
        number = element("w:fldSimple", instr="PAGE")
        number.append(line.add_run("1")._r)
        line._p.append(number)
        line.add_run(" —")


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
