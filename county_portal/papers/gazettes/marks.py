"""Which published items are meant for the gazette, and which of them wait for one."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.editorial.review.services import live_publication
from county_portal.models import (
    Gazette,
    GazetteMark,
    GazetteSection,
    GazetteText,
    Item,
    Person,
    Publication,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require


@dataclass(frozen=True)
class MarkedItem:
    """What the page of an item says of gazettes: its mark, and those in which it stands."""

    mark: GazetteMark | None
    inside: list[Gazette]
    sections: tuple[GazetteSection, ...] = tuple(GazetteSection)


def titles_line(item: Item) -> MarkedItem:
    return MarkedItem(mark_of(item), gazettes_with(item))


def mark_of(item: Item) -> GazetteMark | None:
    return db.session.get(GazetteMark, item.id)


def mark_item(item: Item, section: GazetteSection, *, by: Person) -> GazetteMark:
    """Mark the published item to wait for the gazette under this heading."""
    require(by, Do.GAZETTE_MARK, item)
    if live_publication(item) is None:
        raise Refused("This item is not on the public site")
    mark = mark_of(item)
    if mark is None:
        mark = GazetteMark(item_id=item.id, marked_by=by.id)
        db.session.add(mark)
    mark.section, mark.marked_by, mark.marked_at = section, by.id, clock.now()
    db.session.flush()
    audit.record(by, Do.GAZETTE_MARK, item, section=section)
    return mark


def unmark_item(item: Item, *, by: Person) -> None:
    """Unmark the item: it waits for the gazette no more. One that is in a gazette stays in it."""
    require(by, Do.GAZETTE_MARK, item)
    mark = mark_of(item)
    if mark is not None:
        db.session.delete(mark)
        db.session.flush()
        audit.record(by, Do.GAZETTE_MARK, item, section=None)


def waiting_marks(until: date | None = None) -> list[GazetteMark]:
    """Marked items that the public reads and no gazette holds, in the order of their documents.

    until: those first published before this day.
    """
    live = select(Publication.item_id).where(Publication.ended_at.is_(None))
    query = (
        select(GazetteMark)
        .join(Item, Item.id == GazetteMark.item_id)
        .where(Item.id.in_(live), Item.id.not_in(select(GazetteText.item_id)))
        .options(joinedload(GazetteMark.item).joinedload(Item.unit))
        .order_by(Item.formed_on, Item.id)
    )
    if until is not None:
        query = query.where(Item.first_published_at < clock.day_start(until))
    return list(db.session.scalars(query))


def gazettes_with(item: Item) -> list[Gazette]:
    """Return the gazettes in which the item stands, bound volumes not counted."""
    query = select(Gazette).join(GazetteText, GazetteText.gazette_id == Gazette.id)
    rows = db.session.scalars(query.where(GazetteText.item_id == item.id).order_by(Gazette.id))
    return list(rows)
