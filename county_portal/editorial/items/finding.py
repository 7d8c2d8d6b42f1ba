"""Finding items: the list of a unit, and for the county office of all that was handed over."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, UnaryExpression, select
from sqlalchemy.orm import joinedload

from county_portal.core.paging import Page, fetch_page
from county_portal.models import Item, Person, State
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import viewable_items

PER_PAGE = 50


class ItemOrder(StrEnum):
    CHANGED = "changed"
    DUE = "due"
    FORMED = "formed"
    TITLE = "title"


@dataclass(frozen=True)
class ItemFilter:
    """What the list is narrowed to. Empty parts narrow nothing."""

    words: tuple[str, ...] = ()
    state: State | None = None
    column_id: int | None = None
    since: date | None = None
    until: date | None = None
    order: ItemOrder = ItemOrder.CHANGED


def find_items(person: Person, wanted: ItemFilter, page: int = 1) -> Page[Item]:
    """Find what the person may see and asked for; a page that does not exist is the last one."""
    shown = (joinedload(Item.column), joinedload(Item.unit), joinedload(Item.author))
    query = _narrowed(viewable_items(person), wanted).options(*shown)
    return fetch_page(db.session, query.order_by(*_order(wanted.order)), page, PER_PAGE)


def has_any_item(person: Person) -> bool:
    """Tell whether there is any item that the person may see."""
    return db.session.scalar(select(viewable_items(person).exists())) or False


def _narrowed(query: Select[Item], wanted: ItemFilter) -> Select[Item]:
    for word in wanted.words:
        query = query.where(Item.title.icontains(word, autoescape=True))
    if wanted.state is not None:
        query = query.where(Item.state == wanted.state)
    if wanted.column_id is not None:
        query = query.where(Item.column_id == wanted.column_id)
    if wanted.since is not None:
        query = query.where(Item.formed_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(Item.formed_on <= wanted.until)
    return query


def _order(order: ItemOrder) -> tuple[UnaryExpression[Any], ...]:
    newest = Item.id.desc()
    match order:
        case ItemOrder.DUE:
            return Item.publish_due_on.asc().nulls_last(), newest
        case ItemOrder.FORMED:
            return Item.formed_on.desc().nulls_last(), newest
        case ItemOrder.TITLE:
            return Item.title.asc(), newest
    return Item.state_since.desc(), newest
