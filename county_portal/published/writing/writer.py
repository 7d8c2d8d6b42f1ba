"""Writing the public file: built beside the live one, checked, and renamed into place.

Plain data in, files out; no table of the office is known here. Whoever reads sees the old
file or the new one, whole, whenever this process is killed. What was removed is gone: no
byte of it stays in the new file.
"""

import fcntl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from county_portal.core.disk import sync
from county_portal.published import schema
from county_portal.published.kinds import Entry, Kind, Thing, by_name
from county_portal.published.manifest import Manifest
from county_portal.published.schema import FileLine, SiteData, Withdrawal
from county_portal.published.writing import files_on_disk, rows
from county_portal.published.writing.files_on_disk import Unfit as Unfit

Kinds = Iterable[Kind]


class NeedsBuild(Exception):
    """There is no public file of this form to change: build one from nothing."""


@dataclass(frozen=True)
class Changes:
    """What is to differ in the next file.

    site: None leaves the site's own words and tables as they are. put: published and
    corrected entries. remove: things that go without a word. withdrawals: things that go and
    leave a page that says when and why.
    """

    site: SiteData | None = None
    put: tuple[Entry, ...] = ()
    remove: tuple[Thing, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()


@dataclass
class _Work:
    """One file being written, and the files beside it that come and go with it."""

    db: Any
    folder: Path
    blobs: Path
    kinds: Mapping[str, Kind]
    dropped: set[str] = field(default_factory=set)


def build_public_file(
    folder: Path,
    site: SiteData,
    entries: Iterable[Entry],
    withdrawals: Iterable[Withdrawal] = (),
    *,
    kinds: Kinds,
    blobs: Path | None = None,
) -> None:
    """Build a public file with exactly these entries in `folder`, whatever was there before.

    blobs: where files lie by content hash; `blobs` beside the folder unless told.
    Raises Unfit for an entry that is not what was signed or whose files are not there.
    """
    with _sole_writer(folder), _fresh(folder) as fresh:
        with _open(fresh, folder, kinds, blobs) as work:
            rows.prepare_tables(work.db, work.kinds.values())
            work.db.execute("BEGIN")
            rows.write_site(work.db, site)
            for entry in sorted(entries, key=lambda one: (one.kind, one.number, one.key)):
                _insert(work, entry)
            for gone in sorted(withdrawals, key=lambda one: (one.kind, one.key)):
                rows.write_withdrawal(work.db, gone)
            rows.mark_generation(work.db, work.kinds.values())
            rows.tidy(work.db)
        _swap(fresh, folder)
        _remove_unlisted(folder, files_on_disk.files_on_disk(folder))


def apply(folder: Path, changes: Changes, *, kinds: Kinds, blobs: Path | None = None) -> None:
    """Change the public file in `folder` by `changes`, and by nothing else.

    Raises NeedsBuild if there is no file of this form, Unfit as `build_public_file` does.
    """
    with _sole_writer(folder), _fresh(folder) as fresh:
        if not is_current(folder):
            raise NeedsBuild(str(folder))
        files_on_disk.copy(schema.site_path(folder), fresh)
        with _open(fresh, folder, kinds, blobs) as work:
            work.db.execute("BEGIN")
            _change(work, changes)
            rows.mark_generation(work.db, work.kinds.values())
            _check(work, changes)
        _swap(fresh, folder)
        _remove_unlisted(folder, work.dropped)


def unfit(
    folder: Path, entries: Iterable[Entry], *, kinds: Kinds, blobs: Path | None = None
) -> dict[Thing, str]:
    """Find which of the entries cannot go out, and why."""
    faults: dict[Thing, str] = {}
    known = by_name(kinds)
    for entry in entries:
        try:
            for file in _fit(known[entry.kind], entry)[1]:
                files_on_disk.source(file, folder, blobs or folder.parent / "blobs")
        except (Unfit, ValueError, LookupError) as reason:
            faults[thing_of(entry)] = str(reason)
    return faults


def thing_of(one: Entry | Withdrawal) -> Thing:
    return one.kind, one.key


def sweep_public_files(folder: Path) -> None:
    """Remove from `folder` everything but the public file and the files it lists."""
    with _sole_writer(folder), _fresh(folder):
        if is_current(folder):
            _remove_unlisted(folder, files_on_disk.files_on_disk(folder))


def is_current(folder: Path) -> bool:
    """Tell whether a public file stands there in the form this program writes and reads."""
    path = schema.site_path(folder)
    if not path.exists():
        return False
    with closing(_read(path)) as db:
        try:
            row = db.execute("SELECT value FROM site WHERE key = 'format'").fetchone()
        except sqlite.DatabaseError:
            return False
    return bool(row == (schema.FORMAT,))


def hashes(folder: Path, kinds: Kinds) -> dict[Thing, str]:
    """Compute the content hash of everything in the public file; empty if there is none.

    The hash is computed from the manifest that lies there, not read from beside it; that of a
    kind that is not known is no hash.
    """
    known = by_name(kinds)
    lines = query_public_file(folder, "SELECT kind, key, manifest FROM manifests")
    return {
        (kind, key): known[kind].manifest.hash_of(text) if kind in known else ""
        for kind, key, text in lines
    }


def listed(folder: Path) -> dict[Thing, str]:
    """Read the content hash that stands beside each thing: cheap, for the everyday comparison."""
    lines = query_public_file(folder, "SELECT kind, key, content_hash FROM entries")
    return {(kind, key): content_hash for kind, key, content_hash in lines}


def says(folder: Path, key: str) -> str | None:
    """Read one of the site's own words in the public file; None if it is not there."""
    answer = query_public_file(folder, "SELECT value FROM site WHERE key = ?", key)
    return answer[0][0] if answer else None


def query_public_file(folder: Path, question: str, *values: object) -> list[Any]:
    """Ask the public file a question in SQL; return no rows if there is no file."""
    if not is_current(folder):
        return []
    with closing(_read(schema.site_path(folder))) as db:
        return list(db.execute(question, values).fetchall())


def withdrawals_in(folder: Path) -> dict[Thing, Withdrawal]:
    """Read the withdrawals the public file tells of."""
    question = "SELECT kind, key, name, withdrawn_at, reason FROM withdrawals"
    return {
        (kind, key): Withdrawal(kind, key, name, schema.moment_of(at), reason)
        for kind, key, name, at, reason in query_public_file(folder, question)
    }


def files_in(folder: Path) -> set[str]:
    """Read the content hashes of every file the public file lists."""
    return {row[0] for row in query_public_file(folder, "SELECT sha256 FROM files")}


def unlike_entries(
    folder: Path,
    site: SiteData,
    entries: Iterable[Entry],
    withdrawals: Iterable[Withdrawal],
    *,
    kinds: Kinds,
) -> list[str]:
    """List the tables of the public file that do not say what these entries make of them."""
    known = by_name(kinds)
    with closing(sqlite.connect("file::memory:", uri=True, isolation_level=None)) as db:
        rows.prepare_tables(db, known.values())
        db.execute("BEGIN")
        rows.write_site(db, site)
        for entry in entries:
            kind = known[entry.kind]
            rows.write_entry(db, kind, entry, _fit(kind, entry)[0])
        for gone in withdrawals:
            rows.write_withdrawal(db, gone)
        rows.mark_generation(db, known.values())
        db.execute("COMMIT")
        db.execute("ATTACH ? AS lying", (f"file:{schema.site_path(folder)}?mode=ro&immutable=1",))
        return rows.differing_tables(db, known.values())


# One writer, one fresh file


@contextmanager
def _sole_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; a second writer waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".writer").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """Hold the path of the next file; nothing lies there before and after."""
    fresh = schema.site_path(folder).with_name(schema.FILE_NAME + files_on_disk.FRESH)
    fresh.unlink(missing_ok=True)
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _open(fresh: Path, folder: Path, kinds: Kinds, blobs: Path | None) -> Iterator[_Work]:
    """Open the fresh file to write. It needs no journal: nobody knows it until the rename."""
    with closing(sqlite.connect(str(fresh), isolation_level=None)) as db:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "secure_delete=ON"):
            db.execute(f"PRAGMA {pragma}")
        yield _Work(db, folder, blobs or folder.parent / "blobs", by_name(kinds))
        db.execute("COMMIT")


def _read(path: Path) -> Any:
    return sqlite.connect(f"file:{path}?mode=ro&immutable=1", uri=True)


def _swap(fresh: Path, folder: Path) -> None:
    """Make the fresh file the public file, on the disk too."""
    sync(fresh)
    fresh.rename(schema.site_path(folder))
    sync(folder)


# One change


def _change(work: _Work, changes: Changes) -> None:
    if changes.site is not None:
        rows.write_site(work.db, changes.site)
    for thing in (*changes.remove, *map(thing_of, changes.withdrawals)):
        _delete(work, thing)
    for gone in changes.withdrawals:
        rows.write_withdrawal(work.db, gone)
    for entry in changes.put:
        _delete(work, thing_of(entry))
        _insert(work, entry)


def _insert(work: _Work, entry: Entry) -> None:
    """Insert the entry and its files. Raises Unfit unless both are what was signed."""
    kind = work.kinds[entry.kind]
    manifest, files = _fit(kind, entry)
    for file in files:
        files_on_disk.bring(file, work.folder, work.blobs)
    rows.write_entry(work.db, kind, entry, manifest)


def _fit(kind: Kind, entry: Entry) -> tuple[Manifest, tuple[FileLine, ...]]:
    """Read what the entry says, and its files. Raises Unfit unless it is as signed, and whole."""
    if kind.manifest.hash_of(entry.manifest_text) != entry.content_hash:
        raise Unfit(f"The manifest of {kind.name} {entry.key} is not the one that was signed")
    try:
        manifest = kind.manifest.read(entry.manifest_text)
        kind.check(entry, manifest)
    except ValueError as reason:
        raise Unfit(str(reason)) from reason
    return manifest, kind.files(manifest)


def _delete(work: _Work, thing: Thing) -> None:
    """Delete the thing, and every word of its withdrawal."""
    name, key = thing
    work.dropped |= rows.delete_thing(work.db, work.kinds[name], key)
    work.db.execute("DELETE FROM withdrawals WHERE kind = ? AND key = ?", thing)


def _check(work: _Work, changes: Changes) -> None:
    """Check that the changed file says what it was told to say. Raises Unfit if it does not."""
    put = {thing_of(entry): entry.content_hash for entry in changes.put}
    question = "SELECT manifest FROM manifests WHERE kind = ? AND key = ?"
    for (name, key), content_hash in put.items():
        row = work.db.execute(question, (name, key)).fetchone()
        if row is None or work.kinds[name].manifest.hash_of(row[0]) != content_hash:
            raise Unfit(f"The {name} {key} did not reach the public file")
    for thing in {*changes.remove, *map(thing_of, changes.withdrawals)} - put.keys():
        if work.db.execute(question, thing).fetchone():
            raise Unfit("The {} {} is still in the public file".format(*thing))


def _remove_unlisted(folder: Path, names: set[str]) -> None:
    """Remove those of these files that nothing lists."""
    for name in names - files_in(folder):
        (folder / schema.FILES_FOLDER / name[:2] / name).unlink(missing_ok=True)
