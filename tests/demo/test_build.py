"""`flask demo`: what it says, what it refuses, and what can be done in its county."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.core.workdays import WorkCalendar
from county_portal.demo import build
from county_portal.demo.people import PASSWORD
from county_portal.models import AuditRow, CalendarDay, CalendarYear, Item, Person
from county_portal.office.accounts.passwords import matches
from county_portal.office.base.extensions import db
from county_portal.office.desk.calendar import seed_calendar
from county_portal.office.desk.deadlines import calendar
from tests.factories import make_unit


def test_a_database_that_holds_anything_is_left_alone(app: Flask) -> None:
    make_unit()
    with pytest.raises(Refused, match="needs an empty one"):
        build.build_county(1, 10, lambda _words: None)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 1
    assert "needs an empty one" in result.output
    assert app.test_cli_runner().invoke(args=["demo", "--if-empty"]).output == ""


@pytest.mark.parametrize("items", [0, 100_001])
def test_only_a_sensible_number_of_items(app: Flask, items: int) -> None:
    with pytest.raises(Refused, match="must lie between"):
        build.build_county(1, items, lambda _words: None)


def test_no_accounts_are_printed_of_another_county(app: Flask) -> None:
    make_unit()
    assert app.test_cli_runner().invoke(args=["demo", "--accounts"]).output == ""


@pytest.mark.slow
def test_the_printed_accounts_work(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["demo", "--items", "20", "--seed", "5"])
    assert made.exit_code == 0, made.output
    assert db.session.scalar(select(func.count()).select_from(Item)) == 20
    assert db.session.scalar(select(AuditRow.action).order_by(AuditRow.seq)) == "demo.found"
    printed = runner.invoke(args=["demo", "--accounts"]).output
    assert PASSWORD in printed
    assert "liuxi.xx1" in printed
    liaison = db.session.scalars(select(Person).where(Person.login == "liuxi.xx1")).one()
    assert matches(liaison.password_hash, PASSWORD)
    assert not liaison.must_change_password


def test_the_first_calendar_holds_every_announced_year(app: Flask) -> None:
    assert seed_calendar() == 23
    assert seed_calendar() == 0
    years = list(db.session.scalars(select(CalendarYear.year).order_by(CalendarYear.year)))
    assert years == list(range(2004, 2027))
    days = db.session.scalars(select(CalendarDay)).all()
    assert all((one.day.weekday() >= 5) == one.worked for one in days)
    assert_known_days(calendar())


def assert_known_days(known: WorkCalendar) -> None:
    """Twenty working days from the examples of the State Council's calendar."""
    counted = {
        "2026-02-06": "2026-03-12",
        "2026-09-18": "2026-10-22",
        "2025-09-24": "2025-10-28",
        "2009-09-21": "2009-10-23",
    }
    for start, end in counted.items():
        due = known.add(clock.datetime.fromisoformat(start).date(), 20)
        assert (due.on.isoformat(), due.provisional) == (end, False)


def test_a_year_that_was_entered_by_hand_stays(app: Flask) -> None:
    db.session.add(CalendarYear(year=2026, source="by hand"))
    db.session.commit()
    assert seed_calendar() == 22
    assert db.session.get(CalendarYear, 2026).source == "by hand"
