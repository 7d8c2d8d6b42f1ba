"""The text of a briefing in Word: paragraphs, lists, tables and pictures, as on paper."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_LINE_SPACING
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from county_portal.core.html.tree import Element, Node, read_html
from county_portal.office.base.files import blob_path
from county_portal.papers.briefings.official_text import first_number
from county_portal.papers.briefings.paper import PICTURE
from county_portal.papers.briefings.word_tables import Spot, grid_of
from county_portal.printing.official_word import CENTER, HEI, KAI, element, set_table

TEXT = "简报正文"
ROW = {"first": "正文一级", "second": "正文二级"}
FONTS = {"first": HEI, "second": KAI, "by": HEI}
WIDEST, HIGHEST = Mm(156), Mm(130)
BESIDE = Mm(2.4)  # of a cell's width, without words
GAP = Pt(4)  # before and after a table
WORDS = frozenset({"p", "h2", "h3", "h4", "pre"})
BLOCKS = WORDS | {"ul", "ol", "table", "blockquote", "hr"}


@dataclass(frozen=True)
class WordPlace:
    """Where words stand: the document, or a cell. style: of its paragraphs; empty: by their level.

    widest: what a picture has for itself.
    """

    into: Document | _Cell
    style: str = ""
    widest: Length = WIDEST


def add_word_text(document: Document, html: str, style: str = "") -> None:
    """Add the words at the end of the document."""
    start = WordPlace(document, style)
    after_table = False
    for node in read_html(html):
        before = len(document.paragraphs) if after_table else 0
        _block(start, node)
        if after_table and not _is(node, "table"):
            _keep_off(document.paragraphs[before:])
        after_table = _is(node, "table")


def _keep_off(lines: Sequence[Paragraph]) -> None:
    """Set what follows a table a little lower."""
    if lines:
        lines[0].paragraph_format.space_before = GAP


def _is(node: Node, *tags: str) -> bool:
    return isinstance(node, Element) and node.tag in tags


def _line(place: WordPlace, style: str = TEXT) -> Paragraph:
    return place.into.add_paragraph(style=place.style or style)


def _block(place: WordPlace, node: Node) -> None:
    if isinstance(node, str):
        _line(place).add_run(node)
    elif node.tag in {"ul", "ol"}:
        _list(place, node)
    elif node.tag == "table":
        _table(place, node)
    elif node.tag == "blockquote":
        for child in node.children:
            _block(place, child)
    else:
        level = ROW.get(node.attributes.get("class", ""), TEXT)
        _runs(place, _line(place, level), node.children)


def _list(place: WordPlace, node: Element) -> None:
    """Set every entry on a line of its own, and so each paragraph in it."""
    entries = [one for one in node.children if isinstance(one, Element)]
    for number, entry in enumerate(entries, first_number(node)):
        line = _line(place)
        line.add_run(f"{number}." if node.tag == "ol" else "·")
        _fill(place, line, entry.children)


def _fill(place: WordPlace, line: Paragraph, nodes: Sequence[Node]) -> None:
    """Set what an entry or a cell holds: its first words in `line`, each further block below."""
    going_on: Paragraph | None = line
    for number, node in enumerate(nodes):
        if not _is(node, *BLOCKS):
            going_on = going_on or _line(place)
            _runs(place, going_on, [node])
            continue
        if number == 0 and isinstance(node, Element) and node.tag in WORDS:
            _runs(place, line, node.children)
        else:
            _block(place, node)
        going_on = None


# Tables


def _table(place: WordPlace, node: Element) -> None:
    """Set every cell in its place, over as many columns and rows as on paper; its name above."""
    caption = next((one for one in node.children if _is(one, "caption")), None)
    grid = grid_of(node)
    if isinstance(caption, Element):
        _runs(place, _line(place, "表名"), caption.children)
    if not grid.columns:
        return
    table = place.into.add_table(grid.rows, grid.columns)
    set_table(table, heads=grid.heads)
    cells = table._cells  # asking for a cell by its place makes the whole list anew each time
    for spot in grid.spots:
        _cell(place, cells, grid.columns, spot)
    for line in table._tbl.iter(qn("w:p")):  # in places without a cell: no higher than the others
        if line.style is None:
            Paragraph(line, table).style = "表格文字"


def _cell(place: WordPlace, cells: Sequence[_Cell], columns: int, spot: Spot) -> None:
    cell = cells[spot.row * columns + spot.column]
    last = cells[(spot.below - 1) * columns + spot.after - 1]
    if last is not cell:
        cell = cell.merge(last)
    style = "表头文字" if spot.cell.tag == "th" else "表格文字"
    share = (spot.after - spot.column) / columns
    inside = replace(
        place, into=cell, style=style, widest=Length(round(place.widest * share) - BESIDE)
    )
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    line = cell.paragraphs[0]
    line.style = style
    _fill(inside, line, spot.cell.children)
    if not line._p.r_lst and len(cell.paragraphs) > 1:
        line._p.getparent().remove(line._p)


# Words and pictures


def _runs(
    place: WordPlace, line: Paragraph, nodes: Sequence[Node], around: tuple[Element, ...] = ()
) -> None:
    for node in nodes:
        if isinstance(node, str):
            _run(line, node, around)
        elif node.tag == "br":
            line.add_run().add_break()
        elif node.tag == "img":
            _picture(place, line, node.attributes["src"].removeprefix(PICTURE))
        else:
            _runs(place, line, node.children, (*around, node))


def _picture(place: WordPlace, line: Paragraph, sha256: str) -> None:
    """Add a picture no larger than on paper; in the middle, unless words stand in its line.

    A kind that Word does not know is left out.
    """
    with suppress(UnrecognizedImageError):
        shape = line.add_run().add_picture(str(blob_path(sha256)))
        share = min(1, place.widest / shape.width, HIGHEST / shape.height)
        shape.width, shape.height = Mm(shape.width.mm * share), Mm(shape.height.mm * share)
        for side in "TBLR":  # without a word of it, some programs leave 3 mm beside
            shape._inline.set(f"dist{side}", "0")
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
