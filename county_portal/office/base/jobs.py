"""Background work: the rows that people see are the queue.

Work that was rolled back is never done, and a row whose worker died waits again.
Only the try that the row names may end it, so a worker that was thought dead
cannot bring a second result.
"""

import json
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Update, event, func, select, update
from sqlalchemy.orm import Session

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import Job, JobState, Person
from county_portal.office.base.extensions import begun_reading, db, writing
from county_portal.office.base.leases import is_lease_free, take_lease

log = logging.getLogger(__name__)

Progress = Callable[[int, str], None]
Work = Callable[..., dict[str, object]]  # takes `progress` and its own arguments
Timetable = tuple[Callable[[], object], ...]
LOST_AFTER = timedelta(minutes=2)  # without a sign of life
AT_ONCE = timedelta(0)  # when a worker starts: the one before is dead
SIGN_OF_LIFE = timedelta(seconds=1)  # no more often, when nothing else is to be told
TRIES = 3
AGAIN: dict[str, object] = {
    "state": JobState.WAITING,
    "done_at": None,
    "progress": 0,
    "doing": "",
}

wake = threading.Event()  # something waits, asked for in this process
stopping = threading.Event()  # this worker ends


class Cancelled(Exception):
    """Somebody asked for this work to stop, or another try has taken it over."""


class GivenBack(Exception):
    """The worker ends, and somebody else is to begin this work again."""


def install(app: Flask, known: dict[str, Work], minutely: Timetable) -> None:
    """Tell the application its tasks by name, and its timetable."""
    app.extensions["county_tasks"], app.extensions["county_timetable"] = known, minutely


def tasks() -> dict[str, Work]:
    """Return what the application does in the background, by name."""
    return cast(dict[str, Work], current_app.extensions["county_tasks"])


def timetable() -> Timetable:
    """Return what happens every minute, in this order."""
    return (rescue, *cast(Timetable, current_app.extensions["county_timetable"]))


def enqueue(name: str, *, key: str, by: Person | None, **arguments: object) -> Job:
    """Ask for a task once per `key`. Raises KeyError if there is no such task."""
    tasks()[name]
    job = db.session.scalar(select(Job).where(Job.key == key))
    if job is None:
        job = Job(
            key=key,
            task=name,
            arguments=json.dumps(arguments),
            state=JobState.WAITING,
            asked_by=by.id if by else None,
            asked_at=clock.now(),
        )
        db.session.add(job)
        db.session.flush()
        db.session.info.setdefault("jobs", []).append(job.id)
    return job


def enqueue_again(name: str, *, series: str, by: Person | None, **arguments: object) -> Job:
    """Ask for a task that may be asked for again once it has ended, and not before."""
    ended = [state for state in JobState if state.ended]
    before = select(func.count(Job.id)).where(
        Job.key.startswith(f"{series}:", autoescape=True), Job.state.in_(ended)
    )
    return enqueue(name, key=f"{series}:{db.session.scalar(before)}", by=by, **arguments)


def newest_in_series(series: str) -> Job | None:
    """Return the last job that was asked for with `request` in this series."""
    mine = Job.key.startswith(f"{series}:", autoescape=True)
    return db.session.scalar(select(Job).where(mine).order_by(Job.id.desc()).limit(1))


def cancel(job: Job) -> None:
    """Cancel the job: it is not done, or stops at its next sign of life.

    Raises Refused if it has ended.
    """
    if job.state.ended:
        raise Refused("This work has ended already")
    job.state, job.done_at = JobState.CANCELLED, clock.now()


@event.listens_for(Session, "after_commit")
def _wake_or_run(session: Session) -> None:
    """Tell the threads of this process; where JOBS_IMMEDIATE is set, do the work here and now."""
    for job_id in session.info.pop("jobs", []):
        wake.set()
        if current_app.config.get("JOBS_IMMEDIATE"):
            with current_app.app_context(), writing(ahead=False):
                run_job(job_id)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("jobs", None)


def run_job(job_id: int | None = None) -> bool:
    """Do the job, or the one that waits longest. Whether there was one that nobody else has.

    A task reads, lets its transaction go, does the slow work, and writes what
    it made under `writing()`; what it wrote is committed here with its row.
    A failure stays on its row for people to read.
    """
    job = _claim(job_id)
    if job is None:
        return False
    held, name, arguments = (job.id, job.tries), job.task, json.loads(job.arguments)
    db.session.rollback()  # the task begins with nothing read
    try:
        result = tasks()[name](progress=_progress(*held), **arguments)
        done = {"state": JobState.DONE, "result": json.dumps(result), "progress": 100}
        _end(*held, done)
    except Cancelled:
        db.session.rollback()
        log.info("%s was stopped", name)
    except GivenBack:
        _end_without(held, AGAIN)
    except Exception as error:
        log.exception("%s failed", name)
        _end_without(held, {"state": JobState.FAILED, "error": error_words(error)})
    return True


def _end_without(held: tuple[int, int], outcome: dict[str, object]) -> None:
    """Undo what the task wrote; its row says why, if it is still this try's."""
    db.session.rollback()
    with suppress(Cancelled):
        _end(*held, outcome)


def error_words(error: Exception) -> str:
    """Return what is kept of a failure: a refusal as JSON, to be translated where it is shown."""
    if not isinstance(error, Refused):
        return f"{type(error).__name__}: {error}"
    params = {name: it if isinstance(it, int) else str(it) for name, it in error.params.items()}
    return json.dumps({"message": error.message, "params": params}, ensure_ascii=False)


def _end(job_id: int, tries: int, outcome: dict[str, object]) -> None:
    """Commit what the task wrote together with its end.

    Raises Cancelled if it is not its turn, and RuntimeError if the task ends in a transaction
    that it began to read: the database would refuse to write in it, now and then.
    """
    if begun_reading():
        raise RuntimeError("A task lets go what it read, and writes under writing()")
    with writing():
        done = _mine(job_id, tries).values({"done_at": clock.now(), **outcome})
        if not (is_lease_free() and db.session.scalar(done.returning(Job.id))):
            raise Cancelled
        db.session.commit()


def _mine(job_id: int, tries: int) -> Update:
    """Return the row of the job, as long as it is this try's."""
    held = (Job.id == job_id, Job.state == JobState.RUNNING, Job.tries == tries)
    return update(Job).where(*held)


def _claim(job_id: int | None) -> Job | None:
    """Claim the job, or the one that waits longest, and mark it as running.

    None when there is none.

    A worker, which takes what comes, works only where the lease is.
    """
    waiting = select(Job.id).where(Job.state == JobState.WAITING).order_by(Job.id).limit(1)
    waiting = waiting if job_id is None else waiting.where(Job.id == job_id)
    there = db.session.scalar(waiting)
    db.session.rollback()
    if there is None:  # most looks end here, and lock nothing
        return None
    first = waiting.with_for_update(skip_locked=True).scalar_subquery()
    values = {"state": JobState.RUNNING, "tries": Job.tries + 1, "beat_at": clock.now()}
    mine = update(Job).where(Job.id == first).values(values).returning(Job.id)
    with writing():
        ours = take_lease() if job_id is None else is_lease_free()
        taken = db.session.scalar(mine) if ours else None
        db.session.commit()
    return db.session.get(Job, taken, populate_existing=True) if taken else None


def _progress(job_id: int, tries: int) -> Progress:
    """Tell people how far it is, in a transaction of its own. Raises Cancelled."""
    told: tuple[datetime, int, str] | None = None

    def tell(percent: int, doing: str) -> None:
        nonlocal told
        if stopping.is_set():
            raise GivenBack
        now = clock.now()
        if told and told[1:] == (percent, doing) and now - told[0] < SIGN_OF_LIFE:
            return
        told = (now, percent, doing)
        row = _mine(job_id, tries).values(progress=percent, doing=doing, beat_at=now)
        with writing(), db.engine.begin() as connection:
            if not connection.scalar(row.returning(Job.id)):
                raise Cancelled

    return tell


def part_progress(progress: Progress, first: int, last: int, doing: str) -> Callable[[float], None]:
    """Tell of a part of the work: its share (0 to 1) as per cent of the whole."""
    return lambda share: progress(round(first + (last - first) * share), doing)


def rescue(lost_after: timedelta = LOST_AFTER) -> int:
    """Let jobs wait again whose worker died."""
    lost = (Job.state == JobState.RUNNING) & (Job.beat_at < clock.now() - lost_after)
    jobs = list(db.session.scalars(select(Job).where(lost)))
    for job in jobs:
        if job.tries >= TRIES:
            job.state, job.error = JobState.FAILED, "The worker died several times"
            continue
        job.state = JobState.WAITING
        db.session.info.setdefault("jobs", []).append(job.id)
    db.session.commit()
    return len(jobs)


def tick() -> None:
    """Do what happens every minute, each in a transaction of its own.

    One failure keeps nothing else from happening.
    """
    for function in timetable():
        try:
            function()
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("%s failed on the timetable", getattr(function, "__name__", function))
