"""Both sites in Debian's Chromium: served as in life, their guards on, the clock stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from county_portal.app import create_public
from county_portal.models import Person
from county_portal.office.accounts import sessions
from county_portal.office.base.config import ROOT
from county_portal.office.base.extensions import db
from tests.cast import Cast
from tests.page import signed_in
from tests.serving import served
from tests.waiting import HUNG_AFTER

NOT_OURS = ("404", "409", "413", "422", "400", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
PHONE = 390  # pixels
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Portal:
    """Both sites, running: where the office and the public site are, and who works there."""

    address: str  # of the office
    cast: Cast
    public: str


@pytest.fixture
def portal(guarded: Flask, cast: Cast) -> Iterator[Portal]:
    """The office with its cast under /office and the public site beside it, being served."""
    db.session.rollback()
    public = create_public(guarded.config["COUNTY"], BABEL_DEFAULT_LOCALE="en")
    both = DispatcherMiddleware(public, {"/office": guarded})
    with served(both) as root:
        yield Portal(f"{root}/office", cast, root)


@pytest.fixture
def screen(portal: Portal, chromium: Browser, guarded: Flask) -> Iterator[Callable[..., Page]]:
    """A page for a person, signed in; for None, one in which nobody has signed in.

    Its addresses begin at the office. What the browser complained about is in `complaints`.
    """
    contexts = []

    def open_page(
        person: Person | None, *, width: int = 1366, script: bool = True, language: str = "en"
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            base_url=f"{portal.address}/",
        )
        contexts.append(context)
        cookies = {"county_language": language}
        if person is not None:
            cookies[sessions.COOKIE] = secret_of(guarded, person)
        context.add_cookies(
            [
                {"name": name, "value": value, "url": f"{portal.address}/"}
                for name, value in cookies.items()
            ]
        )
        context.set_default_timeout(HUNG_AFTER * 1000)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: note(page, said))
        return page

    yield open_page
    for context in contexts:
        context.close()


def secret_of(app: Flask, person: Person) -> str:
    """What the cookie of a signed-in browser holds."""
    cookie = signed_in(app, person).client.get_cookie(sessions.COOKIE)
    db.session.rollback()
    assert cookie
    return cookie.value


def note(page: Page, said: ConsoleMessage) -> None:
    """Keep an error, unless the browser only says that the server refused or was out of reach."""
    if said.type == "error" and not any(word in said.text for word in NOT_OURS):
        page.complaints.append(said.text)


def axe_faults(page: Page) -> list[str]:
    """What axe finds wrong with the page, one line for each."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("() => axe.run(document)")
    return [
        f"{fault['id']}: {node['html'][:160]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
