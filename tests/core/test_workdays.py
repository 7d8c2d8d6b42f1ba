"""Working days: what counting promises for any calendar, and the calendar of one real spring."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from county_portal.core.workdays import ONE_DAY, WorkCalendar

FIRST, LAST = date(2023, 1, 1), date(2028, 12, 31)
KNOWN = range(2024, 2028)
DAYS = st.dates(FIRST, LAST)
COUNTS = st.integers(0, 90)
# Spring Festival 2026: the working week of 16 February is off, and 14 and 28 February are worked.
SPRING = WorkCalendar.of(
    [2026],
    holidays=[date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23)],
    makeup=[date(2026, 2, 14), date(2026, 2, 28)],
)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """A calendar with some weekdays off and some weekend days worked, as an office enters it."""
    days = draw(st.sets(DAYS, max_size=40))
    spans = draw(st.lists(DAYS, max_size=3))
    days |= {first + ONE_DAY * n for first in spans for n in range(9)}
    return WorkCalendar.of(
        draw(st.sets(st.sampled_from(KNOWN))),
        holidays=[day for day in days if day.weekday() < 5],
        makeup=[day for day in days if day.weekday() >= 5],
    )


def counted(calendar: WorkCalendar, start: date, end: date) -> int:
    """How many days after start, up to and including end, are worked: one by one."""
    days = (start + ONE_DAY * n for n in range(1, (end - start).days + 1))
    return len([day for day in days if calendar.is_workday(day)])


# What is a working day


@given(calendars(), DAYS)
def test_a_day_is_worked_unless_it_is_off_and_a_weekend_day_only_if_it_is_made_up(calendar, day):
    if day.weekday() < 5:
        assert calendar.is_workday(day) is (day not in calendar.holidays)
    else:
        assert calendar.is_workday(day) is (day in calendar.makeup)


@given(calendars(), DAYS)
def test_a_calendar_knows_the_days_of_its_years_and_no_others(calendar, day):
    assert calendar.knows(day) is (day.year in calendar.years)


# Adding


@given(calendars(), DAYS, st.integers(1, 90))
def test_what_is_due_never_falls_on_a_day_off(calendar, start, count):
    assert calendar.is_workday(calendar.add(start, count).on)


@given(calendars(), DAYS)
def test_nothing_to_wait_for_is_due_on_the_day_itself(calendar, start):
    assert calendar.add(start, 0) == (start, False)


@given(calendars(), DAYS, COUNTS)
def test_between_a_day_and_what_is_due_lie_exactly_the_days_that_were_added(calendar, start, count):
    due = calendar.add(start, count).on
    assert calendar.between(start, due) == counted(calendar, start, due) == count


@given(calendars(), DAYS, DAYS)
def test_the_days_between_lead_back_to_the_last_worked_day(calendar, one, other):
    start, end = min(one, other), max(one, other)
    due = calendar.add(start, calendar.between(start, end)).on
    assert due <= end
    assert calendar.between(due, end) == 0, "only days off lie behind it"


@given(calendars(), DAYS, COUNTS, COUNTS)
def test_adding_twice_is_adding_once(calendar, start, count, more):
    middle = calendar.add(start, count)
    end = calendar.add(middle.on, more)
    whole = calendar.add(start, count + more)
    assert whole == (end.on, middle.provisional or end.provisional)


@given(calendars(), DAYS, DAYS, COUNTS)
def test_who_begins_later_is_not_due_earlier(calendar, one, other, count):
    earlier, later = sorted((one, other))
    assert calendar.add(earlier, count).on <= calendar.add(later, count).on


@given(calendars(), DAYS, COUNTS)
def test_a_day_more_is_due_later(calendar, start, count):
    assert calendar.add(start, count).on < calendar.add(start, count + 1).on


@given(calendars(), DAYS, st.integers(1, 90), DAYS)
def test_a_holiday_more_makes_nothing_due_earlier(calendar, start, count, day):
    assume(day.weekday() < 5)
    longer = WorkCalendar(calendar.holidays | {day}, calendar.makeup, calendar.years)
    before, after = calendar.add(start, count).on, longer.add(start, count).on
    moved = calendar.is_workday(day) and start < day <= before
    assert (after > before) is moved
    assert after >= before


@given(calendars(), DAYS, st.integers(1, 90), DAYS)
def test_a_weekend_day_more_that_is_worked_makes_nothing_due_later(calendar, start, count, day):
    assume(day.weekday() >= 5)
    shorter = WorkCalendar(calendar.holidays, calendar.makeup | {day}, calendar.years)
    assert shorter.add(start, count).on <= calendar.add(start, count).on


# Counting between


@given(calendars(), DAYS, DAYS)
def test_counting_backwards_is_counting_forwards_with_the_sign_changed(calendar, one, other):
    assert calendar.between(one, other) == -calendar.between(other, one)


@given(calendars(), DAYS, DAYS, DAYS)
def test_spans_that_follow_each_other_add_up(calendar, one, other, third):
    a, b, c = sorted((one, other, third))
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)


@given(calendars(), DAYS)
def test_from_one_day_to_the_next_is_one_if_the_next_is_worked(calendar, day):
    assert calendar.between(day, day) == 0
    assert calendar.between(day, day + ONE_DAY) == calendar.is_workday(day + ONE_DAY)


# Years that are not entered


@given(calendars(), DAYS, COUNTS)
def test_a_date_is_provisional_exactly_if_a_counted_day_lies_in_an_unknown_year(
    calendar, start, count
):
    due = calendar.add(start, count)
    days = [start + ONE_DAY * n for n in range(1, (due.on - start).days + 1)]
    assert due.provisional is any(not calendar.knows(day) for day in days)


@given(calendars(), DAYS, COUNTS)
def test_entering_the_years_makes_every_date_firm_and_moves_none(calendar, start, count):
    every = frozenset(range(FIRST.year, LAST.year + 3))
    entered = WorkCalendar(calendar.holidays, calendar.makeup, every)
    assert entered.add(start, count) == (calendar.add(start, count).on, False)


@given(DAYS, COUNTS)
def test_without_holidays_five_working_days_are_a_week(start, weeks):
    assume(start.weekday() < 5)
    calendar = WorkCalendar.of([])
    assert calendar.add(start, 5 * weeks).on == start + timedelta(weeks=weeks)


# Spring Festival 2026


def test_the_working_days_of_a_real_spring():
    friday = date(2026, 2, 13)
    due = [SPRING.add(friday, count).on.day for count in range(1, 7)]
    assert due == [14, 24, 25, 26, 27, 28]
    assert SPRING.between(friday, date(2026, 2, 23)) == 1, "the Saturday that is worked"
    assert SPRING.between(date(2026, 2, 14), date(2026, 2, 23)) == 0


def test_a_span_that_only_ends_in_an_unknown_year_is_provisional():
    assert SPRING.add(date(2026, 12, 30), 1) == (date(2026, 12, 31), False)
    assert SPRING.add(date(2026, 12, 30), 2) == (date(2027, 1, 1), True)
    assert SPRING.add(date(2025, 12, 31), 1) == (date(2026, 1, 1), False), "day 0 is not counted"
