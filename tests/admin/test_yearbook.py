"""Entering a year of the working calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from county_portal.admin import yearbook
from county_portal.core.errors import OutOfDate, Refused
from county_portal.office.base.extensions import db
from county_portal.office.desk import deadlines
from tests.factories import make_item

SPRING = "2027-02-05..2027-02-11 Spring Festival\n2027-01-01 New Year"


def draft(**changed):
    words = {"year": 2027, "source": "A notice", "holidays": SPRING, "makeup": "2027-02-14"}
    return yearbook.YearDraft(**{**words, **changed})


def enter(cast, year_draft, seen=None):
    seen = seen or yearbook.year_mark(yearbook.year_as_draft(year_draft.year))
    return yearbook.enter_year(year_draft, seen=seen, by=cast.sys)


def test_a_year_is_entered_as_the_notice_says_it(cast):
    enter(cast, draft())
    calendar = deadlines.calendar()
    assert not calendar.is_workday(date(2027, 2, 8))
    assert calendar.is_workday(date(2027, 2, 14))
    assert date(2027, 2, 6) not in calendar.holidays  # a Saturday is off anyway
    assert calendar.knows(date(2027, 12, 31))


def test_deadlines_that_were_provisional_are_counted_anew(browse, cast):
    item = make_item(cast.lin, formed_on=date(2026, 2, 27))
    item.formed_on = date(2026, 12, 25)
    deadlines.set_due(item)
    db.session.commit()
    assert (item.publish_due_on, item.due_provisional) == (date(2027, 1, 22), True)
    page = browse(cast.sys)
    form = page.get("/calendar/new")
    page.post(
        "/calendar/new",
        {
            "year": "2027",
            "source": "A notice",
            "holidays": "2027-01-01 New Year",
            "seen": form.select_one("#seen")["value"],
        },
    )
    assert page.address == "/calendar"
    db.session.refresh(item)
    assert (item.publish_due_on, item.due_provisional) == (date(2027, 1, 25), False)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"holidays": "2026-12-31"}, "does not lie in 2027"),
        ({"holidays": "2027-01-01\n2027-01-01"}, "is named twice"),
        ({"holidays": "soon"}, "Line 1 cannot be read"),
        ({"holidays": "2027-01-01\n2027-02-30"}, "Line 2 cannot be read"),
        ({"holidays": "2027-02-05..2027-02-01"}, "cannot be read"),
        ({"holidays": "2027-01-01..2027-12-31"}, "cannot be read"),
        ({"makeup": "2027-02-15"}, "is no weekend day"),
    ],
)
def test_a_year_that_cannot_be_is_refused_with_its_line(cast, changed, reason):
    with pytest.raises(Refused, match=reason):
        enter(cast, draft(**changed))


def test_what_was_typed_stays_when_a_line_cannot_be_read(browse, cast):
    page = browse(cast.sys)
    seen = page.get("/calendar/new").select_one("#seen")["value"]
    words = {"year": "2027", "source": "A notice", "holidays": "soon", "seen": seen}
    answer = page.post("/calendar/new", words, status=422)
    assert answer.select_one("#holidays").text.strip() == "soon"


def test_two_people_enter_the_same_year_and_the_second_is_told(cast):
    seen = yearbook.year_mark(yearbook.year_as_draft(2027))
    enter(cast, draft(), seen)
    with pytest.raises(OutOfDate):
        enter(cast, draft(holidays=""), seen)


def test_a_year_reads_back_as_it_was_entered(browse, cast):
    enter(cast, draft())
    db.session.commit()
    page = browse(cast.he).get("/calendar/2027")
    assert "2027-02-08 Spring Festival" in page.select_one("#holidays").text
    assert page.select_one("#makeup").text.strip() == "2027-02-14"


def test_the_announced_years_come_in_and_the_page_says_what_is_missing(browse, cast):
    page = browse(cast.sys)
    assert "The year 2027 is not entered yet" in page.get("/calendar").text
    page.post("/calendar/announced")
    calendar = deadlines.calendar()
    assert not calendar.is_workday(date(2024, 10, 1))
    assert calendar.knows(date(2024, 1, 1))
    assert calendar.is_workday(date(2025, 10, 1))  # entered before, without holidays: it stays


DAYS = st.dates(date(2027, 1, 1), date(2027, 12, 31))


@given(st.sets(DAYS, max_size=30))
def test_days_are_read_as_they_are_written(days):
    text = "\n".join(f"{day.isoformat()} a name" for day in days)
    assert yearbook.parse_days(text, 2027) == dict.fromkeys(days, "a name")
