"""Writing the public file: built beside the live one, checked, and renamed into place.

Plain data in, files out; no table of the office is known here. Whoever reads sees the old
file or the new one, whole, whenever this process is killed. What was removed is gone: no
byte of it stays in the new file.
"""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from county_portal.published import schema
from county_portal.published.gazettes import GazetteEntry, GazetteManifest
from county_portal.published.items import ItemManifest, PublicEntry
from county_portal.published.schema import SiteData, Withdrawal
from county_portal.published.writing import files_on_disk, gazette_rows, rows
from county_portal.published.writing.files_on_disk import Unfit as Unfit
from county_portal.published.writing.gazette_rows import GazetteChanges

NO_GAZETTES = GazetteChanges()


class NeedsBuild(Exception):
    """There is no public file of this form to change: build one from nothing."""


@dataclass(frozen=True)
class Changes:
    """What is to differ in the next file.

    site: None leaves the site's own words and tables as they are. put: published and
    corrected entries. remove: public ids that go without a word. withdrawals: public ids
    that go and leave a page that says when and why.
    """

    site: SiteData | None = None
    put: tuple[PublicEntry, ...] = ()
    remove: tuple[int, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    gazettes: GazetteChanges = NO_GAZETTES


@dataclass
class _Work:
    """One file being written, and the renditions that come and go with it."""

    db: Any
    folder: Path
    blobs: Path
    dropped: set[str] = field(default_factory=set)


def build_public_file(
    folder: Path,
    site: SiteData,
    entries: Iterable[PublicEntry],
    withdrawals: Iterable[Withdrawal] = (),
    *,
    blobs: Path | None = None,
    gazettes: GazetteChanges = NO_GAZETTES,
) -> None:
    """A public file with exactly these entries stands in `folder`, whatever was there before.

    blobs: where renditions lie by content hash; `blobs` beside the folder unless told.
    Raises Unfit for an entry that is not what was signed or whose files are not there.
    """
    with _sole_writer(folder), _fresh(folder) as fresh:
        with _open(fresh, folder, blobs) as work:
            rows.prepare_tables(work.db)
            work.db.execute("BEGIN")
            rows.write_site(work.db, site)
            for entry in sorted(entries, key=lambda e: e.public_id):
                _insert(work, entry)
            for gone in sorted(withdrawals, key=lambda w: w.public_id):
                rows.write_withdrawal(work.db, gone)
            _change_gazettes(work, gazettes)
            rows.mark_generation(work.db)
            rows.tidy(work.db)
        _swap(fresh, folder)
        _remove_unlisted(folder, files_on_disk.files_on_disk(folder))


def apply(folder: Path, changes: Changes, *, blobs: Path | None = None) -> None:
    """The public file in `folder` differs from before by `changes`, and by nothing else.

    Raises NeedsBuild if there is no file of this form, Unfit as `build` does.
    """
    with _sole_writer(folder), _fresh(folder) as fresh:
        if not is_current(folder):
            raise NeedsBuild(str(folder))
        files_on_disk.copy(schema.site_path(folder), fresh)
        with _open(fresh, folder, blobs) as work:
            work.db.execute("BEGIN")
            _change(work, changes)
            rows.mark_generation(work.db)
            _check(work.db, changes)
        _swap(fresh, folder)
        _remove_unlisted(folder, work.dropped)


def unfit(
    folder: Path, entries: Iterable[PublicEntry], *, blobs: Path | None = None
) -> dict[int, str]:
    """Which of the entries cannot go out, and why, by public id."""
    faults: dict[int, str] = {}
    for entry in entries:
        try:
            for file in _fit(entry).files:
                files_on_disk.source(file, folder, blobs or folder.parent / "blobs")
        except (Unfit, ValueError, LookupError) as reason:
            faults[entry.public_id] = str(reason)
    return faults


def unfit_gazettes(
    folder: Path, entries: Iterable[GazetteEntry], *, blobs: Path | None = None
) -> dict[str, str]:
    """Which of the gazettes cannot go out, and why, by key."""
    faults: dict[str, str] = {}
    for entry in entries:
        try:
            files_on_disk.source(_fit_gazette(entry).pdf, folder, blobs or folder.parent / "blobs")
        except (Unfit, ValueError) as reason:
            faults[entry.key] = str(reason)
    return faults


def sweep_public_files(folder: Path) -> None:
    """Nothing lies in `folder` but the public file and the files it lists."""
    with _sole_writer(folder), _fresh(folder):
        if is_current(folder):
            _remove_unlisted(folder, files_on_disk.files_on_disk(folder))


def is_current(folder: Path) -> bool:
    """Whether a public file stands there in the form this program writes and reads."""
    path = schema.site_path(folder)
    if not path.exists():
        return False
    with closing(_read(path)) as db:
        try:
            found = db.execute("SELECT value FROM site WHERE key = 'format'").fetchone()
        except sqlite.DatabaseError:
            return False
    return bool(found == (schema.FORMAT,))


def item_hashes(folder: Path) -> dict[int, str]:
    """Public id → content hash of everything in the public file; empty if there is none.

    The hash is computed from the manifest that lies there, not read from beside it.
    """
    if not is_current(folder):
        return {}
    with closing(_read(schema.site_path(folder))) as db:
        lines = db.execute("SELECT public_id, manifest FROM manifests ORDER BY public_id")
        return {public_id: ItemManifest.hash_of(text) for public_id, text in lines}


def listed(folder: Path) -> dict[int, str]:
    """Public id → the content hash that stands beside it: cheap, for the everyday comparison."""
    return dict(query_public_file(folder, "SELECT public_id, content_hash FROM items"))


def says(folder: Path, key: str) -> str | None:
    """One of the site's own words in the public file."""
    if not is_current(folder):
        return None
    with closing(_read(schema.site_path(folder))) as db:
        found = db.execute("SELECT value FROM site WHERE key = ?", (key,)).fetchone()
    return found[0] if found else None


def query_public_file(folder: Path, question: str) -> list[Any]:
    """What the public file answers to a question in SQL; nothing if there is none."""
    if not is_current(folder):
        return []
    with closing(_read(schema.site_path(folder))) as db:
        return list(db.execute(question).fetchall())


def withdrawals_in(folder: Path) -> dict[int, Withdrawal]:
    """The withdrawals the public file tells of, by public id."""
    lines = query_public_file(
        folder, "SELECT public_id, index_number, withdrawn_at, reason FROM withdrawals"
    )
    return {row[0]: Withdrawal(row[0], row[1], schema.moment_of(row[2]), row[3]) for row in lines}


def files_in(folder: Path) -> set[str]:
    """The content hashes of every file the public file lists: renditions and gazettes."""
    question = "SELECT sha256 FROM files UNION SELECT pdf_sha256 FROM gazettes"
    return {row[0] for row in query_public_file(folder, question)}


def unlike_entries(
    folder: Path,
    site: SiteData,
    entries: Iterable[PublicEntry],
    withdrawals: Iterable[Withdrawal],
    gazettes: GazetteChanges = NO_GAZETTES,
) -> list[str]:
    """The tables of the public file that do not say what these entries make of them."""
    with closing(sqlite.connect("file::memory:", uri=True, isolation_level=None)) as db:
        rows.prepare_tables(db)
        db.execute("BEGIN")
        rows.write_site(db, site)
        for entry in entries:
            rows.write_item(db, entry, _fit(entry))
        for gone in withdrawals:
            rows.write_withdrawal(db, gone)
        for one in gazettes.put:
            gazette_rows.write_gazette(db, one, _fit_gazette(one))
        for lost in gazettes.withdrawals:
            gazette_rows.write_gazette_withdrawal(db, lost)
        rows.mark_generation(db)
        db.execute("COMMIT")
        db.execute("ATTACH ? AS lying", (f"file:{schema.site_path(folder)}?mode=ro&immutable=1",))
        return rows.differing_tables(db)


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
    """The place for the next file, empty before and after."""
    fresh = schema.site_path(folder).with_name(schema.FILE_NAME + files_on_disk.FRESH)
    fresh.unlink(missing_ok=True)
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _open(fresh: Path, folder: Path, blobs: Path | None) -> Iterator[_Work]:
    """The fresh file, writable. It needs no journal: until the rename nobody knows it."""
    with closing(sqlite.connect(str(fresh), isolation_level=None)) as db:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "secure_delete=ON"):
            db.execute(f"PRAGMA {pragma}")
        yield _Work(db, folder, blobs or folder.parent / "blobs")
        db.execute("COMMIT")


def _read(path: Path) -> Any:
    return sqlite.connect(f"file:{path}?mode=ro&immutable=1", uri=True)


def _swap(fresh: Path, folder: Path) -> None:
    """The fresh file is the public file, on the disk too."""
    files_on_disk.sync(fresh)
    fresh.rename(schema.site_path(folder))
    files_on_disk.sync(folder)


# One change


def _change(work: _Work, changes: Changes) -> None:
    if changes.site is not None:
        rows.write_site(work.db, changes.site)
    for public_id in (*changes.remove, *(gone.public_id for gone in changes.withdrawals)):
        _delete(work, public_id)
    for gone in changes.withdrawals:
        rows.write_withdrawal(work.db, gone)
    for entry in changes.put:
        _delete(work, entry.public_id)
        work.db.execute("DELETE FROM withdrawals WHERE public_id = ?", (entry.public_id,))
        _insert(work, entry)
    _change_gazettes(work, changes.gazettes)


def _change_gazettes(work: _Work, changes: GazetteChanges) -> None:
    work.dropped |= gazette_rows.delete_gazettes(work.db, changes)
    for gone in changes.withdrawals:
        gazette_rows.write_gazette_withdrawal(work.db, gone)
    for entry in changes.put:
        gazette = _fit_gazette(entry)
        files_on_disk.bring(gazette.pdf, work.folder, work.blobs)
        gazette_rows.write_gazette(work.db, entry, gazette)


def _fit_gazette(entry: GazetteEntry) -> GazetteManifest:
    """What the entry says. Raises Unfit if it is not what was signed."""
    if GazetteManifest.hash_of(entry.manifest_text) == entry.content_hash:
        gazette = GazetteManifest.read(entry.manifest_text)
        if gazette.key == entry.key:
            return gazette
    raise Unfit(f"The manifest of gazette {entry.key} is not the one that was signed")


def _insert(work: _Work, entry: PublicEntry) -> None:
    """The entry and its files are in. Raises Unfit unless both are what was signed."""
    item = _fit(entry)
    for file in item.files:
        files_on_disk.bring(file, work.folder, work.blobs)
    rows.write_item(work.db, entry, item)


def _fit(entry: PublicEntry) -> ItemManifest:
    """What the entry says. Raises Unfit if it is not what was signed, or not complete."""
    if ItemManifest.hash_of(entry.manifest_text) != entry.content_hash:
        raise Unfit(f"The manifest of item {entry.public_id} is not the one that was signed")
    item = ItemManifest.read(entry.manifest_text)
    if not item.column_slug or item.formed_on is None:
        raise Unfit(f"Item {entry.public_id} has no column or no date of formation")
    return item


def _delete(work: _Work, public_id: int) -> None:
    work.dropped |= {file.sha256 for file in rows.delete(work.db, public_id)}


def _check(db: Any, changes: Changes) -> None:
    """Raise Unfit unless the changed file says what it was told to say."""
    for entry in changes.put:
        row = db.execute(
            "SELECT manifest FROM manifests WHERE public_id = ?", (entry.public_id,)
        ).fetchone()
        if row is None or ItemManifest.hash_of(row[0]) != entry.content_hash:
            raise Unfit(f"Item {entry.public_id} did not reach the public file")
    put = {entry.public_id for entry in changes.put}
    gone = {*changes.remove, *(w.public_id for w in changes.withdrawals)} - put
    for public_id in gone:
        if db.execute("SELECT 1 FROM items WHERE public_id = ?", (public_id,)).fetchone():
            raise Unfit(f"Item {public_id} is still in the public file")


def _remove_unlisted(folder: Path, names: set[str]) -> None:
    """Of these files, those that no item lists are gone."""
    for name in names - files_in(folder):
        (folder / schema.FILES_FOLDER / name[:2] / name).unlink(missing_ok=True)
