"""A worker process: threads that do what waits in `jobs`, and the timetable.

Several may run beside each other. A worker that is told to stop gives back what it has in
hand; what a dead one had in hand is begun again by the next one.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from flask import Flask

from county_portal.office.base import jobs, leases
from county_portal.office.base.extensions import db, writing

log = logging.getLogger(__name__)

THREADS = 2
PAUSE = 0.5  # seconds between two looks, when there is nothing to do
OLD_QUEUE = "jobs.sqlite*"  # until the rows themselves were the queue, their numbers lay here


def serve_jobs(app: Flask, *, at_start: Callable[[], object]) -> None:
    """Work until SIGTERM. `at_start` is done first, if no other worker of the folder lives."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: jobs.stopping.set())
    threads = [threading.Thread(target=_do_jobs, args=(app,)) for _ in range(THREADS)]
    with leases.worker_lock() as lock:
        begin(lock, at_start)
        for thread in threads:
            thread.start()
        try:
            while not jobs.stopping.is_set():
                with _carefully(app):
                    keep_time()
                time.sleep(PAUSE)
        finally:
            jobs.stopping.set()
            jobs.wake.set()
            for thread in threads:
                thread.join()
        if leases.is_alone(lock):
            leases.release_lease()


def begin(lock: IO[str], at_start: Callable[[], object]) -> None:
    """Take what is in hand by the rows out of it if nobody else lives here."""
    if leases.is_alone(lock) and _take_lease():
        at_start()
        with writing():
            jobs.rescue(jobs.AT_ONCE)
        for path in leases.data_folder().glob(OLD_QUEUE):
            path.unlink()
    leases.admit_others(lock)


def _take_lease() -> bool:
    with writing():
        taken = leases.take_lease()
        db.session.commit()
    if not taken:
        log.warning("Background work is done in another folder or on another machine; I wait")
    return taken


def keep_time() -> None:
    """Do what belongs to this minute, if nobody has begun it."""
    if not leases.is_minute_due():
        return
    db.session.rollback()
    with leases.lock_minute() as mine:
        if mine and leases.take_minute():
            with writing():
                jobs.tick()


def _do_jobs(app: Flask) -> None:
    while not jobs.stopping.is_set():
        done = False
        with _carefully(app):
            done = leases.is_lease_free() and jobs.run_job()
        if not done:
            jobs.wake.wait(PAUSE)
            jobs.wake.clear()


@contextmanager
def _carefully(app: Flask) -> Iterator[None]:
    """Do one thing with a session of its own. A failure is logged, and the worker lives on."""
    with app.app_context(), writing(ahead=False):  # the lock is asked for when it is needed
        try:
            yield
        except Exception:
            db.session.rollback()
            log.exception("A worker failed between two jobs")
