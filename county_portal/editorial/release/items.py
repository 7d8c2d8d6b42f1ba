"""The item's half of the way to the public: which items are live, and what stands beside them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from county_portal.core import clock
from county_portal.editorial.catalogue import validity
from county_portal.editorial.release.public_file import folder
from county_portal.models import (
    Ending,
    Hand,
    Item,
    Person,
    Publication,
    Revision,
    SignOff,
    Validity,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules.releasable import Releasable, live
from county_portal.published.items import ITEM, PublicEntry
from county_portal.published.schema import ValidityLine, Withdrawal
from county_portal.published.writing import writer


def _lasts(publication: Any) -> ColumnElement[bool]:
    return publication.ended_at.is_(None)  # type: ignore[no-any-return]


def item_entries(only: Iterable[str] | None = None) -> Iterator[PublicEntry]:
    """Yield what the public file should hold of items. only: of these public ids."""
    columns = (
        Publication.public_id,
        Publication.index_number,
        Publication.published_at,
        Item.first_published_at,
        Revision.manifest_text,
        Revision.content_hash,
    )
    query = live(RELEASABLE, *columns).join(Item, Item.id == Publication.item_id)
    if only is not None:
        query = query.where(Publication.public_id.in_(sorted(map(int, only))))
    validities = item_validities()
    query = query.order_by(Publication.public_id)
    for row in db.session.execute(query.execution_options(yield_per=500)):
        yield _entry(row, validities.get(row.public_id, ValidityLine()))


def _entry(row: Row[Any], found: ValidityLine) -> PublicEntry:
    first = row.first_published_at
    return PublicEntry(
        public_id=row.public_id,
        index_number=row.index_number,
        manifest_text=row.manifest_text,
        content_hash=row.content_hash,
        published_at=first,
        corrected_at=row.published_at if row.published_at != first else None,
        validity=found,
    )


def withdrawn_items() -> Iterator[Withdrawal]:
    """Yield items that were public and are not, each with its last reason."""
    here = select(Publication.item_id).where(_lasts(Publication))
    query = select(Publication).where(
        Publication.ending == Ending.WITHDRAWN, Publication.item_id.not_in(here)
    )
    last = {one.public_id: one for one in db.session.scalars(query.order_by(Publication.id))}
    return map(_withdrawal, last.values())


def _withdrawal(gone: Publication) -> Withdrawal:
    moment = gone.ended_at or clock.now()
    return Withdrawal(ITEM.name, str(gone.public_id), gone.index_number, moment, gone.reason)


def end_publication(
    publication: Publication, reason: str, by: Person, _cause: object = None
) -> Withdrawal:
    """End the publication: the public no longer reads the item, once the file is swapped."""
    publication.ended_at, publication.ending = clock.now(), Ending.WITHDRAWN
    publication.reason, publication.ended_by = reason, by.id
    db.session.flush()
    return _withdrawal(publication)


# Validity


def item_validities() -> dict[int, ValidityLine]:
    """Return what was found of live documents and counts today, by public id.

    A text that is not live itself is not named as the one that did it.
    """
    standings_now = validity.standings(clock.today())
    named = or_(
        Publication.item_id.in_(select(Validity.item_id)),
        Publication.item_id.in_(select(Validity.by_item_id)),
    )
    query = live(RELEASABLE, Publication.item_id, Publication.public_id).where(named)
    public_ids: dict[int, int] = dict(db.session.execute(query).all())
    return {
        public_ids[item_id]: line
        for item_id, standing in standings_now.items()
        if item_id in public_ids
        and (line := _validity_line(standing, public_ids)) != ValidityLine()
    }


def _validity_line(standing: validity.DocumentValidity, public_ids: dict[int, int]) -> ValidityLine:
    row = standing.found
    if row is None:
        return ValidityLine(expires_on=standing.expires_on)
    by = public_ids.get(row.by_item_id) if row.by_item_id else None
    return ValidityLine(row.state.value, row.since_on, by, standing.expires_on)


def _other_validity() -> set[str]:
    """Return public ids of which the public file tells another validity than was found."""
    lines = writer.query_public_file(
        folder(),
        "SELECT public_id, validity, validity_on, validity_by, expires_on FROM items"
        " WHERE validity > '' OR expires_on > ''",
    )
    told = {row[0]: ValidityLine(row[1], _day(row[2]), row[3], _day(row[4])) for row in lines}
    validities = item_validities()
    return {
        str(key) for key in told.keys() | validities.keys() if told.get(key) != validities.get(key)
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


RELEASABLE = Releasable(
    kind=ITEM,
    version=Revision,
    hand=Hand,
    sign_off=SignOff,
    publication=Publication,
    key="public_id",
    lasts=_lasts,
    entries=item_entries,
    withdrawals=withdrawn_items,
    end=end_publication,
    differs=_other_validity,
)
