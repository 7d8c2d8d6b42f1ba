"""Checks a document against what archival form and readers aloud need, however it was set.

Source: ISO 19005-3 (PDF/A-3a), 6.2.11, 6.6, 6.7 and 6.8; ISO 32000-1, 14.7 and 14.8.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pikepdf import Dictionary, Name, Page, Pdf, parse_content_stream

SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def faults_of(content: bytes) -> list[str]:
    """List what the document lacks. Empty: it is archival, tagged, and its tags are whole."""
    with Pdf.open(BytesIO(content)) as book:
        checks = (_form, _colours, _fonts, _attachments, _tree, _pages)
        return [fault for check in checks for fault in check(book)]


def _form(book: Pdf) -> Iterator[str]:
    """It says what it is, in which language, and what it is called."""
    said = book.open_metadata()
    if said.pdfa_status != "3A":
        yield f"it calls itself PDF/A {said.pdfa_status!r}"
    if not book.Root.get("/MarkInfo", Dictionary()).get("/Marked", False):
        yield "it does not say that it is tagged"
    if not book.Root.get("/Lang"):
        yield "no language"
    if not book.docinfo.get("/Title") or str(book.docinfo.Title) != said.get("dc:title"):
        yield "no title, or two"
    if book.is_encrypted or "/ID" not in book.trailer:
        yield "encrypted, or without an identifier"


def _colours(book: Pdf) -> Iterator[str]:
    """It says by a profile what its colours are."""
    if not any("/DestOutputProfile" in one for one in book.Root.get("/OutputIntents", [])):
        yield "no profile of colours"


def _fonts(book: Pdf) -> Iterator[str]:
    """Each font is in the file, and says which characters its glyphs show."""
    for one in book.objects:
        if not isinstance(one, Dictionary) or one.get("/Type") != Name.Font:
            continue
        if "/FontDescriptor" in one and not any(kind in one.FontDescriptor for kind in FONT_FILES):
            yield f"{one.BaseFont} is not in the file"
        if one.get("/Subtype") == Name.Type0 and "/ToUnicode" not in one:
            yield f"{one.BaseFont} does not tell its characters"


def _attachments(book: Pdf) -> Iterator[str]:
    """Each attached file says what it is to the document."""
    related = {one.objgen for one in book.Root.get("/AF", [])}
    for name, spec in book.attachments.items():
        if spec.obj.objgen not in related or "/AFRelationship" not in spec.obj:
            yield f"what {name} is to the document is not told"


def _tree(book: Pdf) -> Iterator[str]:
    """The keys of the tree are in order, and each of its elements lies where it says."""
    root = book.Root.get("/StructTreeRoot")
    if root is None:
        yield "no tags"
        return
    keys = [int(key) for key in list(root.ParentTree.Nums)[::2]]
    if keys != sorted(set(keys)):
        yield "keys of the tags are not in order, or twice"
    for above, element in elements_below(root):
        if element.P.objgen != above.objgen:
            yield f"{element.S} lies in another element than it says"


def elements_below(above: Any) -> Iterator[tuple[Any, Any]]:
    """Walk through the elements of the tree, each with the one it lies in."""
    for kid in kids_of(above):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield above, kid
            yield from elements_below(kid)


def kids_of(element: Any) -> list[Any]:
    """Return what lies in an element: elements, links, and numbers of marked content."""
    kids = element.get("/K", [])
    return [kids] if isinstance(kids, Dictionary | int) else list(kids)


def _pages(book: Pdf) -> Iterator[str]:
    """All that is drawn on a page is either beside the text or known to an element of the tree."""
    root = book.Root.get("/StructTreeRoot")
    numbers = list(root.ParentTree.Nums) if root is not None else []
    owners = {int(key): one for key, one in zip(numbers[::2], numbers[1::2], strict=True)}
    reached = {one.objgen for _above, one in elements_below(root)} if root is not None else set()
    for place, page in enumerate(book.pages, 1):
        of_page = list(owners.get(int(page.obj.get("/StructParents", -1)), []))
        for fault in [*_content(page, of_page, reached), *_links(page, owners, reached)]:
            yield f"page {place}: {fault}"


def _content(page: Page, owners: list[Any], reached: set[tuple[int, int]]) -> Iterator[str]:
    """Each piece of the page has its element, which has it."""
    open_pieces: list[int | None] = []
    for step in parse_content_stream(page):
        operator = str(step.operator)
        if operator in {"BDC", "BMC"}:
            about = step.operands[1] if operator == "BDC" else Dictionary()
            open_pieces.append(int(about.MCID) if "/MCID" in about else None)
            if open_pieces[-1] is not None:
                yield from _piece(page, open_pieces[-1], owners, reached)
        elif operator == "EMC":
            open_pieces.pop()
        elif operator in SHOWS_TEXT and not open_pieces:
            yield "words without a tag"


def _piece(
    page: Page, number: int, owners: list[Any], reached: set[tuple[int, int]]
) -> Iterator[str]:
    """The piece of that number has an element of this page in the tree."""
    if number >= len(owners):
        yield f"piece {number} has no element"
        return
    owner = owners[number]
    if owner.objgen not in reached:
        yield f"the element of piece {number} is not in the tree"
    if owner.Pg.objgen != page.obj.objgen or number not in kids_of(owner):
        yield f"the element of piece {number} does not know it"


def _links(page: Page, owners: dict[int, Any], reached: set[tuple[int, int]]) -> Iterator[str]:
    """Each link has its element and is printed with the page."""
    for note in page.obj.get("/Annots", []):
        owner = owners.get(int(note.get("/StructParent", -1)))
        if owner is None or owner.objgen not in reached:
            yield "a link without an element"
        if not int(note.get("/F", 0)) & 4:
            yield "a link that is not printed"
