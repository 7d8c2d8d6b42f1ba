"""WeasyPrint, tamed: the program of a press process.

core/typesetters.py starts it by its path and talks to it over a socket; nothing else loads it, and
it loads nothing else of ours. Three things are changed in the engine: it reads nothing but what it
is given, it sets Chinese lines flush right, and it sets rare characters from another face.
"""

import gc
import inspect
import json
import logging
import os
import re
import resource
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import cssselect2
import lxml.etree
import lxml.html
from fontTools.ttLib import TTFont
from weasyprint import HTML  # noqa: TID251
from weasyprint import document as engine  # noqa: TID251
from weasyprint.formatting_structure.boxes import (  # noqa: TID251
    InlineBox,
    LineBox,
    TextBox,
)
from weasyprint.layout import inline  # noqa: TID251
from weasyprint.text.ffi import ffi, fontconfig, harfbuzz_subset  # noqa: TID251
from weasyprint.text.fonts import FontConfiguration  # noqa: TID251
from weasyprint.text.line_break import create_layout  # noqa: TID251
from weasyprint.urls import URLFetcher  # noqa: TID251

log = logging.getLogger(__name__)

VARIANT = "pdf/a-3a"  # archival, tagged, with data attached; ISO 19005-3
OPTIONS = {"pdf_variant": VARIANT, "pdf_identifier": False, "uncompressed_pdf": True}
"""Whoever binds the sheets compresses them, once, and gives the identifier."""
UNNUMBERED = frozenset({"one", "quiet"})  # named pages that carry no page number
HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
RARE = re.compile("[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
WIDEST = 4  # ems: a line with more room left over than this stays as it is
PHRASES = frozenset({"style", "script", "title"})  # whose words are not set
MEMORY_BYTES = 2**31
IDLE_SECONDS = 600
POLITE = 10  # whoever waits for a page comes first
KNOCK = 0.4  # seconds between two signs of life

Tell = Callable[[str, int], None]


def silent(_stage: str, _page: int) -> None:
    """Progress that nobody watches."""


class Press:
    """One per process. Its fonts are read once; it sets one document at a time."""

    cuts_fonts_fast = harfbuzz_subset is not None

    def __init__(self, face: Path | None = None) -> None:
        """face: the font of the text; Han characters it lacks are set from another."""
        self._fonts = FontConfiguration()
        self._known = characters_of(face) if face else None
        set_lines_flush()

    def set(
        self, html: str, folder: Path, pictures: dict[str, str] | None = None, tell: Tell = silent
    ) -> tuple[dict[str, Any], bytes]:
        """What is to be known of the pages, and the pages as a PDF.

        Relative addresses are files of `folder`, `picture:` ones those given; there are no others.
        """
        with no_collection(), pages_told(tell):
            reader = FilesOf(folder, pictures or {})
            source = Source(tree_of(html, self._known), folder, reader)
            document = source.render(font_config=self._fonts, **OPTIONS)
            facts = facts_of(document)
            pdf: bytes = document.write_pdf(**OPTIONS)
        return facts, pdf

    def families(self) -> frozenset[str]:
        """Every font family this machine can print with, under each of its names."""
        return frozenset(family_names())


class Source(HTML):
    """A page that was parsed outside the engine, whose own parser takes a tenth of the time."""

    def __init__(self, tree: ET.Element, folder: Path, reader: URLFetcher) -> None:
        self.base_url = f"{folder.as_uri()}/"
        self.url_fetcher = reader
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


def tree_of(html: str, known: frozenset[int] | None) -> ET.Element:
    """The page as elements; what the text's face lacks stands in `<span class="rare">`."""
    parser = lxml.html.HTMLParser(huge_tree=True)
    parsed = lxml.html.document_fromstring(html, parser=parser)
    if any("Excessive depth" in error.message for error in parser.error_log):
        raise ValueError("too many elements inside one another")
    for comment in parsed.xpath("//comment() | //processing-instruction()"):
        comment.drop_tree()
    for picture in parsed.iter("svg"):
        if "viewbox" in picture.attrib:  # HTML knows no capitals
            picture.set("viewBox", picture.attrib.pop("viewbox"))
    tree = ET.fromstring(lxml.etree.tostring(parsed, encoding="unicode"))  # noqa: S314  (ours)
    if known is not None:
        mark_rare(tree, known)
    return tree


def mark_rare(tree: ET.Element, known: frozenset[int]) -> None:
    parents = [one for one in tree.iter() if one.tag not in PHRASES]
    for parent in parents:
        if parent.text and is_rare(parent.text, known):
            parent.text, spans = pieces_of(parent.text, known)
            parent[0:0] = spans
        for child in list(parent):
            if child.tail and child.get("class") != "rare" and is_rare(child.tail, known):
                child.tail, spans = pieces_of(child.tail, known)
                place = list(parent).index(child) + 1
                parent[place:place] = spans


def is_rare(text: str, known: frozenset[int]) -> bool:
    return any(ord(sign) not in known and RARE.match(sign) for sign in set(text))


def pieces_of(text: str, known: frozenset[int]) -> tuple[str, list[ET.Element]]:
    """The text before the first rare character, and each of them with the text behind it."""
    before, spans = "", []
    for sign in text:
        if ord(sign) not in known and RARE.match(sign):
            span = ET.Element("span", {"class": "rare"})
            span.text, span.tail = sign, ""
            spans.append(span)
        elif spans:
            spans[-1].tail = (spans[-1].tail or "") + sign
        else:
            before += sign
    return before, spans


def characters_of(face: Path) -> frozenset[int]:
    """The code points a font has a picture of."""
    with TTFont(face, lazy=True) as font:
        return frozenset(font.getBestCmap())


def facts_of(document: Any) -> dict[str, Any]:
    """How many pages, which of them carry a number, and on which each named place lies."""
    kinds = [page._page_box.page_type for page in document.pages]
    places: dict[str, int] = {}
    for number, page in enumerate(document.pages):
        for name in page.anchors:
            places.setdefault(name, number)
    numbered = [not kind.blank and kind.name not in UNNUMBERED for kind in kinds]
    return {"numbered": numbered, "places": places}


class FilesOf(URLFetcher):
    """Reads files under one folder and the pictures that were given, and nothing else."""

    def __init__(self, folder: Path, pictures: dict[str, str] | None = None) -> None:
        super().__init__(allowed_protocols={"file"}, allow_redirects=False)
        self._folder = folder.resolve()
        self._pictures = pictures or {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        """The file. Raises PermissionError, which leaves a gap on the page, for anything else."""
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
    """Without the search for unused objects: it finds nothing and costs a fifth of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class Listener(logging.Handler):
    """Hears from the engine's own log which page it lays out."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        if "layout - Page" in str(record.msg):
            self._tell("layout", int(record.getMessage().rsplit(" ", 1)[-1]))


@contextmanager
def pages_told(tell: Tell) -> Iterator[None]:
    """Each page is told when it is laid out and when it is painted."""
    listener, progress = Listener(tell), logging.getLogger("weasyprint.progress")
    paint, painted = engine.Page.paint, iter(range(1, 10**6))

    def paint_and_tell(page: Any, stream: Any, scale: float = 1) -> None:
        tell("paint", next(painted))
        paint(page, stream, scale)

    level = progress.level
    progress.addHandler(listener)
    progress.setLevel(logging.INFO)
    engine.Page.paint = paint_and_tell
    try:
        yield
    finally:
        engine.Page.paint = paint
        progress.setLevel(level)
        progress.removeHandler(listener)


def family_names() -> Iterator[str]:
    """What fontconfig knows, name by name."""
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


# The process: an order comes, pages go


def main() -> None:
    """Set what comes over the socket whose number is the first argument, until it is closed."""
    link = Connection(int(sys.argv[1]))
    face = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(POLITE)
    press = Press(face)
    hello = {"families": sorted(press.families()), "fast": Press.cuts_fonts_fast}
    gc.freeze()
    with suppress(EOFError, OSError):
        send(link, "hello", hello)
        while link.poll(IDLE_SECONDS):
            serve(press, link, link.recv_bytes())


def serve(press: Press, link: Connection, order: bytes) -> None:
    wanted, _, html = order.partition(b"\n")
    about = json.loads(wanted)
    try:
        facts, pdf = press.set(
            html.decode(), Path(about["folder"]), about["pictures"], teller(link)
        )
    except Exception as fault:  # noqa: BLE001  (whatever it is, the next order is served)
        send(link, "fault", {"what": f"{type(fault).__name__}: {fault}"[:500]})
    else:
        send(link, "pages", facts, pdf)
    gc.collect()


def send(link: Connection, kind: str, facts: dict[str, Any], pdf: bytes = b"") -> None:
    link.send_bytes(json.dumps({"kind": kind, **facts}).encode() + b"\n" + pdf)


def teller(link: Connection) -> Tell:
    """Tells of pages, not more often than anybody looks."""
    last = 0.0

    def tell(stage: str, page: int) -> None:
        nonlocal last
        now = os.times().elapsed
        if now - last >= KNOCK:
            last = now
            send(link, "page", {"stage": stage, "page": page})

    return tell


# Chinese lines, flush right

stretch_spaces = inline.justify_line
LAYOUT = "text style context max_width justification_spacing"


def set_lines_flush() -> None:
    """Make the engine spread Chinese lines over their width.

    It is done inside the engine; where that has changed its shape, lines stay ragged.
    """
    if takes(stretch_spaces, "context line extra_width") and takes(create_layout, LAYOUT):
        inline.justify_line = justify_line
    else:
        log.warning("this WeasyPrint sets Chinese lines ragged")


def takes(function: Callable[..., Any], names: str) -> bool:
    return " ".join(inspect.signature(function).parameters) == names


def justify_line(context: Any, line: Any, extra_width: float) -> None:
    """Spread a justified line: between all characters if it holds Chinese, else between words."""
    texts = [box for box in texts_of(line) if box.text.strip()]
    if not any(HAN.search(box.text) for box in texts):
        stretch_spaces(context, line, extra_width)
        return
    gaps = sum(len(box.text) for box in texts) - 1
    if gaps > 0 and 0 < extra_width < WIDEST * line.style["font_size"]:
        spread(context, line, 0, (extra_width / gaps, texts[-1]))


def texts_of(box: Any) -> Iterator[Any]:
    """The pieces of text on a line, from left to right."""
    if isinstance(box, TextBox):
        yield box
    elif isinstance(box, LineBox | InlineBox):
        for child in in_flow(box):
            yield from texts_of(child)


def in_flow(box: Any) -> list[Any]:
    return [child for child in box.children if child.is_in_normal_flow()]


def spread(context: Any, box: Any, shift: float, gap: tuple[float, Any]) -> float:
    """Move the box right by `shift` and widen its text; how far what follows it must move.

    gap: the room behind each character, and the piece of text whose last one gets none.
    """
    if isinstance(box, TextBox):
        box.position_x += shift
        return shift + widen(context, box, *gap)
    if not isinstance(box, LineBox | InlineBox):
        box.translate(shift, 0)
        return shift
    box.position_x += shift
    end = shift
    for child in in_flow(box):
        end = spread(context, child, end, gap)
    box.width += end - shift
    return end


def widen(context: Any, box: Any, room: float, last: Any) -> float:
    """Put `room` behind each character of a piece of text; how much wider it is now."""
    if not box.text.strip():
        return 0
    normal = box.style["letter_spacing"]
    box.style = box.style.copy()
    box.style["letter_spacing"] = room + (0 if normal == "normal" else normal)
    box.pango_layout = create_layout(box.text, box.style, context, None, 0)
    box.pango_layout.deactivate()
    wider = room * (len(box.text) - (box is last))
    box.width += wider
    return wider


if __name__ == "__main__":
    main()
