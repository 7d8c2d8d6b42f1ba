"""The days of deposit: which they are in a month, and from when the clerk is reminded.

Source: local rule, the 9th and 10th of the month, moved over days off; all of it is a setting.
"""

from dataclasses import dataclass
from datetime import date

from county_portal.core.workdays import ONE_DAY, WorkCalendar
from county_portal.office.base import settings
from county_portal.office.desk.deadlines import calendar


@dataclass(frozen=True)
class Window:
    """The days on which a month's deposit is handed over, each a working day.

    provisional: a day lies in a year whose holidays are not entered. remind_on: the working day
    from which the clerk is reminded.
    """

    month: date
    days: tuple[date, ...]
    remind_on: date
    provisional: bool

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]


@dataclass(frozen=True)
class DepositDays:
    """What the office decided of the days of deposit. remind: so many working days before."""

    calendar: WorkCalendar
    days: tuple[int, ...]
    remind: int

    def window(self, month: date) -> Window:
        """Return the days of deposit of the month in which `month` lies."""
        wanted = [month.replace(day=day) for day in self.days]
        days = tuple(sorted({roll(day, self.calendar) for day in wanted}))
        return Window(
            month=month.replace(day=1),
            days=days,
            remind_on=back(days[0], self.remind, self.calendar),
            provisional=not all(self.calendar.knows(day) for day in days),
        )


def deposit_days() -> DepositDays:
    known = settings.values()
    days = settings.days_of(known["deposit_days"])
    return DepositDays(calendar(), days, int(known["deposit_remind_days"]))


def roll(day: date, known: WorkCalendar) -> date:
    """Return the day itself, or the next that is worked. Two days off may so become the same day.

    Source: Civil Code art. 203 (the day after the holiday is the last day).
    """
    while not known.is_workday(day):
        day += ONE_DAY
    return day


def back(day: date, workdays: int, known: WorkCalendar) -> date:
    """Return the date `workdays` working days before `day`."""
    while workdays > 0:
        day -= ONE_DAY
        workdays -= known.is_workday(day)
    return day
