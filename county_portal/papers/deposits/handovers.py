"""Who handed what over to whom, and who missed the day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.core.errors import OutOfDate, Refused
from county_portal.core.html.clean import seen
from county_portal.models import Deposit, DepositPart, Handover, Person, Receiver
from county_portal.office.base import audit, settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require
from county_portal.papers.figures.periods import shift

WORST = 3  # the consequence of the third missed deposit is that of all later ones


@dataclass(frozen=True)
class Handed:
    """What is written down at the counter. seen: how many times it had been written down before."""

    receiver: Receiver
    handed_on: date
    handed_by: str
    received_by: str
    receipt_number: str = ""
    note: str = ""
    seen: int = 0


def hand_over(part: DepositPart, handed: Handed, *, by: Person) -> Handover:
    """Write down that a unit's part is with the receiver.

    Said again, it corrects what was said before.
    """
    require(by, Do.DEPOSIT_HAND_OVER, part)
    _check(handed, part.deposit)
    before = handover_history(part, handed.receiver)
    if len(before) != handed.seen:
        raise OutOfDate("Somebody has written this handover down since the page was drawn")
    row = _write(part, handed, len(before) + 1, by)
    audit.record(by, Do.DEPOSIT_HAND_OVER, part, receiver=row.receiver, day=row.handed_on)
    return row


def hand_over_all(deposit: Deposit, handed: Handed, *, by: Person) -> int:
    """Hand over every part that is not with the receiver yet. Return how many were not."""
    require(by, Do.DEPOSIT_MAKE)
    _check(handed, deposit)
    known = newest_handovers(deposit.parts)
    missing = [part for part in deposit.parts if (part.id, handed.receiver) not in known]
    if not missing:
        raise OutOfDate("Every unit's part is with this receiver already")
    for part in missing:
        _write(part, handed, 1, by)
    details = {"receiver": handed.receiver.value, "day": str(handed.handed_on)}
    audit.record(by, Do.DEPOSIT_HAND_OVER, deposit, **details, parts=len(missing))
    return len(missing)


def _check(handed: Handed, deposit: Deposit) -> None:
    if not (handed.handed_by.strip() and handed.received_by.strip()):
        raise Refused("Say who handed over and who received")
    if handed.handed_on > clock.today():
        raise Refused("A handover cannot lie in the future")
    if handed.handed_on < clock.county_day(deposit.made_at):
        raise Refused("The deposit was not made yet on that day")


def _write(part: DepositPart, handed: Handed, number: int, by: Person) -> Handover:
    row = Handover(
        part_id=part.id,
        receiver=handed.receiver,
        number=number,
        handed_on=handed.handed_on,
        handed_by=seen(handed.handed_by).strip(),
        received_by=seen(handed.received_by).strip(),
        receipt_number=seen(handed.receipt_number).strip(),
        note=seen(handed.note).strip(),
        recorded_by=by.id,
        recorded_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def handover_history(part: DepositPart, receiver: Receiver) -> list[Handover]:
    """Return all that was written down of one part and one receiver, the newest first."""
    query = select(Handover).where(Handover.part_id == part.id, Handover.receiver == receiver)
    query = query.options(joinedload(Handover.recorder))
    return list(db.session.scalars(query.order_by(Handover.number.desc())))


def newest_handovers(parts: Iterable[DepositPart]) -> dict[tuple[int, Receiver], Handover]:
    """Return the row that counts, by part and receiver."""
    query = (
        select(Handover)
        .where(Handover.part_id.in_([part.id for part in parts]))
        .order_by(Handover.number)
    )
    return {(row.part_id, row.receiver): row for row in db.session.scalars(query)}


# Missed days


@dataclass(frozen=True)
class Kept:
    """How one part was kept. handed_on: the day on which the last receiver had it."""

    part: DepositPart
    handed_on: date | None
    missed: bool


@dataclass(frozen=True)
class UnitYear:
    """One unit's deposits of a year, and what follows from those it missed."""

    unit_id: int
    unit: str
    kept: tuple[Kept, ...]
    consequence: str

    @property
    def missed(self) -> int:
        return sum(one.missed for one in self.kept)


@dataclass(frozen=True)
class Year:
    """All units in a year. not_made: months for which the county made no deposit."""

    year: int
    units: tuple[UnitYear, ...]
    not_made: tuple[date, ...]


def keeping(parts: Sequence[DepositPart]) -> list[Kept]:
    """Tell of each part whether and when it was handed over, and whether its day was missed."""
    known = newest_handovers(parts)
    return [_kept(part, [known.get((part.id, one)) for one in Receiver]) for part in parts]


def _kept(part: DepositPart, rows: list[Handover | None]) -> Kept:
    days = [row.handed_on for row in rows if row]
    done = max(days) if len(days) == len(rows) else None
    due = part.deposit.due_on
    return Kept(part, done, missed=(done or clock.today()) > due)


def year_of(year: int, *, by: Person) -> Year:
    """Return every unit's deposits due in the year, with those it missed."""
    require(by, Do.DEPOSIT_READ)
    query = (
        select(DepositPart)
        .join(Deposit, Deposit.id == DepositPart.deposit_id)
        .where(Deposit.due_on >= date(year, 1, 1), Deposit.due_on <= date(year, 12, 31))
        .options(joinedload(DepositPart.deposit))
        .order_by(Deposit.month)
    )
    by_unit: dict[int, list[Kept]] = {}
    for line in keeping(db.session.scalars(query).all()):
        by_unit.setdefault(line.part.unit_id, []).append(line)
    units = sorted(by_unit.values(), key=lambda kept: kept[-1].part.position)
    return Year(year, tuple(_unit_year(kept) for kept in units), _not_made(year))


def _unit_year(kept: list[Kept]) -> UnitYear:
    part, missed = kept[-1].part, sum(one.missed for one in kept)
    consequence = settings.value(f"deposit_missed_{min(missed, WORST)}") if missed else ""
    return UnitYear(part.unit_id, part.unit_name, tuple(kept), consequence)


def _not_made(year: int) -> tuple[date, ...]:
    """Return months that are over, since the county's first deposit, without one."""
    made = set(db.session.scalars(select(Deposit.month)))
    months, month = [], min(made, default=clock.today().replace(day=1))
    while month < clock.today().replace(day=1):
        if month not in made and month.year == year:
            months.append(month)
        month = shift(month, 1)
    return tuple(months)


def deposit_years() -> list[int]:
    """Return the years in which deposits were due, the newest first.

    This year if there were none.
    """
    due = {day.year for day in db.session.scalars(select(Deposit.due_on))}
    return sorted(due | {clock.today().year}, reverse=True)
