"""Which texts lie in which part, which of them were left out of it, and which wait to come again.

A text that could not be set is left out of its deposit and comes again in the next. One that was
replaced or withdrawn before the packages were made is left out, too, and nobody was given it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, exists, func, null, or_, select, union_all
from sqlalchemy.orm import aliased

from county_portal.models import (
    Deposit,
    DepositLine,
    DepositOmission,
    DepositPackage,
    DepositPart,
    DepositSupplement,
    Publication,
    Revision,
)
from county_portal.office.base.extensions import db
from county_portal.papers.deposits.names import number_of

WHOLE = ""  # the unit code of the county's package


@dataclass(frozen=True)
class LeftOut:
    """A text that waits to come again. deposit: the number of the one that it was left out of."""

    publication_id: int
    part_id: int
    index_number: str
    title: str
    unit: str
    deposit: str


def held_places() -> Subquery:
    """Return each text in each part: publication_id, part_id, position, omitted_from.

    omitted_from: the part it was left out of, if it comes again.
    """
    fresh, again = DepositLine, DepositSupplement
    first = select(
        fresh.publication_id, fresh.part_id, fresh.position, null().label("omitted_from")
    )
    more = select(again.publication_id, again.part_id, again.position, again.omitted_from)
    return union_all(first, more).subquery("places")


def lies_there(place: Subquery) -> ColumnElement[bool]:
    """Build the condition that the text of a place was not left out of its part."""
    return ~_omitted(place.c)


def _omitted(place: Any) -> ColumnElement[bool]:
    """Build the condition that the text of a place was left out of its part. place.

    Columns of it.
    """
    omission = aliased(DepositOmission)
    return exists().where(
        omission.publication_id == place.publication_id, omission.part_id == place.part_id
    )


def deposited(publication_id: Any) -> ColumnElement[bool]:
    """Build the condition that the publication is in a part, and does not wait to come again."""
    placed = exists().where(DepositLine.publication_id == publication_id)
    omission = aliased(DepositOmission)
    waits = exists().where(omission.publication_id == publication_id, ~_came_again(omission))
    return and_(placed, ~waits)


def packed(deposit_id: Any) -> ColumnElement[bool]:
    """Build the condition that the packages are made. The county's is joined to ask when."""
    package = DepositPackage
    return and_(package.deposit_id == deposit_id, package.unit_code == WHOLE)


def ended_before(place: Subquery) -> ColumnElement[bool]:
    """Build the condition that the text of a place ended before the packages: none holds it.

    Wants its publication joined, and its package if there is one.
    """
    return and_(
        Publication.ended_at.is_not(None),
        DepositPackage.made_at.is_not(None),
        Publication.ended_at <= DepositPackage.made_at,
        ~lies_there(place),
    )


def not_given(place: Subquery) -> ColumnElement[bool]:
    """Build the same condition for texts that ended while packages are not made.

    Wants both joined.
    """
    no_package = DepositPackage.made_at.is_(None)
    return or_(ended_before(place), and_(Publication.ended_at.is_not(None), no_package))


def count_texts(column: Any, those: Iterable[int]) -> dict[int, int]:
    """Count the texts, by part or deposit; none that ended before it was packed."""
    places = held_places()
    query = (
        select(column, func.count())
        .select_from(places)
        .join(DepositPart, DepositPart.id == places.c.part_id)
        .join(Deposit, Deposit.id == DepositPart.deposit_id)
        .join(Publication, Publication.id == places.c.publication_id)
        .join(DepositPackage, packed(Deposit.id), isouter=True)
        .where(column.in_(those), ~ended_before(places))
        .group_by(column)
    )
    return dict(db.session.execute(query).all())


def given(publication_id: Any) -> ColumnElement[bool]:
    """Build the condition that a package holds the publication."""
    return or_(*(_given(one, publication_id) for one in (DepositLine, DepositSupplement)))


def _given(line: Any, publication_id: Any) -> ColumnElement[bool]:
    return exists().where(
        line.publication_id == publication_id,
        DepositPart.id == line.part_id,
        packed(DepositPart.deposit_id),
        ~_omitted(line),
    )


def _came_again(one: Any) -> ColumnElement[bool]:
    return exists().where(
        DepositSupplement.publication_id == one.publication_id,
        DepositSupplement.omitted_from == one.part_id,
    )


def find_left_out() -> list[LeftOut]:
    """Find the live texts that were left out of a deposit and are in no later one yet."""
    query = (
        select(
            Publication.id,
            DepositPart.id,
            Publication.index_number,
            Revision.manifest,
            DepositPart.unit_name,
            Deposit,
        )
        .join(DepositOmission, DepositOmission.publication_id == Publication.id)
        .join(DepositPart, DepositPart.id == DepositOmission.part_id)
        .join(Deposit, Deposit.id == DepositPart.deposit_id)
        .join(Revision, Revision.id == Publication.revision_id)
        .where(Publication.ended_at.is_(None), ~_came_again(DepositOmission))
        .order_by(Deposit.month, DepositPart.position, Publication.id)
    )
    return [
        LeftOut(publication_id, part_id, number, words.title, unit, number_of(one))
        for publication_id, part_id, number, words, unit, one in db.session.execute(query)
    ]
