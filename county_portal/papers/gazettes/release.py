"""The gazette's half of the way to the public.

Publishing adds a row that rests on a signed edition; ending one adds another row. Nothing
withdrawn may stay public: a gazette goes with the first of the items it prints or names, and a
volume with the first of its issues.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from county_portal.core import clock
from county_portal.editorial.release import public_file
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteEditionItem,
    GazetteEditionPart,
    GazetteEnding,
    GazetteHand,
    GazettePublication,
    GazetteSignOff,
    GazetteState,
    GazetteStep,
    Item,
    Person,
)
from county_portal.office.base import audit
from county_portal.office.base.audit import BrokenPromise
from county_portal.office.base.extensions import db
from county_portal.office.desk import register
from county_portal.office.rules.policy import Do
from county_portal.office.rules.releasable import Releasable, RestsOn, live
from county_portal.office.rules.workflow import write_step
from county_portal.published.gazettes import GAZETTE, GazetteEntry
from county_portal.published.items import ITEM
from county_portal.published.schema import Withdrawal
from county_portal.published.writing import writer

WITH_ITS_TEXT = "所载文件已撤回，本期公报停止公开。"
WITH_ITS_ISSUE = "所收公报已停止公开，本合订本停止公开。"
PRINTS = select(
    GazetteEditionItem.edition_id.label("version_id"), GazetteEditionItem.item_id.label("thing_id")
)
BINDS = select(
    GazetteEditionPart.edition_id.label("version_id"), GazetteEdition.gazette_id.label("thing_id")
).join(GazetteEdition, GazetteEdition.id == GazetteEditionPart.part_id)


def publish_gazette(
    gazette: Gazette, sign_off: GazetteSignOff, *, by: Person
) -> GazettePublication:
    """Publish the signed edition; it is live from now. The file is swapped after the commit."""
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
    """Return what the public reads of the gazette now, if anything."""
    query = select(GazettePublication).where(
        GazettePublication.gazette_id == gazette.id, _lasts(GazettePublication)
    )
    return db.session.scalar(query)


def gazette_publications(gazette: Gazette) -> list[GazettePublication]:
    """Return every time the gazette went to the public, the last first."""
    query = select(GazettePublication).where(GazettePublication.gazette_id == gazette.id)
    return list(db.session.scalars(query.order_by(GazettePublication.id.desc())))


def _lasts(publication: Any) -> ColumnElement[bool]:
    return ~exists().where(GazetteEnding.publication_id == publication.id)


def end(
    publication: GazettePublication,
    reason: str,
    by: Person,
    cause: tuple[str, int] | None = None,
) -> Withdrawal:
    """End the publication: the public no longer reads it, once the file is swapped."""
    moment = clock.now()
    ending = GazetteEnding(
        publication_id=publication.id,
        ended_at=moment,
        reason=reason,
        ended_by=by.id,
        item_id=cause[1] if cause else None,
    )
    db.session.add(ending)
    gazette = db.session.get_one(Gazette, publication.gazette_id)
    register.withdraw_paper(db.session.get_one(GazetteEdition, publication.edition_id).pdf)
    deed, now = Do.GAZETTE_WITHDRAW, GazetteState.WITHDRAWN
    write_step(GazetteStep, gazette, deed, by=by, note=reason, now=now)
    audit.record(by, deed, gazette, reason=reason, with_item=ending.item_id)
    return Withdrawal(GAZETTE.name, publication.key, "", moment, reason)


# What the public file should hold


def gazette_entries(only: Iterable[str] | None = None) -> Iterator[GazetteEntry]:
    """Yield one entry for each gazette.

    The newest, should the database ever hold two that are live.
    """
    query = live(RELEASABLE, GazettePublication, GazetteEdition).order_by(GazettePublication.id)
    chosen = {
        row.key: GazetteEntry(
            row.key, edition.manifest_text, edition.content_hash, row.published_at
        )
        for row, edition in db.session.execute(query)
    }
    wanted = chosen.keys() if only is None else set(only)
    return (entry for key, entry in chosen.items() if key in wanted)


def withdrawn_gazettes() -> Iterator[Withdrawal]:
    """Yield gazettes that were public and are not, each with its last reason."""
    here = {entry.key for entry in gazette_entries()}
    query = select(GazettePublication.key, GazetteEnding.ended_at, GazetteEnding.reason).join(
        GazetteEnding, GazetteEnding.publication_id == GazettePublication.id
    )
    rows = db.session.execute(query.order_by(GazettePublication.id)).all()
    last = {row.key: Withdrawal(GAZETTE.name, row.key, "", row[1], row[2]) for row in rows}
    yield from (one for key, one in sorted(last.items()) if key not in here)


def _changed_on_the_disk() -> set[str]:
    """Return keys of gazettes of which the public file holds other bytes than it says."""
    lines = writer.query_public_file(
        public_file.folder(),
        "SELECT key, manifest, content_hash FROM manifests JOIN entries USING(kind, key)"
        " WHERE kind = ?",
        GAZETTE.name,
    )
    return {key for key, text, said in lines if GAZETTE.manifest.hash_of(text) != said}


# What it promises beside what every kind does


def _faults() -> Iterator[BrokenPromise]:
    yield from _untied()
    yield from _live_twice()


def _untied() -> Iterator[BrokenPromise]:
    """Yield editions that are not tied to every item they print or name."""
    tied: dict[int, set[int | None]] = {}
    rows = select(GazetteEditionItem.edition_id, Item.public_id).join(
        Item, Item.id == GazetteEditionItem.item_id
    )
    for edition, public_id in db.session.execute(rows):
        tied.setdefault(edition, set()).add(public_id)
    for edition_row in db.session.scalars(select(GazetteEdition)):
        if not _named_in(edition_row) <= tied.get(edition_row.id, set()):
            yield BrokenPromise(
                f"gazette_editions:{edition_row.id}", "it is not tied to a text that it names"
            )


def _named_in(edition: GazetteEdition) -> set[int | None]:
    """Return the public ids of the items that the edition names; no item's if it cannot be read."""
    try:
        manifest = edition.manifest
    except ValueError:
        return {0}
    changed = {
        number for line in manifest.changes for number in (line.public_id, line.by_public_id)
    }
    return {line.public_id for line in manifest.contents} | (changed - {None})


def _live_twice() -> Iterator[BrokenPromise]:
    """Yield gazettes of which more than one edition is live."""
    keys = db.session.scalars(live(RELEASABLE, GazettePublication.key))
    for key, count in Counter(keys).items():
        if count > 1:
            yield BrokenPromise(f"gazette:{key}", "two editions of it are live")


RELEASABLE = Releasable(
    kind=GAZETTE,
    version=GazetteEdition,
    hand=GazetteHand,
    sign_off=GazetteSignOff,
    publication=GazettePublication,
    key="key",
    lasts=_lasts,
    entries=gazette_entries,
    withdrawals=withdrawn_gazettes,
    end=end,
    rests_on=(
        RestsOn(GAZETTE.name, BINDS, WITH_ITS_ISSUE),
        RestsOn(ITEM.name, PRINTS, WITH_ITS_TEXT),
    ),
    differs=_changed_on_the_disk,
    faults=_faults,
)
