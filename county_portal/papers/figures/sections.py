"""The sections of a report, each made of the records of its period."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.models import Category, Column, LateReason, State, Unit, UnitKind
from county_portal.office.base.extensions import db
from county_portal.papers.figures.contents import (
    Afterwards,
    AnnexGroup,
    Bucket,
    CategoryFigures,
    ColumnFigures,
    OverdueLine,
    PublishedLine,
    UnitFigures,
)
from county_portal.papers.figures.figures import copy_fields, middle, share_of
from county_portal.papers.figures.periods import Period
from county_portal.papers.figures.records import Aftermath, FirstPublication, Records, Waiting

KINDS = list(UnitKind)
LIMITS = (5, 10, 15, 20)  # working days; the last is the general deadline
BUCKETS = ("0-5", "6-10", "11-15", "16-20", "21-")


def bucket_of(days: int) -> str:
    """Return the name of the bucket that so many working days fall into."""
    return BUCKETS[sum(days > limit for limit in LIMITS)]


def all_units() -> Sequence[Unit]:
    """Return every unit, in the order of kind and position."""
    units = db.session.scalars(select(Unit).order_by(Unit.position, Unit.code)).all()
    return sorted(units, key=lambda one: KINDS.index(one.kind))


def unit_figures(
    found: Records, known: Sequence[Unit], before: Mapping[str, int], period: Period
) -> Iterable[UnitFigures]:
    """Return a line for each unit that is open and was there in the period, or did something.

    before: what was published in the period before, by code.
    """
    _start, end = period.bounds
    submitted, returned, declined, published, waiting = (
        Counter(one.unit_id for one in happenings)
        for happenings in (
            found.submitted,
            found.returned,
            found.declined,
            found.published,
            found.waiting,
        )
    )
    late = Counter(one.unit_id for one in found.published if one.late)
    took: dict[int, list[int]] = defaultdict(list)
    for record in found.published:
        took[record.unit_id].append(record.took)
    for unit in known:
        line = UnitFigures(
            code=unit.code,
            name=unit.name,
            kind=unit.kind.value,
            submitted=submitted[unit.id],
            published=published[unit.id],
            published_before=before.get(unit.code, 0),
            returned=returned[unit.id],
            declined=declined[unit.id],
            on_time=published[unit.id] - late[unit.id],
            late=late[unit.id],
            median_days=middle(took[unit.id]),
            overdue=waiting[unit.id],
            active=unit.active,
        )
        did = (line.submitted, line.published, line.published_before, line.returned, line.declined)
        was_there = unit.created_at is None or unit.created_at < end
        if (unit.active and was_there) or any(did) or line.overdue:
            yield line


def ordered_columns() -> Sequence[Column]:
    """Return every column; those below another follow it."""
    return sorted(db.session.scalars(select(Column).options(joinedload(Column.parent))), key=_place)


def _place(column: Column) -> tuple[int, int, int, int]:
    """Return a key that sorts by the column above, itself before what is below it."""
    above = column.parent or column
    return (above.position, above.id, column.position if column.parent else -1, column.id)


def column_figures(
    published: Sequence[FirstPublication],
    known: Sequence[Column],
    fed: Mapping[str, date],
    until: date,
) -> Iterable[ColumnFigures]:
    """Return a line for each column that is open or got something. fed.

    When each last got something.
    """
    counts = Counter(one.column for one in published)
    fed = _with_those_above(fed, known)
    for column in known:
        if column.open or counts[column.slug]:
            count, last_on = counts[column.slug], fed.get(column.slug)
            yield ColumnFigures(
                slug=column.slug,
                name=column.name,
                under=column.parent.name if column.parent else "",
                count=count,
                share=share_of(count, len(published)),
                last_on=last_on,
                update_days=column.update_days,
                overdue_by=_overdue_by(last_on, column.update_days, until),
            )


def _with_those_above(fed: Mapping[str, date], known: Sequence[Column]) -> dict[str, date]:
    """Add what is below a column to what feeds it."""
    all_fed = dict(fed)
    for column in known:
        if column.parent and column.slug in fed:
            above = column.parent.slug
            all_fed[above] = max(fed[column.slug], all_fed.get(above, date.min))
    return all_fed


def _overdue_by(last_on: date | None, update_days: int | None, until: date) -> int | None:
    if update_days is None:
        return 0
    return max(0, (until - last_on).days - update_days) if last_on else None


def categories(published: Sequence[FirstPublication]) -> Iterable[CategoryFigures]:
    """Return a line for each category that is used or got something; what has none comes last."""
    counts = Counter(one.category for one in published)
    query = select(Category).order_by(Category.position, Category.code)
    for category in db.session.scalars(query):
        if category.active or counts[category.code]:
            count = counts[category.code]
            yield CategoryFigures(
                category.code,
                category.name,
                category.article,
                count,
                share_of(count, len(published)),
            )
    yield CategoryFigures("", "", "", counts[""], share_of(counts[""], len(published)))


def overdue(found: Records, names: Mapping[int, str]) -> list[OverdueLine]:
    """Return what was published late, and what waits; the longest overdue come first."""
    missed: list[tuple[FirstPublication | Waiting, date | None, State]] = [
        (one, one.published_on, State.PUBLISHED) for one in found.published if one.late
    ]
    missed += [(one, None, one.state) for one in found.waiting]
    reasons = reasons_of(one.item_id for one, _published_on, _state in missed)
    lines = [
        OverdueLine(
            title=one.title,
            unit=names[one.unit_id],
            formed_on=one.formed_on,
            due_on=one.due_on,
            published_on=published_on,
            days_over=((published_on or found.until) - one.due_on).days,
            state=state.value,
            item=one.item_id,
            reason=reasons.get(one.item_id, ""),
        )
        for one, published_on, state in missed
        if one.due_on
    ]
    return sorted(lines, key=lambda line: (-line.days_over, line.due_on, line.unit, line.title))


def reasons_of(item_ids: Iterable[int]) -> dict[int, str]:
    """Why these items are late, as far as it was written down."""
    wanted = set(item_ids)
    rows = db.session.execute(select(LateReason.item_id, LateReason.reason))
    return {item_id: reason for item_id, reason in rows if item_id in wanted}


def buckets(published: Sequence[FirstPublication]) -> Iterable[Bucket]:
    """Return how long it took from formation to publication."""
    counts = Counter(bucket_of(one.took) for one in published)
    for name in BUCKETS:
        yield Bucket(name, counts[name], share_of(counts[name], len(published)))


def afterwards(rows: Iterable[Aftermath], names: Mapping[int, str]) -> Iterable[Afterwards]:
    """Return what was corrected or withdrawn, in the order in which it happened."""
    for row in rows:
        on = clock.county_day(row.at)
        yield Afterwards(row.title, names[row.unit_id], row.index_number, on, row.why)


def annex(
    published: Sequence[FirstPublication], known: Sequence[Column], names: Mapping[int, str]
) -> Iterable[AnnexGroup]:
    """Return everything that was published, by column and in the order of publication."""
    groups: dict[str, list[PublishedLine]] = defaultdict(list)
    for record in published:
        groups[record.column].append(copy_fields(PublishedLine, record, unit=names[record.unit_id]))
    for column in known:
        if column.slug in groups:
            under = column.parent.name if column.parent else ""
            yield AnnexGroup(column.name, under, tuple(groups[column.slug]))
