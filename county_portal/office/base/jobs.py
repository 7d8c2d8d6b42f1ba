"""Background work: the row that people see, and the timetable. The queue is a library's.

A job is a row first: work that was rolled back is never done, and a row whose
worker died is put into the queue again. Only the try that the row names may
end it, so a worker that was thought dead cannot bring a second result.
"""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app
from huey import SqliteHuey, crontab
from huey.api import Huey
from sqlalchemy import Update, event, func, select, update
from sqlalchemy.orm import Session

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import Job, JobState, Person
from county_portal.office.base.extensions import db, writing

log = logging.getLogger(__name__)

Progress = Callable[[int, str], None]
Work = Callable[..., dict[str, object]]  # takes `progress` and its own arguments
Timetable = tuple[Callable[[], object], ...]
LOST_AFTER = timedelta(minutes=2)  # without a sign of life
AT_ONCE = timedelta(0)  # when a worker starts: the one before is dead
SIGN_OF_LIFE = timedelta(seconds=1)  # no more often, when nothing else is to be told
TRIES = 3
IN_QUEUES = "county_portal.jobs"
"""The module that messages in a queue name; they are read whatever the module is called now."""


class Cancelled(Exception):
    """Somebody asked for this work to stop, or another try has taken it over."""


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


def request(name: str, *, series: str, by: Person | None, **arguments: object) -> Job:
    """Ask for a task that may be asked for again once it has ended, and not before."""
    ended = [state for state in JobState if state.ended]
    before = select(func.count(Job.id)).where(
        Job.key.startswith(f"{series}:", autoescape=True), Job.state.in_(ended)
    )
    return enqueue(name, key=f"{series}:{db.session.scalar(before)}", by=by, **arguments)


def newest(series: str) -> Job | None:
    """The last job that was asked for with `request` in this series."""
    mine = Job.key.startswith(f"{series}:", autoescape=True)
    return db.session.scalar(select(Job).where(mine).order_by(Job.id.desc()).limit(1))


def cancel(job: Job) -> None:
    """The job is not done, or stops at its next sign of life. Raises Refused if it has ended."""
    if job.state.ended:
        raise Refused("This work has ended already")
    job.state, job.done_at = JobState.CANCELLED, clock.now()


@event.listens_for(Session, "after_commit")
def _hand_to_the_queue(session: Session) -> None:
    for job_id in session.info.pop("jobs", []):
        current_app.extensions["county_queue"].enqueue(
            current_app.extensions["county_run"].s(job_id)
        )


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("jobs", None)


def run(job_id: int) -> None:
    """Do the job, unless somebody else has it. A failure stays on its row for people to read.

    A task reads, lets its transaction go, does the slow work, and writes what
    it made under `writing()`; what it wrote is committed here with its row.
    """
    job = _claim(job_id)
    if job is None:
        return
    name, arguments, tries = job.task, json.loads(job.arguments), job.tries
    db.session.rollback()  # the task begins with nothing read
    try:
        result = tasks()[name](progress=_progress(job_id, tries), **arguments)
        _end(job_id, tries, state=JobState.DONE, result=json.dumps(result), progress=100)
    except Cancelled:
        db.session.rollback()
        log.info("%s was stopped", name)
    except Exception as error:
        db.session.rollback()
        log.exception("%s failed", name)
        with suppress(Cancelled):
            _end(job_id, tries, state=JobState.FAILED, error=words_of(error))


def words_of(error: Exception) -> str:
    """What is kept of a failure: a refusal as JSON, to be translated where it is shown."""
    if not isinstance(error, Refused):
        return f"{type(error).__name__}: {error}"
    params = {name: it if isinstance(it, int) else str(it) for name, it in error.params.items()}
    return json.dumps({"message": error.message, "params": params}, ensure_ascii=False)


def _end(job_id: int, tries: int, **outcome: object) -> None:
    """Commit what the task wrote together with its end. Raises Cancelled if it is not its turn."""
    with writing():
        done = _mine(job_id, tries).values(done_at=clock.now(), **outcome)
        if not db.session.scalar(done.returning(Job.id)):
            raise Cancelled
        db.session.commit()


def _mine(job_id: int, tries: int) -> Update:
    """The row of the job, as long as it is this try's."""
    held = (Job.id == job_id, Job.state == JobState.RUNNING, Job.tries == tries)
    return update(Job).where(*held)


def _claim(job_id: int) -> Job | None:
    """The job, marked as running. None when another worker was faster."""
    mine = update(Job).where(Job.id == job_id, Job.state == JobState.WAITING)
    values = {"state": JobState.RUNNING, "tries": Job.tries + 1, "beat_at": clock.now()}
    with writing():
        taken = db.session.scalar(mine.values(values).returning(Job.id))
        db.session.commit()
    return db.session.get(Job, job_id, populate_existing=True) if taken else None


def _progress(job_id: int, tries: int) -> Progress:
    """Tells people how far it is, in a transaction of its own. Raises Cancelled."""
    told: tuple[datetime, int, str] | None = None

    def tell(percent: int, doing: str) -> None:
        nonlocal told
        now = clock.now()
        if told and told[1:] == (percent, doing) and now - told[0] < SIGN_OF_LIFE:
            return
        told = (now, percent, doing)
        row = _mine(job_id, tries).values(progress=percent, doing=doing, beat_at=now)
        with writing(), db.engine.begin() as connection:
            if not connection.scalar(row.returning(Job.id)):
                raise Cancelled

    return tell


def within(progress: Progress, first: int, last: int, doing: str) -> Callable[[float], None]:
    """Tells of a part of the work: its share (0 to 1) as per cent of the whole."""
    return lambda share: progress(round(first + (last - first) * share), doing)


def rescue(lost_after: timedelta = LOST_AFTER) -> int:
    """Put jobs back into the queue whose worker died, or which the queue forgot."""
    before = clock.now() - lost_after
    lost = select(Job).where(
        ((Job.state == JobState.RUNNING) & (Job.beat_at < before))
        | ((Job.state == JobState.WAITING) & (Job.asked_at < before))
    )
    jobs = list(db.session.scalars(lost))
    for job in jobs:
        if job.tries >= TRIES:
            job.state, job.error = JobState.FAILED, "The worker died several times"
            continue
        job.state = JobState.WAITING
        db.session.info.setdefault("jobs", []).append(job.id)
    db.session.commit()
    return len(jobs)


def tick() -> None:
    """What happens every minute, each in a transaction of its own.

    One failure keeps nothing else from happening.
    """
    for function in timetable():
        try:
            function()
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("%s failed on the timetable", getattr(function, "__name__", function))


def install(
    app: Flask, known: dict[str, Work], minutely: Timetable, *, immediate: bool = False
) -> None:
    """Give the application its queue. known: its tasks by name. minutely: its timetable.

    immediate: jobs run at once, as tests want it.
    """
    app.extensions["county_tasks"], app.extensions["county_timetable"] = known, minutely
    settings = app.config["COUNTY"]
    settings.queue.parent.mkdir(parents=True, exist_ok=True)
    queue: Huey = SqliteHuey(
        "county", filename=str(settings.queue), immediate=immediate, immediate_use_memory=True
    )

    def run_in_context(job_id: int) -> None:
        with app.app_context(), writing(ahead=False):  # the lock is asked for when it is needed
            run(job_id)

    run_in_context.__module__ = IN_QUEUES

    @queue.periodic_task(crontab(minute="*"), name="tick")  # type: ignore[untyped-decorator]
    def tick_in_context() -> None:
        with app.app_context(), writing():
            tick()

    app.extensions["county_queue"] = queue
    app.extensions["county_run"] = queue.task(name="run")(run_in_context)
