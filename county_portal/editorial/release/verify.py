"""Every promise, computed again from what lies on the disk. `flask verify` prints what fails."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select, text

from county_portal.core.disk import file_hash
from county_portal.editorial.release import public_file
from county_portal.models import Blob, Verdict
from county_portal.office.base import audit
from county_portal.office.base.audit import BrokenPromise
from county_portal.office.base.config import Settings
from county_portal.office.base.extensions import PRAGMAS, db
from county_portal.office.base.files import blob_path
from county_portal.office.rules.releasable import kinds, live_hashes, releasables, version_of
from county_portal.published.kinds import Entry
from county_portal.published.schema import FileLine
from county_portal.published.writing import writer

OLDEST_SQLITE = (3, 51, 3)  # older ones can corrupt a write-ahead log


def broken_promises() -> list[BrokenPromise]:
    """What does not hold. Empty: everything does."""
    settings: Settings = current_app.config["COUNTY"]
    checks: tuple[Callable[[Settings], Iterator[BrokenPromise]], ...] = (
        _versions,
        _sign_offs,
        _people,
        _of_kinds,
        _public_file,
        _withdrawals,
        _public_tables,
        _public_folder,
        _blobs,
        _database,
        _keys,
    )
    found = [fault for check in checks for fault in check(settings)]
    return found + audit.broken_chain(settings)


def _versions(_: Settings) -> Iterator[BrokenPromise]:
    """The stored hash of each version is the hash of its manifest."""
    for one in releasables().values():
        table = one.version
        query = select(table.id, table.manifest_text, table.content_hash)
        for row in db.session.execute(query.execution_options(yield_per=500)):
            if one.kind.manifest.hash_of(row.manifest_text) != row.content_hash:
                where = f"{table.__tablename__}:{row.id}"
                yield BrokenPromise(where, "the manifest is not the one that was hashed")


def _sign_offs(_: Settings) -> Iterator[BrokenPromise]:
    """Each publication rests on a release of exactly its version."""
    for one in releasables().values():
        publication, version, sign_off = one.publication, one.version, one.sign_off
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


def _people(_: Settings) -> Iterator[BrokenPromise]:
    """Officer, issuer and contributors of a thing are different people."""
    for one in releasables().values():
        yield from _doubles(one.hand, one.sign_off, one.sign_off.officer_id, "officer")
        yield from _doubles(one.hand, one.publication, one.publication.issuer_id, "issuer")


def _doubles(hands: Any, table: Any, person: Any, hand: str) -> Iterator[BrokenPromise]:
    """Rows of somebody who has another hand in the thing than the one they acted with."""
    query = select(table.id).join(
        hands, (hands.thing_id == table.thing_id) & (hands.person_id == person)
    )
    for row_id in db.session.scalars(query.where(hands.hand != hand)):
        where = f"{table.__tablename__}:{row_id}"
        yield BrokenPromise(where, "somebody acted at two desks of one thing")


def _of_kinds(_: Settings) -> Iterator[BrokenPromise]:
    """What each kind promises beside what all do."""
    for one in releasables().values():
        yield from one.faults()


def _public_file(settings: Settings) -> Iterator[BrokenPromise]:
    """The public file equals what is live, both ways, by the bytes that lie in it."""
    want, have = live_hashes(), writer.hashes(settings.PUBLIC, kinds())
    for thing in sorted(want.keys() | have.keys()):
        if want.get(thing) != have.get(thing):
            fault = _difference(want.get(thing), have.get(thing))
            yield BrokenPromise(":".join(thing), fault)


def _difference(want: str | None, have: str | None) -> str:
    if have is None:
        return "is live and is not in the public file"
    return "is in the public file and is not live" if want is None else "shows another version"


def _withdrawals(settings: Settings) -> Iterator[BrokenPromise]:
    want = {writer.thing_of(one): one for one in public_file.withdrawals()}
    if want != writer.withdrawals_in(settings.PUBLIC):
        yield BrokenPromise("public", "the withdrawals told to the public are not those on record")


def _public_tables(settings: Settings) -> Iterator[BrokenPromise]:
    """Lists, filters and search say of the entries what their manifests say, and nothing else.

    Not asked of a file whose entries are others, or whose site is older than the tables: that is
    told already, or made good within the minute.
    """
    if live_hashes() != writer.hashes(settings.PUBLIC, kinds()) or not public_file.has_this_site():
        return
    site, live, gone = (
        public_file.site_data(),
        public_file.live_entries(),
        public_file.withdrawals(),
    )
    for table in writer.unlike_entries(settings.PUBLIC, site, live, gone, kinds=kinds()):
        yield BrokenPromise(f"public:{table}", "the table does not say what was signed")


def _public_folder(settings: Settings) -> Iterator[BrokenPromise]:
    """Each public file is what its manifest says, and nothing else lies there."""
    named = {file.sha256 for entry in public_file.live_entries() for file in _files_of(entry)}
    lying = {path.name: path for path in (settings.PUBLIC / "files").glob("??/*")}
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


def _blobs(_: Settings) -> Iterator[BrokenPromise]:
    """Every stored file is there, to the byte."""
    for blob in db.session.scalars(select(Blob).execution_options(yield_per=500)):
        path = blob_path(blob.sha256)
        if not path.is_file():
            yield BrokenPromise(f"blobs:{blob.sha256[:12]}", "a stored file is missing")
        elif file_hash(path) != (blob.sha256, blob.size):
            yield BrokenPromise(f"blobs:{blob.sha256[:12]}", "a stored file was changed")


def _database(_: Settings) -> Iterator[BrokenPromise]:
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
        found = str(db.session.scalar(text(f"PRAGMA {name}")))
        if found.upper() not in _spellings(wanted):
            yield BrokenPromise("sqlite", f"{name} is {found} and should be {wanted}")


def _spellings(wanted: str) -> set[str]:
    return {wanted, {"ON": "1", "OFF": "0", "FULL": "2", "WAL": "WAL"}.get(wanted, wanted)}


def _keys(settings: Settings) -> Iterator[BrokenPromise]:
    """Key files are read by their owner only."""
    for path in sorted(Path(settings.DATA / "keys").glob("*.key")):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield BrokenPromise(f"keys/{path.name}", "others can read this key file")
