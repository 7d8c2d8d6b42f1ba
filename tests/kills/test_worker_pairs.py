"""Two workers on one database, one of them killed at every stage: each job is done once."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, update

from county_portal.core import clock
from county_portal.models import AuditRow, Job, JobState, Lease
from county_portal.office.base import audit, leases
from county_portal.office.base.extensions import db
from tests.kills.forked import Forked
from tests.kills.writing import MINUTE, TASK
from tests.migrations.databases import BOTH, office_on
from tests.waiting import wait_until

STAGES = (
    "before commit UPDATE jobs*running",
    "after commit UPDATE jobs*running",
    "after commit UPDATE jobs*Writing",
    "before commit INSERT INTO audit*tests.write",
    "after commit INSERT INTO audit*tests.write",
)
JOBS = 6  # that wait while both work
pytestmark = pytest.mark.slow


@pytest.fixture(params=BOTH)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An office on either database, whose jobs wait for a worker."""
    with office_on(request.param, tmp_path) as (app, _empty), app.app_context():
        app.config["JOBS_IMMEDIATE"] = False
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def workers(office: Flask) -> Iterator[tuple[Forked, Forked]]:
    """Two workers in the same data folder."""
    settings = office.config["COUNTY"]
    address = {"COUNTY_DATABASE_URL": settings.DATABASE_URL}
    first, second = (Forked("worker", settings.DATA, **address) for _ in range(2))
    yield first, second
    first.end()
    second.end()


def ask(number: int) -> None:
    job = Job(key=f"{TASK}:{number}", task=TASK, arguments=json.dumps({"number": number}))
    job.asked_at = clock.now()
    db.session.add(job)
    db.session.commit()


def in_state(*states: JobState) -> int:
    db.session.rollback()
    found = db.session.scalar(select(func.count(Job.id)).where(Job.state.in_(states)))
    db.session.rollback()
    return found


def nothing_is_left() -> bool:
    return in_state(JobState.WAITING, JobState.RUNNING) == 0


def only_what_the_dead_one_had_is_left() -> bool:
    return in_state(JobState.WAITING) == 0 and in_state(JobState.RUNNING) <= 2


def written(action: str) -> list[str]:
    query = select(AuditRow.object).where(AuditRow.action == action).order_by(AuditRow.object)
    found = list(db.session.scalars(query))
    db.session.rollback()
    return found


def test_each_job_is_done_once_whoever_dies(office: Flask, workers: tuple[Forked, Forked]) -> None:
    doomed, other = workers
    numbers = count()
    for stage in STAGES:
        other.start()
        doomed.start(stage)
        while not doomed.has_ended():  # it must meet work, however quick the other is
            if in_state(JobState.WAITING) < JOBS:
                ask(next(numbers))
        doomed.died()
        wait_until(only_what_the_dead_one_had_is_left)
        other.kill()
    other.start()
    ask(next(numbers))
    wait_until(nothing_is_left)
    wait_until(lambda: written(MINUTE))  # the dead one may have had the only minute so far
    other.stop()
    assert written(TASK) == sorted(f"jobs:{number}" for number in range(next(numbers)))
    assert in_state(*JobState) == in_state(JobState.DONE)
    minutes = written(MINUTE)
    assert len(set(minutes)) == len(minutes)
    assert audit.broken_chain(office.config["COUNTY"]) == []


def test_a_minute_in_which_a_worker_died_is_not_begun_again(
    office: Flask, workers: tuple[Forked, Forked]
) -> None:
    """The next one is: its timetable finds what was left."""
    doomed, other = workers
    doomed.start("before commit INSERT INTO audit*tests.minute")
    doomed.died()
    begun = db.session.get_one(Lease, leases.NAME).minute
    db.session.rollback()
    other.start()
    wait_until(lambda: written(MINUTE))
    other.stop()
    assert written(MINUTE)[0] > f"minutes:{begun:%Y-%m-%d %H:%M}"


def test_a_worker_that_is_told_to_stop_lets_go_of_everything(
    office: Flask, workers: tuple[Forked, Forked]
) -> None:
    one, other = workers
    one.start()
    other.start()
    wait_until(lambda: lives(one) and lives(other))
    one.stop()
    assert place() != ""
    other.stop()
    assert place() == ""


def lives(worker: Forked) -> bool:
    """Whether it shares the lock of all workers of a folder."""
    locks = Path("/proc/locks").read_text().splitlines()
    return any("FLOCK" in one and "READ" in one and f" {worker.pid} " in one for one in locks)


def place() -> str:
    found = db.session.scalar(select(Lease.place))
    db.session.rollback()
    return found


def test_another_data_folder_does_nothing(
    office: Flask, workers: tuple[Forked, Forked], tmp_path: Path
) -> None:
    """Not even when the machine that works has been silent for long."""
    one, _other = workers
    one.start()
    wait_until(lambda: written(MINUTE))
    one.kill()
    db.session.execute(update(Lease).values(beat_at=clock.now() - timedelta(days=1), minute=None))
    db.session.commit()
    ask(0)
    address = office.config["COUNTY"].DATABASE_URL
    stranger = Forked("worker", tmp_path / "elsewhere", COUNTY_DATABASE_URL=address)
    stranger.start()
    before = place()
    wait_until((tmp_path / "elsewhere" / "worker.lock").exists)
    one.start()
    wait_until(nothing_is_left)
    one.kill()
    stranger.stop()
    stranger.end()
    assert place() == before
    assert not list((tmp_path / "elsewhere").glob("timetable.lock"))
    assert written(TASK) == ["jobs:0"]
