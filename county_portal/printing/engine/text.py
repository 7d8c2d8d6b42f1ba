"""Shortcuts (optimisations.py) from words to lines and from lines to the file."""

from array import array
from math import inf
from typing import Any

from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

from .lines import draw_spaced_line as draw_any_line
from .lines import spacing

THEIR_STRUT = line_break.strut
THEIR_SPLIT = line_break.split_first_line
THEIR_SET_TEXT = line_break.Layout.set_text
SHORT = 24  # characters
SPARE = 15  # bytes behind the line, so that what follows it cannot change where it ends
UNSPLIT = frozenset(" \n\t\xad\u200b")


def strut(style: Any) -> Any:
    """Compute the height of an empty line and its baseline, once for each style."""
    known = vars(style).get("strut")
    if known is None:
        known = style.strut = THEIR_STRUT(style)
    return known


def split_first_line(
    text: str,
    style: Any,
    context: Any,
    max_width: Any,
    justification_spacing: Any,
    **place: Any,
) -> Any:
    """Split off the first line of a text: once for short texts that fit, as most cells hold.

    Of a long one the engine tries four times what may fit; without spaces half as much again is
    enough.
    """
    about = style, context, max_width, justification_spacing
    if justification_spacing or max_width is None or max_width == inf:
        return THEIR_SPLIT(text, *about, **place)
    if len(text) > SHORT:
        tried = int(max_width / (style["font_size"] or inf) * 1.5)
        if SHORT < tried < len(text) and UNSPLIT.isdisjoint(text) and style["hyphens"] != "auto":
            split = THEIR_SPLIT(text[:tried], *about, **place)
            if (
                split[2]
                and len(text[:tried].encode()) - split[2] >= SPARE
                and split[3] <= max_width
            ):
                return split
        return THEIR_SPLIT(text, *about, **place)
    known = vars(style).setdefault("lines", {})
    asked = text, max_width, tuple(place.items())
    if (split := known.get(asked)) is None:
        split = THEIR_SPLIT(text, *about, **place)
        if split[2] is None:  # nothing is left for another line
            known[asked] = split
    return split


def set_layout_text(layout: Any, text: str, justify: Any = 0) -> None:
    """Put the text into the layout, without line ends already as the paragraph that is painted."""
    THEIR_SET_TEXT(layout, text, justify)
    pango.pango_layout_set_single_paragraph_mode(layout.layout, "\n" not in text)


def deactivate(_layout: Any) -> None:
    """Do nothing: keep the line as it is until it is painted."""


def reactivate(layout: Any, style: Any) -> None:
    """Make the line ready to be painted: its words spread, or its width without a limit."""
    if layout.justification_spacing:
        layout.setup(style)
        layout.set_text(layout.text, justify=True)
    elif layout.get_first_line()[1] is not None:
        pango.pango_layout_set_width(layout.layout, -1)


# From lines to the file

INTS = ffi.sizeof("PangoGlyphInfo") // 4  # number, width, two shifts and marks
PLAIN = 0x0FFFFFFF  # of the numbers from here on, each means something else than a glyph


def draw_plain_line(stream: Any, box: Any, overflow: str, ellipsis: Any, matrix: Any) -> Any:
    """Draw a line of plain glyphs, read from the layout at once instead of one after another."""
    layout = box.pango_layout
    plain = overflow != "ellipsis" and ellipsis == "none" and box.text.strip()
    runs = runs_of(stream, layout) if plain and box.style["font_size"] > 1 else None
    if not runs:
        return draw_any_line(stream, box, overflow, ellipsis, matrix)
    stream.set_text_matrix(*matrix.values)
    with spacing(stream, box):
        string, before = "", None
        for font, size, glyphs in runs:
            if before not in (None, (font, size)):
                stream.show_text(string)
                string = ""
            stream.set_font_size(font.hash, size)
            string, before = string + glyphs, (font, size)
        stream.show_text(string)
    return []


def runs_of(stream: Any, layout: Any) -> list[tuple[Any, float, str]] | None:
    """Read font, size and glyphs of each run of the line; return None if one is not plain."""
    runs = []
    run = layout.get_first_line()[0].runs[0]
    while run != ffi.NULL:
        item, string = run.data.item, run.data.glyphs
        numbers = array("i", bytes(ffi.buffer(string.glyphs, string.num_glyphs * 4 * INTS)))
        glyphs, widths = numbers[::INTS], numbers[1::INTS]
        font, size = stream.add_font(item.analysis.font)
        if (
            item.analysis.level % 2
            or not glyphs
            or not 0 <= min(glyphs) <= max(glyphs) < PLAIN
            or any(numbers[2::INTS])
            or any(numbers[3::INTS])
            or font.bitmap
            or font.svg
            or font.png
            or font.colr
        ):
            return None
        for index, glyph in enumerate(glyphs):
            if glyph not in font.widths:
                learn(stream, font, size, layout, run.data, index)
        runs.append((font, size, hexes(glyphs, widths, font.widths, size)))
        run = run.next
    return runs


def learn(stream: Any, font: Any, size: float, layout: Any, run: Any, place: int) -> None:
    """Note how wide a new glyph is, in thousandths of its size, and which characters it shows."""
    glyph = run.glyphs.glyphs[place].glyph
    clusters, item = run.glyphs.log_clusters, run.item
    last = place == run.glyphs.num_glyphs - 1
    start, end = clusters[place], item.length if last else clusters[place + 1]
    text = layout.text.encode()[item.offset :]
    font.to_unicode[glyph] = text[start:end].decode()
    pango.pango_font_get_glyph_extents(
        item.analysis.font, glyph, stream.ink_rect, stream.logical_rect
    )
    font.widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)


def hexes(glyphs: Any, widths: Any, known: dict[int, int], size: float) -> str:
    """Write the glyphs in the file's way, with what each is narrower or wider than it should be."""
    room = [
        int(known[glyph] - width * 1000 * FROM_UNITS / size)
        for glyph, width in zip(glyphs, widths, strict=True)
    ]
    if not any(room):
        return f"<{''.join([f'{glyph:04x}' for glyph in glyphs])}>"
    pieces = [
        f"{glyph:04x}" + (f">{gap}<" if gap else "")
        for glyph, gap in zip(glyphs, room, strict=True)
    ]
    return f"<{''.join(pieces)}>".removesuffix("<>")
