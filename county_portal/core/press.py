"""WeasyPrint, tamed. Only core/pdf.py loads this module, and not before it prints.

Two things are changed in the engine: it reads nothing but what lies under one
folder, and it sets Chinese lines flush right, which it cannot do by itself.
"""

import gc
import inspect
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import HTML  # noqa: TID251
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

HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
WIDEST = 4  # ems: a line with more room left over than this stays as it is


class Press:
    """One per process. Its fonts are read once; it prints one document at a time."""

    cuts_fonts_fast = harfbuzz_subset is not None

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._free = threading.Lock()
        set_lines_flush()

    def print(self, html: str, folder: Path) -> bytes:
        """The page as a PDF. Relative addresses are files of `folder`; there are no others."""
        with self._free, no_collection():
            page = HTML(string=html, base_url=f"{folder.as_uri()}/", url_fetcher=FilesOf(folder))
            pdf: bytes = page.write_pdf(font_config=self._fonts)
        return pdf

    def families(self) -> frozenset[str]:
        """Every font family this machine can print with, under each of its names."""
        return frozenset(family_names())


class FilesOf(URLFetcher):
    """Reads files under one folder: not the network, not the rest of the disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols={"file"}, allow_redirects=False)
        self._folder = folder.resolve()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        """The file. Raises PermissionError, which leaves a gap on the page, for anything else."""
        parts = urlsplit(url)
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
