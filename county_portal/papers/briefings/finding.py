"""Finding briefings again: the list, narrowed by year, masthead and state."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, lazyload

from county_portal.core import clock
from county_portal.core.paging import Page, fetch_rows
from county_portal.models import (
    Briefing,
    BriefingPart,
    BriefingState,
    FrozenBriefing,
    PartKind,
    Person,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require
from county_portal.office.rules.workflow import waits_for
from county_portal.papers.briefings.steps import ROAD

PER_PAGE = 30


@dataclass(frozen=True)
class BriefingFilter:
    """What the list is narrowed to. Empty parts narrow nothing. year: of the printed number."""

    year: int | None = None
    masthead_id: int | None = None
    state: BriefingState | None = None


@dataclass(frozen=True)
class BriefingLine:
    """A briefing with what tells it from others: how many items stand in it, and the first."""

    briefing: Briefing
    items: int
    first: str


def find_briefings(wanted: BriefingFilter, page: int = 1, *, by: Person) -> Page[BriefingLine]:
    """Find the briefings asked for, the newest first.

    A page that does not exist is the last one.
    """
    require(by, Do.BRIEFING_READ)
    loading = (joinedload(Briefing.frozen), joinedload(Briefing.composer))
    query = _narrowed(_lines(), wanted).options(*loading).order_by(Briefing.id.desc())
    rows = fetch_rows(db.session, query, page, PER_PAGE)
    return rows.holding([BriefingLine(*row) for row in rows.rows])


def briefings_waiting_for(by: Person) -> list[BriefingLine]:
    """Return what lies with the person: for approval, or returned to its composer.

    The oldest first.
    """
    require(by, Do.BRIEFING_READ)
    composer = joinedload(Briefing.composer).lazyload(Person.role_rows)
    loading = (joinedload(Briefing.frozen), composer, lazyload(Briefing.hands))
    query = _lines().where(_lies_with(by)).options(*loading)
    query = query.order_by(Briefing.state_since, Briefing.id)
    return [BriefingLine(*row) for row in db.session.execute(query)]


def count_briefings_for(by: Person) -> ScalarSelect[int]:
    """Build the query that counts what lies with the person, to be asked with other things."""
    return select(func.count(Briefing.id)).where(_lies_with(by)).scalar_subquery()


def numbered_years() -> list[int]:
    """Return the years that issues were numbered in, and this one; the newest first."""
    numbered = set(db.session.scalars(select(FrozenBriefing.year).distinct()))
    return sorted(numbered | {clock.today().year}, reverse=True)


def _lies_with(by: Person) -> ColumnElement[bool]:
    returned = and_(Briefing.state == BriefingState.RETURNED, Briefing.composer_id == by.id)
    return or_(returned, waits_for(ROAD, by, Do.BRIEFING_APPROVE))


def _lines() -> Select[*tuple[Any, ...]]:
    """Select each briefing with the count of its items and the title of the first."""
    mine = and_(BriefingPart.briefing_id == Briefing.id, BriefingPart.kind == PartKind.ENTRY)
    count = select(func.count(BriefingPart.id)).where(mine).scalar_subquery()
    order = (BriefingPart.position, BriefingPart.id)
    first = select(BriefingPart.title).where(mine).order_by(*order).limit(1).scalar_subquery()
    return select(Briefing, count, func.coalesce(first, ""))


def _narrowed(query: Select[*tuple[Any, ...]], wanted: BriefingFilter) -> Select[*tuple[Any, ...]]:
    if wanted.year is not None:
        frozen = select(FrozenBriefing.briefing_id).where(FrozenBriefing.year == wanted.year)
        query = query.where(Briefing.id.in_(frozen))
    if wanted.masthead_id is not None:
        query = query.where(Briefing.masthead_id == wanted.masthead_id)
    if wanted.state is not None:
        query = query.where(Briefing.state == wanted.state)
    return query
