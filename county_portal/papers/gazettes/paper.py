"""The gazette on paper: front, texts and index are set apart, then bound under one page count.

The texts come first, because only then is known on which page each begins; the contents are
printed with those numbers. Page 1 is the first page of the first text; the front has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from county_portal.core.errors import Refused
from county_portal.core.html.clean import with_addresses
from county_portal.office.base import files
from county_portal.papers.figures.figures import copy_fields
from county_portal.papers.gazettes import index, words
from county_portal.papers.gazettes.contents import GazettePiece, Paper
from county_portal.printing import pdf
from county_portal.printing.process_pool import Sheets, Watch
from county_portal.published.gazettes import (
    BoundFile,
    ChangeLine,
    ContentsLine,
    GazetteManifest,
    GazetteWords,
    PartLine,
)


@dataclass(frozen=True)
class PrintedGazette:
    """A printed gazette. front: pages before page 1. pages: of the whole document.

    places: the page number at which each text, issue and list begins.
    """

    pdf: bytes
    front: int
    pages: int
    places: dict[str, int]


def to_book(paper: Paper, *, watch: Watch = pdf.nobody) -> PrintedGazette:
    """Return the gazette as a PDF with its contents. Raises Refused, naming what cannot be set."""
    texts = _set("papers/gazettes/texts.html", paper, watch=watch, text_of=_words)
    places = _places(texts)
    end: list[Sheets] = []
    if paper.is_volume:
        places["index"] = _pages(texts) + 1
        end = _set(
            "papers/gazettes/volume_index.html",
            paper,
            pages=places,
            categories=index.by_category(paper),
            numbered=index.by_number(paper),
            titled=index.by_title(paper),
        )
    front = _front(paper, places)
    bound = pdf.bound(
        [*front, *texts, *end],
        attach=said_of(paper, places).text,
        first=1 - _pages(front),
    )
    return PrintedGazette(bound, _pages(front), _pages([*front, *texts, *end]), places)


def _front(paper: Paper, places: dict[str, int]) -> list[Sheets]:
    """Cover and contents: an even number of pages, so that page 1 lies on the right."""
    front = _set("papers/gazettes/front.html", paper, pages=places, padded=False)
    if _pages(front) % 2:
        front = _set("papers/gazettes/front.html", paper, pages=places, padded=True)
    return front


def _set(
    template: str, paper: Paper, *, watch: Watch = pdf.nobody, **context: object
) -> list[Sheets]:
    html = pdf.render_html(template, paper=paper, words=words, **context)
    sheets, left_out = pdf.set_parts(html, pictures=_pictures(paper), watch=watch)
    if left_out:
        titles = {piece.place: piece.title for piece in paper.pieces}
        named = "; ".join(titles.get(name, name) for name in left_out)
        raise Refused("These texts cannot be set, take them out: %(titles)s", titles=named)
    return sheets


def _words(piece: GazettePiece) -> Markup:
    """Return the words of a text, its pictures at their files.

    They were cleaned when they were taken.
    """
    keys = {file.key: file.sha256 for file in piece.files if file.inline}

    def address(key: str) -> str | None:
        return f"picture:{keys[key]}" if key in keys else None

    return Markup(with_addresses(piece.body, address))  # noqa: S704 (clean, see compose)


def _pictures(paper: Paper) -> dict[str, Path]:
    return {
        file.sha256: files.blob_path(file.sha256)
        for piece in paper.pieces
        for file in piece.files
        if file.inline
    }


def _pages(sheets: Sequence[Sheets]) -> int:
    return sum(one.pages for one in sheets)


def _places(sheets: Sequence[Sheets]) -> dict[str, int]:
    """Return the page number of everything that has a mark, counted through all sheets."""
    pages: dict[str, int] = {}
    before = 0
    for sheet in sheets:
        pages |= {name: before + page + 1 for name, page in sheet.places.items()}
        before += sheet.pages
    return pages


# What is signed


def said_of(paper: Paper, places: dict[str, int]) -> GazetteWords:
    """Return what the paper says: without the words of the texts, which have hashes."""
    issues = paper.parts if paper.is_volume else ()
    texts = [piece for part in paper.parts for _, pieces in part.sections for piece in pieces]
    return copy_fields(
        GazetteWords,
        paper,
        form=GazetteWords.newest(),
        contents=tuple(copy_fields(ContentsLine, one, page=places[one.place]) for one in texts),
        changes=tuple(copy_fields(ChangeLine, change) for change in paper.changes),
        parts=tuple(copy_fields(PartLine, one, page=places[one.place]) for one in issues),
    )


def gazette_manifest(paper: Paper, book: PrintedGazette, kept: files.Stored) -> GazetteManifest:
    """Return the manifest: what the paper says, and which bytes it is. Its hash is what is signed.

    kept: the file as it lies there, which bears the office's signature if it has a key.
    """
    name = f"{paper.title.replace('/', '／')}.pdf"  # one part of an address
    file = BoundFile(name, kept.size, kept.sha256, pages=book.pages, front=book.front)
    return GazetteManifest(**vars(said_of(paper, book.places)), pdf=file)
