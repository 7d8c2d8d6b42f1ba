"""Editions: what is frozen, made in the background, kept, and downloaded the same for ever.

A kind has tables, a prefix of its hash and words of its own; what it holds is a frozen dataclass.
Its papers are entered in `register`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Response, send_file

from county_portal.core.errors import Missing
from county_portal.models import Edition, Job, Person
from county_portal.office.base import files, jobs
from county_portal.office.base.extensions import db, writing

PDF = "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "zip": "application/zip",
}  # by form; every other form is a PDF

# Freezing


def spell_json(words: dict[str, Any]) -> str:
    """Write JSON in one spelling only: numbers exact, dates as ISO 8601."""
    return json.dumps(words, default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def edition_hash(prefix: bytes, text: str) -> str:
    """Return the SHA-256 of frozen words. prefix.

    Of their kind, so that no two kinds have one hash.
    """
    return hashlib.sha256(prefix + text.encode()).hexdigest()


# Making


def request_files(task: str, of: object, *, by: Person | None, **arguments: object) -> Job:
    """Ask for the files of something; while they are being made there is one job."""
    return jobs.enqueue_again(task, series=f"{task}:{of}", by=by, **arguments)


def newest_job(task: str, of: object) -> Job | None:
    """Return the newest work on the files of something."""
    return jobs.newest_in_series(f"{task}:{of}")


def is_running(job: Job | None) -> bool:
    """Tell whether there is work that has not ended."""
    return job is not None and not job.state.ended


@contextmanager
def storing() -> Iterator[None]:
    """Write what was made in a transaction of its own, which begins with the lock."""
    with writing():
        db.session.rollback()
        yield


def register_files(kept: Mapping[str, files.Stored]) -> dict[str, str]:
    """Register kept files by form. Return their hashes once each has its row."""
    return {form: files.register_blob(one, _type_of(form)).sha256 for form, one in kept.items()}


# Downloading


def file_of(edition: Edition | None, form: str) -> tuple[Path, str]:
    """Return the stored file of an edition and its hash. Raises Missing for what was not made."""
    sha256 = edition.files.get(form) if edition else None
    if sha256 is None:
        raise Missing
    return files.blob_path(sha256), sha256


def download(edition: Edition | None, form: str, name: str, *, shown: bool = False) -> Response:
    """Send the stored file, the same bytes each time. shown: in the browser, as far as it can."""
    path, sha256 = file_of(edition, form)
    return send_file(
        path,
        mimetype=_type_of(form),
        as_attachment=not shown,
        download_name=name,
        etag=sha256,
    )


def _type_of(form: str) -> str:
    return MEDIA_TYPES.get(form, PDF)
