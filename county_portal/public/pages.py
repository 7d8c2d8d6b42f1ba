"""What pages of the public site share: the file they read, addresses, times, languages."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import quote

from flask import Flask, current_app, g, render_template, request, url_for
from flask_babel import get_locale, gettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from county_portal.core.clock import COUNTY
from county_portal.core.html.clean import clean, with_addresses
from county_portal.public.cache import KEEP
from county_portal.published import validity
from county_portal.published.items import PublicItem
from county_portal.published.lists import Filters
from county_portal.published.reader import LAST_PAGE, Reader, Site
from county_portal.published.schema import FileLine

READER = "county_site"
REFUSED = "refused"
"""Set on `g` while a refusal is drawn: it says nothing of the address."""
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}


def reader(app: Flask | None = None) -> Reader:
    return cast(Reader, (app or current_app).extensions[READER])


def site() -> Site:
    """Return the public file this request reads: the same from its first question to its last."""
    if "site" not in g:
        g.site = reader().current()
    return cast(Site, g.site)


def chosen_language() -> str:
    """Read the language asked for in the address; "" for the site's own."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else ""


def locale_name() -> str | None:
    """Return the locale of the chosen language, for Flask-Babel; None for the default."""
    return LANGUAGES.get(chosen_language())


def html_language() -> str:
    """Return the page's language as HTML names it."""
    return "en" if str(get_locale()).startswith("en") else "zh-CN"


def in_language(language: str) -> str:
    """Build this page's address in another language; the home page's where there is no page."""
    if g.get(REFUSED):
        return url_for("public.home", lang=language)
    asked = MultiDict(request.args)
    own = current_app.config["BABEL_DEFAULT_LOCALE"] == LANGUAGES[language]
    asked["lang"] = "" if own else language
    return _address_with(asked)


def on_page(page: int) -> str:
    """Build the address of another page of this same list."""
    asked = MultiDict(request.args)
    asked["page"] = str(page) if page > 1 else ""
    return _address_with(asked)


def _address_with(asked: MultiDict[str, str]) -> str:
    """Build this page's address with these questions; an empty one is not asked."""
    pairs = [f"{quote(name)}={quote(text)}" for name, text in asked.items() if text]
    return request.path + ("?" + "&".join(pairs) if pairs else "")


def absolute(address: str) -> str:
    """Complete the address with the site's own domain: never the one somebody asked with."""
    return f"https://{site().settings.get('site_domain', '')}{address}"


def minute(moment: datetime) -> str:
    """Write a moment as the State Council wants it shown: YYYY-MM-DD HH:MM, county time."""
    return moment.astimezone(COUNTY).strftime("%Y-%m-%d %H:%M")


def day(moment: datetime | date) -> str:
    """Write the county date of a moment, or a date, as YYYY-MM-DD."""
    on = moment.astimezone(COUNTY) if isinstance(moment, datetime) else moment
    return on.strftime("%Y-%m-%d")


def size(count: int) -> str:
    """Write a number of bytes for people: in B, KB or MB."""
    if count < 1024:
        return f"{count} B"
    if count < 1024**2:
        return f"{count / 1024:.0f} KB"
    return f"{count / 1024**2:.1f} MB"


KINDS = {
    "application/pdf": "PDF",
    "image/jpeg": "JPG",
    "image/png": "PNG",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
}


def kind_of(file: FileLine) -> str:
    """Name the type of the file as people call it."""
    return KINDS.get(file.media_type) or file.name.rpartition(".")[2].upper()


def body_of(item: PublicItem, address: Callable[[FileLine], str]) -> Markup:
    """Render the words of the item, cleaned once more, its pictures at their addresses."""

    def address_of(key: str) -> str | None:
        file = item.file_with(key)
        return address(file) if file else None

    return Markup(with_addresses(clean(item.body), address_of))  # noqa: S704 (cleaned here)


def address_in(item: PublicItem) -> Callable[[FileLine], str]:
    """Build a function that gives the address of each file of a published item on this site."""

    def address(file: FileLine) -> str:
        return url_for("public_items.file", public_id=item.public_id, key=file.key, name=file.name)

    return address


def page_number() -> int:
    """Read the page of a list that was asked for. Raises NotFound for what is not one."""
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 5):
        raise NotFound
    number = int(asked)
    if not 1 <= number <= LAST_PAGE:
        raise NotFound
    return number


def filters() -> Filters:
    """Read what the list is to be narrowed to; what the site does not know narrows nothing."""
    here = site()
    return Filters(
        column=_known("column", here.columns),
        unit=_known("unit", here.units),
        category=_known("category", here.categories),
        year=_known("year", dict.fromkeys(here.years)),
        validity=_known("validity", dict.fromkeys(validity.STATES)),
    )


def _known(name: str, values: Mapping[str, object]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in values else ""


def keep_page() -> None:
    """Allow this answer to be kept: it depends on the address and the public file alone."""
    request.environ[KEEP] = True


def show(template: str, *, known: frozenset[str] = frozenset(), **context: Any) -> str:
    """Render the page with the site it reads. Kept if its address asks nothing but `known`."""
    page = render_template(template, site=site(), language=chosen_language(), **context)
    if set(request.args) <= known | {"lang"}:
        keep_page()
    return page


def origin_name(origin: str) -> str:
    """Say in words where an item comes from."""
    names = {
        "own": gettext("Own"),
        "other_body": gettext("From another body"),
        "joint": gettext("Joint"),
    }
    return str(names.get(origin, origin))


def validity_name(state: str) -> str:
    """Say in words whether a document holds."""
    names = {
        "in_force": gettext("In force"),
        "amended": gettext("Amended"),
        "expired": gettext("Expired"),
        "repealed": gettext("Repealed"),
    }
    return str(names.get(state, ""))


def paper_kind(kind: str) -> str:
    """Say in words what kind of paper was issued."""
    names = {
        "briefing": gettext("Briefing"),
        "report": gettext("Report"),
        "circular": gettext("Circular"),
        "gazette": gettext("Government gazette"),
        "deposit": gettext("Letter about changes"),
    }
    return str(names.get(kind, kind))


def validity_choices() -> list[tuple[str, str]]:
    """List every validity with its words, for a list of choices."""
    return [(state, validity_name(state)) for state in validity.STATES]


def named(things: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List key and name of each, for a list of choices."""
    return [(key, thing.name) for key, thing in things.items()]


def twice(words: Iterable[str]) -> list[tuple[str, str]]:
    """Build choices whose words are their values."""
    return [(word, word) for word in words]
