"""Every page of the office, opened by somebody who may, at a desk and on a telephone.

A page that is added is opened here too: its address is found in the application.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.routing import Rule

from county_portal.core import clock
from county_portal.editorial.catalogue.statutory import seed_categories
from county_portal.models import (
    Briefing,
    Deposit,
    Gazette,
    GazetteSection,
    Item,
    Job,
    MadeCircular,
    MadeReport,
    Person,
    State,
)
from county_portal.office.base.extensions import db
from county_portal.papers.briefings import pieces, printing
from county_portal.papers.circulars import services
from county_portal.papers.deposits.services import DepositDraft, make_deposit
from county_portal.papers.gazettes import marks, selection
from county_portal.papers.reports import services as reports
from county_portal.papers.reports.closing import close_in_background
from tests.browser.conftest import PHONE, Portal, axe_faults
from tests.cast import Cast
from tests.factories import go, make_calendar, make_item
from tests.page import _let_go
from tests.papers.briefings.office import make_briefing
from tests.papers.gazettes.office import print_it

pytestmark = pytest.mark.browser
NO_PAGES = {
    "static",
    "accounts.language",  # leads back to where one was
    "items.deadline",  # a part of the form
    "items.original",
    "items.rendition",
    "review.file",
    "review.sheet_of",
    "gazettes.pdf",
    "briefings.download",
    "briefings.picture",
    "briefings.preview_part",  # parts of the briefing's page
    "briefings.print_part",
    "work.progress",  # a part of the page of the work
    "reports.download",
    "circulars.download",
    "deposits.download",
    "deposits.download_part",
    "deposits.file",
    "deposits.file_of_all",
    "deposits.letter_paper",
    "papers.item",
    "papers.release",
    "papers.unit_year",
}
HANDS = {
    "liaison": "lin",
    "unit_leader": "zhou",
    "editor": "qian",
    "confidentiality_officer": "wu",
    "issuer": "tang",
    "office_clerk": "he",
    "system_administrator": "sys",
    "security_administrator": "sec",
    "auditor": "aud",
}
STATES = {
    "items.edit": State.RETURNED,
    "review.item": State.PUBLISHED,
    "review.preview": State.PUBLISHED,
    "review.amend": State.UNIT_APPROVED,
    "review.sign_off": State.ACCEPTED,
    "release.issue": State.SIGNED_OFF,
    "release.withdraw": State.PUBLISHED,
    "release.change_validity": State.PUBLISHED,
}


@dataclass
class World:
    """What the addresses of the pages name."""

    author: Person
    report: MadeReport
    job: Job
    twice: Item  # handed over, returned, handed over again
    deposit: Deposit
    circular: MadeCircular
    gazette: Gazette  # printed, not signed yet
    briefing: Briefing  # a draft whose pages were drawn
    items: dict[State, Item] = field(default_factory=dict)

    def words(self, rule: Rule) -> dict[str, int]:
        """The changing parts of an address."""
        known = {
            "unit_id": self.author.unit_id,
            "person_id": self.author.id,
            "column_id": self.items[State.PUBLISHED].column_id,
            "report_id": self.report.id,
            "job_id": self.job.id,
            "year": 2026,
            "deposit_id": self.deposit.id,
            "gazette_id": self.gazette.id,
            "briefing_id": self.briefing.id,
            "masthead_id": self.briefing.masthead_id,
            "receiver": "archive",
            "circular_id": self.circular.id,
            "code": "2026-02" if rule.endpoint == "reports.ask_to_reopen" else "2026-03",
            "figure": "published",
        }
        if rule.endpoint in STATES:
            known["item_id"] = self.items[STATES[rule.endpoint]].id
        elif rule.endpoint == "review.compare":
            known["item_id"] = self.twice.id
        return {name: known[name] for name in rule.arguments}


@pytest.fixture
def world(portal: Portal, screen: Callable[..., Page]) -> World:
    """A county in which every page has something to show."""
    seed_categories()
    make_calendar()
    states = {*STATES.values(), State.DRAFT, State.DECLINED, State.WITHHELD}
    items = {state: make_item(portal.cast.lin, state=state) for state in sorted(states)}
    twice = go(make_item(portal.cast.lin, state=State.RETURNED), State.SUBMITTED)
    page = screen(portal.cast.he)
    page.goto("reports/")
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("link", name=re.compile("PDF"))).to_be_visible()
    _let_go()
    report, job = db.session.query(MadeReport).one(), db.session.query(Job).first()
    gazette = _gazette(items[State.PUBLISHED], portal.cast)
    return World(
        portal.cast.lin,
        report,
        job,
        twice,
        _deposit(portal.cast.he),
        _circular(portal.cast.he),
        gazette,
        _briefing(items[State.PUBLISHED], portal.cast.he),
        items,
    )


def _briefing(item: Item, clerk: Person) -> Briefing:
    briefing = make_briefing(clerk, items=(item,))
    pieces.add_heading(briefing, by=clerk)
    pieces.add_note(briefing, by=clerk)
    printing.request_preview(briefing, by=clerk)
    db.session.commit()
    return briefing


def _gazette(item: Item, cast: Cast) -> Gazette:
    marks.mark_item(item, GazetteSection.COUNTY, by=cast.he)
    gazette = selection.compose_issue(clock.today(), by=cast.he)
    db.session.commit()
    return print_it(gazette, cast)


def _circular(clerk: Person) -> MadeCircular:
    """Sent over the month before, which is closed."""
    made = close_in_background(progress=reports.unwatched, period="2026-02", asked_by=clerk.id)
    db.session.commit()
    row = services.make_circular(int(str(made["report"])), asked_by=clerk.id)
    services.send_to_leaders(row, by=clerk)
    db.session.commit()
    return row


def _deposit(clerk: Person) -> Deposit:
    """Made the day after everything was published."""
    with clock.frozen("2026-03-03T09:00"):
        draft = DepositDraft(until_on=date(2026, 3, 2), since_on=date(2026, 3, 1))
        deposit = make_deposit(draft, by=clerk)
        db.session.commit()
    return deposit


def pages(app: Flask) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    assert {rule.endpoint for rule in rules} >= NO_PAGES
    return [rule for rule in rules if rule.endpoint not in NO_PAGES]


def addresses(app: Flask, world: World) -> Iterator[tuple[str, str]]:
    """Who opens which page. Where everybody may who is signed in, everybody opens it."""
    urls = app.url_map.bind("")
    for rule in pages(app):
        address = urls.build(rule.endpoint, world.words(rule)).lstrip("/")
        access = app.view_functions[rule.endpoint].access
        if access.open:
            yield "", address
        elif access.roles:
            yield next(HANDS[role] for role in HANDS if role in access.roles), address
        else:
            yield from ((name, address) for name in HANDS.values())


def test_every_page_opens_without_a_fault(
    portal: Portal, screen: Callable[..., Page], guarded: Flask, world: World
) -> None:
    by_person: dict[str, list[str]] = {}
    for name, address in addresses(guarded, world):
        by_person.setdefault(name, []).append(address)
    assert set(by_person) == {"", *HANDS.values()}
    db.session.rollback()
    faults, judged = [], set()
    for name, opened in by_person.items():
        person = getattr(portal.cast, name) if name else None
        page = screen(person, language="zh")
        for address in opened:
            page.set_viewport_size({"width": 1366, "height": 900})
            answer = page.goto(address)
            faults += [f"{name} {address}: {fault}" for fault in plain_faults(page, answer.status)]
            if address not in judged:
                faults += [f"{address}: {fault}" for fault in axe_faults(page)]
            judged.add(address)
        faults += [f"{name}: {complaint}" for complaint in page.complaints]
    assert not faults, "\n".join(faults)


def plain_faults(page: Page, status: int) -> Iterator[str]:
    """What can be said without axe: it came, it has one heading, it fits on a telephone."""
    if status != 200:
        yield f"answered {status}"
    if page.locator("h1").count() != 1:
        yield "has not one h1"
    page.set_viewport_size({"width": PHONE, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        yield f"{wide} pixels too wide for a telephone"
    page.set_viewport_size({"width": 1366, "height": 900})


def test_the_log_arrives_as_a_table(portal: Portal, screen: Callable[..., Page]) -> None:
    """It is sent while it is read, after the request itself has been answered."""
    page = screen(portal.cast.aud)
    page.goto("log?actor=aud")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Take out as a table").click()
    assert coming.value.path().read_text("utf-8-sig").startswith("seq,at,actor")


def test_the_page_to_sign_stands_there_whole(portal: Portal, screen: Callable[..., Page]) -> None:
    """However long the text: the officer reads it without scrolling inside a frame."""
    body = "".join(f"<p>Dike {number} was checked.</p>" for number in range(200))
    item = make_item(portal.cast.lin, state=State.ACCEPTED, body=body)
    db.session.rollback()
    page = screen(portal.cast.wu)
    page.goto(f"review/{item.id}/sign-off")
    expect(page.locator(".shown__frame--whole")).to_be_visible()
    inside = page.locator(".shown__frame").evaluate(
        "frame => frame.contentDocument.documentElement.scrollHeight - frame.clientHeight"
    )
    assert inside <= 1


def test_an_administrator_at_the_front_door_is_led_to_their_own_page(
    portal: Portal, screen: Callable[..., Page]
) -> None:
    for person, path in (("sys", "units"), ("sec", "roles"), ("aud", "log")):
        page = screen(getattr(portal.cast, person))
        page.goto("./")
        expect(page).to_have_url(f"{portal.address}/{path}")
