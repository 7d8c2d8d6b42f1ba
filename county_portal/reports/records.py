"""What happened in a month, read from the records: a few queries, however large the county."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from county_portal import deadlines, models
from county_portal.core import clock
from county_portal.core.workdays import WorkCalendar
from county_portal.extensions import db
from county_portal.models import Attribute, Ending, Item, Revision, State, StepTaken
from county_portal.policy import Do
from county_portal.review.steps import ON_THE_ROAD

UNDER_WAY = frozenset({*ON_THE_ROAD, State.RETURNED})
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FirstPublication:
    """The first publication of an item, described as it was signed then."""

    unit_id: int  # the unit that reported it
    title: str
    column: str
    category: str  # empty: none
    formed_on: date
    due_on: date | None
    published_on: date
    took: int  # working days from formation to publication

    @property
    def late(self) -> bool:
        return self.due_on is not None and self.published_on > self.due_on


@dataclass(frozen=True)
class Waiting:
    """An item handed over, meant for the public, past its deadline and unpublished."""

    unit_id: int
    title: str
    formed_on: date
    due_on: date
    state: State


@dataclass(frozen=True)
class Records:
    """One month. until: the last day counted. Counters are by the id of the unit."""

    until: date
    submitted: Counter[int]
    taken: dict[Do, Counter[int]]
    published: tuple[FirstPublication, ...]
    corrected: int
    withdrawn: int
    waiting: tuple[Waiting, ...]


def read(month: date) -> Records:
    """The month as far as it has gone."""
    start, end = clock.month_bounds(month)
    until = min(clock.county_day(end) - ONE_DAY, clock.today())
    calendar = deadlines.calendar()
    return Records(
        until=until,
        submitted=_submitted(start, end),
        taken={action: _taken(action, start, end) for action in (Do.ITEM_RETURN, Do.ITEM_DECLINE)},
        published=tuple(_published(start, end, calendar)),
        corrected=_corrected(start, end),
        withdrawn=_withdrawn(start, end),
        waiting=tuple(_waiting(end)),
    )


def _submitted(start: datetime, end: datetime) -> Counter[int]:
    """Items handed over for the first time, by unit."""
    before = aliased(StepTaken)
    again = exists().where(
        before.item_id == StepTaken.item_id,
        before.action == Do.ITEM_SUBMIT,
        before.id < StepTaken.id,
    )
    return _by_unit(Do.ITEM_SUBMIT, start, end, ~again)


def _taken(action: Do, start: datetime, end: datetime) -> Counter[int]:
    """How often a step was taken, by unit."""
    return _by_unit(action, start, end)


def _by_unit(
    action: Do, start: datetime, end: datetime, *more: ColumnElement[bool]
) -> Counter[int]:
    query = (
        select(Item.unit_id, func.count())
        .join(StepTaken, StepTaken.item_id == Item.id)
        .where(StepTaken.action == action, StepTaken.at >= start, StepTaken.at < end, *more)
        .group_by(Item.unit_id)
    )
    return Counter(dict(db.session.execute(query).all()))


def _published(start: datetime, end: datetime, calendar: WorkCalendar) -> list[FirstPublication]:
    """Items published for the first time, in the words that were signed then.

    Not in the words the item has now: a correction under way must not move
    figures of a month gone by.
    """
    first = (
        select(func.min(models.Publication.id))
        .where(models.Publication.item_id == Item.id)
        .correlate(Item)
        .scalar_subquery()
    )
    query = (
        select(Item.unit_id, Item.publish_due_on, Item.first_published_at, Revision.manifest)
        .join(models.Publication, models.Publication.id == first)
        .join(Revision, Revision.id == models.Publication.revision_id)
        .where(Item.first_published_at >= start, Item.first_published_at < end)
        .order_by(Item.first_published_at, Item.id)
    )
    rows = db.session.execute(query)
    return [_publication(one, due_on, at, words, calendar) for one, due_on, at, words in rows if at]


def _publication(
    unit_id: int, due_on: date | None, at: datetime, manifest: str, calendar: WorkCalendar
) -> FirstPublication:
    words = json.loads(manifest)
    formed_on, published_on = date.fromisoformat(words["formed_on"]), clock.county_day(at)
    return FirstPublication(
        unit_id=unit_id,
        title=words["title"],
        column=words["column"]["slug"],
        category=words["category"]["code"] if words["category"] else "",
        formed_on=formed_on,
        due_on=due_on,
        published_on=published_on,
        took=calendar.between(formed_on, published_on),
    )


def _corrected(start: datetime, end: datetime) -> int:
    """Publications of items that had been published before."""
    this, before = models.Publication, aliased(models.Publication)
    query = select(func.count(this.id)).where(
        this.published_at >= start,
        this.published_at < end,
        exists().where(before.item_id == this.item_id, before.id < this.id),
    )
    return db.session.scalar(query) or 0


def _withdrawn(start: datetime, end: datetime) -> int:
    this = models.Publication
    query = select(func.count(this.id)).where(
        this.ending == Ending.WITHDRAWN, this.ended_at >= start, this.ended_at < end
    )
    return db.session.scalar(query) or 0


def _waiting(end: datetime) -> list[Waiting]:
    """What was overdue and unpublished when the month ended, or is now if it has not ended.

    State and words are those of that moment: of the last step before it.
    """
    newest = (
        select(func.max(StepTaken.id))
        .where(StepTaken.item_id == Item.id, StepTaken.at < end)
        .correlate(Item)
        .scalar_subquery()
    )
    query = (
        select(Item.unit_id, Item.publish_due_on, StepTaken.now, Revision.manifest)
        .join(StepTaken, StepTaken.id == newest)
        .join(
            Revision,
            (Revision.item_id == Item.id) & (Revision.number == StepTaken.revision_number),
        )
        .where(
            Item.publish_due_on < min(clock.county_day(end), clock.today()),
            (Item.first_published_at.is_(None)) | (Item.first_published_at >= end),
            StepTaken.now.in_(UNDER_WAY),
        )
        .order_by(Item.publish_due_on, Item.id)
    )
    found = []
    for unit_id, due_on, state, manifest in db.session.execute(query):
        words = json.loads(manifest)
        if words["attribute"] == Attribute.PROACTIVE and due_on:
            formed_on = date.fromisoformat(words["formed_on"])
            found.append(Waiting(unit_id, words["title"], formed_on, due_on, state))
    return found
