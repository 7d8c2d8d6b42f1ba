"""Stored files, known by the hash of their bytes. The name on disk never comes from a person.

Temporary file, hash while writing, fsync, rename, fsync the folder, and only
then the row: a crash leaves at most a file nobody names, and the day's sweep removes it.
"""

import secrets
import stat
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO

from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.disk import file_hash, sync
from county_portal.core.errors import Refused
from county_portal.models import Blob
from county_portal.office.base import jobs
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, writing

CHUNK = 2**20  # bytes
LEFT_ALONE = 24 * 3600  # seconds a nameless file is kept, since its row may be on the way
SWEEP = "files.sweep"


@dataclass(frozen=True)
class Stored:
    """A file that is safely on the disk."""

    sha256: str
    size: int  # bytes
    path: Path


def new_temporary() -> Path:
    """Return a name for a file that does not exist yet, on the file system of the blobs."""
    folder = current_settings().tmp
    folder.mkdir(parents=True, exist_ok=True)
    return folder / secrets.token_hex(16)


def receive_stream(stream: IO[bytes], limit: int) -> Path:
    """Store what the stream holds in a temporary file. Raises Refused above `limit` bytes."""
    path, size = new_temporary(), 0
    with path.open("wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                path.unlink()
                raise Refused("The file is larger than %(limit)s MB", limit=limit // 2**20)
            file.write(chunk)
    return path


def keep_file(temporary: Path) -> Stored:
    """Move the temporary file to its place among the blobs, safe on the disk.

    No transaction is open while the disk works: call it before the first query.
    """
    digest, size = file_hash(temporary)
    target = blob_path(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    sync(temporary)
    temporary.rename(target)
    sync(target.parent)
    sync(target.parent.parent)
    return Stored(digest, size, target)


def keep_bytes(content: bytes) -> Stored:
    """Do the same for bytes in memory."""
    path = new_temporary()
    path.write_bytes(content)
    return keep_file(path)


def keep_paper(pdf: bytes) -> Stored:
    """Do the same for a finished paper, signed with the office's key if it has one.

    Raises Refused if the key cannot be used.
    """
    settings = current_settings()
    if settings.SIGNING_KEY:
        signing = import_module("county_portal.printing.signing")  # large, and rarely wanted
        pdf = signing.sign_paper(pdf, Path(settings.SIGNING_KEY), settings.SIGNING_PASSWORD)
    return keep_bytes(pdf)


def register_blob(stored: Stored, media_type: str) -> Blob:
    """Register a kept file; the same bytes have one row. Return it.

    Raises Refused if the file is gone again: it waited for its row longer than the sweep waits.
    """
    blob = db.session.get(Blob, stored.sha256)
    if blob is None:
        blob = Blob(
            sha256=stored.sha256, size=stored.size, media_type=media_type, stored_at=clock.now()
        )
        db.session.add(blob)
        db.session.flush()  # from here on the sweep waits
        if not stored.path.is_file():
            raise Refused("The file was not kept. Try again")
    return blob


def blob_path(sha256: str) -> Path:
    return current_settings().blobs / sha256[:2] / sha256


def sweep_files() -> int:
    """Remove what a crash left behind: a day old, and without a row. How many files it was.

    What lies there is looked at twice. The second time the write lock is held,
    so a row that was written meanwhile is seen, and none is written until the
    file is gone; `register` then finds that it is.
    """
    lying = [*current_settings().tmp.glob("*"), *current_settings().blobs.glob("??/*")]
    old = [path for path in lying if _is_old(path)]
    known, removed = set(db.session.scalars(select(Blob.sha256))), 0
    db.session.rollback()
    with writing():
        for path in old:
            if path.name not in known and db.session.get(Blob, path.name) is None and _is_old(path):
                path.unlink(missing_ok=True)
                removed += 1
        db.session.rollback()
    return removed


def _is_old(path: Path) -> bool:
    """Tell whether it is a file, and was written longer ago than any row waits for."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_mtime < time.time() - LEFT_ALONE


def sweep_in_background(*, progress: jobs.Progress) -> dict[str, object]:
    """Remove what a crash left behind."""
    progress(1, "Looking for files that nobody names")
    return {"removed": sweep_files()}


def sweep_every_day() -> None:
    """Ask for the day's sweep, once."""
    jobs.enqueue(SWEEP, key=f"{SWEEP}:{clock.today()}", by=None)
