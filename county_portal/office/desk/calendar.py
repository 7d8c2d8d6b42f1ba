"""The county's first calendar: the working days the State Council has announced so far.

Copied once from the `chinesecalendar` package into the county's own table, where the
administrator enters later years by hand. Nothing else asks the package.
"""

from collections.abc import Iterator
from datetime import date

from chinese_calendar.constants import Holiday, holidays, workdays
from sqlalchemy import select

from county_portal.models import CalendarDay, CalendarYear
from county_portal.office.base.extensions import db

SOURCE = "国务院办公厅节假日安排通知"
NAMES = {
    Holiday.new_years_day.value: "元旦",
    Holiday.spring_festival.value: "春节",
    Holiday.tomb_sweeping_day.value: "清明节",
    Holiday.labour_day.value: "劳动节",
    Holiday.dragon_boat_festival.value: "端午节",
    Holiday.national_day.value: "国庆节",
    Holiday.mid_autumn_festival.value: "中秋节",
    Holiday.anti_fascist_70th_day.value: "抗战胜利70周年纪念日",
}


def seed_calendar() -> int:
    """Put every announced year into the table; years there stay as they are.

    Return how many came.
    """
    known = set(db.session.scalars(select(CalendarYear.year)))
    new = sorted(announced_years() - known)
    db.session.add_all(CalendarYear(year=year, source=SOURCE) for year in new)
    db.session.flush()
    db.session.add_all(day for day in _days() if day.year in new)
    db.session.flush()
    return len(new)


def announced_years() -> set[int]:
    """Return the years whose holidays the package knows in full."""
    return {day.year for day in holidays}


def _days() -> Iterator[CalendarDay]:
    """Yield the days that differ from the week: weekdays off, weekend days worked."""
    for day, name in holidays.items():
        if day.weekday() < 5:
            yield _day(day, name, worked=False)
    for day, name in workdays.items():
        if day.weekday() >= 5:
            yield _day(day, name, worked=True)


def _day(day: date, name: str, *, worked: bool) -> CalendarDay:
    return CalendarDay(day=day, year=day.year, worked=worked, name=NAMES.get(name, name))
