"""The clock: the county's days, at midnight, at the year's end, and stopped."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from county_portal.core import clock

# Since 1991 the county keeps one time all year round, eight hours before UTC.
DAYS = st.dates(date(1992, 1, 1), date(2200, 12, 30))
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NAIVE = st.builds(datetime.combine, DAYS, st.times())
MOMENTS = st.builds(datetime.combine, DAYS, st.times(timezones=ZONES))
ONE_DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


# Days


@given(DAYS)
def test_a_day_begins_at_midnight_in_the_county_and_not_a_tick_earlier(day):
    start = clock.day_start(day)
    assert clock.county_day(start) == day
    assert clock.county_day(start - TICK) == day - ONE_DAY
    assert start.astimezone(UTC).hour == 16, "eight hours before the midnight of UTC"


@given(DAYS)
def test_days_follow_each_other_without_a_gap(day):
    assert clock.day_start(day + ONE_DAY) - clock.day_start(day) == ONE_DAY


@given(MOMENTS)
def test_every_moment_lies_in_its_own_day(moment):
    day = clock.county_day(moment)
    assert clock.day_start(day) <= moment < clock.day_start(day + ONE_DAY)


@given(MOMENTS, ZONES)
def test_the_zone_in_which_a_moment_is_told_changes_nothing(moment, zone):
    assert clock.county_day(moment.astimezone(zone)) == clock.county_day(moment)


@given(MOMENTS, MOMENTS)
def test_a_later_moment_never_lies_on_an_earlier_day(one, other):
    earlier, later = sorted((one, other))
    assert clock.county_day(earlier) <= clock.county_day(later)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2025-12-31T15:59:59+00:00", date(2025, 12, 31)),
        ("2025-12-31T16:00:00+00:00", date(2026, 1, 1)),
        ("2026-01-01T00:00:00+08:00", date(2026, 1, 1)),
        ("2025-12-31T23:59:59.999999+08:00", date(2025, 12, 31)),
        ("2025-12-31T23:30:00-05:00", date(2026, 1, 1)),
        ("2024-02-29T16:00:00+00:00", date(2024, 3, 1)),
        ("2024-02-28T16:00:00+00:00", date(2024, 2, 29)),
    ],
)
def test_around_midnight_and_the_years_end_the_county_counts(moment, day):
    assert clock.county_day(datetime.fromisoformat(moment)) == day


# The stopped clock


@given(MOMENTS)
def test_the_stopped_clock_shows_the_moment_in_utc(moment):
    with clock.frozen(moment):
        assert clock.now() == moment
        assert clock.now().tzinfo is UTC
        assert clock.today() == clock.county_day(moment)


@given(NAIVE)
def test_a_time_without_a_zone_is_the_county_s(naive):
    with clock.frozen(naive.isoformat()):
        assert clock.now().astimezone(clock.COUNTY).replace(tzinfo=None) == naive
        assert clock.today() == naive.date()


def test_the_year_changes_at_midnight_in_the_county():
    with clock.frozen("2025-12-31T23:59:59"):
        assert clock.today() == date(2025, 12, 31)
        assert clock.now().year == 2025
    with clock.frozen("2026-01-01T00:00"):
        assert clock.today() == date(2026, 1, 1)
        assert clock.now().year == 2025, "in UTC it is still the old year"


def test_the_clock_goes_on_where_it_was_stopped_before():
    with clock.frozen("2026-03-02T09:00"):
        before = clock.now()
        with pytest.raises(ZeroDivisionError), clock.frozen("2030-01-01"):
            1 / (clock.today() - date(2030, 1, 1)).days
        assert clock.now() == before


def test_the_clock_that_runs_is_aware_and_never_goes_back():
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second
