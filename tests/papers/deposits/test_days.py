"""The days of deposit: moved over holidays, provisional where the calendar ends, a setting."""

from datetime import date

import pytest
from flask import Flask

from county_portal.core.errors import Refused
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.desk.calendar import seed_calendar
from county_portal.office.desk.deadlines import calendar
from county_portal.papers.deposits.days import back, deposit_days


@pytest.fixture(autouse=True)
def real_calendar(app: Flask) -> None:
    """The working days the State Council announced, 2026 among them."""
    seed_calendar()
    db.session.commit()


def decide(key: str, value: str) -> None:
    settings.store_setting(key, value)
    db.session.commit()


def test_on_working_days_they_stay_where_they_are() -> None:
    window = deposit_days().window(date(2026, 3, 1))
    assert window.days == (date(2026, 3, 9), date(2026, 3, 10))
    assert not window.provisional


def test_a_weekend_moves_them_to_monday() -> None:
    """9 and 10 January 2027 are a Saturday and a Sunday; so are 8 and 9 August 2026."""
    decide("deposit_days", "8,9")
    assert deposit_days().window(date(2026, 8, 1)).days == (date(2026, 8, 10),)


def test_a_make_up_workday_counts_as_a_working_day() -> None:
    """10 October 2026 is a Saturday that is worked; so is 9 May, and 10 May is a Sunday."""
    assert deposit_days().window(date(2026, 10, 1)).days == (date(2026, 10, 9), date(2026, 10, 10))
    assert deposit_days().window(date(2026, 5, 1)).days == (date(2026, 5, 9), date(2026, 5, 11))


def test_a_long_holiday_moves_them_behind_its_end() -> None:
    """The Spring Festival of 2026 lasts from 15 to 23 February, the National Day to 7 October."""
    decide("deposit_days", "16,17")
    assert deposit_days().window(date(2026, 2, 1)).days == (date(2026, 2, 24),)
    decide("deposit_days", "5,7,8")
    assert deposit_days().window(date(2026, 10, 1)).days == (date(2026, 10, 8),)


def test_where_the_calendar_ends_the_days_are_provisional() -> None:
    window = deposit_days().window(date(2027, 1, 1))
    assert window.days == (date(2027, 1, 11),)
    assert window.provisional


def test_the_clerk_is_reminded_some_working_days_before() -> None:
    assert deposit_days().window(date(2026, 3, 1)).remind_on == date(2026, 3, 4)
    # 9 October: 8 October, then the holiday, then 30 and 29 September
    assert deposit_days().window(date(2026, 10, 1)).remind_on == date(2026, 9, 29)
    decide("deposit_remind_days", "1")
    assert deposit_days().window(date(2026, 10, 1)).remind_on == date(2026, 10, 8)


def test_going_back_leaves_out_holidays() -> None:
    assert back(date(2026, 2, 24), 1, calendar()) == date(2026, 2, 14)  # a Saturday, worked


@pytest.mark.parametrize("typed", ["", "0", "29", "9;10", "nine", "9,", "-1", "9,10,x"])
def test_days_no_month_has_are_refused(app: Flask, typed: str) -> None:
    with pytest.raises(Refused, match="days of the month"):
        settings.store_setting("deposit_days", typed)


def test_days_are_typed_as_people_type_them(app: Flask) -> None:
    assert settings.days_of("10、9，9") == (9, 10)
