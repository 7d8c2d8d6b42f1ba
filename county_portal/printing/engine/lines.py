"""Chinese lines, flush right."""

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from weasyprint.draw import text as drawing
from weasyprint.formatting_structure.boxes import InlineBox, LineBox, TextBox
from weasyprint.layout import inline

log = logging.getLogger(__name__)

HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
PICTURES = re.compile("[\ufe0f\U0001f000-\U0001faff]")  # signs that may be drawn as pictures
WIDEST = 4  # ems: a line with more room left over than this stays as it is

stretch_spaces = inline.justify_line
draw_evenly = drawing.draw_first_line
DRAWING = "stream textbox text_overflow block_ellipsis matrix"


def set_lines_flush() -> None:
    """Make the engine spread Chinese lines over their width.

    It is done inside the engine; where that has changed its shape, lines stay ragged.
    """
    if takes(stretch_spaces, "context line extra_width") and takes(draw_evenly, DRAWING):
        inline.justify_line = justify_line
        drawing.draw_first_line = draw_spaced_line
    else:
        log.warning("this WeasyPrint sets Chinese lines ragged")


def takes(function: Callable[..., Any], names: str) -> bool:
    return " ".join(inspect.signature(function).parameters) == names


def justify_line(context: Any, line: Any, extra_width: float) -> None:
    """Spread a justified line: between all characters if it holds Chinese, else between words.

    A picture among the signs would stay where it was, so its line is left as it is.
    """
    texts = [box for box in texts_on_line(line) if box.text.strip()]
    if any(PICTURES.search(box.text) for box in texts):
        return
    if not any(HAN.search(box.text) for box in texts):
        stretch_spaces(context, line, extra_width)
        return
    gaps = sum(len(box.text) for box in texts) - 1
    if gaps > 0 and 0 < extra_width < WIDEST * line.style["font_size"]:
        spread(line, 0, (extra_width / gaps, texts[-1]))


def texts_on_line(box: Any) -> Iterator[Any]:
    """Yield the pieces of text on a line, from left to right."""
    if isinstance(box, TextBox):
        yield box
    elif isinstance(box, LineBox | InlineBox):
        for child in in_flow(box):
            yield from texts_on_line(child)


def in_flow(box: Any) -> list[Any]:
    return [child for child in box.children if child.is_in_normal_flow()]


def spread(box: Any, shift: float, gap: tuple[float, Any]) -> float:
    """Move the box right by `shift`, widen its text. Return how far what follows must move.

    gap: the room behind each character, and the piece of text whose last one gets none.
    """
    if isinstance(box, TextBox):
        box.position_x += shift
        return shift + widen(box, *gap)
    if not isinstance(box, LineBox | InlineBox):
        box.translate(shift, 0)
        return shift
    box.position_x += shift
    end = shift
    for child in in_flow(box):
        end = spread(child, end, gap)
    box.width += end - shift
    return end


def widen(box: Any, room: float, last: Any) -> float:
    """Put `room` behind each character of a piece of text. Return how much wider it is now."""
    if not box.text.strip():
        return 0
    box.room = room
    wider = room * (len(box.text) - (box is last))
    box.width += wider
    return wider


def draw_spaced_line(stream: Any, box: Any, overflow: str, ellipsis: Any, matrix: Any) -> Any:
    """Draw a piece of text with the room its characters were given."""
    with spacing(stream, box):
        return draw_evenly(stream, box, overflow, ellipsis, matrix)


@contextmanager
def spacing(stream: Any, box: Any) -> Iterator[None]:
    """Hold the room of the box behind each character that is drawn meanwhile.

    Source: ISO 32000-1, 9.3.2 (Tc).
    """
    room = getattr(box, "room", 0)
    if room:
        stream.stream.append(b"%f Tc" % room)
    yield
    if room:
        stream.stream.append(b"0 Tc")
