"""Behind a figure: the items that were counted, from the records of the period."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from county_portal.core.errors import Missing
from county_portal.core.paging import Page, fitting
from county_portal.models import Item, MadeReport, Person, Unit, Verdict
from county_portal.office.base.extensions import db
from county_portal.office.desk import deadlines
from county_portal.office.rules.policy import Do, require, viewable_items
from county_portal.papers.figures import records, reviews, sections
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports.services import period_named, period_of

PER_PAGE = 50
VERDICTS = {
    "release": Verdict.RELEASE,
    "release_on_request": Verdict.RELEASE_ON_REQUEST,
    "withhold": Verdict.WITHHOLD,
    "refer": Verdict.REFER,
    "sent_back": Verdict.RETURN,
}


@dataclass(frozen=True)
class Behind:
    """One thing that was counted. at: when; None for what only lies there."""

    item: Item
    at: datetime | None


def find_counted(
    made: MadeReport, figure: str, narrowed: Mapping[str, str], *, page: int, by: Person
) -> Page[Behind]:
    """Find what is counted in a figure of the report, narrowed to a unit, column or category.

    `when` among the narrowings names another period than the report's. Raises
    Missing for a figure that does not exist.
    """
    require(by, Do.REPORT_READ)
    period = period_named(narrowed["when"]) if "when" in narrowed else period_of(made)
    counted = list(behind(period, figure, narrowed))
    count = len(counted)
    number = fitting(page, count, PER_PAGE)
    shown = counted[(number - 1) * PER_PAGE : number * PER_PAGE]
    ids = {one.item_id for one in shown}
    seen = {
        item.id: item for item in db.session.scalars(viewable_items(by).where(Item.id.in_(ids)))
    }
    lines = [
        Behind(seen[one.item_id], getattr(one, "at", None)) for one in shown if one.item_id in seen
    ]
    return Page(lines, count, number, PER_PAGE)


def behind(period: Period, figure: str, narrowed: Mapping[str, str]) -> Iterable[Any]:
    """Return the records that were counted: each has an item and a unit."""
    rows = _rows(period, figure)
    unit = narrowed.get("unit")
    if unit is not None:
        unit_id = db.session.scalar(select(Unit.id).where(Unit.code == unit))
        rows = [one for one in rows if one.unit_id == unit_id]
    for name, told in NARROWED.items():
        if name in narrowed:
            rows = [one for one in rows if told(one) == narrowed[name]]
    return rows


NARROWED: dict[str, Callable[[Any], str | None]] = {
    "column": lambda one: getattr(one, "column", None),
    "category": lambda one: getattr(one, "category", None),
    "took": lambda one: sections.bucket_of(one.took) if hasattr(one, "category") else None,
    "ground": lambda one: getattr(one, "ground", None),
}


def _rows(period: Period, figure: str) -> Iterable[Any]:
    if figure in VERDICTS:
        reviewed = reviews.read_reviews(period, deadlines.calendar())
        return [one for one in reviewed if one.verdict is VERDICTS[figure]]
    if figure not in READERS:
        raise Missing
    return READERS[figure](period)


def _published(period: Period) -> tuple[records.FirstPublication, ...]:
    return records.published(period, deadlines.calendar())


READERS: dict[str, Callable[[Period], Iterable[Any]]] = {
    "submitted": records.submitted,
    "published": _published,
    "on_time": lambda period: [one for one in _published(period) if not one.late],
    "late": lambda period: [one for one in _published(period) if one.late],
    "returned": lambda period: records.taken(period, Do.ITEM_RETURN),
    "declined": lambda period: records.taken(period, Do.ITEM_DECLINE),
    "corrected": records.corrected,
    "withdrawn": records.withdrawals_of_period,
    "overdue": records.overdue_items,
    "reviewed": lambda period: reviews.read_reviews(period, deadlines.calendar()),
}
FIGURES = (*READERS, *VERDICTS)
