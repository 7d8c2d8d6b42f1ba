"""Which report of a period is in force: what the register tells whoever holds a copy."""

from collections.abc import Iterator
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.editorial.release import public_file
from county_portal.models import Item, MadeReport, State
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions, register
from county_portal.papers.circulars import services as circulars
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import closing, in_force, remarks, services
from tests.cast import Cast
from tests.factories import make_item
from tests.public.furniture import Visitor, make_site
from tests.public.test_check import send

MARCH = Period(date(2026, 3, 1))
SPRING = Period(date(2026, 1, 1), 3)


@pytest.fixture
def april(cast: Cast) -> Iterator[Item]:
    """The third of April; one item was published in time in March, when records began."""
    item = make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen("2026-04-03T09:00"):
        yield item


def make(period: Period) -> MadeReport:
    made = services.make_report(period)
    db.session.commit()
    return made


def close(cast: Cast) -> MadeReport:
    closing.request_closing(MARCH.first, by=cast.he)
    db.session.commit()
    return closing.in_force(MARCH.first).report


def reopen(cast: Cast) -> None:
    closing.reopen_month(MARCH.first, "A figure is wrong", by=cast.he)
    db.session.commit()


def write(words: str, period: Period, cast: Cast) -> None:
    """The next report of the period is another one."""
    seen = remarks.noted(period, by=cast.he).seen
    remarks.write_remarks(period, words, {}, seen=seen, by=cast.he)
    db.session.commit()


def standing_papers() -> set[str]:
    return {one.sha256 for one in register.issued() if one.withdrawn_at is None}


def papers_of(*reports: MadeReport) -> set[str]:
    return {sha256 for made in reports for sha256 in in_force.paper_hashes(made)}


def test_a_report_of_a_month_is_in_force_when_the_month_is_closed(cast: Cast, april: Item) -> None:
    with clock.frozen("2026-03-20T09:00"):
        running = make(MARCH)
    preliminary = make(MARCH)
    write("One thing more", MARCH, cast)
    newest = make(MARCH)
    assert len({running.id, preliminary.id, newest.id}) == 3
    assert {one.sha256 for one in register.issued()} == papers_of(running, preliminary, newest)
    assert standing_papers() == set(), "none of them has closed the month"
    assert close(cast).id == newest.id
    assert standing_papers() == papers_of(newest)


def test_what_is_opened_again_is_not_in_force_until_it_is_closed_again(
    cast: Cast, april: Item
) -> None:
    first = close(cast)
    reopen(cast)
    assert standing_papers() == set()
    assert close(cast).id == first.id
    assert standing_papers() == papers_of(first), "nothing changed: the same paper stands again"
    reopen(cast)
    write("Another figure", MARCH, cast)
    between = make(MARCH)
    write("Yet another", MARCH, cast)
    second = close(cast)
    assert len({first.id, between.id, second.id}) == 3
    assert standing_papers() == papers_of(second)


@pytest.mark.slow
def test_a_longer_report_is_in_force_when_its_months_are_closed(cast: Cast, april: Item) -> None:
    early = make(SPRING)
    assert standing_papers() == set()
    month = close(cast)
    first = make(SPRING)
    assert first.id != early.id
    assert standing_papers() == papers_of(month, first)
    write("Spring", SPRING, cast)
    second = make(SPRING)
    assert standing_papers() == papers_of(month, second)
    year = make(Period(date(2026, 1, 1), 12))
    assert not in_force.is_in_force(year), "the year is not over"
    reopen(cast)
    assert standing_papers() == set()
    month = close(cast)
    assert standing_papers() == papers_of(month)
    assert make(SPRING).id == second.id
    assert standing_papers() == papers_of(month, second)


def test_a_month_that_is_opened_while_its_quarter_is_printed_keeps_the_quarter_out(
    cast: Cast, april: Item
) -> None:
    close(cast)

    def open_meanwhile(percent: int, _doing: str) -> None:
        if percent == 95:
            reopen(cast)

    made = services.make_report(SPRING, progress=open_meanwhile)
    db.session.commit()
    assert not in_force.is_in_force(made)


def test_the_public_is_told_that_a_report_is_not_the_one_in_force(
    app: Flask, cast: Cast, april: Item
) -> None:
    made = make(MARCH)
    copy = editions.file_of(made, "pdf")[0].read_bytes()

    def told() -> BeautifulSoup:
        public_file.reconcile()
        return send(Visitor(make_site(app.config["COUNTY"].PUBLIC)), copy).select_one(".alert")

    preliminary = told()
    assert "not the one in force: it is preliminary" in preliminary.text
    assert "was issued" not in preliminary.text
    close(cast)
    assert "as it was issued" in told().text
    reopen(cast)
    assert "not the one in force" in told().text


def test_a_circular_is_made_and_sent_of_a_report_in_force(cast: Cast, april: Item) -> None:
    preliminary = make(MARCH)
    with pytest.raises(Refused, match="in force"):
        circulars.request_circular(preliminary, by=cast.he)
    with pytest.raises(Refused, match="in force"):
        circulars.make_circular(preliminary.id, asked_by=cast.he.id)
    made = close(cast)
    row = circulars.make_circular(made.id, asked_by=cast.he.id)
    db.session.commit()
    reopen(cast)
    with pytest.raises(Refused, match="in force"):
        circulars.send_to_leaders(row, by=cast.he)
    assert row.sent_at is None
    close(cast)
    circulars.send_to_leaders(row, by=cast.he)


def test_the_page_says_what_is_not_in_force_and_offers_no_circular_of_it(
    cast: Cast, april: Item, browse
) -> None:
    made = make(MARCH)
    clerk = browse(cast.he)
    page = clerk.get(f"/reports/{made.id}")
    assert "It is not in force" in page.text
    assert not page.select("form[action^='/circulars/of/']")
    close(cast)
    page = clerk.get(f"/reports/{made.id}")
    assert "It is not in force" not in page.text
    assert page.select("form[action^='/circulars/of/']")
