"""What became of the texts of a deposit between its making and the packing of it.

Nobody is given what the public no longer reads: what was withdrawn meanwhile is left out, and what
was replaced is handed over as it was signed off last.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, exists, func, select

from county_portal.models import (
    Deposit,
    DepositLine,
    DepositOmission,
    DepositPackage,
    DepositPart,
    Ending,
    Publication,
    Revision,
)
from county_portal.office.base.extensions import db
from county_portal.papers.deposits.holdings import held_places, lies_there, not_given, packed
from county_portal.published.items import ItemManifest


@dataclass(frozen=True)
class NotGiven:
    """A text that was put together with the deposit and is not handed over with it."""

    index_number: str
    title: str
    unit: str
    unit_id: int
    ended_at: datetime | None
    withdrawn: bool  # or replaced
    reason: str  # why it was withdrawn


def find_not_given(deposit: Deposit) -> list[NotGiven]:
    """Find the texts that ended before the packages are made, unit by unit."""
    places = held_places()
    query = (
        select(Publication, Revision.manifest, DepositPart)
        .join(places, places.c.publication_id == Publication.id)
        .join(DepositPart, DepositPart.id == places.c.part_id)
        .join(Revision, Revision.id == Publication.revision_id)
        .join(DepositPackage, packed(deposit.id), isouter=True)
        .where(DepositPart.deposit_id == deposit.id, not_given(places))
        .order_by(DepositPart.position, places.c.position)
    )
    return [
        NotGiven(
            index_number=one.index_number,
            title=words.title,
            unit=part.unit_name,
            unit_id=part.unit_id,
            ended_at=one.ended_at,
            withdrawn=one.ending is Ending.WITHDRAWN,
            reason=one.reason or "",
        )
        for one, words, part in db.session.execute(query)
    ]


def settle(deposit: Deposit) -> None:
    """Write down what has ended, and what the public reads instead.

    The unit is the one on the signed text; without a part of this deposit it waits for the next.
    """
    ended = _ended(deposit)
    for publication_id, left, _item in ended:
        db.session.add(DepositOmission(publication_id=publication_id, part_id=left))
    db.session.flush()
    parts = {part.unit_code: part.id for part in deposit.parts}
    for publication_id, manifest in _live_instead({item_id for *_place, item_id in ended}):
        part_id = parts.get(manifest.unit_code)
        if part_id is not None:
            _put(publication_id, part_id)


def texts_to_pack(deposit: Deposit) -> set[tuple[int, int]]:
    """Return what is to be packed: part and publication."""
    places = held_places()
    query = (
        select(places.c.part_id, places.c.publication_id)
        .join(DepositPart, DepositPart.id == places.c.part_id)
        .join(Publication, Publication.id == places.c.publication_id)
        .where(DepositPart.deposit_id == deposit.id, Publication.ended_at.is_(None))
    )
    return {(part_id, publication_id) for part_id, publication_id in db.session.execute(query)}


def _ended(deposit: Deposit) -> list[Row[int, int, int]]:
    """Select texts of the deposit that the public no longer reads: publication, part, item."""
    places = held_places()
    query = (
        select(Publication.id, places.c.part_id, Publication.item_id)
        .join(places, places.c.publication_id == Publication.id)
        .join(DepositPart, DepositPart.id == places.c.part_id)
        .where(DepositPart.deposit_id == deposit.id, lies_there(places))
        .where(Publication.ended_at.is_not(None))
        .order_by(Publication.id)
    )
    return list(db.session.execute(query).all())


def _live_instead(items: set[int]) -> list[Row[int, ItemManifest]]:
    """Return what the public reads of these items and no deposit has; with the signed manifest."""
    query = (
        select(Publication.id, Revision.manifest)
        .join(Revision, Revision.id == Publication.revision_id)
        .where(Publication.item_id.in_(items), Publication.ended_at.is_(None))
        .where(~exists().where(DepositLine.publication_id == Publication.id))
        .order_by(Publication.published_at, Publication.id)
    )
    return list(db.session.execute(query).all())


def _put(publication_id: int, part_id: int) -> None:
    """Put the publication into the last line of the part."""
    places = held_places()
    query = select(func.max(places.c.position)).where(places.c.part_id == part_id)
    position = (db.session.scalar(query) or 0) + 1
    db.session.add(DepositLine(publication_id=publication_id, part_id=part_id, position=position))
    db.session.flush()
