"""The records a gazette is made from: what the public reads, and what was repealed or expired."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.editorial.catalogue import validity
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteKind,
    GazetteState,
    Publication,
    Revision,
    Validity,
)
from county_portal.office.base.extensions import db
from county_portal.papers.figures.periods import shift
from county_portal.published.gazettes import GazetteManifest

STANDING = (GazetteState.FROZEN, GazetteState.SIGNED, GazetteState.PUBLISHED)
Live = dict[int, tuple[Publication, Revision]]
Told = tuple[int, str, date]


@dataclass(frozen=True)
class ValidityChange:
    """A document that was repealed or expired. by: what repealed it, if that was named.

    late: its day lies before the month or year of the gazette.
    """

    state: str
    since_on: date
    item_id: int
    revision_id: int
    public_id: int
    title: str
    document_number: str
    by: str
    by_public_id: int | None
    by_item_id: int | None
    by_revision_id: int | None
    late: bool = False


def live_revisions(item_ids: Iterable[int]) -> Live:
    """Return what the public reads of these items now; an item that is not public has nothing."""
    query = (
        select(Publication, Revision)
        .join(Revision, Revision.id == Publication.revision_id)
        .where(Publication.item_id.in_(list(item_ids)), Publication.ended_at.is_(None))
    )
    return {row.item_id: (row, revision) for row, revision in db.session.execute(query)}


# Repeals and expiries


def changes_of(gazette: Gazette) -> Iterator[ValidityChange]:
    """Yield what was repealed or expired, as it stood at the end of the gazette's month or year.

    Each is listed in one issue and in one bound volume: that of its day, or the next one when it
    was written down after that was printed. Gazettes that are not public any more do not count.
    """
    others = _others(gazette)
    told = {line for _, said in others for line in said}
    rows = _ended(gazette, bound={one.year for one, _ in others})
    named = {row.item_id for row in rows} | {row.by_item_id for row in rows if row.by_item_id}
    live = live_revisions(named)
    for row in sorted(rows, key=lambda row: (row.since_on, row.item_id)):
        public = live.get(row.item_id)
        if public and (public[0].public_id, row.state.value, row.since_on) not in told:
            yield _change(row, live, late=row.since_on < gazette.month)


def _ended(gazette: Gazette, bound: set[int]) -> list[Validity]:
    """Return what had ended when the month or year was over, or has by today, if it is not over.

    Issues follow upon each other, so it is all since the first; a year is closed when it is bound.
    """
    volume = gazette.kind is GazetteKind.VOLUME
    after = date(gazette.year + 1, 1, 1) if volume else shift(gazette.month, 1)
    day = min(after - timedelta(days=1), clock.today())
    now = [one.found for one in validity.standings(day).values() if one.found]
    ended = [row for row in now if row.state in validity.ENDED]
    if volume:
        return [row for row in ended if row.since_on.year in {gazette.year, *bound}]
    begun = db.session.scalar(select(func.min(Gazette.month)).where(Gazette.number.is_not(None)))
    return [row for row in ended if row.since_on >= min(gazette.month, begun or gazette.month)]


def _others(gazette: Gazette) -> list[tuple[Gazette, list[Told]]]:
    """Return the other gazettes of its kind that stand as printed, and what each lists."""
    query = (
        select(Gazette, GazetteEdition.manifest)
        .join(GazetteEdition, GazetteEdition.id == Gazette.edition_id)
        .where(Gazette.kind == gazette.kind, Gazette.id != gazette.id, Gazette.state.in_(STANDING))
    )
    return [(one, told_in(manifest)) for one, manifest in db.session.execute(query)]


def told_in(printed: GazetteManifest) -> list[Told]:
    """Return the repeals and expiries that a printed gazette lists."""
    return [(line.public_id, line.state, line.since_on) for line in printed.changes]


def _change(row: Validity, live: Live, *, late: bool) -> ValidityChange:
    publication, revision = live[row.item_id]
    manifest = revision.manifest
    changer = live.get(row.by_item_id) if row.by_item_id else None
    by = changer[1].manifest if changer else None
    return ValidityChange(
        state=row.state.value,
        since_on=row.since_on,
        item_id=row.item_id,
        revision_id=revision.id,
        public_id=publication.public_id,
        title=manifest.title,
        document_number=manifest.document_number,
        by=by.document_number or by.title if by else "",
        by_public_id=changer[0].public_id if changer else None,
        by_item_id=row.by_item_id if changer else None,
        by_revision_id=changer[1].id if changer else None,
        late=late,
    )
