"""Putting a month's deposit together, and finding those that were."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.core.errors import Missing, OutOfDate, Refused
from county_portal.core.paging import Page, fetch_page
from county_portal.core.workdays import ONE_DAY
from county_portal.editorial.catalogue.numbers import draw
from county_portal.models import (
    Deposit,
    DepositLine,
    DepositPart,
    DepositSupplement,
    Item,
    Person,
    PersonRole,
    Publication,
    Revision,
    Role,
    Unit,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.rules.policy import Do, can, require
from county_portal.papers.deposits.days import DepositDays, Window, deposit_days
from county_portal.papers.deposits.holdings import deposited, find_left_out
from county_portal.papers.deposits.names import Names
from county_portal.papers.figures.periods import shift

PER_PAGE = 24


@dataclass(frozen=True)
class DepositDraft:
    """What the clerk chooses. since_on: asked only for the first deposit of the county."""

    until_on: date
    since_on: date | None = None


@dataclass(frozen=True)
class Offer:
    """The next deposit. since_on: None if this is the first and the clerk says from when."""

    window: Window
    since_on: date | None
    waiting: int
    begun: bool  # whether its month has come


# Finding


def find_deposits(by: Person, page: int = 1) -> Page[Deposit]:
    """Find the county's deposits, the newest first; a page that does not exist is the last one."""
    require(by, Do.DEPOSIT_READ)
    query = select(Deposit).options(joinedload(Deposit.maker)).order_by(Deposit.month.desc())
    return fetch_page(db.session, query, page, PER_PAGE)


def find_parts(by: Person) -> list[DepositPart]:
    """Find the parts of the person's unit, the newest first."""
    query = (
        select(DepositPart)
        .join(Deposit, Deposit.id == DepositPart.deposit_id)
        .where(DepositPart.unit_id == by.unit_id)
        .options(joinedload(DepositPart.deposit))
        .order_by(Deposit.month.desc())
        .limit(PER_PAGE)
    )
    return list(db.session.scalars(query))


def get_deposit(deposit_id: int, *, by: Person, to: Do = Do.DEPOSIT_READ) -> Deposit:
    require(by, to)
    return fetch_row(Deposit, deposit_id)


def get_part(deposit_id: int, unit_id: int, *, by: Person, to: Do = Do.DEPOSIT_PART) -> DepositPart:
    """Return a unit's part. Raises Missing alike for another unit's and for one that never was."""
    query = select(DepositPart).where(
        DepositPart.deposit_id == deposit_id, DepositPart.unit_id == unit_id
    )
    part = db.session.scalar(query.options(joinedload(DepositPart.deposit)))
    if part is None or not can(by, Do.DEPOSIT_PART, part):
        raise Missing
    require(by, to, part)
    return part


# What waits


def next_offer() -> Offer:
    """Return the deposit that is made next, and how much waits for it."""
    last = newest_deposit()
    window = next_window(last, deposit_days())
    waiting = db.session.scalar(select(func.count()).select_from(_undeposited().subquery())) or 0
    since = last.until_on + ONE_DAY if last else None
    return Offer(window, since, waiting, has_begun(last))


def newest_deposit() -> Deposit | None:
    return db.session.scalar(select(Deposit).order_by(Deposit.month.desc()).limit(1))


def has_begun(last: Deposit | None) -> bool:
    """Tell whether the month of the deposit after the last one has come."""
    return last is None or shift(last.month, 1) <= clock.today()


def next_window(last: Deposit | None, known: DepositDays) -> Window:
    """Return the days on which the deposit after the last one is handed over."""
    this = clock.today().replace(day=1)
    window = known.window(max(this, shift(last.month, 1)) if last else this)
    if last is None and clock.today() > window.last:
        return known.window(shift(this, 1))  # a county that begins late has missed nothing
    return window


def _undeposited(until: datetime | None = None) -> Select[Publication]:
    """Live publications that are not deposited, or were left out of the deposit they were in.

    None from before the county began to deposit here.
    """
    floor = db.session.scalar(select(func.min(Deposit.since_on)))
    query = select(Publication).where(Publication.ended_at.is_(None), ~deposited(Publication.id))
    if floor is not None:
        query = query.where(Publication.published_at >= clock.day_start(floor))
    if until is not None:
        query = query.where(Publication.published_at < until)
    return query


# Making


def make_deposit(draft: DepositDraft, *, by: Person) -> Deposit:
    """Make the next deposit: every text published up to the day and not deposited yet.

    A text that was left out of an earlier deposit comes again.

    Each active unit has its part; one without texts is a zero return.
    Source: Open Government Information Regulations (2019), art. 25.
    """
    require(by, Do.DEPOSIT_MAKE)
    offer = next_offer()
    since, year = _begin(draft, offer), clock.today().year
    deposit = Deposit(
        year=year,
        number=draw(f"deposit:{year}"),
        month=offer.window.month if offer.since_on else clock.today().replace(day=1),
        since_on=since,
        until_on=draft.until_on,
        due_on=offer.window.last,
        words=Names.now().as_json(),
        made_by=by.id,
        made_at=clock.now(),
    )
    db.session.add(deposit)
    db.session.flush()
    lines = _add_parts(deposit, _by_unit(draft.until_on))
    audit.record(by, Do.DEPOSIT_MAKE, deposit, month=f"{deposit.month:%Y-%m}", texts=lines)
    return deposit


def _begin(draft: DepositDraft, offer: Offer) -> date:
    """Return the first day of the deposit.

    Raises Refused if it cannot be made, or not like that.
    """
    since = offer.since_on or draft.since_on
    if not offer.begun:
        raise OutOfDate("This month's deposit is made already; the next begins with its month")
    if since is None:
        raise Refused("Say from which day on the county deposits here")
    if draft.until_on >= clock.today():
        raise Refused("A deposit ends on a day that is over: yesterday or before")
    if draft.until_on < since:
        raise Refused("The deposit begins on %(day)s; it cannot end before", day=since)
    return since


def _by_unit(until_on: date) -> dict[int, list[int]]:
    """Group publications by the unit named on the signed text, each in order of time."""
    codes = dict(db.session.execute(select(Unit.code, Unit.id)).all())
    query = (
        _undeposited(clock.day_start(until_on + ONE_DAY))
        .join(Revision, Revision.id == Publication.revision_id)
        .join(Item, Item.id == Publication.item_id)
        .with_only_columns(Publication.id, Revision.manifest, Item.unit_id)
        .order_by(Publication.published_at, Publication.id)
    )
    by_unit: dict[int, list[int]] = {}
    for row in db.session.execute(query.execution_options(yield_per=100)):
        unit_id = codes.get(row.manifest.unit_code, row.unit_id)
        by_unit.setdefault(unit_id, []).append(row.id)
    return by_unit


def _add_parts(deposit: Deposit, by_unit: dict[int, list[int]]) -> int:
    """Add a part for every unit that owes one. Return how many texts there are."""
    query = select(Unit).where(or_(Unit.active, Unit.id.in_(by_unit)))
    contacts = _contacts()
    again = {one.publication_id: one.part_id for one in find_left_out()}
    for position, unit in enumerate(db.session.scalars(query.order_by(Unit.position, Unit.id)), 1):
        texts = by_unit.get(unit.id, [])
        part = DepositPart(
            deposit_id=deposit.id,
            unit_id=unit.id,
            position=position,
            unit_code=unit.code,
            unit_name=unit.name,
            contact="、".join(contacts.get(unit.id, [])),
            phone=unit.phone,
            texts=len(texts),
        )
        db.session.add(part)
        db.session.flush()
        db.session.add_all(
            _place(one, part, place, again.get(one)) for place, one in enumerate(texts, 1)
        )
    db.session.flush()
    return sum(map(len, by_unit.values()))


def _place(
    publication_id: int, part: DepositPart, position: int, omitted_from: int | None
) -> DepositLine | DepositSupplement:
    values = {"publication_id": publication_id, "part_id": part.id, "position": position}
    if omitted_from is None:
        return DepositLine(**values)
    return DepositSupplement(**values, omitted_from=omitted_from)


def _contacts() -> dict[int, list[str]]:
    """Return the names of each unit's liaisons."""
    query = (
        select(Person.unit_id, Person.name)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.LIAISON, Person.active)
        .order_by(Person.id)
    )
    names: dict[int, list[str]] = {}
    for unit_id, name in db.session.execute(query):
        names.setdefault(unit_id, []).append(name)
    return names
