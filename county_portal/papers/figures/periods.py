"""The spans that reports are made of: a month, a quarter, half a year, a year."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from county_portal.core import clock
from county_portal.core.errors import Missing, Refused
from county_portal.printing.numerals import numeral

KINDS = {1: "monthly", 3: "quarterly", 6: "half_yearly", 12: "yearly"}
MONTHS = {kind: months for months, kind in KINDS.items()}
LETTERS = {3: "Q", 6: "H"}
CODE = re.compile(r"(20\d\d)(?:-(?:(Q)([1-4])|(H)([12])|(0[1-9]|1[0-2])))?")
HALVES = ("上半年", "下半年")
WORDS = {
    1: ("月报", "本月", "上月"),
    3: ("季报", "本季度", "上季度"),
    6: ("半年报", "本半年", "上一半年"),
    12: ("全年统计", "本年", "上年"),
}


def shift(month: date, months: int) -> date:
    """Return the first day of the month so many months later; earlier if negative."""
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """So many whole months, from the first day of the first."""

    first: date
    months: int = 1

    @classmethod
    def named(cls, code: str) -> "Period":
        """Read 2026-10, 2026-Q3, 2026-H1 or 2026. Raises Refused for anything else."""
        match = CODE.fullmatch(code)
        if match is None:
            raise Refused("Name a period such as 2026-10, 2026-Q3, 2026-H1 or 2026")
        year, _q, quarter, _h, half, month = match.groups()
        if quarter:
            return cls(date(int(year), int(quarter) * 3 - 2, 1), 3)
        if half:
            return cls(date(int(year), int(half) * 6 - 5, 1), 6)
        return cls(date(int(year), int(month), 1), 1) if month else cls(date(int(year), 1, 1), 12)

    @classmethod
    def addressed(cls, code: str) -> "Period":
        """Return the period that an address names. Raises Missing for what is none."""
        if CODE.fullmatch(code) is None:
            raise Missing
        return cls.named(code)

    @classmethod
    def holding(cls, day: date, months: int) -> "Period":
        """Return the period of that length in which the day lies."""
        return cls(date(day.year, (day.month - 1) // months * months + 1, 1), months)

    @property
    def kind(self) -> str:
        return KINDS[self.months]

    @property
    def place(self) -> int:
        """Which of its kind in the year, from 1."""
        return (self.first.month - 1) // self.months + 1

    @property
    def code(self) -> str:
        if self.months == 12:
            return f"{self.first.year}"
        if self.months == 1:
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}-{LETTERS[self.months]}{self.place}"

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment, and the first moment after it, in county time."""
        return clock.day_start(self.first), clock.day_start(shift(self.first, self.months))

    @property
    def last(self) -> date:
        return shift(self.first, self.months) - timedelta(days=1)

    @property
    def each_month(self) -> tuple[date, ...]:
        return tuple(shift(self.first, n) for n in range(self.months))

    @property
    def before(self) -> "Period":
        return Period(shift(self.first, -self.months), self.months)

    @property
    def year_before(self) -> "Period":
        return Period(shift(self.first, -12), self.months)

    # As paper says it

    @property
    def title(self) -> str:
        names = {1: f"{self.first.month}月", 12: ""}
        if self.months == 3:
            names[3] = f"第{numeral(self.place)}季度"
        if self.months == 6:
            names[6] = HALVES[self.place - 1]
        return f"{self.first.year}年{names[self.months]}"

    @property
    def paper(self) -> str:
        """What a report of such a period is called."""
        return WORDS[self.months][0]

    @property
    def this(self) -> str:
        return WORDS[self.months][1]

    @property
    def earlier(self) -> str:
        return WORDS[self.months][2]
