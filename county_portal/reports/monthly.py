"""The monthly report: all its figures, and how they are put together.

The dataclass holds everything the paper prints; the template looks nothing up.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from county_portal import settings
from county_portal.core import clock
from county_portal.core.pdf import render_pdf
from county_portal.extensions import db
from county_portal.models import Category, Column, State, Unit, UnitKind
from county_portal.policy import Do
from county_portal.reports import records, words
from county_portal.reports.figures import middle, share
from county_portal.reports.records import FirstPublication, Records

KINDS = list(UnitKind)


@dataclass(frozen=True)
class Totals:
    """The county's figures of one month.

    submitted: items handed over for the first time. returned: times, not items.
    corrected: publications of an item that had been published before.
    overdue: items whose deadline had passed unpublished when the month ended.
    """

    submitted: int
    published: int
    on_time: int
    late: int
    on_time_share: Decimal
    returned: int
    declined: int
    corrected: int
    withdrawn: int
    overdue: int
    median_days: Decimal | None  # working days from formation to publication


@dataclass(frozen=True)
class Change:
    """One of the totals beside the month before. rate: per cent; None when there was nothing."""

    figure: str
    now: int
    before: int
    change: int
    rate: Decimal | None


@dataclass(frozen=True)
class UnitLine:
    """What one unit reported; published_before: in the month before."""

    code: str
    name: str
    kind: str
    submitted: int
    published: int
    published_before: int
    returned: int
    declined: int
    on_time: int
    late: int
    median_days: Decimal | None


@dataclass(frozen=True)
class ColumnLine:
    """What was published in one column. under: the column above it, if any."""

    slug: str
    name: str
    under: str
    count: int
    share: Decimal


@dataclass(frozen=True)
class CategoryLine:
    """What was published of one statutory kind. An empty code: of none."""

    code: str
    name: str
    article: str
    count: int
    share: Decimal


@dataclass(frozen=True)
class OverdueLine:
    """An item that missed its deadline: published late, or lying somewhere unpublished."""

    title: str
    unit: str
    formed_on: date
    due_on: date
    published_on: date | None
    days_over: int  # calendar days after the deadline
    state: str  # where it lay when the month ended


@dataclass(frozen=True)
class MonthlyReport:
    """Everything the paper prints. until: the last day counted."""

    month: date
    until: date
    county: str
    office: str
    totals: Totals
    before: Totals
    changes: tuple[Change, ...]
    units: tuple[UnitLine, ...]
    columns: tuple[ColumnLine, ...]
    categories: tuple[CategoryLine, ...]
    overdue: tuple[OverdueLine, ...]

    @property
    def partial(self) -> bool:
        """Whether the month had not ended when it was counted."""
        return (self.until + timedelta(days=1)).month == self.month.month


@dataclass(frozen=True)
class Stamp:
    """When a report was made of which figures, and where the log stood then."""

    made_at: datetime
    figures_hash: str
    audit_head: str

    @property
    def made_here(self) -> datetime:
        """The same moment on the county's clocks."""
        return self.made_at.astimezone(clock.COUNTY)


def build(month: date) -> MonthlyReport:
    """Count the month, as far as it has gone. The number of queries is the same for any county."""
    first = month.replace(day=1)
    now = records.read(first)
    earlier = records.read((first - timedelta(days=1)).replace(day=1))
    totals, before = _totals(now), _totals(earlier)
    return MonthlyReport(
        month=first,
        until=now.until,
        county=settings.value("county_name"),
        office=settings.value("host_unit"),
        totals=totals,
        before=before,
        changes=tuple(_changes(totals, before)),
        units=tuple(_units(now, earlier)),
        columns=tuple(_columns(now.published)),
        categories=tuple(_categories(now.published)),
        overdue=tuple(_overdue(now)),
    )


def to_pdf(report: MonthlyReport, stamp: Stamp) -> bytes:
    """The report as it is printed and filed."""
    return render_pdf("reports/monthly.html", report=report, stamp=stamp, words=words)


def _totals(month: Records) -> Totals:
    published = month.published
    late = sum(one.late for one in published)
    return Totals(
        submitted=sum(month.submitted.values()),
        published=len(published),
        on_time=len(published) - late,
        late=late,
        on_time_share=share(len(published) - late, len(published)),
        returned=sum(month.taken[Do.ITEM_RETURN].values()),
        declined=sum(month.taken[Do.ITEM_DECLINE].values()),
        corrected=month.corrected,
        withdrawn=month.withdrawn,
        overdue=len(month.waiting),
        median_days=middle(one.took for one in published),
    )


COMPARED = (
    "submitted",
    "published",
    "on_time",
    "late",
    "returned",
    "declined",
    "corrected",
    "withdrawn",
    "overdue",
)


def _changes(totals: Totals, before: Totals) -> Iterable[Change]:
    for figure in COMPARED:
        now, then = getattr(totals, figure), getattr(before, figure)
        rate = share(now - then, then) if then else None
        yield Change(figure, now, then, now - then, rate)


def _units(month: Records, earlier: Records) -> Iterable[UnitLine]:
    """A line for each unit that is open or did something, in the order of kind and position."""
    published = Counter(one.unit_id for one in month.published)
    late = Counter(one.unit_id for one in month.published if one.late)
    before = Counter(one.unit_id for one in earlier.published)
    units = db.session.scalars(select(Unit).order_by(Unit.position, Unit.code)).all()
    for unit in sorted(units, key=lambda one: KINDS.index(one.kind)):
        line = UnitLine(
            code=unit.code,
            name=unit.name,
            kind=unit.kind.value,
            submitted=month.submitted[unit.id],
            published=published[unit.id],
            published_before=before[unit.id],
            returned=month.taken[Do.ITEM_RETURN][unit.id],
            declined=month.taken[Do.ITEM_DECLINE][unit.id],
            on_time=published[unit.id] - late[unit.id],
            late=late[unit.id],
            median_days=middle(one.took for one in month.published if one.unit_id == unit.id),
        )
        did = (line.submitted, line.published, before[unit.id], line.returned, line.declined)
        if unit.active or any(did):
            yield line


def _columns(published: Sequence[FirstPublication]) -> Iterable[ColumnLine]:
    """A line for each column that is open or got something; those below another follow it."""
    counts = Counter(one.column for one in published)
    query = select(Column).options(joinedload(Column.parent))
    for column in sorted(db.session.scalars(query), key=_place):
        if column.open or counts[column.slug]:
            under = column.parent.name if column.parent else ""
            count = counts[column.slug]
            yield ColumnLine(column.slug, column.name, under, count, share(count, len(published)))


def _place(column: Column) -> tuple[int, int, int, int]:
    """By the column above, itself before what is below it."""
    above = column.parent or column
    return (above.position, above.id, column.position if column.parent else -1, column.id)


def _categories(published: Sequence[FirstPublication]) -> Iterable[CategoryLine]:
    """A line for each category that is used or got something; what has none comes last."""
    counts = Counter(one.category for one in published)
    query = select(Category).order_by(Category.position, Category.code)
    for one in db.session.scalars(query):
        if one.active or counts[one.code]:
            count = counts[one.code]
            yield CategoryLine(one.code, one.name, one.article, count, share(count, len(published)))
    yield CategoryLine("", "", "", counts[""], share(counts[""], len(published)))


def _overdue(month: Records) -> list[OverdueLine]:
    """What was published late, and what waits; the longest overdue come first."""
    names = dict(db.session.execute(select(Unit.id, Unit.name)).all())
    lines = [
        OverdueLine(
            title=one.title,
            unit=names[one.unit_id],
            formed_on=one.formed_on,
            due_on=one.due_on,
            published_on=one.published_on,
            days_over=(one.published_on - one.due_on).days,
            state=State.PUBLISHED.value,
        )
        for one in month.published
        if one.late and one.due_on
    ]
    lines += [
        OverdueLine(
            title=one.title,
            unit=names[one.unit_id],
            formed_on=one.formed_on,
            due_on=one.due_on,
            published_on=None,
            days_over=(month.until - one.due_on).days,
            state=one.state.value,
        )
        for one in month.waiting
    ]
    return sorted(lines, key=lambda line: (-line.days_over, line.due_on, line.unit, line.title))
