"""HTML in, PDF out: the one way to paper.

The engine behind it (core/press.py) is loaded when the first page is printed,
because it cannot be loaded at all where Pango is missing.
"""

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app
from jinja2 import StrictUndefined

from county_portal.core.errors import Refused

if TYPE_CHECKING:
    from county_portal.core.press import Press

FONTS_FILE = Path(__file__).resolve().parents[2] / ".fonts" / "fonts.conf"
FAMILIES = (
    "FandolFang R",  # 仿宋: the text
    "FandolKai",  # 楷体: second headings
    "FandolHei",  # 黑体: first headings
    "Noto Serif CJK SC",  # titles, and what Fandol lacks
    "Noto Sans CJK SC",
    "HanaMinA",  # rare characters in names
    "HanaMinB",
)


def render_pdf(template: str, **context: object) -> bytes:
    """The template as a PDF; the same words give the same bytes.

    The template sees what it is given and nothing of the request, and a name
    it was not given is an error. It may use files under static/ and nothing
    else: any other address leaves a gap and a warning in the log.
    Raises Refused on a machine that cannot print.
    """
    paper = current_app.jinja_env.overlay(undefined=StrictUndefined)
    html = paper.get_template(template).render(context)
    return _press().print(html, Path(str(current_app.static_folder)))


def missing_fonts() -> list[str]:
    """The families of official paper that this machine lacks. Empty: it has all of them."""
    present = _press().families()
    return [family for family in FAMILIES if family not in present]


def harfbuzz_subset_present() -> bool:
    """Whether fonts are cut down fast; without the library each print takes many times longer."""
    return _press().cuts_fonts_fast


def shortcomings() -> list[str]:
    """English msgids of what keeps this machine from good paper. Empty: nothing."""
    try:
        fonts, fast = missing_fonts(), harfbuzz_subset_present()
    except Refused as refusal:
        return [refusal.message]
    found = []
    if fonts:
        found.append("Fonts are missing, so official paper looks wrong: run `make run` once more")
    if not fast:
        found.append("The Debian package libharfbuzz-subset0 is missing, so printing is very slow")
    return found


@cache
def _press() -> "Press":
    """The engine, warmed up once in each process."""
    if FONTS_FILE.is_file():
        os.environ.setdefault("FONTCONFIG_FILE", str(FONTS_FILE))
    try:
        press: Press = import_module("county_portal.core.press").Press()
    except OSError:
        raise Refused(
            "This machine cannot print: the Debian package libpangoft2-1.0-0 is missing"
        ) from None
    return press
