"""Every promise, computed again from what lies on the disk. `flask verify` prints what fails."""

import stat
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text

from county_portal.core.disk import file_hash
from county_portal.editorial.release import public_file
from county_portal.models import Blob, Verdict
from county_portal.office.base import audit
from county_portal.office.base.audit import BrokenPromise
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import PRAGMAS, db
from county_portal.office.base.files import blob_path
from county_portal.office.rules.releasable import (
    Releasable,
    kinds,
    live_hashes,
    releasables,
    version_of,
)
from county_portal.published.kinds import Entry
from county_portal.published.schema import FileLine
from county_portal.published.writing import writer

OLDEST_SQLITE = (3, 51, 3)  # older ones can corrupt a write-ahead log


def broken_promises() -> list[BrokenPromise]:
    """Return what does not hold. Empty: everything does."""
    checks = (
        _versions,
        _sign_offs,
        _people,
        _of_kinds,
        _public_file,
        _rests,
        _withdrawals,
        _public_tables,
        _public_folder,
        _blobs,
        _database,
        _keys,
    )
    faults = [fault for check in checks for fault in check()]
    return faults + audit.broken_chain(current_settings())


def _versions() -> Iterator[BrokenPromise]:
    """Yield versions whose stored hash is not the hash of their manifest."""
    for released in releasables().values():
        table = released.version
        query = select(table.id, table.manifest_text, table.content_hash)
        for row in db.session.execute(query.execution_options(yield_per=500)):
            if released.kind.manifest.hash_of(row.manifest_text) != row.content_hash:
                where = f"{table.__tablename__}:{row.id}"
                yield BrokenPromise(where, "the manifest is not the one that was hashed")


def _sign_offs() -> Iterator[BrokenPromise]:
    """Yield publications that do not rest on a release of exactly their version."""
    for released in releasables().values():
        publication, version, sign_off = released.publication, released.version, released.sign_off
        query = (
            select(publication.id, sign_off.verdict)
            .add_columns(sign_off.content_hash, version.content_hash)
            .join(sign_off, sign_off.id == publication.sign_off_id, isouter=True)
            .join(version, version.id == version_of(publication))
        )
        for row_id, verdict, signed, written in db.session.execute(query):
            if verdict is not Verdict.RELEASE or signed != written:
                where = f"{publication.__tablename__}:{row_id}"
                yield BrokenPromise(where, "no release was signed for what it shows")


def _people() -> Iterator[BrokenPromise]:
    """Officer, issuer and contributors of a thing are different people."""
    for released in releasables().values():
        yield from _doubles(
            released.hand, released.sign_off, released.sign_off.officer_id, "officer"
        )
        yield from _doubles(
            released.hand, released.publication, released.publication.issuer_id, "issuer"
        )


def _doubles(hands: Any, table: Any, person: Any, hand: str) -> Iterator[BrokenPromise]:
    """Yield rows of somebody who has another hand in the thing than the one they acted with."""
    query = select(table.id).join(
        hands, (hands.thing_id == table.thing_id) & (hands.person_id == person)
    )
    for row_id in db.session.scalars(query.where(hands.hand != hand)):
        where = f"{table.__tablename__}:{row_id}"
        yield BrokenPromise(where, "somebody acted at two desks of one thing")


def _of_kinds() -> Iterator[BrokenPromise]:
    """Yield what each kind promises beside what all do."""
    for released in releasables().values():
        yield from released.faults()


def _public_file() -> Iterator[BrokenPromise]:
    """Yield where the public file and what is live differ, either way, by the file's bytes."""
    want, have = live_hashes(), writer.hashes(public_file.folder(), kinds())
    for thing in sorted(want.keys() | have.keys()):
        if want.get(thing) != have.get(thing):
            fault = _difference(want.get(thing), have.get(thing))
            yield BrokenPromise(":".join(thing), fault)


def _difference(want: str | None, have: str | None) -> str:
    if have is None:
        return "is live and is not in the public file"
    return "is in the public file and is not live" if want is None else "shows another version"


def _rests() -> Iterator[BrokenPromise]:
    """Yield what lies in the public file and rests on something that does not.

    Asked of the file, and not of what is live: whoever works that out may be wrong.
    """
    there = writer.listed(public_file.folder())
    for released in releasables().values():
        versions = _published(released, released.version.id, released.version.content_hash)
        keys = _published(
            released, released.version.id, getattr(released.publication, released.key)
        )
        for rest in released.rests_on:
            other = releasables()[rest.kind]
            key = getattr(other.publication, other.key)
            needed = _published(other, other.publication.thing_id, key)
            for version_id, thing_id in db.session.execute(rest.pairs):
                thing = (released.kind.name, str(keys.get(version_id)))
                shows_it = there.get(thing) == versions.get(version_id, "")
                if shows_it and (rest.kind, str(needed.get(thing_id))) not in there:
                    yield BrokenPromise(":".join(thing), "it rests on what is not public")


def _published(one: Releasable, name: Any, value: Any) -> dict[int, Any]:
    """Return two columns of all publications of a kind and their versions; the newest counts."""
    query = select(name, value).select_from(one.publication)
    query = query.join(one.version, one.version.id == version_of(one.publication))
    rows = db.session.execute(query.order_by(one.publication.id))
    return {row[0]: row[1] for row in rows}


def _withdrawals() -> Iterator[BrokenPromise]:
    want = {writer.thing_of(one): one for one in public_file.withdrawals()}
    if want != writer.withdrawals_in(public_file.folder()):
        yield BrokenPromise("public", "the withdrawals told to the public are not those on record")


def _public_tables() -> Iterator[BrokenPromise]:
    """Yield where lists, filters and search do not say of the entries what their manifests say.

    Not asked of a file whose entries are others, or whose site is older than the tables: that is
    told already, or made good within the minute.
    """
    shown = writer.hashes(public_file.folder(), kinds())
    if live_hashes() != shown or not public_file.has_this_site():
        return
    site, live = public_file.site_data(), public_file.live_entries()
    gone = public_file.withdrawals()
    for table in writer.unlike_entries(public_file.folder(), site, live, gone, kinds=kinds()):
        yield BrokenPromise(f"public:{table}", "the table does not say what was signed")


def _public_folder() -> Iterator[BrokenPromise]:
    """Yield public files that are not what their manifest says, and what else lies there."""
    named = {file.sha256 for entry in public_file.live_entries() for file in _files_of(entry)}
    lying = {path.name: path for path in (public_file.folder() / "files").glob("??/*")}
    for name in sorted(named - lying.keys()):
        yield BrokenPromise(f"file:{name[:12]}", "a published file is missing")
    for name in sorted(lying.keys() - named):
        yield BrokenPromise(
            f"file:{name[:12]}", "a file lies in the public folder that nothing live names"
        )
    for name in sorted(named & lying.keys()):
        if file_hash(lying[name])[0] != name:
            yield BrokenPromise(f"file:{name[:12]}", "a published file was changed")


def _files_of(entry: Entry) -> tuple[FileLine, ...]:
    kind = releasables()[entry.kind].kind
    return kind.files(kind.manifest.read(entry.manifest_text))


def _blobs() -> Iterator[BrokenPromise]:
    """Yield stored files that are not there, to the byte."""
    for blob in db.session.scalars(select(Blob).execution_options(yield_per=500)):
        path = blob_path(blob.sha256)
        if not path.is_file():
            yield BrokenPromise(f"blobs:{blob.sha256[:12]}", "a stored file is missing")
        elif file_hash(path) != (blob.sha256, blob.size):
            yield BrokenPromise(f"blobs:{blob.sha256[:12]}", "a stored file was changed")


def _database() -> Iterator[BrokenPromise]:
    if db.engine.dialect.name != "sqlite":
        return
    version = db.session.scalar(text("SELECT sqlite_version()")) or ""
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        yield BrokenPromise("sqlite", f"version {version} is too old to be safe")
    if db.session.scalar(text("PRAGMA integrity_check")) != "ok":
        yield BrokenPromise("sqlite", "the database is damaged")
    if db.session.execute(text("PRAGMA foreign_key_check")).first() is not None:
        yield BrokenPromise("sqlite", "a row points at nothing")
    for pragma in PRAGMAS:
        name, wanted = pragma.split(" = ")
        answer = str(db.session.scalar(text(f"PRAGMA {name}")))
        if answer.upper() not in _spellings(wanted):
            yield BrokenPromise("sqlite", f"{name} is {answer} and should be {wanted}")


def _spellings(wanted: str) -> set[str]:
    return {wanted, {"ON": "1", "OFF": "0", "FULL": "2", "WAL": "WAL"}.get(wanted, wanted)}


def _keys() -> Iterator[BrokenPromise]:
    """Key files are read by their owner only."""
    for path in sorted((current_settings().DATA / "keys").glob("*.key")):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield BrokenPromise(f"keys/{path.name}", "others can read this key file")
