"""Stored files, known by the hash of their bytes. The name on disk never comes from a person.

Temporary file, hash while writing, fsync, rename, fsync the folder, and only
then the row: a crash leaves at most a file nobody names, and a sweep removes it.
"""

import hashlib
import os
import secrets
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO

from flask import current_app
from sqlalchemy import select

from county_portal.config import Settings
from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.extensions import db
from county_portal.models import Blob

CHUNK = 2**20  # bytes
LEFT_ALONE = 3600  # seconds a nameless file is kept, since its row may be on the way


@dataclass(frozen=True)
class Stored:
    """A file that is safely on the disk."""

    sha256: str
    size: int  # bytes
    path: Path


def _settings() -> Settings:
    settings: Settings = current_app.config["COUNTY"]
    return settings


def new_temporary() -> Path:
    """A name for a file that does not exist yet, on the file system of the blobs."""
    folder = _settings().tmp
    folder.mkdir(parents=True, exist_ok=True)
    return folder / secrets.token_hex(16)


def receive(stream: IO[bytes], limit: int) -> Path:
    """What the stream holds, as a temporary file. Raises Refused above `limit` bytes."""
    path, size = new_temporary(), 0
    with path.open("wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                path.unlink()
                raise Refused("The file is larger than %(limit)s MB", limit=limit // 2**20)
            file.write(chunk)
    return path


def keep(temporary: Path) -> Stored:
    """The temporary file, moved to its place among the blobs and safe on the disk.

    No transaction is open while the disk works: call it before the first query.
    """
    digest, size = hash_of(temporary)
    target = blob_path(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.rename(target)
    sync_folder(target.parent)
    sync_folder(target.parent.parent)
    return Stored(digest, size, target)


def keep_bytes(content: bytes) -> Stored:
    """The same for bytes in memory."""
    path = new_temporary()
    path.write_bytes(content)
    return keep(path)


def keep_paper(pdf: bytes) -> Stored:
    """The same for a finished paper, signed with the office's key if it has one.

    Raises Refused if the key cannot be used.
    """
    settings = _settings()
    if settings.SIGNING_KEY:
        signing = import_module("county_portal.core.signing")  # large, and rarely wanted
        pdf = signing.signed(pdf, Path(settings.SIGNING_KEY), settings.SIGNING_PASSWORD)
    return keep_bytes(pdf)


def register(stored: Stored, media_type: str) -> Blob:
    """The row of a kept file; the same bytes have one row."""
    blob = db.session.get(Blob, stored.sha256)
    if blob is None:
        blob = Blob(
            sha256=stored.sha256, size=stored.size, media_type=media_type, stored_at=clock.now()
        )
        db.session.add(blob)
        db.session.flush()
    return blob


def blob_path(sha256: str) -> Path:
    return _settings().blobs / sha256[:2] / sha256


def hash_of(path: Path) -> tuple[str, int]:
    """The SHA-256 and the size in bytes of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def sync_folder(folder: Path) -> None:
    """Make renames in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep() -> int:
    """Remove what a crash left behind: old temporary files, and blobs without a row."""
    removed = 0
    known = set(db.session.scalars(select(Blob.sha256)))
    before = time.time() - LEFT_ALONE
    for path in [*_settings().tmp.glob("*"), *_settings().blobs.glob("??/*")]:
        if path.is_file() and path.name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
