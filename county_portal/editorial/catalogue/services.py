"""The columns of the site and the categories of the catalogue: opening, changing, closing."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from county_portal.core.errors import Refused, require_unchanged
from county_portal.editorial.catalogue.statutory import seed_categories
from county_portal.models import Category, Column, ColumnKind, Item, OpenTo, Person, Unit
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require

CATEGORY_DEED = "category.manage"


@dataclass(frozen=True)
class ColumnDraft:
    """What the office fills in about a column. update_days: calendar days; None: no rule."""

    slug: str
    name: str
    unit_id: int
    description: str = ""
    kind: ColumnKind = ColumnKind.NEWS
    parent_id: int | None = None
    open_to: OpenTo = OpenTo.ALL
    update_days: int | None = None
    position: int = 0
    open: bool = True
    submitter_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ColumnGroup:
    """A column of the upper level with those below it."""

    column: Column
    children: tuple[Column, ...]


# Columns


def find_tree() -> list[ColumnGroup]:
    """Find both levels in the order of the site."""
    query = select(Column).options(selectinload(Column.unit), selectinload(Column.submitters))
    columns = list(db.session.scalars(query.order_by(Column.position, Column.id)))
    below: dict[int | None, list[Column]] = {}
    for column in columns:
        below.setdefault(column.parent_id, []).append(column)
    return [ColumnGroup(top, tuple(below.get(top.id, ()))) for top in below.get(None, [])]


def items_per_column() -> dict[int, int]:
    """Count the items each column holds, in whatever state."""
    query = (
        select(Item.column_id, func.count())
        .where(Item.column_id.is_not(None))
        .group_by(Item.column_id)
    )
    return {column_id: count for column_id, count in db.session.execute(query) if column_id}


def possible_parents(column: Column | None = None) -> list[Column]:
    """Return columns under which this one may stand.

    None for one that has columns below it itself.
    """
    if column is not None and _has_children(column):
        return []
    query = select(Column).where(Column.parent_id.is_(None)).order_by(Column.position, Column.id)
    return [one for one in db.session.scalars(query) if one is not column]


def create_column(draft: ColumnDraft, *, by: Person) -> Column:
    require(by, Do.COLUMN_MANAGE)
    if db.session.scalar(select(Column.id).where(Column.slug == draft.slug)):
        raise Refused("Another column has this address word")
    _check(draft, None)
    column = Column(slug=draft.slug)
    _write(column, draft)
    db.session.add(column)
    db.session.flush()
    audit.record(by, Do.COLUMN_MANAGE, column, deed="created", slug=column.slug, name=column.name)
    return column


def edit_column(column: Column, draft: ColumnDraft, *, seen_version: int, by: Person) -> None:
    """Change everything but the slug, which is part of public addresses and never changes."""
    require(by, Do.COLUMN_MANAGE)
    require_unchanged(column.version, seen_version)
    _check(draft, column)
    was = _facts(column)
    _write(column, draft)
    db.session.flush()
    now = _facts(column)
    changed = [f"{name}={now[name]}" for name in now if now[name] != was[name]]
    fields = "; ".join(changed)
    audit.record(by, Do.COLUMN_MANAGE, column, deed="changed", slug=column.slug, changed=fields)


def column_as_draft(column: Column) -> ColumnDraft:
    """Return the column as its form shows it."""
    fields = {name: getattr(column, name) for name in asdict(ColumnDraft("", "", 0)) if name != IDS}
    return replace(
        ColumnDraft(**fields), submitter_ids=frozenset(unit.id for unit in column.submitters)
    )


IDS = "submitter_ids"


def _facts(column: Column) -> dict[str, object]:
    facts = {name: value for name, value in asdict(column_as_draft(column)).items() if name != IDS}
    return {**facts, "submitters": " ".join(sorted(unit.code for unit in column.submitters))}


def _write(column: Column, draft: ColumnDraft) -> None:
    for name, value in asdict(draft).items():
        if name not in {"slug", IDS}:
            setattr(column, name, value)
    listed = draft.submitter_ids if draft.open_to is OpenTo.LISTED else frozenset()
    units = select(Unit).where(Unit.id.in_(listed)).order_by(Unit.position, Unit.code)
    column.submitters = list(db.session.scalars(units))


def _check(draft: ColumnDraft, column: Column | None) -> None:
    """Raise Refused for a place in the tree that cannot be, or a unit that is not there."""
    if db.session.get(Unit, draft.unit_id) is None:
        raise Refused("Choose the responsible unit")
    if draft.parent_id is None:
        return
    parent = db.session.get(Column, draft.parent_id)
    if parent is None or parent.parent_id is not None or parent is column:
        raise Refused("A column stands under a column of the upper level, or under none")
    if column is not None and _has_children(column):
        raise Refused("This column has columns below it, so it stays on the upper level")


def _has_children(column: Column) -> bool:
    below = select(Column.id).where(Column.parent_id == column.id).limit(1)
    return db.session.scalar(below) is not None


# Categories


def find_categories() -> dict[str, list[Category]]:
    """Find the categories by their article, in the order of the law."""
    articles: dict[str, list[Category]] = {}
    query = select(Category).order_by(Category.position, Category.id)
    for category in db.session.scalars(query):
        articles.setdefault(category.article, []).append(category)
    return articles


def bring_categories(*, by: Person) -> int:
    """Bring every category of the law into the catalogue. Return how many came."""
    require(by, Do.COLUMN_MANAGE)
    came = seed_categories()
    audit.record(by, CATEGORY_DEED, "categories", came=came)
    return came


def set_category_active(category: Category, *, active: bool, by: Person) -> None:
    """Allow or forbid new items under the category. Those under it stay there."""
    require(by, Do.COLUMN_MANAGE)
    category.active = active
    audit.record(by, CATEGORY_DEED, category, code=category.code, active=active)
