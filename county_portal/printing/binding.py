"""From sheets to one document: pages joined, numbered, tagged, with its data attached.

What is archived must stay PDF/A-3a (ISO 19005-3), so the tags of all sheets become one tree, and a
page number is an artifact with its font embedded.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pikepdf import Array, AttachedFileSpec, Name, Object, ObjectStreamMode, OutlineItem, Page, Pdf

from county_portal.printing.process_pool import Sheets

MM = 72 / 25.4
SIZE = 14  # points: size 4
EM_DASH = "—"
SIGNS = f"{EM_DASH}0123456789"
EDGE = 26 * MM, 28 * MM  # of the text: right margin of odd pages, left margin of even ones
LINE = 28 * MM  # the dashes lie 7 mm below the text, which ends 35 mm above the paper's edge
DASH_RISE = 0.28  # ems from the baseline to the middle of the dash
DATA_NAME = "figures.json"
FOLIO_PAGE = f"""<!doctype html><html lang="zh-CN"><head><title>folio</title><style>
@page {{ size: A4; margin: 0 }} p {{ margin: 0; font: {SIZE}pt "Noto Serif CJK SC" }}
</style></head><body><p>{SIGNS}</p></body></html>"""


@dataclass(frozen=True)
class Folio:
    """What page numbers are drawn with: a font cut down to their signs. widths: ems."""

    pdf: bytes
    codes: dict[str, str]
    widths: dict[str, float]


def folio_of(sheets: Sheets) -> Folio:
    """Read glyphs and widths of page numbers from the page that holds just them (FOLIO_PAGE)."""
    with Pdf.open(BytesIO(sheets.pdf)) as pdf:
        page = pdf.pages[0]
        (font,) = page.Resources.Font.values()
        glyph_codes = b"".join(re.findall(rb"<([0-9a-f]+)>", page.Contents.read_bytes())).decode()
        codes = dict(zip(SIGNS, re.findall("....", glyph_codes), strict=True))
        wide = _widths(font.DescendantFonts[0].W)
        widths = {sign: wide[int(code, 16)] / 1000 for sign, code in codes.items()}
    return Folio(sheets.pdf, codes, widths)


def _widths(table: Any) -> dict[int, float]:
    """Read widths by glyph from the font's `first [width width …]` table."""
    widths: dict[int, float] = {}
    entries = list(table)
    for first, row in zip(entries[::2], entries[1::2], strict=True):
        widths |= {int(first) + place: float(width) for place, width in enumerate(row)}
    return widths


def bind(
    parts: Sequence[Sheets], folio: Folio, *, data: str = "", first: int = 1, about: str = ""
) -> bytes:
    """Bind all parts into one document; the same parts give the same bytes.

    first: the number of the first page; pages before number 1 carry none.
    data: JSON of what the pages say, attached; about: what it is.
    """
    with Pdf.open(BytesIO(parts[0].pdf)) as book:
        marks = _Tags(book)
        start = 0
        outline: list[OutlineItem] = _bookmarks(book, start)
        for part in parts[1:]:
            start = len(book.pages)
            with Pdf.open(BytesIO(part.pdf)) as more:
                outline += _bookmarks(more, start)
                book.pages.extend(more.pages)
                marks.add(book.copy_foreign(more.Root.StructTreeRoot), start)
        if outline:
            with book.open_outline() as tree:
                tree.root[:] = outline
            book.Root.PageMode = Name.UseOutlines
        _number(book, [one for part in parts for one in part.numbered], folio, first)
        if data:
            _attach(book, data, about)
        return _bytes_of(book)


class _Tags:
    """The structure tree of the whole document, to which each further part is added."""

    def __init__(self, book: Pdf) -> None:
        self._book = book
        self._root = book.Root.StructTreeRoot
        self._next = self._free(self._root.ParentTree.Nums)

    @staticmethod
    def _free(numbers: Any) -> int:
        return max((int(one) for one in list(numbers)[::2]), default=-1) + 1

    def add(self, other: Object, start: int) -> None:
        """Add the part's tags after those there are, and move its keys to free numbers."""
        numbers: list[Any] = list(other.ParentTree.Nums)
        for key, kids in zip(numbers[::2], numbers[1::2], strict=True):
            self._root.ParentTree.Nums.extend(Array([int(key) + self._next, kids]))
        for page in self._book.pages[start:]:
            page.StructParents = int(page.StructParents) + self._next
            for note in page.get("/Annots", []):
                if "/StructParent" in note:
                    note.StructParent = int(note.StructParent) + self._next
        document = self._root.K[0]
        for kid in other.K[0].K:
            kid.P = document
            document.K.append(kid)
        self._next = self._free(self._root.ParentTree.Nums)


def _bookmarks(pdf: Pdf, start: int) -> list[OutlineItem]:
    """Read the part's bookmarks, pointed at the pages of the whole."""
    pages: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages)}
    with pdf.open_outline() as tree:
        return [_moved(item, pages, start) for item in tree.root]


def _moved(item: OutlineItem, pages: dict[Any, int], start: int) -> OutlineItem:
    target: Any = item.destination
    left, top = float(target[2]), float(target[3])
    moved = OutlineItem(
        item.title, start + pages[target[0].objgen], "XYZ", left=left, top=top, zoom=0
    )
    moved.children = [_moved(child, pages, start) for child in item.children]
    return moved


def _number(book: Pdf, numbered: Iterable[bool], folio: Folio, first: int) -> None:
    """Print its number on each page that carries one: outside at the foot, between dashes."""
    with Pdf.open(BytesIO(folio.pdf)) as source:
        (local,) = source.pages[0].Resources.Font.values()
        font = book.copy_foreign(local)
    for number, (page, wanted) in enumerate(zip(book.pages, numbered, strict=True), first):
        if wanted and number > 0:
            _stamp(page, number, font, folio)


def _stamp(page: Page, number: int, font: Object, folio: Folio) -> None:
    """Draw the page number as an artifact, which programs that read aloud leave out.

    Source: GB/T 9704-2012, 7.5.
    """
    gap = 0.25
    digits = str(number)
    wide = 2 * folio.widths[EM_DASH] + 2 * gap + sum(folio.widths[one] for one in digits)
    right, left = EDGE
    x = float(page.mediabox[2]) - right - (1 + wide) * SIZE if number % 2 else left + SIZE
    room = round(-gap * 1000)
    glyphs = "".join(f"<{folio.codes[one]}>" for one in digits)
    dash = f"<{folio.codes[EM_DASH]}>"
    fonts = page.Resources.Font
    if "/Folio" not in fonts:
        fonts.Folio = font
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(
        f"\nQ /Artifact <</Type /Pagination>> BDC BT /Folio {SIZE} Tf"
        f" {x:.3f} {LINE - DASH_RISE * SIZE:.3f} Td [{dash}{room}{glyphs}{room}{dash}] TJ"
        " ET EMC\n".encode()
    )


def _attach(book: Pdf, data: str, about: str) -> None:
    """Attach the figures as JSON, so that a machine can check the paper.

    Source: ISO 19005-3, annex E.
    """
    spec = AttachedFileSpec(
        book,
        data.encode(),
        description=about,
        filename=DATA_NAME,
        mime_type="application/json",
        creation_date="",
        mod_date="",
    )
    spec.obj.AFRelationship = Name.Data
    book.attachments[DATA_NAME] = spec
    book.Root.AF = Array([spec.obj])


def _bytes_of(book: Pdf) -> bytes:
    target = BytesIO()
    book.save(
        target, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate, linearize=False
    )
    return target.getvalue()


def page_count(pdf: bytes) -> int:
    with Pdf.open(BytesIO(pdf)) as book:
        return len(book.pages)
