"""Shortcuts through the engine: the same paper in about half the time.

The engine is made for every page there may be; ours have no floats beside them, no words in their
margins, and thousands of plain cells. Each shortcut says what it leaves out, takes the engine's own
way wherever that is not enough, and is known to be right for one version of it (VERSION).
"""

import copy
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pydyf
import weasyprint
from weasyprint import css, svg
from weasyprint.draw import border
from weasyprint.formatting_structure import boxes
from weasyprint.html import UA_STYLESHEET
from weasyprint.layout import float as floats
from weasyprint.layout import page as pages
from weasyprint.layout import percent
from weasyprint.pdf import fonts
from weasyprint.text import fonts as faces
from weasyprint.text import line_break
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import ffi, gobject, harfbuzz_subset, pango, unicode_to_char_p
from weasyprint.urls import fetch

from .fonts import CompactFont, kept_fonts
from .painting import THEIR_DRAWN_TEXT, draw_border, draw_text, page_references, to_bytes

VERSION = "70.0"


class Shortcut(NamedTuple):
    """Where in the engine another function or class takes the place of its own."""

    owner: Any
    name: str
    ours: Any
    theirs: Any


def shortcuts() -> list[Shortcut]:
    """All of them; none for an engine they were not tried with."""
    if weasyprint.VERSION != VERSION or harfbuzz_subset is None:
        return []
    swaps: list[tuple[Any, Any]] = [
        (fonts.Font, kept_fonts(CompactFont)),
        (weasyprint.CSS, kept_sheets(weasyprint.CSS)),
        (pages.make_margin_boxes, margin_boxes),
        (percent.resolve_percentages, resolve_percentages),
        (floats.avoid_collisions, avoid_collisions),
        (line_break.strut, strut),
        (line_break.split_first_line, split_first_line),
        (border.draw_border, draw_border),
        (svg.text, draw_text),
        (pydyf._to_bytes, to_bytes),
    ]
    modules = [
        module
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in {"weasyprint", "pydyf"}
    ]
    found = [
        Shortcut(module, name, ours, theirs)
        for theirs, ours in swaps
        for module in modules
        for name, value in sorted(vars(module).items())
        if value is theirs
    ]
    methods: list[tuple[Any, str, Any]] = [
        (line_break.Layout, "setup", set_up),
        (line_break.Layout, "set_text", set_text),
        (line_break.Layout, "deactivate", deactivate),
        (line_break.Layout, "reactivate", reactivate),
        (boxes.Box, "is_in_normal_flow", is_in_normal_flow),
        (pydyf.PDF, "page_references", property(page_references)),
    ]
    found += [Shortcut(kind, name, ours, vars(kind)[name]) for kind, name, ours in methods]
    words = [tag for tag, drawn in svg.TAGS.items() if drawn is THEIR_DRAWN_TEXT]
    return found + [Shortcut(svg.TAGS, tag, draw_text, THEIR_DRAWN_TEXT) for tag in words]


def take(shortcut: Shortcut) -> None:
    """From now on the engine goes this way."""
    if isinstance(shortcut.owner, dict):
        shortcut.owner[shortcut.name] = shortcut.ours
    else:
        setattr(shortcut.owner, shortcut.name, shortcut.ours)


# Styles

RULES = re.compile(rb"@([a-z-]+)")
SIMPLE = frozenset({b"page", b"media"})


def own_sheet() -> Any:
    """The engine's own style sheet without what it says of every element's notes and markers."""
    if weasyprint.VERSION != VERSION:
        return UA_STYLESHEET
    sheet = copy.copy(UA_STYLESHEET)
    sheet.matcher = matcher = copy.copy(sheet.matcher)
    everywhere = [entry for entry in matcher.other_selectors if entry[3] is not None]
    matcher.other_selectors = [entry for entry in matcher.other_selectors if entry[3] is None]
    by_name = dict(matcher.lower_local_name_selectors)
    by_name["li"] = [*by_name["li"], *(entry for entry in everywhere if entry[3] == "marker")]
    matcher.lower_local_name_selectors = by_name
    sheet.page_rules = [
        rule for rule in sheet.page_rules if not any(pseudo for _, pseudo, _ in rule[1])
    ]
    return sheet


def kept_sheets(parse: Any) -> Callable[..., Any]:
    """Style sheets, each file parsed once as long as it stays the same."""
    kept: dict[tuple[str, bytes], tuple[Any, list[Any]]] = {}

    def sheet(*, url: str | None = None, page_rules: list[Any] | None = None, **about: Any) -> Any:
        if url is None or page_rules is None:
            return parse(url=url, page_rules=page_rules, **about)
        with fetch(about["url_fetcher"], url) as answer:
            content = answer.read()
        if not SIMPLE.issuperset(RULES.findall(content)):
            return parse(url=url, page_rules=page_rules, **about)
        if (url, content) not in kept:
            own: list[Any] = []
            kept[url, content] = parse(url=url, page_rules=own, **about), own
        known, own = kept[url, content]
        page_rules += own
        ours = copy.copy(known)
        ours.page_rules, ours.layers = page_rules, about["layers"]
        return ours

    return sheet


def margin_boxes(context: Any, page: Any, state: Any) -> Iterator[Any]:
    """What stands in the margins: without a rule that says so, nothing."""
    rules = (context.style_for(page.page_type, f"@{place}") for place in css.PAGE_MARGIN_BOXES)
    if any(rule is not None for rule in rules):
        yield from THEIR_MARGIN_BOXES(context, page, state)


THEIR_MARGIN_BOXES = pages.make_margin_boxes


# Sizes

THEIR_RESOLVE = percent.resolve_percentages
SIDES = ("top", "right", "bottom", "left")
SIZES = (
    *(f"{what}_{side}" for what in ("margin", "padding") for side in SIDES),
    *(f"{limit}{axis}" for limit in ("", "min_", "max_") for axis in ("width", "height")),
)
USED = (*SIZES, *(f"border_{side}_width" for side in SIDES))


def resolve_percentages(box: Any, containing_block: Any) -> None:
    """Give the box its sizes: those of its style, computed once where there is no percentage."""
    style = box.style
    known = vars(style).get("used_sizes")
    if known:
        vars(box).update(known)
        return
    THEIR_RESOLVE(box, containing_block)
    if known is None:
        plain = style["border_collapse"] != "collapse" and all(
            size == "auto" or getattr(size, "unit", None) == "px"
            for size in (style[name] for name in SIZES)
        )
        style.used_sizes = {name: getattr(box, name) for name in USED} if plain else {}


THEIR_AVOID = floats.avoid_collisions


def avoid_collisions(context: Any, box: Any, containing_block: Any, outer: Any = 1) -> Any:
    """Where the box may stand and how wide: all of its place, while nothing floats there."""
    if context.excluded_shapes or box.is_floated() or containing_block.style["direction"] != "ltr":
        return THEIR_AVOID(context, box, containing_block, outer)
    left = containing_block.content_box_x()
    if outer:
        return left, box.position_y, containing_block.width
    width = containing_block.width - box.margin_left - box.margin_right
    return left, box.border_box_y() - box.margin_top, width


THEIR_FLOW = boxes.Box.is_in_normal_flow


def is_in_normal_flow(box: Any) -> Any:
    """Whether the box stands among its neighbours, asked once of each style."""
    style = box.style
    known = vars(style).get("in_flow")
    if known is None:
        known = style.in_flow = THEIR_FLOW(box)
    return known


# Text

THEIR_STRUT = line_break.strut
THEIR_SPLIT = line_break.split_first_line
THEIR_SET_UP = line_break.Layout.setup
THEIR_SET_TEXT = line_break.Layout.set_text
SHORT = 24  # characters


def strut(style: Any) -> Any:
    """The height of an empty line and its baseline, asked once of each style."""
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
    """The first line of a text: short ones that fit, as most cells hold, are asked for once."""
    what = text, style, context, max_width, justification_spacing
    if justification_spacing or len(text) > SHORT:
        return THEIR_SPLIT(*what, **place)
    known = vars(style).setdefault("lines", {})
    asked = text, max_width, tuple(place.items())
    if (found := known.get(asked)) is None:
        found = THEIR_SPLIT(*what, **place)
        if found[2] is None:  # nothing is left for another line
            known[asked] = found
    return found


def set_text(layout: Any, text: str, justify: Any = 0) -> None:
    """Put the text into the layout; already as the one paragraph that it is when it is painted."""
    THEIR_SET_TEXT(layout, text, justify)
    pango.pango_layout_set_single_paragraph_mode(layout.layout, "\n" not in text)


def deactivate(_layout: Any) -> None:
    """Keep the line as it is until it is painted."""


def reactivate(layout: Any, style: Any) -> None:
    """The line as it is painted: without an end, and with its words spread."""
    if layout.justification_spacing:
        layout.setup(style)
        layout.set_text(layout.text, justify=True)
    elif layout.get_first_line()[1] is not None:
        pango.pango_layout_set_width(layout.layout, -1)


def set_up(layout: Any, style: Any) -> None:
    """Begin a line: with the face and language of the style, looked up once."""
    if "pango" not in vars(style):
        style.pango = pango_of(style)
    if style.pango is None:
        THEIR_SET_UP(layout, style)
        return
    layout.style = style
    layout.first_line_direction = 0
    layout.ascent = layout.underline_position = layout.strikethrough_position = None
    context, face, layout.language = style.pango
    layout.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, 0)
    pango.pango_layout_set_font_description(layout.layout, face)


def pango_of(style: Any) -> tuple[Any, Any, Any] | None:
    """Context, face and language for the style's lines; None for one with anything special."""
    special = faces.font_features(
        style["font_kerning"],
        style["font_variant_ligatures"],
        style["font_variant_position"],
        style["font_variant_caps"],
        style["font_variant_numeric"],
        style["font_variant_alternates"],
        style["font_variant_east_asian"],
        style["font_feature_settings"],
    )
    if (
        special
        or style["text_decoration_line"] != "none"
        or style["font_language_override"] != "normal"
        or not style["lang"]
    ):
        return None
    context = ffi.gc(
        pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref
    )
    pango.pango_context_set_round_glyph_positions(context, 0)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    name, _held = unicode_to_char_p(style["lang"])
    language = pango.pango_language_from_string(name)
    pango.pango_context_set_language(context, language)
    return context, faces.get_font_description(style), language
