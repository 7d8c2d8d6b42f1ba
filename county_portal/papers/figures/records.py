"""What happened in a period, read from the records: a few queries, however large the county."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, and_, cast, exists, func, select, type_coerce
from sqlalchemy.orm import aliased

from county_portal.core import clock
from county_portal.core.workdays import WorkCalendar
from county_portal.editorial.review.steps import ON_THE_ROAD
from county_portal.models import Attribute, Ending, Item, Publication, Revision, State, StepTaken
from county_portal.office.base.extensions import db
from county_portal.office.desk import deadlines
from county_portal.office.rules.policy import Do
from county_portal.papers.figures.periods import Period

UNDER_WAY = frozenset({*ON_THE_ROAD, State.RETURNED})


@dataclass(frozen=True)
class StepRecord:
    """One step of one item."""

    item_id: int
    unit_id: int
    at: datetime


@dataclass(frozen=True)
class FirstPublication:
    """The first publication of an item, described as it was signed then."""

    item_id: int
    unit_id: int  # the unit that reported it
    title: str
    index_number: str
    column: str
    category: str  # empty: none
    formed_on: date
    due_on: date | None
    at: datetime
    took: int  # working days from formation to publication

    @property
    def published_on(self) -> date:
        return clock.county_day(self.at)

    @property
    def late(self) -> bool:
        return self.due_on is not None and self.published_on > self.due_on


@dataclass(frozen=True)
class Aftermath:
    """A correction that was published, or a withdrawal: of which words, and why."""

    item_id: int
    unit_id: int
    title: str
    index_number: str
    at: datetime
    why: str


@dataclass(frozen=True)
class Waiting:
    """An item handed over, meant for the public, past its deadline and unpublished."""

    item_id: int
    unit_id: int
    title: str
    formed_on: date
    due_on: date
    state: State


@dataclass(frozen=True)
class Records:
    """One period. until: the last day counted."""

    until: date
    submitted: tuple[StepRecord, ...]
    returned: tuple[StepRecord, ...]
    declined: tuple[StepRecord, ...]
    published: tuple[FirstPublication, ...]
    corrected: tuple[Aftermath, ...]
    withdrawn: tuple[Aftermath, ...]
    waiting: tuple[Waiting, ...]


def read_records(period: Period) -> Records:
    """Read the period as far as it has gone."""
    return Records(
        until=min(period.last, clock.today()),
        submitted=submitted(period),
        returned=taken(period, Do.ITEM_RETURN),
        declined=taken(period, Do.ITEM_DECLINE),
        published=published(period, deadlines.calendar()),
        corrected=corrected(period),
        withdrawn=withdrawals_of_period(period),
        waiting=overdue_items(period),
    )


def begun() -> date | None:
    """Return the day of the first record. None: there is none."""
    first = db.session.scalar(select(func.min(StepTaken.at)))
    return clock.county_day(first) if first else None


def moment_within(moment: Any, period: Period) -> ColumnElement[bool]:
    """Build the condition that the moment of a row lies in the period."""
    start, end = period.bounds
    return and_(moment >= start, moment < end)


def signed_word(*path: str) -> ColumnElement[str]:
    """Return the column of what manifests say at that place; the database counts without us."""
    manifest: Any = Revision.manifest_text
    if db.engine.dialect.name == "postgresql":
        manifest = cast(manifest, JSON)
    value: ColumnElement[str] = type_coerce(manifest, JSON)[path].as_string()
    return value


def first_publication_id() -> ColumnElement[int]:
    """Return the id of the first publication of each item of a query."""
    first = select(func.min(Publication.id)).where(Publication.item_id == Item.id)
    return first.correlate(Item).scalar_subquery()


def submitted(period: Period) -> tuple[StepRecord, ...]:
    """Select items handed over for the first time."""
    return taken(period, Do.ITEM_SUBMIT, ~submitted_before())


def submitted_before() -> ColumnElement[bool]:
    """Tell whether the item of a step had been handed over before the step."""
    before = aliased(StepTaken)
    return exists().where(
        before.item_id == StepTaken.item_id,
        before.action == Do.ITEM_SUBMIT,
        before.id < StepTaken.id,
    )


def taken(period: Period, action: Do, *more: ColumnElement[bool]) -> tuple[StepRecord, ...]:
    """Select each time a step was taken."""
    query = (
        select(Item.id, Item.unit_id, StepTaken.at)
        .join(StepTaken, StepTaken.item_id == Item.id)
        .where(StepTaken.action == action, moment_within(StepTaken.at, period), *more)
        .order_by(StepTaken.at, StepTaken.id)
    )
    return tuple(StepRecord(*row) for row in db.session.execute(query))


def published(period: Period, calendar: WorkCalendar) -> tuple[FirstPublication, ...]:
    """Select items published for the first time, in the words that were signed then.

    Not in the words the item has now: a correction under way must not move
    figures of a month gone by.
    """
    query = (
        select(
            Item.id,
            Item.unit_id,
            Item.publish_due_on,
            Publication.published_at,
            Publication.index_number,
            Revision.manifest,
        )
        .join(Publication, Publication.id == first_publication_id())
        .join(Revision, Revision.id == Publication.revision_id)
        .where(moment_within(Item.first_published_at, period))
        .order_by(Item.first_published_at, Item.id)
    )
    return tuple(
        FirstPublication(
            item_id=item_id,
            unit_id=unit_id,
            title=words.title,
            index_number=number,
            column=words.column_slug,
            category=words.category_code,
            formed_on=words.formation_day,
            due_on=due_on,
            at=at,
            took=calendar.between(words.formation_day, clock.county_day(at)),
        )
        for item_id, unit_id, due_on, at, number, words in db.session.execute(query)
    )


def corrected(period: Period) -> tuple[Aftermath, ...]:
    """Select publications of items published before, with the reason of the correction."""
    before, step = aliased(Publication), aliased(StepTaken)
    why = (
        select(step.note)
        .where(
            step.item_id == Publication.item_id,
            step.action.in_((Do.ITEM_CORRECT, Do.ITEM_REWORK)),
            step.at <= Publication.published_at,
        )
        .order_by(step.id.desc())
        .limit(1)
        .correlate(Publication)
        .scalar_subquery()
    )
    earlier = exists().where(before.item_id == Publication.item_id, before.id < Publication.id)
    return _aftermath(why, Publication.published_at, period, earlier)


def withdrawals_of_period(period: Period) -> tuple[Aftermath, ...]:
    """Return what was taken from the public, with the reason that was given."""
    withdrawn = Publication.ending == Ending.WITHDRAWN
    return _aftermath(Publication.reason, Publication.ended_at, period, withdrawn)


def _aftermath(
    why: Any, at: Any, period: Period, condition: ColumnElement[bool]
) -> tuple[Aftermath, ...]:
    """Select what became of those publications in the period of which the condition holds."""
    query = (
        select(Item.id, Item.unit_id, Revision.manifest, Publication.index_number, at, why)
        .join(Publication, Publication.item_id == Item.id)
        .join(Revision, Revision.id == Publication.revision_id)
        .where(moment_within(at, period), condition)
        .order_by(at, Publication.id)
    )
    return tuple(
        Aftermath(item_id, unit_id, words.title, number, at, why or "")
        for item_id, unit_id, words, number, at, why in db.session.execute(query)
    )


def overdue_items(period: Period) -> tuple[Waiting, ...]:
    """Return what was overdue and unpublished when the period ended, or is now if it has not ended.

    State and words are those of that moment: of the last step before it.
    """
    _start, end = period.bounds
    newest = (
        select(func.max(StepTaken.id))
        .where(StepTaken.item_id == Item.id, StepTaken.at < end)
        .correlate(Item)
        .scalar_subquery()
    )
    query = (
        select(Item.id, Item.unit_id, Item.publish_due_on, StepTaken.now, Revision.manifest)
        .join(StepTaken, StepTaken.id == newest)
        .join(
            Revision,
            (Revision.item_id == Item.id) & (Revision.number == StepTaken.revision_number),
        )
        .where(
            Item.publish_due_on < min(period.last + timedelta(days=1), clock.today()),
            (Item.first_published_at.is_(None)) | (Item.first_published_at >= end),
            StepTaken.now.in_(UNDER_WAY),
        )
        .order_by(Item.publish_due_on, Item.id)
    )
    return tuple(
        Waiting(item_id, unit_id, words.title, words.formation_day, due_on, state)
        for item_id, unit_id, due_on, state, words in db.session.execute(query)
        if words.attribute == Attribute.PROACTIVE and due_on
    )
