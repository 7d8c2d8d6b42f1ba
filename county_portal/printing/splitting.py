"""From one sheet with several papers to a sheet for each: pages, tags, bookmarks and title.

What small papers share, their style and their fonts, is worked out once when they are set together.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from pikepdf import Array, Pdf

from county_portal.printing.process_pool import Sheets


def split_sheets(sheets: Sheets, titles: Mapping[str, str]) -> Iterator[tuple[str, Sheets]]:
    """Yield each paper of the sheet, by the id of the element that it begins with.

    titles: what each is called, by that id; those that lie on another sheet are passed over. The
    pages carry no number but what they say themselves.
    """
    begin = sorted((sheets.places[name], name) for name in titles if name in sheets.places)
    ends = [place for place, _name in begin[1:]] + [sheets.pages]
    for (first, name), end in zip(begin, ends, strict=True):
        pdf = _only(sheets.pdf, slice(first, end), titles[name])
        yield name, Sheets(pdf, (False,) * (end - first), {})


def _only(pdf: bytes, wanted: slice, title: str) -> bytes:
    """Cut the document down to some of its pages, with nothing of the others."""
    with Pdf.open(BytesIO(pdf)) as book:
        pages: list[Any] = list(book.pages)[wanted]
        places: set[tuple[int, int]] = {page.objgen for page in pages}
        _keep_tags(book.Root.StructTreeRoot, places, {int(page.StructParents) for page in pages})
        with book.open_outline() as tree:
            tree.root[:] = [one for one in tree.root if _target(one) in places]
        if "/Names" in book.Root:
            del book.Root.Names
        del book.pages[wanted.stop :]
        del book.pages[: wanted.start]
        _call(book, title)
        target = BytesIO()
        book.save(target, static_id=True, compress_streams=False)
        return target.getvalue()


def _keep_tags(root: Any, places: set[tuple[int, int]], keys: set[int]) -> None:
    """Drop the tags of what stands on other pages."""
    root.K[0].K = Array([one for one in root.K[0].K if one.Pg.objgen in places])
    numbers: list[Any] = list(root.ParentTree.Nums)
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    root.ParentTree.Nums = Array([one for pair in pairs if int(pair[0]) in keys for one in pair])


def _target(bookmark: Any) -> tuple[int, int]:
    target: tuple[int, int] = bookmark.destination[0].objgen
    return target


def _call(book: Pdf, title: str) -> None:
    with book.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
    book.docinfo["/Title"] = title
