"""The files beside the public file: how signed bytes come to lie there, whole and on the disk."""

import os
import shutil
from pathlib import Path

from county_portal.core.disk import file_hash, sync
from county_portal.published import schema
from county_portal.published.schema import SignedFile

FRESH = ".next"
CHUNK = 2**24


class Unfit(Exception):
    """Something may not go out as it is: not what was signed, or not complete."""


def bring(file: SignedFile, folder: Path, blobs: Path) -> None:
    """Bring the rendition into the public folder. Raises Unfit if it is not the signed bytes.

    They are read when they come in; `flask verify` reads what lies there already.
    """
    lying = source(file, folder, blobs)
    if lying is not None:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(lying, target)
        sync(target.parent)


def source(file: SignedFile, folder: Path, blobs: Path) -> Path | None:
    """Find the signed bytes; None if they are in the public folder. Raises Unfit if nowhere."""
    if _has_size(folder / file.path, file.size):
        return None
    blob = blobs / file.sha256[:2] / file.sha256
    if not _has_size(blob, file.size) or file_hash(blob)[0] != file.sha256:
        raise Unfit(f"The file {file.name} is missing or is not the one that was signed")
    return blob


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _link_or_copy(source: Path, target: Path) -> None:
    """Give the bytes a second name, or copy them where the file system cannot give one."""
    part = target.with_name(target.name + FRESH)
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        copy(source, part)
        sync(part)
    part.replace(target)


def files_on_disk(folder: Path) -> set[str]:
    return {path.name for path in (folder / schema.FILES_FOLDER).glob("??/*")}


def copy(source: Path, target: Path) -> None:
    """Copy the bytes of `source` to `target`; where it can, the system copies or shares them."""
    with source.open("rb") as old, target.open("wb") as new:
        try:
            while os.copy_file_range(old.fileno(), new.fileno(), CHUNK):
                pass
        except OSError:
            old.seek(0), new.seek(0)
            new.truncate()
            shutil.copyfileobj(old, new, CHUNK)
