"""Which revisions of which items may stand in a briefing: finding them, and judging them again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.core.html.clean import first_paragraph
from county_portal.core.paging import Page, fetch_rows
from county_portal.models import (
    Briefing,
    BriefingPart,
    BriefingState,
    FrozenBriefing,
    Item,
    Masthead,
    PartKind,
    Person,
    Publication,
    Revision,
    State,
    Unit,
    UnitKind,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import viewable_items
from county_portal.published.items import ItemManifest

PER_PAGE = 20
EXCERPT = 120  # characters
# Accepted by the county's editor and not sent back since: what an internal edition may hold too.
ACCEPTED = (State.ACCEPTED, State.SIGNED_OFF, State.ISSUED)


@dataclass(frozen=True)
class Wanted:
    """What the clerk looks for. Empty parts narrow nothing."""

    words: tuple[str, ...] = ()
    column_id: int | None = None
    unit_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class SourceLine:
    """One item that may be added. used: the issues that hold it already, by their numbers."""

    revision_id: int
    title: str
    excerpt: str
    unit: str
    kind: UnitKind  # of the unit that wrote it
    column: str
    formed_on: str
    published_on: date | None
    here: bool
    used: tuple[str, ...]


@dataclass(frozen=True)
class UnfitEntry:
    """Why an entry may not stand. newer: whether another version of its item may."""

    part_id: int
    refusal: Refused
    newer: bool


def find_sources(briefing: Briefing, wanted: Wanted, page: int, *, by: Person) -> Page[SourceLine]:
    """Find what may be added to the briefing, the newest first; no such page: the last one."""
    query = _narrowed(_usable(briefing.masthead, by), wanted)
    newest = func.coalesce(Publication.published_at, Revision.made_at).desc()
    query = query.order_by(newest, Revision.id.desc())
    rows = fetch_rows(db.session, query, page, PER_PAGE)
    here = {part.revision_id for part in briefing.parts}
    used = _used_in([row.id for row in rows.rows])
    return rows.holding([_line(row, here, used) for row in rows.rows])


def is_usable(revision: Revision, masthead: Masthead, *, by: Person) -> bool:
    """Tell whether the person may put this revision into a briefing of that masthead now."""
    query = _usable(masthead, by).where(Revision.id == revision.id)
    return db.session.execute(query).first() is not None


def usable_revision_of(item_id: int, masthead: Masthead, *, by: Person) -> Revision | None:
    """Return the newest revision of the item that may stand in a briefing of that masthead."""
    query = _usable(masthead, by).where(Item.id == item_id).order_by(Revision.number.desc())
    row = db.session.execute(query.limit(1)).first()
    return db.session.get(Revision, row.id) if row else None


def unfit_entries(briefing: Briefing) -> list[UnfitEntry]:
    """Return the entries that may not stand any longer.

    Withdrawn, corrected or sent back meanwhile.
    """
    entries = [part for part in briefing.parts if part.kind is PartKind.ENTRY]
    ids = [part.revision_id for part in entries]
    fit = set(db.session.scalars(_standing(briefing.masthead).where(Revision.id.in_(ids))))
    items = {part.revision.item_id for part in entries if part.revision}
    newer = _items_with_another(briefing.masthead, items)
    return [_fault(part, newer) for part in entries if part.revision_id not in fit]


def _fault(part: BriefingPart, newer: set[int]) -> UnfitEntry:
    if part.revision and part.revision.item_id in newer:
        corrected = Refused(
            "“%(title)s” was corrected since it was added; take the newer version of it",
            title=part.title,
        )
        return UnfitEntry(part.id, corrected, newer=True)
    gone = Refused("“%(title)s” is no longer published or accepted; take it out", title=part.title)
    return UnfitEntry(part.id, gone, newer=False)


def _standing(masthead: Masthead) -> Select[Any]:
    """Select the ids of all revisions that may stand under the masthead, whoever looks."""
    return (
        select(Revision.id)
        .join(Item, Item.id == Revision.item_id)
        .outerjoin(Publication, _live())
        .where(_fit(masthead))
    )


def _items_with_another(masthead: Masthead, items: set[int]) -> set[int]:
    query = _standing(masthead).with_only_columns(Revision.item_id)
    return set(db.session.scalars(query.where(Revision.item_id.in_(items))))


def _live() -> Any:
    return and_(Publication.revision_id == Revision.id, Publication.ended_at.is_(None))


def _fit(masthead: Masthead) -> Any:
    published = Publication.id.is_not(None)
    if not masthead.internal:
        return published
    accepted = and_(Item.state.in_(ACCEPTED), Revision.number == Item.revision_number)
    return or_(published, accepted)


def _usable(masthead: Masthead, by: Person) -> Any:
    seen = viewable_items(by).with_only_columns(Item.id)
    return (
        select(Revision.id, Revision.manifest, Publication.published_at, Unit.kind)
        .join(Item, Item.id == Revision.item_id)
        .join(Unit, Unit.id == Item.unit_id)
        .outerjoin(Publication, _live())
        .where(_fit(masthead), Item.id.in_(seen))
    )


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    for word in wanted.words:
        named = Item.title.icontains(word, autoescape=True)
        query = query.where(or_(named, Item.summary.icontains(word, autoescape=True)))
    if wanted.column_id is not None:
        query = query.where(Item.column_id == wanted.column_id)
    if wanted.unit_id is not None:
        query = query.where(Item.unit_id == wanted.unit_id)
    if wanted.since is not None:
        query = query.where(Item.formed_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(Item.formed_on <= wanted.until)
    return query


def _line(row: Row[Any], here: set[int | None], used: dict[int, list[str]]) -> SourceLine:
    manifest: ItemManifest = row.manifest
    return SourceLine(
        revision_id=row.id,
        title=manifest.title,
        excerpt=manifest.summary or first_paragraph(manifest.body, EXCERPT),
        unit=manifest.unit_name,
        kind=row.kind,
        column=manifest.column_name,
        formed_on=str(manifest.formed_on or ""),
        published_on=clock.county_day(row.published_at) if row.published_at else None,
        here=row.id in here,
        used=tuple(used.get(row.id, ())),
    )


def _used_in(revisions: list[int]) -> dict[int, list[str]]:
    """Return, for each revision, the issues that hold it, such as 政务信息 2026/46."""
    query = (
        select(BriefingPart.revision_id, Masthead.name, FrozenBriefing.year, FrozenBriefing.number)
        .join(FrozenBriefing, FrozenBriefing.briefing_id == BriefingPart.briefing_id)
        .join(Masthead, Masthead.id == FrozenBriefing.masthead_id)
        .join(Briefing, Briefing.id == BriefingPart.briefing_id)
        .where(BriefingPart.revision_id.in_(revisions), Briefing.state == BriefingState.APPROVED)
        .order_by(FrozenBriefing.id)
    )
    issues: dict[int, list[str]] = {}
    for revision_id, name, year, number in db.session.execute(query):
        issues.setdefault(revision_id or 0, []).append(f"{name} {year}/{number}")
    return issues
