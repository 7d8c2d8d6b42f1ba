"""Shortcuts (optimisations.py) on the way from boxes to the file."""

import zlib
from collections.abc import Iterator
from typing import Any

import pydyf
from weasyprint import svg
from weasyprint.draw import border
from weasyprint.draw.color import get_color

THEIR_BORDER = border.draw_border
SIDES = ("top", "right", "bottom", "left")
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def draw_border(stream: Any, box: Any) -> None:
    """Draw the box's borders as plain bars, where the engine would clip each."""
    widths = {side: getattr(box, f"border_{side}_width") for side in SIDES}
    colors = {
        side: get_color(box.style, f"border_{side}_color")
        for side, width in widths.items()
        if width
    }
    if not colors:
        return
    if not has_bars(box, colors):
        THEIR_BORDER(stream, box)
        return
    x, y, wide, high = (
        box.border_box_x(),
        box.border_box_y(),
        box.border_width(),
        box.border_height(),
    )
    bars = {
        "top": (x, y, wide, widths["top"]),
        "right": (x + wide - widths["right"], y, widths["right"], high),
        "bottom": (x, y + high - widths["bottom"], wide, widths["bottom"]),
        "left": (x, y, widths["left"], high),
    }
    with stream.artifact():
        for side, color in colors.items():
            stream.set_color(color)
            stream.rectangle(*bars[side])
            stream.fill()


def has_bars(box: Any, colors: dict[str, Any]) -> bool:
    """Tell whether the borders are plain lines, those that meet of one colour. colors: by side."""
    style = box.style
    meet = {*colors} - {"top", "bottom"} and {*colors} - {"left", "right"}
    first, *others = colors.values()
    return (
        all(color.alpha == 1 for color in colors.values())
        and (not meet or all(other == first for other in others))
        and all(style[f"border_{side}_style"] == "solid" for side in colors)
        and all(getattr(box, f"border_{corner}_radius") == (0, 0) for corner in CORNERS)
        and style["border_image_source"][0] == "none"
        and style["visibility"] == "visible"
        and style["column_width"] == style["column_count"] == "auto"
    )


THEIR_DRAWN_TEXT = svg.text
MOVED = frozenset({"dx", "dy", "rotate", "textLength", "letter-spacing"})  # letter by letter


class Whole(str):
    """A text that is one letter to whoever goes through it."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        yield self


def draw_text(picture: Any, node: Any, font_size: Any) -> None:
    """Draw the words of a chart in one piece, where the engine would set letter after letter."""
    at = f"{node.get('x', '')}{node.get('y', '')}".strip()
    if node.text and not any(node.get(name) for name in MOVED) and not {*" ,"} & {*at}:
        node._etree_node.text = Whole(node.text)
    THEIR_DRAWN_TEXT(picture, node, font_size)


def page_references(pdf: Any) -> Any:
    """List how other objects name the pages, worked out once for each number of pages."""
    kids = pdf.pages["Kids"]
    known = vars(pdf).get("known_pages", ())
    if len(known) * 3 != len(kids):
        known = pdf.known_pages = tuple(b"%d 0 R" % number for number in kids[::3])
    return known


def pack(pdf: Any) -> None:
    """Compress all contents here, where several processes work at once.

    But for what describes the document, which anybody may want to read.
    """
    for item in pdf.objects:
        about = item.extra if isinstance(item, pydyf.Stream) else {"Filter": ""}
        if "Filter" not in about and about.get("Type") != "/Metadata":
            content = b"\n".join(map(pydyf._to_bytes, item.stream))
            item.stream, about["Filter"] = [zlib.compress(content)], "/FlateDecode"
