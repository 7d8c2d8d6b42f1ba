"""Finding briefings again: the list, narrowed by year, masthead and state."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, lazyload

from county_portal.core import clock
from county_portal.core.paging import Paged, fitting
from county_portal.extensions import db
from county_portal.models import (
    Briefing,
    BriefingHand,
    BriefingState,
    FrozenBriefing,
    Masthead,
    Person,
)
from county_portal.policy import RULES, Do, require

PER_PAGE = 30
APPROVERS = RULES[Do.BRIEFING_APPROVE][0]


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. Empty parts narrow nothing. year: of the printed number."""

    year: int | None = None
    masthead_id: int | None = None
    state: BriefingState | None = None


@dataclass(frozen=True)
class Found(Paged):
    """One page of the list."""

    briefings: list[Briefing]
    total: int
    number: int

    per_page: ClassVar[int] = PER_PAGE


def find_briefings(wanted: Filter, page: int = 1, *, by: Person) -> Found:
    """The briefings asked for, the newest first; a page that does not exist is the last one."""
    require(by, Do.BRIEFING_READ)
    query = _narrowed(select(Briefing), wanted)
    total = db.session.scalar(query.with_only_columns(func.count(Briefing.id))) or 0
    number = fitting(page, total, PER_PAGE)
    shown = (joinedload(Briefing.frozen), joinedload(Briefing.composer))
    rows = query.options(*shown).order_by(Briefing.id.desc())
    rows = rows.limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return Found(list(db.session.scalars(rows)), total, number)


def waiting_for(by: Person) -> list[Briefing]:
    """What lies with the person: for approval, or returned to its composer. The oldest first."""
    require(by, Do.BRIEFING_READ)
    composer = joinedload(Briefing.composer).lazyload(Person.role_rows)
    shown = (joinedload(Briefing.frozen), composer, lazyload(Briefing.hands))
    query = select(Briefing).where(_lies_with(by)).options(*shown)
    return list(db.session.scalars(query.order_by(Briefing.state_since, Briefing.id)))


def count_for(by: Person) -> ScalarSelect[int]:
    """How many lie with the person, to be asked together with other things."""
    return select(func.count(Briefing.id)).where(_lies_with(by)).scalar_subquery()


def years() -> list[int]:
    """The years that issues were numbered in, and this one; the newest first."""
    numbered = set(db.session.scalars(select(FrozenBriefing.year).distinct()))
    return sorted(numbered | {clock.today().year}, reverse=True)


def mastheads() -> list[Masthead]:
    return list(db.session.scalars(select(Masthead).order_by(Masthead.position, Masthead.id)))


def _lies_with(by: Person) -> ColumnElement[bool]:
    seats = [and_(Briefing.state == BriefingState.RETURNED, Briefing.composer_id == by.id)]
    if by.has_any(APPROVERS):
        composed = exists().where(
            BriefingHand.briefing_id == Briefing.id, BriefingHand.person_id == by.id
        )
        seats.append(and_(Briefing.state == BriefingState.SUBMITTED, ~composed))
    return or_(*seats)


def _narrowed(query: Select[Briefing], wanted: Filter) -> Select[Briefing]:
    if wanted.year is not None:
        frozen = select(FrozenBriefing.briefing_id).where(FrozenBriefing.year == wanted.year)
        query = query.where(Briefing.id.in_(frozen))
    if wanted.masthead_id is not None:
        query = query.where(Briefing.masthead_id == wanted.masthead_id)
    if wanted.state is not None:
        query = query.where(Briefing.state == wanted.state)
    return query
