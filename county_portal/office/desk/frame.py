"""The frame round every office page: its menu, its language, the addresses it leads to."""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from county_portal.core import clock
from county_portal.office.base import settings
from county_portal.office.desk import waiting
from county_portal.office.desk.waiting import DESK
from county_portal.office.rules.access import me
from county_portal.office.rules.policy import Do, may_ever

SIGN_IN = "accounts.sign_in"


@dataclass(frozen=True)
class MenuEntry:
    """One line that a menu may have."""

    endpoint: str
    label: object
    action: Do


@dataclass(frozen=True)
class MenuLine:
    """One line that this person's menu has. here: "page", or "true" for a page below it.

    waiting: how much waits there for the person.
    """

    endpoint: str
    label: object
    here: str
    waiting: int


ENTRIES = (
    MenuEntry(DESK, _l("My desk"), Do.ITEM_VIEW),
    MenuEntry("items.index", _l("Items"), Do.ITEM_VIEW),
    MenuEntry("items.new", _l("Write an item"), Do.ITEM_CREATE),
    MenuEntry("reports.index", _l("Reports"), Do.REPORT_READ),
    MenuEntry("circulars.index", _l("Circulars"), Do.CIRCULAR_READ),
    MenuEntry("deposits.index", _l("Deposits"), Do.DEPOSIT_PART),
    MenuEntry("briefings.index", _l("Briefings"), Do.BRIEFING_READ),
    MenuEntry("gazettes.index", _l("Gazettes"), Do.GAZETTE_READ),
    MenuEntry("catalogue.columns", _l("Columns"), Do.COLUMN_MANAGE),
    MenuEntry("catalogue.categories", _l("Categories"), Do.COLUMN_MANAGE),
    MenuEntry("accounts.units", _l("Units"), Do.UNIT_MANAGE),
    MenuEntry("accounts.people", _l("People"), Do.PERSON_MANAGE),
    MenuEntry("accounts.roles", _l("Roles"), Do.ROLE_MANAGE),
    MenuEntry("admin.calendar", _l("Calendar"), Do.CALENDAR_MANAGE),
    MenuEntry("admin.settings_page", _l("Settings"), Do.SETTING_MANAGE),
    MenuEntry("admin.jobs_page", _l("Jobs"), Do.SETTING_MANAGE),
    MenuEntry("admin.log", _l("Log"), Do.AUDIT_READ),
)

BELOW = {"mastheads": "briefings.index", "papers": "items.index"}
"""Rooms whose addresses begin otherwise than the line they stand under."""


def menu() -> list[MenuLine]:
    """Return the lines of whoever is signed in.

    None before that, and none while a password is due.
    """
    if not current_user.is_authenticated or me().must_change_password:
        return []
    entries = [
        entry
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions and may_ever(me(), entry.action)
    ]
    above, counted = _above([entry.endpoint for entry in entries]), menu_counts()
    return [
        MenuLine(one.endpoint, one.label, _here(one.endpoint, above), counted.get(one.endpoint, 0))
        for one in entries
    ]


def menu_counts() -> dict[str, int]:
    """Return how much waits for whoever is signed in, by the line of the menu.

    Asked once for a page.
    """
    if "counts" not in g:
        g.counts = waiting.count_waiting(me())
    return dict(g.counts)


def _above(endpoints: list[str]) -> str:
    """Return the line under which the present page stands: the longest address it begins with."""
    if (line := BELOW.get(request.blueprint or "")) in endpoints:
        return str(line)
    paths = {url_for(endpoint): endpoint for endpoint in endpoints if endpoint != DESK}
    here = f"{request.script_root}{request.path}"
    fitting = [path for path in paths if here.startswith(path)]
    return paths[max(fitting, key=len)] if fitting else ""


def _here(endpoint: str, above: str) -> str:
    if endpoint == request.endpoint:
        return "page"
    return "true" if endpoint == above else ""


def first_page() -> str:
    """Return where somebody begins.

    The desk, or for administrators the first line of their menu.
    """
    lines = menu()
    if lines:
        return url_for(lines[0].endpoint)
    return url_for("accounts.account" if current_user.is_authenticated else SIGN_IN)


def own_address(address: str) -> str:
    """Return `address` if it is a path on this site, otherwise nothing.

    A browser reads backslashes as slashes and drops control characters, so
    neither may stand in it.
    """
    parts = urlsplit(address.replace("\\", "/"))
    plain = address.isprintable() and not parts.scheme and not parts.netloc
    return address if plain and address.startswith("/") and not address.startswith("//") else ""


def office_name() -> str:
    """Return the name in the page head; known even when the database is not there to be asked."""
    if "office_name" not in g:
        g.office_name = settings.KNOWN["county_name"].default
        with suppress(SQLAlchemyError):
            g.office_name = settings.value("county_name")
    return str(g.office_name)


def html_lang() -> str:
    """Return the language of the page as HTML writes it."""
    locale = get_locale()
    return "zh-Hans" if locale is None or locale.language == "zh" else str(locale.language)


def public_address(path: str) -> str:
    """Return where people read a page of the public site.

    As long as nobody has entered its domain, that is beside the office on the same machine.
    """
    domain = settings.value("site_domain")
    if request.script_root and domain == settings.KNOWN["site_domain"].default:
        return request.script_root.rpartition("/")[0] + path
    return f"https://{domain}{path}"


def page_before() -> str:
    """Return the page of the office from which somebody came here, if it was one."""
    parts = urlsplit(request.referrer or "")
    inside = parts.netloc == request.host and parts.path.startswith(f"{request.script_root}/")
    query = f"?{parts.query}" if parts.query else ""
    return own_address(f"{parts.path}{query}") if inside else ""


def same_page(**changed: object) -> str:
    """Return the address of this page with some words of its query changed.

    None takes a word out.
    """
    values = {**request.args.to_dict(flat=False), **(request.view_args or {}), **changed}
    return url_for(request.endpoint or "static", **values)


def install(app: Flask) -> None:
    """Let the frame's template ask for what it draws; nothing is looked up unasked."""
    app.jinja_env.globals.update(
        menu=menu,
        home=first_page,
        html_lang=html_lang,
        same_page=same_page,
        office_name=office_name,
        county_today=clock.today,
    )
