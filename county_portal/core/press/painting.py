"""Shortcuts (haste.py) on the way from boxes to the file."""

import zlib
from collections.abc import Iterator
from typing import Any

import pydyf
from weasyprint import svg
from weasyprint.draw import border
from weasyprint.draw.color import get_color

THEIR_BORDER = border.draw_border
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def draw_border(stream: Any, box: Any) -> None:
    """The box's borders: rules above and below as plain bars, where the engine would clip them."""
    if not has_bars(box):
        THEIR_BORDER(stream, box)
        return
    left, wide = box.border_box_x(), box.border_width()
    top, below = box.border_box_y(), box.border_box_y() + box.border_height()
    for side, high, at in (
        ("bottom", box.border_bottom_width, below - box.border_bottom_width),
        ("top", box.border_top_width, top),
    ):
        color = get_color(box.style, f"border_{side}_color")
        if high and color.alpha:
            with stream.artifact():
                stream.set_color(color)
                stream.rectangle(left, at, wide, high)
                stream.fill()


def has_bars(box: Any) -> bool:
    """Whether it has a plain rule above or below, or both, and no other border."""
    style = box.style
    return (
        (box.border_top_width or box.border_bottom_width)
        and not (box.border_left_width or box.border_right_width)
        and all(
            not getattr(box, f"border_{side}_width") or style[f"border_{side}_style"] == "solid"
            for side in ("top", "bottom")
        )
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
    """The words of a chart in one piece, where the engine would set letter after letter."""
    at = f"{node.get('x', '')}{node.get('y', '')}".strip()
    if node.text and not any(node.get(name) for name in MOVED) and not {*" ,"} & {*at}:
        node._etree_node.text = Whole(node.text)
    THEIR_DRAWN_TEXT(picture, node, font_size)


THEIR_BYTES = pydyf._to_bytes


def to_bytes(item: Any) -> bytes:
    """A name, number or object as the file has it; the commonest kinds first."""
    kind = type(item)
    if kind is str:
        return item.encode("ascii")  # type: ignore[no-any-return]
    if kind is bytes:
        return item  # type: ignore[no-any-return]
    if kind is float:
        return b"%d" % item if item.is_integer() else (b"%f" % item).rstrip(b"0")
    if kind is int:
        return b"%d" % item
    return THEIR_BYTES(item)  # type: ignore[no-any-return]


def page_references(pdf: Any) -> Any:
    """How other objects name the pages, worked out once for each number of pages."""
    kids = pdf.pages["Kids"]
    known = vars(pdf).get("known_pages", ())
    if len(known) * 3 != len(kids):
        known = pdf.known_pages = tuple(b"%d 0 R" % number for number in kids[::3])
    return known


def pack(pdf: Any) -> None:
    """Everything long is compressed here, where several processes work at once.

    But for what describes the document, which anybody may want to read.
    """
    for one in pdf.objects:
        about = one.extra if isinstance(one, pydyf.Stream) else {"Filter": ""}
        if "Filter" not in about and about.get("Type") != "/Metadata":
            content = b"\n".join(map(to_bytes, one.stream))
            one.stream, about["Filter"] = [zlib.compress(content)], "/FlateDecode"
