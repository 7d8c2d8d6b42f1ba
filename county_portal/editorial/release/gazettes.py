"""Gazettes on their way to and from the public file.

Publishing adds a row that rests on a signed edition; ending one adds another row. Nothing
withdrawn may stay public: a gazette goes with the first of the items it prints or names.
"""

from collections.abc import Iterator
from pathlib import Path

from flask import current_app
from sqlalchemy import ColumnElement, Select, exists, select

from county_portal.core import clock
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteEditionItem,
    GazetteEditionPart,
    GazetteEnding,
    GazettePublication,
    GazetteSignOff,
    GazetteState,
    GazetteStep,
    Item,
    Person,
    Publication,
    Verdict,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.desk import register
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import write_step
from county_portal.published.gazettes import GazetteEntry, GazetteManifest, GazetteWithdrawal
from county_portal.published.schema import moment_of
from county_portal.published.writing import writer
from county_portal.published.writing.gazette_rows import GazetteChanges

WITH_ITS_TEXT = "所载文件已撤回，本期公报停止公开。"
WITH_ITS_ISSUE = "所收公报已停止公开，本合订本停止公开。"


def publish_gazette(
    gazette: Gazette, sign_off: GazetteSignOff, *, by: Person
) -> GazettePublication:
    """The signed edition is live from now. The file is swapped after the commit."""
    publication = GazettePublication(
        gazette_id=gazette.id,
        edition_id=sign_off.edition_id,
        sign_off_id=sign_off.id,
        issuer_id=by.id,
        key=gazette.key,
        published_at=clock.now(),
    )
    db.session.add(publication)
    db.session.flush()
    return publication


def live_gazette_publication(gazette: Gazette) -> GazettePublication | None:
    """What the public reads of the gazette now, if anything."""
    query = select(GazettePublication).where(
        GazettePublication.gazette_id == gazette.id, _not_ended()
    )
    return db.session.scalar(query)


def gazette_publications(gazette: Gazette) -> list[GazettePublication]:
    """Every time the gazette went to the public, the last first."""
    query = select(GazettePublication).where(GazettePublication.gazette_id == gazette.id)
    return list(db.session.scalars(query.order_by(GazettePublication.id.desc())))


def end(
    publication: GazettePublication, reason: str, *, by: Person, item: Item | None = None
) -> tuple[GazetteWithdrawal, ...]:
    """The public no longer reads it, nor a volume that holds it, once the file is swapped."""
    moment = clock.now()
    ending = GazetteEnding(
        publication_id=publication.id,
        ended_at=moment,
        reason=reason,
        ended_by=by.id,
        item_id=item.id if item else None,
    )
    db.session.add(ending)
    gazette = db.session.get_one(Gazette, publication.gazette_id)
    register.withdraw_paper(db.session.get_one(GazetteEdition, publication.edition_id).pdf)
    deed, now = Do.GAZETTE_WITHDRAW, GazetteState.WITHDRAWN
    write_step(GazetteStep, gazette, deed, by=by, note=reason, now=now)
    audit.record(by, deed, gazette, reason=reason, with_item=ending.item_id)
    told = [GazetteWithdrawal(publication.key, moment, reason)]
    for volume in _volumes_with(publication.edition_id):
        told += end(volume, WITH_ITS_ISSUE, by=by, item=item)
    return tuple(told)


def end_with(item: Item, *, by: Person) -> tuple[GazetteWithdrawal, ...]:
    """No gazette that prints or names the item stays public."""
    query = (
        select(GazettePublication)
        .join(GazetteEditionItem, GazetteEditionItem.edition_id == GazettePublication.edition_id)
        .where(GazetteEditionItem.item_id == item.id, _not_ended())
    )
    told: list[GazetteWithdrawal] = []
    for publication in db.session.scalars(query.order_by(GazettePublication.id)).all():
        if db.session.get(GazetteEnding, publication.id) is None:  # or it went with its issue
            told += end(publication, WITH_ITS_TEXT, by=by, item=item)
    return tuple(told)


def _volumes_with(edition_id: int) -> list[GazettePublication]:
    query = (
        select(GazettePublication)
        .join(GazetteEditionPart, GazetteEditionPart.edition_id == GazettePublication.edition_id)
        .where(GazetteEditionPart.part_id == edition_id, _not_ended())
    )
    return list(db.session.scalars(query))


def _not_ended() -> ColumnElement[bool]:
    return ~exists().where(GazetteEnding.publication_id == GazettePublication.id)


# What the public file should hold


def live_gazettes() -> Select[GazettePublication, GazetteEdition]:
    """Gazettes to be read now: not ended, signed for exactly these bytes, all they name live."""
    dead_item = exists().where(
        GazetteEditionItem.edition_id == GazettePublication.edition_id,
        ~exists().where(
            Publication.item_id == GazetteEditionItem.item_id, Publication.ended_at.is_(None)
        ),
    )
    ended_part = exists().where(
        GazetteEditionPart.edition_id == GazettePublication.edition_id,
        ~GazetteEditionPart.part_id.in_(_live_editions()),
    )
    return (
        select(GazettePublication, GazetteEdition)
        .join(GazetteEdition, GazetteEdition.id == GazettePublication.edition_id)
        .join(GazetteSignOff, GazetteSignOff.id == GazettePublication.sign_off_id)
        .where(
            _not_ended(),
            GazetteSignOff.verdict == Verdict.RELEASE,
            GazetteSignOff.edition_id == GazetteEdition.id,
            GazetteSignOff.content_hash == GazetteEdition.content_hash,
            ~dead_item,
            ~ended_part,
        )
        .order_by(GazettePublication.id)
    )


def _live_editions() -> Select[int]:
    """Editions whose publication has not ended."""
    inner, ending = GazettePublication.__table__.alias(), GazetteEnding.__table__.alias()
    ended = exists().where(ending.c.publication_id == inner.c.id)
    return select(inner.c.edition_id).where(~ended)


def gazette_entries() -> tuple[GazetteEntry, ...]:
    """One for each gazette: the newest, should the database ever hold two that are live."""
    found = {
        row.key: GazetteEntry(row.key, one.manifest_text, one.content_hash, row.published_at)
        for row, one in db.session.execute(live_gazettes())
    }
    return tuple(found.values())


def withdrawn_gazettes() -> Iterator[GazetteWithdrawal]:
    """Gazettes that were public and are not, each with its last reason."""
    here = {entry.key for entry in gazette_entries()}
    query = select(GazettePublication.key, GazetteEnding.ended_at, GazetteEnding.reason).join(
        GazetteEnding, GazetteEnding.publication_id == GazettePublication.id
    )
    rows = db.session.execute(query.order_by(GazettePublication.id)).all()
    last = {row.key: GazetteWithdrawal(row.key, row.ended_at, row.reason) for row in rows}
    yield from (one for key, one in sorted(last.items()) if key not in here)


def differences() -> GazetteChanges:
    """What the gazettes of the public file lack or have too much of."""
    want, have = {one.key: one for one in gazette_entries()}, gazette_hashes()
    gone, told = {one.key: one for one in withdrawn_gazettes()}, withdrawals_told()
    return GazetteChanges(
        put=tuple(one for key, one in want.items() if have.get(key) != one.content_hash),
        remove=tuple(sorted(((have.keys() | told.keys()) - want.keys()) - gone.keys())),
        withdrawals=tuple(one for key, one in sorted(gone.items()) if told.get(key) != one),
    )


def gazette_hashes() -> dict[str, str]:
    """Key → content hash of the gazettes in the public file, computed from what lies there."""
    lines = writer.query_public_file(_folder(), "SELECT key, manifest FROM gazettes")
    return {key: GazetteManifest.hash_of(text) for key, text in lines}


def withdrawals_told() -> dict[str, GazetteWithdrawal]:
    lines = writer.query_public_file(
        _folder(), "SELECT key, withdrawn_at, reason FROM gazette_withdrawals"
    )
    return {row[0]: GazetteWithdrawal(row[0], moment_of(row[1]), row[2]) for row in lines}


def named_pdfs() -> set[str]:
    """The hashes of the PDFs that lie in the public folder by right."""
    return {edition.pdf for _, edition in db.session.execute(live_gazettes())}


def _folder() -> Path:
    path: Path = current_app.config["COUNTY"].PUBLIC
    return path
