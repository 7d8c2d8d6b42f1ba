"""What the clerk writes: remarks, and why items were late."""

from collections.abc import Callable
from datetime import date

import pytest

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.models import Item, Person, State
from county_portal.office.base.extensions import db
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import closing, monthly, remarks
from tests.cast import Cast
from tests.factories import make_item
from tests.page import Page

Browse = Callable[[Person | None], Page]
MARCH = Period(date(2026, 3, 1))
ADDRESS = "/reports/periods/2026-03/remarks"


@pytest.fixture
def late(cast: Cast) -> Item:
    """Published in March, a month too late."""
    return make_item(cast.lin, state=State.PUBLISHED, formed_on=date(2026, 1, 5), title="Dikes")


def test_what_is_written_stands_in_the_report(cast: Cast, late: Item, browse: Browse) -> None:
    clerk = browse(cast.he)
    page = clerk.get(ADDRESS)
    assert "Dikes" in page.text
    typed = {"words": "First line\n\nSecond line", f"item-{late.id}": "The leader was away"}
    page = clerk.post(ADDRESS, {**typed, "seen": page.select_one("#seen")["value"]})
    assert "Kept." in page.text
    assert page.select_one(f"#item-{late.id}")["value"] == "The leader was away"
    report = monthly.build_report(MARCH.first)
    assert report.remarks == ("First line", "Second line")
    assert [one.reason for one in report.overdue] == ["The leader was away"]
    assert monthly.build_report(date(2026, 2, 1)).remarks == ()
    assert monthly.build_report(date(2026, 1, 1), 3).remarks == (), (
        "a quarter has remarks of its own"
    )


def test_two_who_write_at_once_do_not_overwrite_each_other(
    cast: Cast, late: Item, browse: Browse
) -> None:
    seen = remarks.noted(MARCH, by=cast.he).seen
    remarks.write_remarks(MARCH, "Mine", {late.id: ""}, seen=seen, by=cast.he)
    db.session.commit()
    with pytest.raises(OutOfDate):
        remarks.write_remarks(MARCH, "Yours", {}, seen=seen, by=cast.he)
    page = browse(cast.he).post(ADDRESS, {"words": "Yours, a long line", "seen": seen}, status=409)
    assert "Yours, a long line" in page.text, "nothing typed is lost"


def test_too_much_is_refused_and_kept_in_the_form(cast: Cast, late: Item, browse: Browse) -> None:
    clerk = browse(cast.he)
    seen = clerk.get(ADDRESS).select_one("#seen")["value"]
    typed = {"words": "Kept", f"item-{late.id}": "x" * 201, "seen": seen}
    page = clerk.post(ADDRESS, typed, status=422)
    assert "At most 200 characters" in page.text
    assert page.select_one("#words").text.strip() == "Kept"


def test_reasons_for_other_items_are_not_taken(cast: Cast, late: Item, browse: Browse) -> None:
    other = make_item(cast.ma, state=State.SUBMITTED)
    clerk = browse(cast.he)
    seen = clerk.get(ADDRESS).select_one("#seen")["value"]
    clerk.post(ADDRESS, {"words": "", f"item-{other.id}": "Not late", "seen": seen})
    assert [one.reason for one in monthly.build_report(MARCH.first).overdue] == [""]
    assert remarks.sections.reasons_of([other.id]) == {}


def test_a_closed_month_takes_no_more_words(cast: Cast, late: Item, browse: Browse) -> None:
    with clock.frozen("2026-04-03T09:00"):
        closing.request_closing(MARCH.first, by=cast.he)
        db.session.commit()
        with pytest.raises(Refused, match="closed"):
            remarks.noted(MARCH, by=cast.he)
        browse(cast.he).get(ADDRESS, status=422)


@pytest.mark.parametrize("name", ["lin", "zhou", "qian", "wu", "tang", "sys", "sec", "aud"])
def test_nobody_else_writes(cast: Cast, name: str, browse: Browse) -> None:
    with pytest.raises(NotAllowed):
        remarks.noted(MARCH, by=getattr(cast, name))
    browse(getattr(cast, name)).get(ADDRESS, status=403)
