"""Shortcuts through the engine: the same paper in about half the time.

The engine is made for every page there may be; ours have no floats beside them and thousands of
plain cells. Each shortcut says what it leaves out, takes the engine's own way wherever that is not
enough, and is known to be right for one version of it (known_versions.py): with another one this
module is not even imported.
"""

import copy
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pydyf
import weasyprint
from weasyprint import HTML, document, svg
from weasyprint.draw import border
from weasyprint.draw import text as drawing
from weasyprint.draw.color import get_color
from weasyprint.formatting_structure import boxes
from weasyprint.html import UA_STYLESHEET
from weasyprint.layout import background, percent
from weasyprint.layout import float as floats
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf import fonts
from weasyprint.text import line_break
from weasyprint.urls import URLFetcher, fetch

from .fonts import CompactFont, embed_bare, kept_fonts
from .lines import draw_spaced_line as draw_any_line
from .painting import CORNERS, THEIR_DRAWN_TEXT, draw_border, draw_text, pack, page_references
from .plain import PlainEngine, Source, Tell
from .tags import slim_tags
from .text import deactivate, draw_plain_line, reactivate, set_layout_text, split_first_line, strut


class Shortcut(NamedTuple):
    """Where in the engine another function or class takes the place of its own."""

    owner: Any
    name: str
    ours: Any
    theirs: Any


def shortcuts() -> list[Shortcut]:
    """List every place in the engine where a function or class of ours takes over."""
    swaps: list[tuple[Any, Any]] = [
        (fonts.Font, kept_fonts(CompactFont)),
        (weasyprint.CSS, kept_sheets(weasyprint.CSS)),
        (percent.resolve_percentages, resolve_percentages),
        (floats.avoid_collisions, avoid_collisions),
        (line_break.strut, strut),
        (line_break.split_first_line, split_first_line),
        (border.draw_border, draw_border),
        (background.layout_box_backgrounds, layout_box_backgrounds),
        (svg.text, draw_text),
    ]
    modules = [
        module
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in {"weasyprint", "pydyf"}
    ]
    places = [
        Shortcut(module, name, ours, theirs)
        for theirs, ours in swaps
        for module in modules
        for name, value in sorted(vars(module).items())
        if value is theirs
    ]
    methods: list[tuple[Any, str, Any]] = [
        (line_break.Layout, "set_text", set_layout_text),
        (line_break.Layout, "deactivate", deactivate),
        (line_break.Layout, "reactivate", reactivate),
        (boxes.Box, "is_in_normal_flow", is_in_normal_flow),
        (pydyf.PDF, "page_references", property(page_references)),
    ]
    places += [Shortcut(kind, name, ours, vars(kind)[name]) for kind, name, ours in methods]
    drawn_tags = [tag for tag, drawn in svg.TAGS.items() if drawn is THEIR_DRAWN_TEXT]
    places.append(Shortcut(drawing, "draw_first_line", draw_plain_line, draw_any_line))
    return places + [Shortcut(svg.TAGS, tag, draw_text, THEIR_DRAWN_TEXT) for tag in drawn_tags]


# Styles

RULES = re.compile(rb"@([a-z-]+)")
SIMPLE = frozenset({b"page", b"media"})


def own_sheet() -> Any:
    """Copy the engine's style sheet without its rules for notes and markers of all elements."""
    sheet = copy.copy(UA_STYLESHEET)
    sheet.matcher = matcher = copy.copy(sheet.matcher)
    everywhere = [entry for entry in matcher.other_selectors if entry[3] is not None]
    matcher.other_selectors = [entry for entry in matcher.other_selectors if entry[3] is None]
    by_name = dict(matcher.lower_local_name_selectors)
    by_name["li"] = [*by_name["li"], *(entry for entry in everywhere if entry[3] == "marker")]
    matcher.lower_local_name_selectors = by_name
    sheet.matcher = PlainFirst(matcher)
    sheet.page_rules = [
        rule for rule in sheet.page_rules if not any(pseudo for _, pseudo, _ in rule[1])
    ]
    return sheet


NESTED = frozenset({"dir", "dl", "menu", "ol", "ul"})
CLASS_ALONE = frozenset({"class"})


class PlainFirst:
    """The matcher of the engine's own sheet, of plain elements asked less.

    What it says of no element by name, it says of attributes and of lists inside one another.
    """

    def __init__(self, matcher: Any) -> None:
        self._all = matcher
        self._plain = copy.copy(matcher)
        self._plain.other_selectors = []

    def match(self, element: Any) -> Any:
        plain = CLASS_ALONE.issuperset(element.etree_element.attrib)
        chosen = self._plain if plain and element.local_name not in NESTED else self._all
        return chosen.match(element)


def kept_sheets(parse: Any) -> Callable[..., Any]:
    """Build a function that parses each style sheet file once as long as it stays the same."""
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
    """Find where the box may stand and how wide: all of its place, while nothing floats there."""
    if context.excluded_shapes or box.is_floated() or containing_block.style["direction"] != "ltr":
        return THEIR_AVOID(context, box, containing_block, outer)
    left = containing_block.content_box_x()
    if outer:
        return left, box.position_y, containing_block.width
    width = containing_block.width - box.margin_left - box.margin_right
    return left, box.border_box_y() - box.margin_top, width


THEIR_FLOW = boxes.Box.is_in_normal_flow


def is_in_normal_flow(box: Any) -> Any:
    """Tell whether the box stands among its neighbours; ask the engine once for each style."""
    style = box.style
    known = vars(style).get("in_flow")
    if known is None:
        known = style.in_flow = THEIR_FLOW(box)
    return known


THEIR_BACKGROUNDS = background.layout_box_backgrounds
ROUNDED = tuple(f"border_{corner}_radius" for corner in CORNERS)


def layout_box_backgrounds(
    page: Any, box: Any, get_image: Any, layout_children: Any = 1, style: Any = None
) -> None:
    """Lay out what lies behind the box: mostly nothing, which is found out once for each style."""
    known = vars(box.style).get("bare")
    if known is None:
        known = box.style.bare = is_bare_box(box.style)
    if box is page or isinstance(box, AbsolutePlaceholder) or style is not None or not known:
        THEIR_BACKGROUNDS(page, box, get_image, layout_children, style)
        return
    vars(box).update(BARE)
    if layout_children:
        for child in box.all_children():
            layout_box_backgrounds(page, child, get_image)


BARE = {"background": None, **dict.fromkeys(ROUNDED, (0, 0))}


def is_bare_box(style: Any) -> bool:
    """Tell whether a box of the style has no colour or picture behind it and no round corner."""
    return (
        style["border_image_source"][0] == "none"
        and style["mask_border_source"][0] == "none"
        and not style["box_shadow"]
        and all(kind == "none" for kind, _value in style["background_image"])
        and get_color(style, "background_color").alpha == 0
        and all((0, "px") in style[name] for name in ROUNDED)
    )


# The way with all of them

OWN_SHEET = own_sheet()
SHORTCUTS = shortcuts()


def take_all() -> PlainEngine:
    """Put all shortcuts into the engine that is loaded. Return what sets pages with them."""
    for owner, name, ours, _theirs in SHORTCUTS:
        replace_function(owner, name, ours)
    return QuickEngine()


def replace_function(owner: Any, name: str, function: Any) -> None:
    """Put our function in the place of the engine's own, in a module, a class or a table."""
    if isinstance(owner, dict):
        owner[name] = function
    else:
        setattr(owner, name, function)


class QuickEngine(PlainEngine):
    """The way with shortcuts."""

    def source(self, tree: ET.Element, folder: Path, reader: URLFetcher) -> HTML:
        return BriefSource(tree, folder, reader)

    def finish(self, document: Any, pdf: Any) -> None:
        """Embed compact fonts, drop needless tags and compress, before the file is written."""
        embed_bare(document, pdf)
        slim_tags(pdf)
        pack(pdf)

    @contextmanager
    def told(self, tell: Tell) -> Iterator[None]:
        """Call `tell` for each page that is laid out or painted meanwhile."""
        paint, painted = document.Page.paint, iter(range(1, 10**6))

        def paint_and_tell(page: Any, stream: Any, scale: float = 1) -> None:
            tell("paint", next(painted))
            paint(page, stream, scale)

        document.Page.paint = paint_and_tell
        try:
            with super().told(tell):
                yield
        finally:
            document.Page.paint = paint


class BriefSource(Source):
    """A page with the engine's own style sheet cut down to what ours need."""

    def _ua_stylesheets(self, _forms: object = None) -> list[Any]:
        return [OWN_SHEET]
