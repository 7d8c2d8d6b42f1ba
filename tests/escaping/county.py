"""A county in which every plain field of every form holds a piece, made by the pages themselves."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from bs4 import Tag
from flask import Flask
from sqlalchemy import select

from county_portal.app import create_public
from county_portal.core import clock
from county_portal.editorial.review.services import QUESTIONS
from county_portal.models import (
    Briefing,
    Category,
    Column,
    Deposit,
    Gazette,
    Item,
    MadeCircular,
    MadeReport,
    Person,
    Receiver,
)
from county_portal.office.base.extensions import db
from county_portal.office.base.settings import CHOICES
from tests.cast import Cast
from tests.editorial.documents import corpus as documents
from tests.escaping.visits import Visitor, Visits
from tests.factories import PASSWORD
from tests.page import signed_in

FORM = "main form[method=post]"
CLEAR = "clear"


class County:
    """Who is there, what has been made, and everything they were answered."""

    def __init__(self, app: Flask, cast: Cast, folder: Path) -> None:
        self.app, self.cast, self.folder = app, cast, folder
        self.visits = Visits()
        self.corpus = self.visits.corpus
        self.browsers: dict[str, Visitor] = {}
        self.public = create_public(app.config["COUNTY"], TESTING=True, BABEL_DEFAULT_LOCALE="en")

    @contextmanager
    def later(self, moment: str) -> Iterator[None]:
        """Another day, on which everybody signs in anew."""
        with clock.frozen(moment):
            self.browsers.clear()
            yield

    def of(self, login: str) -> Visitor:
        """The browser of one of the cast; of nobody and of a citizen there is one, too."""
        if login not in self.browsers:
            self.browsers[login] = self._browser(login)
        return self.browsers[login]

    def _browser(self, login: str) -> Visitor:
        visitor = Visitor(self.app, login, self.visits)
        if login == "citizen":
            visitor = Visitor(self.public, login, self.visits)
        elif login != "nobody":
            person: Person = getattr(self.cast, login)
            visitor.client = signed_in(self.app, person).client
        return visitor


def build(county: County) -> None:
    """From the settings to the letter about what was withdrawn."""
    _administer(county)
    _arrange_columns(county)
    first, second = _publish_items(county)
    _keep_item(county)
    _print_gazette(county, first, second)
    _print_briefing(county, first)
    with county.later("2026-03-10T09:00"):
        _deposit(county)
    with county.later("2026-04-06T09:00"):
        _report(county)


# The office itself


def _administer(county: County) -> None:
    sys, cast = county.of("sys"), county.cast
    sys.fill("/settings", FORM, **_decided_by_shape(county))
    sys.fill("/units/new", FORM, code="Z9")
    for unit in (cast.water, cast.farms, cast.office):
        sys.fill(f"/units/{unit.id}", FORM)
    sys.fill("/people/new", FORM, login="planted")
    for login in ("lin", "zhou", "ma", "qian", "wu", "tang", "he"):
        sys.fill(f"/people/{getattr(cast, login).id}", FORM, login=login)
    days = {
        "holidays": f"2027-02-05 {county.corpus.piece(100)}",
        "makeup": f"2027-02-07 {county.corpus.piece(100)}",
    }
    sys.fill("/calendar/new", FORM, year="2027", **days)
    sys.fill("/calendar/2027", FORM, **days)


def _decided_by_shape(county: County) -> dict[str, str]:
    """Settings that take numbers only, and the pattern, which must hold its three words."""
    numbers = {one.key: one.default for one in CHOICES if one.numeric}
    pattern = f"{county.corpus.pattern()}{{unit}}/{{year}}-{{number:05d}}"
    return {**numbers, "deposit_days": "9,10", "index_number_pattern": pattern}


def _arrange_columns(county: County) -> None:
    editor = county.of("qian")
    editor.post("/categories")
    unit = str(county.cast.office.id)
    editor.fill("/columns/new", FORM, slug="above", kind="policy", unit_id=unit)
    parent = db.session.scalars(select(Column.id)).one()
    more = {"kind": "policy", "unit_id": unit, "parent_id": str(parent)}
    editor.fill("/columns/new", FORM, slug="below", **more)
    editor.fill(f"/columns/{parent}", FORM, slug="above")


# Items


def _publish_items(county: County) -> tuple[int, int]:
    """Two documents on the public site; the second repealed the first, which was late."""
    first, second = _write(county, formed_on="2026-01-05"), _write(county)
    _add_file(county, first)
    _submit(county, first)
    _send_back(county, first)
    for number in (first, second):
        _submit(county, number)
        _review(county, number)
        _sign(county, number, "release")
        county.of("tang").fill(f"/review/{number}/issue", FORM)
    by = db.session.get_one(Item, second).document_number
    county.of("qian").fill(
        f"/review/{first}/validity", FORM, state="repealed", since_on="2026-03-01", by=by
    )
    return first, second


def _keep_item(county: County) -> None:
    """One that is given out on request only, and for which there is a ground."""
    kept = {"attribute": "on_request", "ground": "third_party"}
    number = _write(county, **kept, ground_note=county.corpus.piece())
    words = _words(county) | kept | {"ground_note": county.corpus.piece()}
    county.of("lin").fill(f"/items/{number}", "#item-form", **words)
    _submit(county, number)
    _review(county, number)
    _sign(county, number, "release_on_request")


def _write(county: County, **given: str) -> int:
    county.of("lin").fill("/items/new", "#item-form", **_words(county) | given)
    return db.session.scalars(select(Item.id).order_by(Item.id.desc())).first() or 0


def _words(county: County) -> dict[str, str]:
    """What is chosen of an item, and its words that are not quite plain."""
    column = db.session.scalars(select(Column.id).where(Column.slug == "below")).one()
    category = db.session.scalars(select(Category.id)).first()
    return {
        "column_id": str(column),
        "category_id": str(category),
        "formed_on": "2026-02-25",
        "origin": "joint",
        "ground_note": "",  # kept only of what is not published
        "keywords": county.corpus.keyword(),
        "body": _body(county),
    }


def _body(county: County) -> str:
    """Words with markup that is allowed, markup that is not, and markup that is words."""
    piece = county.corpus.piece()
    county.visits.bodies |= county.corpus.codes_in(piece)
    words = escape(piece)
    return (
        f'<p zqx="1" hx-get="/zqx" hx-trigger="load" onclick="zqx()"><strong>{words}</strong>'
        '<zqx>x</zqx><script>zqx()</script><img src="x" onerror="zqx()">'
        '<a href="javascript:zqx()">x</a></p>'
        f"<table><tr><td>{words}</td></tr></table>"
    )


def _add_file(county: County, item: int) -> None:
    path = county.folder / "plan.pdf"
    documents.plain_pdf(path)
    liaison, edit = county.of("lin"), f"/items/{item}"
    sent = {"file": (io.BytesIO(path.read_bytes()), f"{county.corpus.file_name()}.pdf")}
    liaison.post(f"/items/{item}/files", {**sent, "key": "aaaaaaaa"})
    liaison.fill(edit, "form[action$='/rename']", name=county.corpus.file_name())


def _submit(county: County, item: int) -> None:
    liaison = county.of("lin")
    page = liaison.get(f"/items/{item}")
    form = page.select_one("#item-form")
    assert form is not None
    sent = {one: text for one, text in _kept(form).items() if text is not None}
    liaison.post(f"/review/{item}/submit", sent)


def _kept(form: Tag) -> dict[str, str | None]:
    """What the form holds, as it is."""
    sent: dict[str, str | None] = {}
    for one in form.select("input, textarea, select"):
        if one.name == "select":
            chosen = one.select_one("[selected]")
            sent[str(one["name"])] = str(chosen["value"]) if chosen else ""
        elif one.get("type") == "radio":
            if one.has_attr("checked"):
                sent[str(one["name"])] = str(one["value"])
        else:
            text = one.text.removeprefix("\n") if one.name == "textarea" else one.get("value")
            sent[str(one["name"])] = str(text or "")
    return sent


def _send_back(county: County, item: int) -> None:
    county.of("zhou").fill(f"/review/{item}", "form[action$='/item.return']")


def _review(county: County, item: int) -> None:
    county.of("zhou").fill(f"/review/{item}", "form[action$='/item.approve']")
    county.of("qian").fill(f"/review/{item}", "form[action$='/remark']")
    _correct_words(county, item)
    county.of("qian").fill(f"/review/{item}", "form[action$='/item.accept']")


def _correct_words(county: County, item: int) -> None:
    was = db.session.get_one(Item, item)
    more = {
        "body": f"{was.body}{_body(county)}",
        "keywords": county.corpus.keyword(),
        "formed_on": str(was.formed_on),
        "ground_note": county.corpus.piece() if was.ground else "",
        "column_id": str(was.column_id),
    }
    county.of("qian").fill(f"/review/{item}/amend", "#item-form", **more)


def _sign(county: County, item: int, verdict: str) -> None:
    address = f"/review/{item}/sign-off"
    officer = county.of("wu")
    shown = officer.get(address).select_one("#content_hash")
    assert shown is not None
    signed = {**dict.fromkeys(QUESTIONS, CLEAR), "verdict": verdict, "password": PASSWORD}
    officer.fill(address, FORM, content_hash=str(shown["value"]), **signed)


# Papers


def _print_gazette(county: County, *items: int) -> None:
    clerk, officer = county.of("he"), county.of("wu")
    for item in items:
        clerk.post(f"/review/{item}/gazette", {"section": "county"})
    clerk.post("/gazettes/", {"month": "2026-03"})
    number = db.session.scalars(select(Gazette.id)).one()
    address = f"/gazettes/{number}"
    clerk.fill(address, "form[action$='/freeze']")
    shown = officer.get(f"{address}/sign").select_one("#content_hash")
    assert shown is not None
    answers = dict.fromkeys(("complete", "aggregation", "personal_data"), CLEAR)
    signed = {**answers, "verdict": "release", "password": PASSWORD}
    officer.fill(f"{address}/sign", FORM, content_hash=str(shown["value"]), **signed)
    county.of("tang").fill(address, "form[action$='/issue']")


def _print_briefing(county: County, item: int) -> None:
    clerk, issuer = county.of("he"), county.of("tang")
    clerk.fill("/mastheads/new", FORM)
    clerk.fill("/mastheads/1", FORM, office=county.corpus.piece(20))  # in one line on paper
    clerk.fill("/briefings/", FORM)
    number = db.session.scalars(select(Briefing.id)).one()
    compose, show = f"/briefings/{number}/compose", f"/briefings/{number}"
    revision = clerk.get(f"{show}/pick").select_one("[name=revision]")
    clerk.fill(f"{show}/pick", "main form[method=get]")
    assert revision is not None
    clerk.post(f"{show}/pick", {"revision": str(revision["value"])})
    for deed in ("heading", "note", ""):
        clerk.fill(compose, "#briefing-form", deed=deed)
    clerk.fill(show, "form[action$='briefing.submit']")
    issuer.fill(show, "form[action$='briefing.return']")
    clerk.fill(show, "form[action$='briefing.submit']")
    issuer.fill(show, "form[action$='briefing.approve']")


def _deposit(county: County) -> None:
    clerk = county.of("he")
    clerk.post("/deposits/", {"since_on": "2026-03-01", "until_on": "2026-03-09"})
    number = db.session.scalars(select(Deposit.id)).one()
    unit = county.cast.water.id
    for receiver in Receiver:
        clerk.fill(f"/deposits/{number}/units/{unit}/handover/{receiver}", FORM)
        clerk.fill(f"/deposits/{number}/handover/{receiver}", FORM)


def _report(county: County) -> None:
    clerk = county.of("he")
    clerk.fill("/reports/periods/2026-03/remarks", FORM)
    clerk.post("/reports/", {"period": "2026-03", "annex": "y"})
    clerk.post("/reports/months/2026-03/close")
    number = db.session.scalars(select(MadeReport.id).order_by(MadeReport.id.desc())).first()
    clerk.post(f"/circulars/of/{number}")
    clerk.post(f"/circulars/{db.session.scalars(select(MadeCircular.id)).one()}/send")
    clerk.fill("/reports/months/2026-03/reopen", FORM)


def take_down(county: County) -> None:
    """One document and the gazette are withdrawn; the receivers of the deposit are told."""
    issuer = county.of("tang")
    gazette = db.session.scalars(select(Gazette.id)).one()
    issuer.fill(f"/gazettes/{gazette}/withdraw", FORM)
    issuer.fill("/review/2/withdraw", FORM)
    county.of("he").post("/deposits/letters")


# Reading


OFFICE = ("lin", "zhou", "ma", "qian", "wu", "tang", "he", "sys", "sec", "aud")
UNLINKED = {
    "lin": ("/account", "/review/", "/items/deadline?formed_on=2026-03-01"),
    "qian": ("/review/",),
    "he": ("/work/1", "/work/1/_progress", "/briefings/1/_preview", "/briefings/1/_print"),
    "nobody": ("/language/en",),
    "citizen": (
        "/robots.txt",
        "/sitemap.xml",
        "/sitemap/pages.xml",
        "/sitemap/2026.xml",
        "/search?q=zqx",
        "/search?q=onclick+%3Czqx%3E",
    ),
}
"""Addresses to which no link leads, or only a script's."""


def read(county: County) -> None:
    """Everybody opens all they may, and looks for pieces."""
    for who in (*OFFICE, "nobody", "citizen"):
        county.of(who).follow("/", *UNLINKED.get(who, ()))
    asked = {endpoint for endpoint, _name in county.visits.typed}
    for endpoint, (who, path, form) in forms(county, "GET").items():
        if endpoint not in asked:
            county.of(who).send(form, path)
    county.of("nobody").fill("/sign-in", "main form", status=422)
    paper = (io.BytesIO(b"%PDF-1.7"), f"{county.corpus.file_name()}.pdf")
    county.of("citizen").raw("/check", "POST", data={"file": paper})


def read_again(county: County) -> None:
    """What has changed since something was taken down; the log of all of it, as a file, too."""
    county.of("citizen").follow("/", "/items/2", "/items/2/print", "/gazette/2026-1")
    county.of("he").follow("/deposits/", "/gazettes/1", "/review/2")
    county.of("aud").follow("/")
    county.of("aud").raw("/log/export", "POST")


def spoil(county: County) -> None:
    """Every form is sent once with a piece in every field, whatever belongs there."""
    for method in ("GET", "POST"):
        for endpoint, (who, path, form) in forms(county, method).items():
            if endpoint != "accounts.sign_out":
                county.of(who).spoil(form, path)


def forms(county: County, method: str) -> dict[str, tuple[str, str, Tag]]:
    """One form for each view that takes some: who saw it, on which page."""
    found: dict[str, tuple[str, str, Tag]] = {}
    for answer in county.visits.answers:
        if answer.method == "GET" and answer.status == 200:
            for form in answer.forms():
                _address, how, endpoint = county.of(answer.who).target(form, answer.path)
                if how == method:
                    found.setdefault(endpoint, (answer.who, answer.path, form))
    return found
