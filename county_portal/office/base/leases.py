"""Where background work is done: in one data folder, on one machine.

Stored files, anchors and the public file lie in the data folder, so no worker may
work in another one. The lease row says which folder it is, and on which machine it is
used; file locks in the folder tell apart the processes of that machine.
"""

import fcntl
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from county_portal.core import clock
from county_portal.models import Lease
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, writing

NAME = "background work"
LAPSES_AFTER = timedelta(minutes=3)  # without a sign of life of the machine that holds it
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def is_lease_free() -> bool:
    """Tell whether this folder on this machine holds the lease, or may take it."""
    lease = _lease()
    if lease is None:
        return True
    if lease.folder != _folder():
        return False
    lapsed = abs(clock.now() - lease.beat_at) > LAPSES_AFTER
    return lapsed or lease.place in {"", _place()}


def take_lease() -> bool:
    """Hold the lease from now on, unless it is held elsewhere. Call it under `writing()`."""
    if not is_lease_free():
        return False
    lease = _lease() or Lease(name=NAME, folder=_folder())
    lease.place, lease.beat_at = _place(), clock.now()
    db.session.add(lease)
    db.session.flush()
    return True


def release_lease() -> None:
    """Let another machine that has the folder take the lease at once."""
    with writing():
        lease = _lease()
        if lease and is_lease_free():
            lease.place = ""
        db.session.commit()


def is_minute_due() -> bool:
    """Tell whether nobody has begun what belongs to this minute, and it is for this place to do."""
    lease = _lease()
    return is_lease_free() and (lease is None or lease.minute != _this_minute())


def take_minute() -> bool:
    """Take this minute's timetable: it is given away once, and never late.

    Tell whether it is ours.
    """
    with writing():
        taken = is_minute_due() and take_lease()
        if taken:
            db.session.get_one(Lease, NAME).minute = _this_minute()
        db.session.commit()
    return taken


def _this_minute() -> datetime:
    return clock.now().replace(second=0, microsecond=0)


def _lease() -> Lease | None:
    return db.session.get(Lease, NAME, populate_existing=True)


def _folder() -> str:
    """Return which data folder this is, wherever it lies.

    The one with the key of the log's anchors.
    """
    key = current_settings().key("anchor")
    return hmac.new(key.encode(), NAME.encode(), hashlib.sha256).hexdigest()


def _place() -> str:
    """Name this folder on this machine: as far as a file lock in it is seen."""
    status = data_folder().stat()
    return f"{BOOT_ID.read_text().strip()}:{status.st_dev}:{status.st_ino}"


def data_folder() -> Path:
    return current_settings().DATA


@contextmanager
def lock_minute() -> Iterator[bool]:
    """Tell whether no other process of this folder keeps the timetable while this one does."""
    with (data_folder() / "timetable.lock").open("w") as file:
        yield _lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def worker_lock() -> Iterator[IO[str]]:
    """Hold what each worker of this folder shares as long as it lives."""
    with (data_folder() / "worker.lock").open("w") as file:
        yield file


def is_alone(file: IO[str]) -> bool:
    """Tell whether no other worker of this folder lives. None begins until `admit_others`."""
    return _lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def admit_others(file: IO[str]) -> None:
    """Live as one worker among others; first wait until one that is alone has begun."""
    fcntl.flock(file, fcntl.LOCK_SH)


def _lock(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    return True
