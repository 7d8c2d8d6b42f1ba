"""What was frozen when a month was closed, and what the records say otherwise since."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from county_portal.models import ClosedMonth
from county_portal.office.base.extensions import db
from county_portal.papers.figures import records, time_series
from county_portal.papers.figures.contents import (
    Adjustment,
    MonthCount,
    MonthlyReport,
    Totals,
    UnitFigures,
)
from county_portal.papers.figures.figures import read_figures
from county_portal.papers.figures.periods import Period, shift


@dataclass(frozen=True)
class Frozen:
    """The figures of a closed month, and the adjustments its report made to earlier ones."""

    month: date
    totals: Totals
    units: tuple[UnitFigures, ...]
    adjustments: tuple[Adjustment, ...]


def freeze_figures(report: MonthlyReport) -> Frozen:
    return Frozen(report.month, report.totals, report.units, report.adjustments)


def between(first: date, last: date) -> dict[date, Frozen]:
    """Return the closed months from one to another, by their first day."""
    query = select(ClosedMonth.figures).where(
        ClosedMonth.reopened_at.is_(None), ClosedMonth.month >= first, ClosedMonth.month <= last
    )
    months = (_read(figures) for figures in db.session.scalars(query))
    return {one.month: one for one in months}


def _read(figures: str) -> Frozen:
    """Return what was frozen. The first months gave 0 as the share of nothing."""
    frozen = read_figures(Frozen, figures)
    if frozen.totals.published:
        return frozen
    return replace(frozen, totals=replace(frozen.totals, on_time_share=None))


def open_months(
    period: Period, until: date, begun: date | None, closed: Container[date]
) -> tuple[date, ...]:
    """Return its months that are not closed, from that of the first record to that of a day."""
    if begun is None:
        return ()
    first = begun.replace(day=1)
    return tuple(one for one in period.each_month if first <= one <= until and one not in closed)


def open_now(period: Period) -> tuple[date, ...]:
    """Return its months that are not closed at this moment."""
    closed = between(period.first, period.last)
    return open_months(period, period.last, records.begun(), closed)


def adjustments(
    month: date, closed: Mapping[date, Frozen], counts: Mapping[date, MonthCount]
) -> Iterable[Adjustment]:
    """Return where earlier closed months differ from the records by now.

    A difference that the report of a closed month has told already is not told again.
    """
    earlier = {one: closed[one] for one in sorted(closed) if one < month}
    told = [one for frozen in earlier.values() for one in frozen.adjustments]
    for then, frozen in earlier.items():
        if then not in counts:
            continue
        counted = {figure: getattr(counts[then], figure) for figure in time_series.FIGURES}
        if then == shift(month, -1):
            counted["overdue"] = len(records.overdue_items(Period(then)))
        for figure, number in counted.items():
            moved = sum(one.change for one in told if (one.month, one.figure) == (then, figure))
            known = getattr(frozen.totals, figure) + moved
            if number != known:
                yield Adjustment(then, figure, known, number)
