"""某单位年度报送清单: what a unit submitted in a year, by column, and what became of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.errors import Missing
from county_portal.models import Column, Item, Person, State, StepTaken, Unit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import CLERK, EDITOR, ISSUER, Do, can, require_role
from county_portal.printing.pdf import render_pdf


@dataclass(frozen=True)
class SubmittedLine:
    """One item. Days are county days."""

    title: str
    document_number: str
    formed_on: date | None
    submitted_on: date
    published_on: date | None
    state: str
    index_number: str


@dataclass(frozen=True)
class YearColumn:
    """The items of one column in the order in which they were submitted."""

    name: str
    lines: tuple[SubmittedLine, ...]


@dataclass(frozen=True)
class YearList:
    """A unit's year. counts: how many items are in each state."""

    unit_id: int
    unit: str
    leader: str
    phone: str
    year: int
    columns: tuple[YearColumn, ...]
    counts: dict[str, int]
    made_at: datetime  # county time

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Asked:
    """Whose list; policy judges by it."""

    unit_id: int


def units_for(by: Person) -> list[Unit]:
    """Return the units whose lists the person may read.

    The own one, or for the county office all.
    """
    require_role(by, Do.UNIT_LIST)
    query = select(Unit).order_by(Unit.position, Unit.id)
    if not by.has_any(CLERK | EDITOR | ISSUER):
        query = query.where(Unit.id == by.unit_id)
    return list(db.session.scalars(query))


def years_begun() -> list[int]:
    """Return the years in which anything was submitted, the newest first.

    This one if nothing was.
    """
    first = db.session.scalar(
        select(func.min(StepTaken.at)).where(StepTaken.action == Do.ITEM_SUBMIT.value)
    )
    this = clock.today().year
    begun = clock.county_day(first).year if first else this
    return list(range(this, begun - 1, -1))


def year_list(unit_id: int, year: int, *, by: Person) -> YearList:
    """Return the list. Raises Missing alike for another unit's and for a unit that never was."""
    require_role(by, Do.UNIT_LIST)
    unit = db.session.get(Unit, unit_id)
    if unit is None or not can(by, Do.UNIT_LIST, Asked(unit_id)) or year not in years_begun():
        raise Missing
    rows = db.session.execute(_submitted(unit_id, year)).all()
    return YearList(
        unit_id=unit.id,
        unit=unit.name,
        leader=unit.leader,
        phone=unit.phone,
        year=year,
        columns=tuple(_columns(rows)),
        counts=dict(Counter(row.state.value for row in rows)),
        made_at=clock.now().astimezone(clock.COUNTY),
    )


def _submitted(unit_id: int, year: int) -> Any:
    """Return the unit's items first handed over in the year, in site order of their columns."""
    first = (
        select(StepTaken.item_id, func.min(StepTaken.at).label("at"))
        .join(Item, Item.id == StepTaken.item_id)
        .where(StepTaken.action == Do.ITEM_SUBMIT.value, Item.unit_id == unit_id)
        .group_by(StepTaken.item_id)
        .subquery()
    )
    return (
        select(
            Item.title,
            Item.document_number,
            Item.formed_on,
            Item.state,
            Item.index_number,
            Item.first_published_at,
            Column.name.label("column"),
            first.c.at,
        )
        .join(first, first.c.item_id == Item.id)
        .outerjoin(Column, Column.id == Item.column_id)
        .where(
            first.c.at >= clock.day_start(date(year, 1, 1)),
            first.c.at < clock.day_start(date(year + 1, 1, 1)),
        )
        .order_by(Column.position, Column.id, first.c.at, Item.id)
    )


def _columns(rows: Any) -> Iterator[YearColumn]:
    for name, lines in groupby(rows, key=lambda row: row.column or ""):
        yield YearColumn(name, tuple(map(_line, lines)))


def _line(row: Any) -> SubmittedLine:
    first = row.first_published_at
    return SubmittedLine(
        title=row.title,
        document_number=row.document_number,
        formed_on=row.formed_on,
        submitted_on=clock.county_day(row.at),
        published_on=clock.county_day(first) if first else None,
        state=State(row.state).value,
        index_number=row.index_number or "",
    )


def year_pdf(listed: YearList) -> bytes:
    return render_pdf("editorial/review/year_list.html", listed=listed)
