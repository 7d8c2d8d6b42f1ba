"""Which texts lie in which part, which of them were left out of it, and which wait to come again.

A text that could not be set is left out of its deposit and comes again in the next.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, exists, null, select, union_all
from sqlalchemy.orm import aliased

from county_portal.deposits.names import number_of
from county_portal.extensions import db
from county_portal.models import (
    Deposit,
    DepositLine,
    DepositOmission,
    DepositPart,
    DepositSupplement,
    Publication,
    Revision,
)


@dataclass(frozen=True)
class LeftOut:
    """A text that waits to come again. deposit: the number of the one that it was left out of."""

    publication_id: int
    part_id: int
    index_number: str
    title: str
    unit: str
    deposit: str


def places() -> Subquery:
    """Each text in each part: publication_id, part_id, position, omitted_from.

    omitted_from: the part it was left out of, if it comes again.
    """
    fresh, again = DepositLine, DepositSupplement
    first = select(
        fresh.publication_id, fresh.part_id, fresh.position, null().label("omitted_from")
    )
    more = select(again.publication_id, again.part_id, again.position, again.omitted_from)
    return union_all(first, more).subquery("places")


def lies_there(place: Subquery) -> ColumnElement[bool]:
    """That the text of a place was not left out of its part."""
    one = aliased(DepositOmission)
    return ~exists().where(
        one.publication_id == place.c.publication_id, one.part_id == place.c.part_id
    )


def deposited(publication_id: Any) -> ColumnElement[bool]:
    """That the publication is in a part, and does not wait to come again."""
    placed = exists().where(DepositLine.publication_id == publication_id)
    one = aliased(DepositOmission)
    waits = exists().where(one.publication_id == publication_id, ~_came_again(one))
    return and_(placed, ~waits)


def _came_again(one: Any) -> ColumnElement[bool]:
    return exists().where(
        DepositSupplement.publication_id == one.publication_id,
        DepositSupplement.omitted_from == one.part_id,
    )


def left_out() -> list[LeftOut]:
    """The live texts that were left out of a deposit and are in no later one yet."""
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
        LeftOut(publication_id, part_id, number, json.loads(words)["title"], unit, number_of(one))
        for publication_id, part_id, number, words, unit, one in db.session.execute(query)
    ]
