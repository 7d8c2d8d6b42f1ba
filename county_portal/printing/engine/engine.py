"""The engine and what is changed in it."""

import gc
import logging
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.etree
import lxml.html
from weasyprint.formatting_structure.boxes import ReplacedBox, TextBox
from weasyprint.text.ffi import ffi, fontconfig
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from .known_versions import why_plain
from .lines import set_lines_flush
from .plain import PlainEngine, Tell, silent
from .rare import characters_of, mark_rare

log = logging.getLogger(__name__)

VARIANT = "pdf/a-3a"  # archival, tagged, with data attached; ISO 19005-3
OPTIONS = {"pdf_variant": VARIANT, "pdf_identifier": False, "uncompressed_pdf": True}
"""Whoever binds the sheets compresses them, once, and gives the identifier."""
UNNUMBERED = frozenset({"one", "quiet"})  # named pages that carry no page number


class Press:
    """One per process. Its fonts are read once; it sets one document at a time.

    plain: why it takes the engine's own way; empty where it takes the shortcuts.
    """

    def __init__(self, face: Path | None = None, plain: str | None = None) -> None:
        """Prepare the engine. face: the font of the text; another sets Han characters it lacks."""
        self.plain = why_plain() if plain is None else plain
        self._fonts = FontConfiguration()
        self._known = characters_of(face) if face else None
        set_lines_flush()
        self._way = PlainEngine() if self.plain else quick_engine()

    def set(
        self, html: str, folder: Path, pictures: dict[str, str] | None = None, tell: Tell = silent
    ) -> tuple[dict[str, Any], bytes]:
        """Set the page. Return the facts of its sheets (`facts_of`), and the PDF.

        Relative addresses are files of `folder`, `picture:` ones those given; there are no others.
        """
        with no_collection(), self._way.told(tell):
            reader = FilesOf(folder, pictures or {})
            source = self._way.source(tree_of(html, self._known), folder, reader)
            document = source.render(font_config=self._fonts, **OPTIONS)
            facts = facts_of(document, spared=spare_odd(document))
            pdf: bytes = document.write_pdf(finisher=self._way.finish, **OPTIONS)
        return facts, pdf

    def families(self) -> frozenset[str]:
        """Collect every font family this machine can print with, under each of its names."""
        return frozenset(family_names())


def quick_engine() -> PlainEngine:
    """Load and take the shortcuts, which look for what only the version they were made for has."""
    from .optimisations import take_all

    return take_all()


def tree_of(html: str, known: frozenset[int] | None) -> ET.Element:
    """Parse the page into elements; what the text's face lacks goes into `<span class="rare">`."""
    parser = lxml.html.HTMLParser(huge_tree=True)
    parsed = lxml.html.document_fromstring(html, parser=parser)
    if any("Excessive depth" in error.message for error in parser.error_log):
        raise ValueError("too many elements inside one another")
    for comment in parsed.xpath("//comment() | //processing-instruction()"):
        comment.drop_tree()
    for picture in parsed.iter("svg"):
        if "viewbox" in picture.attrib:  # HTML knows no capitals
            picture.set("viewBox", picture.attrib.pop("viewbox"))
    for entries in parsed.xpath("//ol[@start]"):
        first = entries.get("start")
        if re.fullmatch("[0-9]{1,4}", first):  # the engine begins with 1
            entries.set("style", f"counter-reset: list-item {int(first) - 1}")
    tree = ET.fromstring(lxml.etree.tostring(parsed, encoding="unicode"))  # noqa: S314  (ours)
    if known is not None:
        mark_rare(tree, known)
    return tree


def spare_odd(document: Any) -> bool:
    """Take what is marked `data-even` off the last page if that is odd. Tell whether any was.

    It may stand on an even page only.
    """
    last = document.pages[-1]._page_box
    return bool(len(document.pages) % 2 and [box for box in [*last.descendants()] if emptied(box)])


def emptied(box: Any) -> bool:
    """Take the children marked `data-even` out of the box. Tell whether there were any."""
    before = list(box.children)
    box.children = [
        child
        for child in before
        if child.element is None or "data-even" not in child.element.attrib
    ]
    return len(box.children) < len(before)


def is_bare_page(page: Any) -> bool:
    """Tell whether the page has no text or picture that is seen."""
    return not any(
        isinstance(box, TextBox | ReplacedBox) and box.style["visibility"] == "visible"
        for box in page._page_box.descendants(placeholders=True)
    )


def facts_of(document: Any, *, spared: bool = False) -> dict[str, Any]:
    """Find out which pages carry a number, and on which page, from 0, each named place lies.

    spared: whether something is missing on the last page that may stand on an even one only.
    """
    kinds = [page._page_box.page_type for page in document.pages]
    places: dict[str, int] = {}
    for number, page in enumerate(document.pages):
        for name in page.anchors:
            places.setdefault(name, number)
    numbered = [not kind.blank and kind.name not in UNNUMBERED for kind in kinds]
    numbered[-1] &= not (spared and is_bare_page(document.pages[-1]))
    return {"numbered": numbered, "places": places, "spared": spared}


class FilesOf(URLFetcher):
    """Reads files under one folder and the pictures that were given, and nothing else."""

    def __init__(self, folder: Path, pictures: dict[str, str] | None = None) -> None:
        super().__init__(allowed_protocols={"file"}, allow_redirects=False)
        self._folder = folder.resolve()
        self._pictures = pictures or {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        """Fetch a file of the folder, or a picture that was given.

        Raises PermissionError, which leaves a gap on the page, for anything else.
        """
        parts = urlsplit(url)
        if parts.scheme == "picture" and parts.path in self._pictures:
            return super().fetch(Path(self._pictures[parts.path]).as_uri(), headers)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(self._folder):
            log.warning("a page wanted to print %r, which is no file of ours", url)
            raise PermissionError(url)
        return super().fetch(path.as_uri(), headers)


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold off the search for unused objects: it finds nothing and costs a fifth of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def family_names() -> Iterator[str]:
    """Yield the names of all font families fontconfig knows; a font may have several."""
    configuration = fontconfig.FcInitLoadConfigAndFonts()
    fonts = fontconfig.FcConfigGetFonts(configuration, 0)  # 0: those of the system
    name = ffi.new("FcChar8 **")
    try:
        for number in range(fonts.nfont):
            nth = 0
            while not fontconfig.FcPatternGetString(fonts.fonts[number], b"family", nth, name):
                yield ffi.string(name[0]).decode()
                nth += 1
    finally:
        fontconfig.FcConfigDestroy(configuration)
