"""Chinese lines, flush right."""

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from weasyprint.formatting_structure.boxes import InlineBox, LineBox, TextBox
from weasyprint.layout import inline
from weasyprint.text.line_break import create_layout

log = logging.getLogger(__name__)

HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
WIDEST = 4  # ems: a line with more room left over than this stays as it is

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
