"""Counting working days. Pure: takes dates and a calendar, never asks what day it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)


class Due(NamedTuple):
    """A due date, and whether it leans on a year whose holidays are not entered yet."""

    on: date
    provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked.

    holidays: weekdays that are off. makeup: weekend days that are worked
    instead. years: the years entered in full. A day outside them counts by
    weekdays alone, and every date that leans on it says that it is provisional.
    """

    holidays: frozenset[date]
    makeup: frozenset[date]
    years: frozenset[int]

    @classmethod
    def of(
        cls, years: Iterable[int], holidays: Iterable[date] = (), makeup: Iterable[date] = ()
    ) -> "WorkCalendar":
        return cls(frozenset(holidays), frozenset(makeup), frozenset(years))

    def knows(self, day: date) -> bool:
        """Tell whether the holidays of the day's year are entered."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """Tell whether the county works on `day`, as far as is known."""
        return day in self.makeup or (day.weekday() < 5 and day not in self.holidays)

    def add(self, start: date, workdays: int) -> Due:
        """Return the date `workdays` working days after `start`; `start` itself is day 0.

        Source: Civil Code art. 201 (the day on which a period begins is not counted).
        """
        day, left, provisional = start, workdays, False
        while left > 0:
            day += ONE_DAY
            provisional = provisional or not self.knows(day)
            left -= self.is_workday(day)
        return Due(day, provisional)

    def between(self, start: date, end: date) -> int:
        """Count the working days after `start`, up to and including `end`.

        Negative when `end` lies before `start`.
        """
        if end < start:
            return -self.between(end, start)
        span = (end - start).days
        return sum(self.is_workday(start + ONE_DAY * n) for n in range(1, span + 1))
