"""What the public file should hold, by the tables, and making it so.

A reconcile reads the tables and applies the difference while it holds the lock,
so that one begun before a withdrawal cannot put back what was taken out.
"""

import fcntl
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Row, Select, or_, select

from county_portal.core import clock
from county_portal.editorial.catalogue import validity
from county_portal.editorial.release import gazettes
from county_portal.models import (
    Category,
    Column,
    Ending,
    Item,
    Publication,
    Revision,
    SignOff,
    Unit,
    Validity,
    Verdict,
)
from county_portal.office.base import settings
from county_portal.office.base.extensions import db, writing
from county_portal.office.desk import register
from county_portal.published.items import PublicEntry
from county_portal.published.schema import (
    CategoryLine,
    ColumnLine,
    PaperLine,
    SiteData,
    UnitLine,
    ValidityLine,
    Withdrawal,
)
from county_portal.published.writing import writer
from county_portal.published.writing.gazette_rows import GazetteChanges

log = logging.getLogger(__name__)


@contextmanager
def lock() -> Iterator[None]:
    """Nobody else decides what the public file should hold while this is held.

    Without it a reconcile that read the tables just before a withdrawal could
    put back what the withdrawal has just taken out.
    """
    path = current_app.config["COUNTY"].DATA / "release.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def reconcile() -> bool:
    """The public file holds the live publications and nothing else. Whether it had to change.

    Call it with no transaction open: after a commit, at start, every minute.
    """
    with lock(), writing(ahead=False):
        db.session.rollback()
        writer.sweep_public_files(folder())
        changes = _differences()
        if changes is not None:
            db.session.rollback()
            return _apply(changes)
        live = tuple(item_entries())
        site, gone, bound = site_data(), list(withdrawn_items()), gazettes.differences()
        db.session.rollback()
        try:
            writer.build_public_file(folder(), site, live, gone, blobs=blobs(), gazettes=bound)
        except writer.Unfit:
            fit = _fit_gazettes(bound)
            writer.build_public_file(folder(), site, _fit(live), gone, blobs=blobs(), gazettes=fit)
        return True


def _apply(changes: writer.Changes) -> bool:
    """The file differs by the changes. One entry that cannot go out keeps no other back."""
    if changes == writer.Changes():
        return False
    try:
        writer.apply(folder(), changes, blobs=blobs())
    except writer.Unfit:
        put = _fit(changes.put)
        left = {one.public_id for one in changes.put} - {one.public_id for one in put}
        old = tuple(sorted(left & writer.listed(folder()).keys()))
        fit = _fit_gazettes(changes.gazettes)
        return _apply(replace(changes, put=put, remove=(*changes.remove, *old), gazettes=fit))
    return True


def count_left_out() -> int:
    """How many issued texts and gazettes the public file does not hold as they were signed off."""
    changes = _differences()
    if changes is None:
        return len(db.session.execute(_live(Publication.public_id)).all())
    return len(changes.put) + len(changes.gazettes.put)


def _fit_gazettes(changes: GazetteChanges) -> GazetteChanges:
    """The same without gazettes that cannot go out; an older edition of one goes, too."""
    left = writer.unfit_gazettes(folder(), changes.put, blobs=blobs())
    for reason in left.values():
        log.error("left out of the public file: %s", reason)
    put = tuple(one for one in changes.put if one.key not in left)
    old = tuple(sorted(left.keys() & gazettes.gazette_hashes().keys()))
    return replace(changes, put=put, remove=(*changes.remove, *old))


def _fit(live: tuple[PublicEntry, ...]) -> tuple[PublicEntry, ...]:
    """Those that can go out whole. Of the others the public sees nothing; `verify` names them."""
    left = writer.unfit(folder(), live, blobs=blobs())
    for reason in left.values():
        log.error("left out of the public file: %s", reason)
    return tuple(one for one in live if one.public_id not in left)


def _differences() -> writer.Changes | None:
    """What the public file lacks or has too much of. None: there is no file to change."""
    if not writer.is_current(folder()):
        return None
    have, told = writer.listed(folder()), writer.withdrawals_in(folder())
    lines = db.session.execute(_live(Publication.public_id, Revision.content_hash))
    want: dict[int, str] = dict(lines.all())
    differ = {key for key, value in want.items() if have.get(key) != value}
    found = item_validities()
    differ |= _other_validity(found) & want.keys()
    gone = {one.public_id: one for one in withdrawn_items()}
    site = site_data()
    return writer.Changes(
        site=None if has_this_site(site) else site,
        put=tuple(item_entries(differ, found)),
        remove=tuple(sorted((have.keys() - want.keys()) - gone.keys())),
        withdrawals=tuple(one for key, one in sorted(gone.items()) if told.get(key) != one),
        gazettes=gazettes.differences(),
    )


def has_this_site(site: SiteData | None = None) -> bool:
    """Whether the public file was told what stands around the items now."""
    return writer.says(folder(), "reference") == _mark(site or site_data())


def _live(*what: Any) -> Select[Any]:
    """Of live publications, with the release that was signed for exactly these bytes.

    The database keeps no other; here it is asked once more, in case its rules were off.
    """
    found: Select[Any] = (
        select(*what)
        .select_from(Publication)
        .join(Revision, Revision.id == Publication.revision_id)
        .join(Item, Item.id == Publication.item_id)
        .join(SignOff, SignOff.id == Publication.sign_off_id)
        .where(
            Publication.ended_at.is_(None),
            SignOff.verdict == Verdict.RELEASE,
            SignOff.revision_id == Revision.id,
            SignOff.content_hash == Revision.content_hash,
        )
    )
    return found


def item_entries(
    only: set[int] | None = None, found: dict[int, ValidityLine] | None = None
) -> Iterator[PublicEntry]:
    """What the public file should hold. only: these public ids. found: `validities`, if known."""
    columns = (
        Publication.public_id,
        Publication.index_number,
        Publication.published_at,
        Item.first_published_at,
        Revision.manifest_text,
        Revision.content_hash,
    )
    query = _live(*columns).order_by(Publication.public_id)
    if only is not None:
        query = query.where(_among(only))
    found = item_validities() if found is None else found
    for row in db.session.execute(query.execution_options(yield_per=500)):
        yield _entry(row, found.get(row.public_id, ValidityLine()))


def _among(ids: set[int]) -> ColumnElement[bool]:
    return Publication.public_id.in_(sorted(ids))


def _entry(row: Row[Any], found: ValidityLine) -> PublicEntry:
    first = row.first_published_at
    return PublicEntry(
        public_id=row.public_id,
        index_number=row.index_number,
        manifest_text=row.manifest_text,
        content_hash=row.content_hash,
        published_at=first,
        corrected_at=row.published_at if row.published_at != first else None,
        validity=found,
    )


def item_validities() -> dict[int, ValidityLine]:
    """What was found of live documents and counts today, by public id. No ground: it stays inside.

    A text that is not live itself is not named as the one that did it.
    """
    found = validity.standings(clock.today())
    named = or_(
        Publication.item_id.in_(select(Validity.item_id)),
        Publication.item_id.in_(select(Validity.by_item_id)),
    )
    query = _live(Publication.item_id, Publication.public_id).where(named)
    live: dict[int, int] = dict(db.session.execute(query).all())
    return {
        live[item_id]: line
        for item_id, standing in found.items()
        if item_id in live and (line := _validity_line(standing, live)) != ValidityLine()
    }


def _validity_line(standing: validity.DocumentValidity, live: dict[int, int]) -> ValidityLine:
    row = standing.found
    if row is None:
        return ValidityLine(expires_on=standing.expires_on)
    by = live.get(row.by_item_id) if row.by_item_id else None
    return ValidityLine(row.state.value, row.since_on, by, standing.expires_on)


def _other_validity(found: dict[int, ValidityLine]) -> set[int]:
    """Public ids of which the public file tells another validity than was found."""
    lines = writer.query_public_file(
        folder(),
        "SELECT public_id, validity, validity_on, validity_by, expires_on FROM items"
        " WHERE validity > '' OR expires_on > ''",
    )
    told = {row[0]: ValidityLine(row[1], _day(row[2]), row[3], _day(row[4])) for row in lines}
    return {key for key in told.keys() | found.keys() if told.get(key) != found.get(key)}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def withdrawn_items() -> Iterator[Withdrawal]:
    """Items that were public and are not, each with its last reason."""
    live = select(Publication.item_id).where(Publication.ended_at.is_(None))
    query = select(Publication).where(
        Publication.ending == Ending.WITHDRAWN, Publication.item_id.not_in(live)
    )
    last = {one.public_id: one for one in db.session.scalars(query.order_by(Publication.id))}
    for one in last.values():
        yield Withdrawal(one.public_id, one.index_number, one.ended_at or clock.now(), one.reason)


def site_data() -> SiteData:
    """The site's own words and its reference tables, as the office keeps them."""
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
    said = {**site.settings, "reference": _mark(site)}
    return replace(site, settings=said)


def _site_settings() -> dict[str, str]:
    said = settings.values()
    names = ("site_name", "site_domain", "site_id_code", "host_unit")
    contact = f"{said['contact_address']} {said['contact_phone']}"
    return {**{name: said[name] for name in names}, "contact": contact}


def _column_lines() -> Iterator[ColumnLine]:
    """The open columns, in site order."""
    columns = db.session.scalars(select(Column).order_by(Column.position, Column.id)).all()
    slugs = {column.id: column.slug for column in columns}
    codes = dict(db.session.execute(select(Unit.id, Unit.code)).all())
    for one in columns:
        if one.open:
            yield ColumnLine(
                slug=one.slug,
                name=one.name,
                parent=slugs.get(one.parent_id) if one.parent_id else None,
                kind=one.kind.value,
                description=one.description,
                unit_code=codes[one.unit_id],
                position=one.position,
            )


def _mark(site: SiteData) -> str:
    """Changes when anything around the items changes."""
    said = {name: text for name, text in site.settings.items() if name != "reference"}
    words = repr((sorted(said.items()), site.units, site.columns, site.categories, site.papers))
    return hashlib.sha256(words.encode()).hexdigest()


def folder() -> Path:
    path: Path = current_app.config["COUNTY"].PUBLIC
    return path


def blobs() -> Path:
    path: Path = current_app.config["COUNTY"].blobs
    return path
