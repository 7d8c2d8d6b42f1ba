"""What the public file should hold, by the tables, and making it so.

A reconcile reads the tables and applies the difference while it holds the lock,
so that one begun before a withdrawal cannot put back what was taken out.
"""

import fcntl
import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from county_portal.models import Category, Column, Unit
from county_portal.office.base import settings
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, writing
from county_portal.office.desk import register
from county_portal.office.rules.releasable import kinds, live_hashes, releasables
from county_portal.published.kinds import Entry, Thing
from county_portal.published.schema import (
    CategoryLine,
    ColumnLine,
    PaperLine,
    SiteData,
    UnitLine,
    Withdrawal,
)
from county_portal.published.writing import writer

log = logging.getLogger(__name__)


@contextmanager
def lock() -> Iterator[None]:
    """Hold the right to decide what the public file should hold; nobody else has it meanwhile.

    Without it a reconcile that read the tables just before a withdrawal could
    put back what the withdrawal has just taken out.
    """
    with (current_settings().DATA / "release.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def reconcile() -> bool:
    """Make the public file hold what is live of each kind and nothing else. Tell whether it had to.

    Call it with no transaction open: after a commit, at start, every minute.
    """
    with lock(), writing(ahead=False):
        db.session.rollback()
        writer.sweep_public_files(folder())
        changes = _differences()
        if changes is not None:
            db.session.rollback()
            return _apply(changes)
        live, site, gone = tuple(live_entries()), site_data(), withdrawals()
        db.session.rollback()
        try:
            _build(site, live, gone)
        except writer.Unfit:
            _build(site, _fit(live), gone)
        return True


def _build(site: SiteData, live: tuple[Entry, ...], gone: tuple[Withdrawal, ...]) -> None:
    writer.build_public_file(folder(), site, live, gone, kinds=kinds(), blobs=blobs())


def _apply(changes: writer.Changes) -> bool:
    """Change the file by the changes. One entry that cannot go out keeps no other back."""
    if changes == writer.Changes():
        return False
    try:
        writer.apply(folder(), changes, kinds=kinds(), blobs=blobs())
    except writer.Unfit:
        put = _fit(changes.put)
        left = {*map(writer.thing_of, changes.put)} - {*map(writer.thing_of, put)}
        old = tuple(sorted(left & writer.listed(folder()).keys()))
        return _apply(replace(changes, put=put, remove=(*changes.remove, *old)))
    return True


def withdraw_now(gone: Iterable[Withdrawal]) -> None:
    """Take these things from the public. Wants `lock` held; the caller commits after it."""
    with suppress(writer.NeedsBuild):  # no file the public could read: reconcile builds the next
        changes = writer.Changes(withdrawals=tuple(gone))
        writer.apply(folder(), changes, kinds=kinds(), blobs=blobs())


def count_left_out() -> int:
    """Count the live things the public file does not hold as they were signed off."""
    changes = _differences()
    return len(live_hashes()) if changes is None else len(changes.put)


def _fit(live: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return those that can go out whole. Of the others the public sees nothing.

    `verify` names them.
    """
    left = writer.unfit(folder(), live, kinds=kinds(), blobs=blobs())
    for reason in left.values():
        log.error("left out of the public file: %s", reason)
    return tuple(one for one in live if writer.thing_of(one) not in left)


def _differences() -> writer.Changes | None:
    """Return what the public file lacks or has too much of. None: there is no file to change."""
    have, told = writer.listed(folder()), writer.withdrawals_in(folder())
    there = have.keys() | told.keys()
    if not writer.is_current(folder()) or {name for name, _ in there} - releasables().keys():
        return None
    want = live_hashes()
    gone = {writer.thing_of(one): one for one in withdrawals()}
    differ = {thing for thing, content_hash in want.items() if have.get(thing) != content_hash}
    for name, released in releasables().items():
        differ |= {(name, key) for key in released.differs()} & want.keys()
    site = site_data()
    return writer.Changes(
        site=None if has_this_site(site) else site,
        put=tuple(live_entries(differ)),
        remove=tuple(sorted(there - want.keys() - gone.keys())),
        withdrawals=tuple(one for thing, one in sorted(gone.items()) if told.get(thing) != one),
    )


def has_this_site(site: SiteData | None = None) -> bool:
    """Tell whether the public file was told what stands around the entries now."""
    return writer.says(folder(), "reference") == _mark(site or site_data())


def live_entries(only: Collection[Thing] | None = None) -> Iterator[Entry]:
    """Yield what the public file should hold, of every kind. only: of these things."""
    for name, released in releasables().items():
        keys = None if only is None else [key for kind, key in only if kind == name]
        if keys is None or keys:
            yield from released.entries(keys)


def withdrawals() -> tuple[Withdrawal, ...]:
    """Return everything that was public and is not, each with its last reason."""
    return tuple(gone for one in releasables().values() for gone in one.withdrawals())


def site_data() -> SiteData:
    """Return the site's own words and its reference tables, as the office keeps them."""
    site = SiteData(
        settings=_site_settings(),
        units=tuple(
            UnitLine(unit.code, unit.name, unit.kind.value, unit.position)
            for unit in db.session.scalars(select(Unit).order_by(Unit.position, Unit.code))
        ),
        columns=tuple(_column_lines()),
        categories=tuple(
            CategoryLine(one.code, one.name, one.article, one.position)
            for one in db.session.scalars(select(Category).order_by(Category.position))
        ),
        papers=tuple(
            PaperLine(
                one.sha256, one.kind.value, one.name, one.dated_on, one.issued_at, one.withdrawn_at
            )
            for one in register.issued()
        ),
    )
    site_words = {**site.settings, "reference": _mark(site)}
    return replace(site, settings=site_words)


def _site_settings() -> dict[str, str]:
    decided = settings.values()
    names = ("site_name", "site_domain", "site_id_code", "host_unit")
    contact = f"{decided['contact_address']} {decided['contact_phone']}"
    return {**{name: decided[name] for name in names}, "contact": contact}


def _column_lines() -> Iterator[ColumnLine]:
    """Yield the open columns, in site order."""
    columns = db.session.scalars(select(Column).order_by(Column.position, Column.id)).all()
    slugs = {column.id: column.slug for column in columns}
    codes = dict(db.session.execute(select(Unit.id, Unit.code)).all())
    for listed in columns:
        if listed.open:
            yield ColumnLine(
                slug=listed.slug,
                name=listed.name,
                parent=slugs.get(listed.parent_id) if listed.parent_id else None,
                kind=listed.kind.value,
                description=listed.description,
                unit_code=codes[listed.unit_id],
                position=listed.position,
            )


def _mark(site: SiteData) -> str:
    """Return a mark that changes when anything around the items changes."""
    site_words = {name: text for name, text in site.settings.items() if name != "reference"}
    facts = repr(
        (sorted(site_words.items()), site.units, site.columns, site.categories, site.papers)
    )
    return hashlib.sha256(facts.encode()).hexdigest()


def folder() -> Path:
    return current_settings().PUBLIC


def blobs() -> Path:
    return current_settings().blobs
