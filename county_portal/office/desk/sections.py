"""Parts of a page that belong to other features. The page asks for them; none is drawn unasked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

SECTIONS = "county_sections"


@dataclass(frozen=True)
class Section:
    """A part that a feature brings to a page. page: the page's endpoint.

    find: what the part shows, of what the page is of (by name); None: the part is left out.
    template: draws it, with the page's names and, as `section.shows`, what was found.
    """

    page: str
    template: str
    find: Callable[..., object]


@dataclass(frozen=True)
class DrawnSection:
    """A section as a template draws it."""

    template: str
    shows: object


def install(app: Flask, sections: tuple[Section, ...]) -> None:
    """Give pages these sections, in this order."""
    app.extensions[SECTIONS] = sections


def sections_of(page: str, **of: object) -> list[DrawnSection]:
    """Return the sections of the page with this endpoint. of: what the page is of."""
    sections = cast(tuple[Section, ...], current_app.extensions[SECTIONS])
    parts = [(one.template, one.find(**of)) for one in sections if one.page == page]
    return [DrawnSection(template, shows) for template, shows in parts if shows is not None]
