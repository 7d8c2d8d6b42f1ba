"""What lies on a person's desk: a question to the database, never a loop over items."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    exists,
    func,
    null,
    nulls_last,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from county_portal.core import clock
from county_portal.core.paging import Page
from county_portal.editorial.review.steps import ROAD
from county_portal.models import (
    Column,
    Hand,
    HandKind,
    Item,
    Person,
    SignOff,
    State,
    StepTaken,
    Unit,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import DESKS, Do

PAGE = 50
ON_DESK = 20  # lines of each heap that the desk itself shows
BACK = (State.RETURNED, State.CORRECTING)
UNDER_WAY = tuple(DESKS)
AT_DESKS = UNDER_WAY[:-1]  # what is issued waits for its hour


@dataclass(frozen=True)
class DeskLine:
    """One item on a desk, with what the line shows of it."""

    id: int
    title: str
    unit: str
    column: str
    state: State
    state_since: datetime
    publish_due_on: date | None
    due_provisional: bool
    publish_at: datetime | None
    first_published_at: datetime | None
    note: str = ""  # why it came back


SHOWN = (
    Item.id,
    Item.title,
    Unit.name.label("unit"),
    func.coalesce(Column.name, "").label("column"),
    Item.state,
    Item.state_since,
    Item.publish_due_on,
    Item.due_provisional,
    Item.publish_at,
    Item.first_published_at,
)
# what was decided has no publication deadline any more, only a day to look at it again
URGENCY = case((Item.state == State.WITHHELD, null()), else_=Item.publish_due_on)
ORDERS: dict[str, tuple[Any, ...]] = {
    "due": (nulls_last(URGENCY), Item.state_since, Item.id),
    "since": (Item.state_since, Item.id),
    "unit": (Unit.position, nulls_last(Item.publish_due_on), Item.id),
    "title": (Item.title, Item.id),
}


def items_waiting_for(person: Person) -> ColumnElement[bool]:
    """Select items that this person, and not only somebody with their role, can move on now.

    Who has had another hand in an item does not find it here.
    """
    waits = partial(workflow.waits_for, ROAD, person)
    mine, county = Item.unit_id == person.unit_id, Item.revision_number > 0
    again = partial(waits, Do.ITEM_REASSESS, hand=HandKind.OFFICER)
    return or_(
        and_(waits(Do.ITEM_SUBMIT, *BACK), mine),
        and_(waits(Do.ITEM_APPROVE), mine),
        *(and_(waits(action), county) for action in (Do.ITEM_ACCEPT, Do.ITEM_RELEASE)),
        and_(waits(Do.ITEM_ISSUE), county),
        and_(again(State.REFERRED), county),
        and_(again(State.WITHHELD), _review_again()),
    )


def _review_again() -> ColumnElement[bool]:
    """Withheld items whose review has come round. Source: Regulations (2019), art. 18."""
    later = aliased(SignOff)
    newer = exists().where(later.item_id == SignOff.item_id, later.id > SignOff.id)
    return exists().where(
        SignOff.item_id == Item.id,
        SignOff.verdict == Verdict.WITHHOLD,
        SignOff.next_review_on <= clock.today(),
        ~newer,
    )


def count_items_for(person: Person) -> ScalarSelect[int]:
    """Count the items that wait for the person, to be asked together with other things."""
    return select(func.count(Item.id)).where(items_waiting_for(person)).scalar_subquery()


def find_waiting_items(
    person: Person,
    *,
    order: str = "due",
    state: State | None = None,
    page: int = 1,
    size: int = PAGE,
) -> Page[DeskLine]:
    """Find what waits for the person, most urgent first."""
    condition = items_waiting_for(person)
    if state is not None:
        condition = and_(condition, Item.state == state)
    return _heap(_with_reason(), condition, ORDERS.get(order, ORDERS["due"]), page, size)


def sent(person: Person, *, size: int = ON_DESK) -> Page[DeskLine]:
    """Return what the person has handed on and is still on its road, newest move first."""
    mine = exists().where(Hand.item_id == Item.id, Hand.person_id == person.id)
    condition = and_(mine, Item.state.in_(UNDER_WAY), ~items_waiting_for(person))
    return _heap(select(*SHOWN), condition, (Item.state_since.desc(), Item.id), 1, size)


def drafts(person: Person, *, size: int = ON_DESK) -> Page[DeskLine]:
    """Return what the person has begun and not handed over."""
    condition = and_(Item.author_id == person.id, Item.state == State.DRAFT)
    return _heap(select(*SHOWN), condition, (Item.saved_at.desc(), Item.id), 1, size)


def finished(person: Person, *, size: int = 10) -> Page[DeskLine]:
    """Return the last items the person had a hand in that have come to an end. Counts no others."""
    ended = (State.PUBLISHED, State.DECLINED, State.ON_REQUEST, State.WITHHELD, State.WITHDRAWN)
    lately = (Item.state_since.desc(), Item.id)
    last = (
        select(Item.id)
        .join(Hand, and_(Hand.item_id == Item.id, Hand.person_id == person.id))
        .where(Item.state.in_(ended))
        .order_by(*lately)
        .limit(size)
    )
    return _heap(_with_reason(), Item.id.in_(last), lately, 1, size)


def _with_reason() -> Select[*tuple[Any, ...]]:
    """Return the lines with what was said when the item came to where it is."""
    reason = (
        select(StepTaken.note)
        .where(
            StepTaken.item_id == Item.id,
            StepTaken.now == Item.state,
            StepTaken.action != Do.ITEM_REMARK.value,
        )
        .order_by(StepTaken.id.desc())
        .limit(1)
        .correlate(Item)
        .scalar_subquery()
    )
    told = case((Item.state.in_((*BACK, State.DECLINED)), func.coalesce(reason, "")), else_="")
    return select(*SHOWN, told.label("note"))


def _heap(
    lines: Select[*tuple[Any, ...]],
    condition: ColumnElement[bool],
    order: tuple[Any, ...],
    page: int,
    size: int,
) -> Page[DeskLine]:
    """Ask for lines and count in one question. A page behind the last has neither."""
    query = (
        lines.add_columns(func.count().over().label("in_all"))
        .select_from(Item)
        .join(Unit, Unit.id == Item.unit_id)
        .outerjoin(Column, Column.id == Item.column_id)
        .where(condition)
        .order_by(*order)
        .limit(size)
        .offset((page - 1) * size)
    )
    rows = [dict(row) for row in db.session.execute(query).mappings()]
    count = max((row.pop("in_all") for row in rows), default=0)
    return Page([DeskLine(**row) for row in rows], count, page, size)
