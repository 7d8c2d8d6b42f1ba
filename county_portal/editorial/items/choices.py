"""What a form offers to choose from: columns, categories, units, as the unit may use them."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from county_portal.models import Category, Column, Item, Unit, UnitKind
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import columns_open_to

Groups = dict[str, list[tuple[int, str]]]

# The additions of article 21 are for one kind of unit each; their codes begin so.
ONLY_FOR = {"21-township": UnitKind.TOWNSHIP, "21-county": UnitKind.DEPARTMENT}


@dataclass(frozen=True)
class Choices:
    """Each by its heading: the columns' parents, the categories' articles."""

    columns: Groups
    categories: Groups
    units: list[tuple[int, str]]


def choices_for(unit: Unit, item: Item | None = None) -> Choices:
    """Return what the unit's liaisons choose from, and what the item already has."""
    columns = list(db.session.scalars(columns_open_to(unit)))
    if item is not None and item.column is not None and item.column not in columns:
        columns.append(item.column)
    return Choices(
        columns=_under_their_parents(columns),
        categories=_by_article(unit, item),
        units=[(one.id, one.name) for one in _units(item)],
    )


def all_columns() -> Groups:
    """Return every column, open or closed: for finding, not for writing."""
    query = select(Column).order_by(Column.position, Column.id)
    return _under_their_parents(list(db.session.scalars(query)))


def _under_their_parents(columns: list[Column]) -> Groups:
    """Group columns under the name of their parent.

    One with columns of its own is a heading only.
    """
    parents = {column.id: column for column in db.session.scalars(_parents())}
    groups: Groups = {}
    for column in sorted(columns, key=lambda one: _place(one, parents)):
        if column.id in parents and any(one.parent_id == column.id for one in columns):
            continue
        heading = parents[column.parent_id].name if column.parent_id else column.name
        groups.setdefault(heading, []).append((column.id, column.name))
    return groups


def _parents() -> Select[Column]:
    parent_ids = select(Column.parent_id).where(Column.parent_id.is_not(None))
    return select(Column).where(Column.id.in_(parent_ids))


def _place(column: Column, parents: dict[int, Column]) -> tuple[int, int, int, int]:
    top = parents[column.parent_id] if column.parent_id else column
    return top.position, top.id, column.position, column.id


def _by_article(unit: Unit, item: Item | None) -> Groups:
    """Article 20 is for all; of article 21 what is for this kind of unit."""
    query = select(Category).where(Category.active).order_by(Category.position, Category.id)
    groups: Groups = {}
    for category in db.session.scalars(query):
        if _is_for(category, unit) or (item is not None and item.category_id == category.id):
            groups.setdefault(category.article, []).append((category.id, category.name))
    return groups


def _is_for(category: Category, unit: Unit) -> bool:
    return all(
        unit.kind is kind or not category.code.startswith(start) for start, kind in ONLY_FOR.items()
    )


def _units(item: Item | None) -> list[Unit]:
    query = select(Unit).where(Unit.active).order_by(Unit.position, Unit.code)
    units = list(db.session.scalars(query))
    had = item.responsible_unit if item is not None else None
    return units if had is None or had in units else [*units, had]
