"""Entering a year of the working calendar: weekdays that are off, weekend days that are worked."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, select

from county_portal.core.errors import OutOfDate, Refused
from county_portal.models import CalendarDay, CalendarYear, Person
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.desk.calendar import seed_calendar
from county_portal.office.desk.deadlines import recount_open
from county_portal.office.rules.policy import Do, require

LINE = re.compile(r"(\d{4}-\d\d-\d\d)(?:\s*(?:-|–|—|~|至|\.\.)\s*(\d{4}-\d\d-\d\d))?(?:\s+(.*))?")
LONGEST = 31  # days, one span


@dataclass(frozen=True)
class YearDraft:
    """A year as it is typed: one day or span a line, with its name."""

    year: int
    source: str
    holidays: str
    makeup: str


@dataclass(frozen=True)
class CalendarYearLine:
    """One year of the list."""

    year: int
    source: str
    holidays: int
    makeup: int


def find_years() -> list[CalendarYearLine]:
    """Find the years that are entered, newest first."""
    counted = select(CalendarDay.year, CalendarDay.worked, func.count()).group_by(
        CalendarDay.year, CalendarDay.worked
    )
    counts = {(year, worked): count for year, worked, count in db.session.execute(counted)}
    years = db.session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc()))
    return [
        CalendarYearLine(
            one.year, one.source, counts.get((one.year, False), 0), counts.get((one.year, True), 0)
        )
        for one in years
    ]


def year_as_draft(year: int) -> YearDraft:
    """Return the year as its form shows it; empty for one that nobody has entered."""
    row = db.session.get(CalendarYear, year)
    query = select(CalendarDay).where(CalendarDay.year == year).order_by(CalendarDay.day)
    days = list(db.session.scalars(query))
    return YearDraft(
        year,
        row.source if row else "",
        "\n".join(_line(day) for day in days if not day.worked),
        "\n".join(_line(day) for day in days if day.worked),
    )


def year_mark(draft: YearDraft) -> str:
    """Return a mark that changes when anything in the year changes."""
    facts = (draft.source, draft.holidays, draft.makeup)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def enter_year(draft: YearDraft, *, seen: str, by: Person) -> int:
    """Enter the year in full. Return how many items have another deadline now.

    seen: the mark of the year when the form was drawn.
    """
    require(by, Do.CALENDAR_MANAGE)
    if year_mark(year_as_draft(draft.year)) != seen:
        raise OutOfDate("This year was entered or changed since the page was drawn")
    days = [*_off(draft), *_worked(draft)]
    row = db.session.get(CalendarYear, draft.year)
    if row is None:
        db.session.add(CalendarYear(year=draft.year, source=draft.source))
    else:
        row.source = draft.source
    db.session.flush()
    db.session.execute(delete(CalendarDay).where(CalendarDay.year == draft.year))
    db.session.add_all(days)
    db.session.flush()
    changed = recount_open()
    audit.record(
        by,
        Do.CALENDAR_MANAGE,
        f"calendar_years:{draft.year}",
        off=sum(not day.worked for day in days),
        worked=sum(day.worked for day in days),
        deadlines_changed=changed,
    )
    return changed


def bring_announced_years(*, by: Person) -> int:
    """Enter the years the program knows to be announced; others stay. Return how many came."""
    require(by, Do.CALENDAR_MANAGE)
    came = seed_calendar()
    changed = recount_open() if came else 0
    audit.record(by, Do.CALENDAR_MANAGE, "calendar_years", years=came, deadlines_changed=changed)
    return came


def _line(day: CalendarDay) -> str:
    return f"{day.day.isoformat()} {day.name}".strip()


def _off(draft: YearDraft) -> Iterator[CalendarDay]:
    """Yield the weekdays among the days that are off; weekends inside a span are off anyway."""
    for day, name in sorted(parse_days(draft.holidays, draft.year).items()):
        if day.weekday() < 5:
            yield CalendarDay(day=day, year=draft.year, worked=False, name=name)


def _worked(draft: YearDraft) -> Iterator[CalendarDay]:
    for day, name in sorted(parse_days(draft.makeup, draft.year).items()):
        if day.weekday() < 5:
            raise Refused("%(day)s is no weekend day; it is worked anyway", day=day.isoformat())
        yield CalendarDay(day=day, year=draft.year, worked=True, name=name)


def parse_days(text: str, year: int) -> dict[date, str]:
    """Read each day of the lines with its name. A line is a day or a span, then a name.

    Raises Refused for a line that cannot be read, a day of another year, a day named twice.
    """
    days: dict[date, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            for day, name in _span(line.strip(), number):
                if day.year != year:
                    raise Refused(
                        "%(day)s does not lie in %(year)s", day=day.isoformat(), year=year
                    )
                if day in days:
                    raise Refused("%(day)s is named twice", day=day.isoformat())
                days[day] = name
    return days


def _span(line: str, number: int) -> Iterator[tuple[date, str]]:
    match = LINE.fullmatch(line)
    try:
        first = date.fromisoformat(match[1]) if match else date.max
        last = date.fromisoformat(match[2]) if match and match[2] else first
    except ValueError:
        match = None
    if match is None or not 0 <= (last - first).days < LONGEST:
        raise Refused(
            "Line %(number)s cannot be read: “%(line)s”. Write 2027-02-05 or"
            " 2027-02-05..2027-02-11, then a name",
            number=number,
            line=line[:40],
        )
    for days in range((last - first).days + 1):
        yield first + timedelta(days=days), match[3] or ""
