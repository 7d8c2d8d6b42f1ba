"""The texts of a deposit, line by line, from what was signed and published."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import exists, select

from county_portal.models import Deposit, DepositPackage, DepositPart, Publication, Revision
from county_portal.office.base.extensions import db
from county_portal.papers.deposits.holdings import held_places, lies_there, not_given, packed
from county_portal.papers.deposits.names import number_of
from county_portal.published.schema import FileLine


@dataclass(frozen=True)
class TextLine:
    """One text of a part, from the signed manifest and the publication.

    position: among those that are handed over; None if it ended before they are packed.
    """

    publication_id: int
    revision_id: int
    position: int | None
    index_number: str
    title: str
    document_number: str
    formed_on: date
    published_at: datetime
    content_hash: str
    files: tuple[FileLine, ...]
    replaces: str  # the number of the deposit that held the version before; empty: none did
    missing_in: str  # the number of the deposit that it was left out of; empty: it is fresh
    lies_there: bool  # whether it is in the package, as far as that is made
    ended_at: datetime | None
    ending: str
    reason: str  # why it was withdrawn


def deposit_lines(part: DepositPart) -> list[TextLine]:
    """Return the texts of a part in order."""
    places = held_places()
    query = (
        select(
            places.c.position,
            places.c.omitted_from,
            lies_there(places).label("lies_there"),
            not_given(places).label("not_given"),
            Publication,
            Revision.manifest,
            Revision.content_hash,
        )
        .join(Publication, Publication.id == places.c.publication_id)
        .join(Revision, Revision.id == Publication.revision_id)
        .join(DepositPackage, packed(part.deposit_id), isouter=True)
        .where(places.c.part_id == part.id)
        .order_by(places.c.position)
    )
    rows = db.session.execute(query).all()
    before = _held_before({row.Publication.item_id for row in rows}, part.deposit)
    missing = _deposits_of({row.omitted_from for row in rows if row.omitted_from})
    numbers = count(1)
    return [
        _line(
            row,
            None if row.not_given else next(numbers),
            before.get(row.Publication.item_id, ""),
            missing.get(row.omitted_from, ""),
        )
        for row in rows
    ]


def _line(row: Any, position: int | None, replaces: str, missing_in: str) -> TextLine:
    manifest, publication = row.manifest, row.Publication
    return TextLine(
        publication_id=publication.id,
        revision_id=publication.revision_id,
        position=position,
        index_number=publication.index_number,
        title=manifest.title,
        document_number=manifest.document_number,
        formed_on=manifest.formation_day,
        published_at=publication.published_at,
        content_hash=row.content_hash,
        files=manifest.files,
        replaces=replaces,
        missing_in=missing_in,
        lies_there=row.lies_there and position is not None,
        ended_at=publication.ended_at,
        ending=publication.ending.value if publication.ending else "",
        reason=publication.reason or "",
    )


def parts_changed(deposit: Deposit) -> list[DepositPart]:
    """Return the parts in whose package a text lies that was replaced or withdrawn since."""
    places = held_places()
    ended = (
        select(places.c.part_id)
        .join(Publication, Publication.id == places.c.publication_id)
        .where(Publication.ended_at.is_not(None), lies_there(places))
        .where(exists().where(packed(deposit.id)))
    )
    query = select(DepositPart).where(
        DepositPart.deposit_id == deposit.id, DepositPart.id.in_(ended)
    )
    return list(db.session.scalars(query.order_by(DepositPart.position)))


def _deposits_of(parts: set[int]) -> dict[int, str]:
    """Return the number of the deposit of each of the parts."""
    query = select(DepositPart.id, Deposit).join(Deposit, Deposit.id == DepositPart.deposit_id)
    rows = db.session.execute(query.where(DepositPart.id.in_(parts))) if parts else ()
    return {part_id: number_of(one) for part_id, one in rows}


def _held_before(items: set[int], deposit: Deposit) -> dict[int, str]:
    """Return, for each of the items, the newest earlier deposit that holds a version of it."""
    places = held_places()
    query = (
        select(Publication.item_id, Deposit)
        .join(places, places.c.publication_id == Publication.id)
        .join(DepositPart, DepositPart.id == places.c.part_id)
        .join(Deposit, Deposit.id == DepositPart.deposit_id)
        .join(DepositPackage, packed(Deposit.id))
        .where(Publication.item_id.in_(items), Deposit.month < deposit.month, lies_there(places))
        .order_by(Deposit.month)
    )
    return {item_id: number_of(one) for item_id, one in db.session.execute(query)}
