"""Numbers drawn in the transaction that publishes. A number is never given twice."""

from sqlalchemy import select, update

from county_portal.models import Counter, Item
from county_portal.office.base import settings
from county_portal.office.base.extensions import db


def draw(series: str) -> int:
    """Draw the next number of the series; the first is 1."""
    drawn: int | None = db.session.scalar(
        update(Counter)
        .where(Counter.series == series)
        .values(last=Counter.last + 1)
        .returning(Counter.last)
    )
    if drawn is not None:
        return drawn
    db.session.add(Counter(series=series, last=1))
    db.session.flush()
    return 1


def give_numbers(item: Item, year: int) -> None:
    """Draw public id and index number at the first publication; they are kept for ever.

    Source: Open Government Information Regulations (2019), art. 12.
    """
    if item.public_id is not None:
        return
    unit = (item.responsible_unit or item.unit).code
    item.public_id = draw("public_id")
    item.index_number = _free_index_number(unit, year)


def _free_index_number(unit: str, year: int) -> str:
    """Return a free number: one that a changed pattern spells again is passed over."""
    pattern = settings.value("index_number_pattern")
    while True:
        number = pattern.format(unit=unit, year=year, number=draw(f"index:{unit}:{year}"))
        if db.session.scalar(select(Item.id).where(Item.index_number == number)) is None:
            return number
