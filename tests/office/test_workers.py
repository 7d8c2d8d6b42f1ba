"""Workers beside each other: the timetable is one worker's, and work stays in one folder."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pysqlite3
import pytest
from sqlalchemy import func, select, update

from county_portal.core import clock
from county_portal.models import Job, JobState, Lease
from county_portal.office.base import jobs, leases, worker
from county_portal.office.base.extensions import db, writing

pytestmark = pytest.mark.usefixtures("app")
ELSEWHERE = "another machine's"


@pytest.fixture
def begun(app, monkeypatch) -> list[object]:
    """The minutes whose timetable was begun."""
    seen = []
    minutely = (lambda: seen.append(clock.now()),)
    monkeypatch.setitem(app.extensions, "county_timetable", minutely)
    return seen


@pytest.fixture
def done(monkeypatch) -> list[int]:
    """The numbers of the jobs that were done."""
    seen = []
    task = lambda *, progress, number: progress(1, "Doing") or seen.append(number) or {}  # noqa: E731
    monkeypatch.setitem(jobs.tasks(), "t", task)
    return seen


@pytest.fixture
def stopped() -> Iterator[None]:
    yield
    jobs.stopping.clear()


def ask(number: int) -> Job:
    job = Job(key=f"k{number}", task="t", arguments=f'{{"number": {number}}}')
    job.asked_at = clock.now()
    db.session.add(job)
    db.session.commit()
    return job


def held_elsewhere(**more: object) -> None:
    hold()
    db.session.execute(update(Lease).values({"place": ELSEWHERE, **more}))
    db.session.commit()


def hold() -> bool:
    with writing():
        taken = leases.take_lease()
        db.session.commit()
    return taken


def at_once(app, count: int, function) -> list[object]:
    """What so many say who do it at the same time, each as a process would."""
    together = threading.Barrier(count)

    def one(_number: int) -> object:
        with app.app_context():
            together.wait()
            return function()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_each_minute_is_begun_by_one_worker_and_none_is_made_up_for(app, begun):
    db.session.rollback()
    start = clock.now()
    at_once(app, 6, worker.keep_time)
    assert begun == [start]
    for minutes in (1, 30):
        with clock.frozen(start + timedelta(minutes=minutes, seconds=5)):
            at_once(app, 6, worker.keep_time)
            at_once(app, 6, worker.keep_time)
    assert len(begun) == 3


def test_a_minute_waits_while_the_one_before_is_still_being_kept(begun):
    with leases.lock_minute() as mine:
        assert mine
        worker.keep_time()
    assert begun == []
    worker.keep_time()
    assert len(begun) == 1


def test_a_clock_that_was_wrong_once_stops_nothing(begun):
    with clock.frozen("2099-01-01T09:00"):
        worker.keep_time()
        wrong = clock.now()
    held_elsewhere(beat_at=wrong)
    worker.keep_time()
    assert len(begun) == 2


def test_many_who_claim_at_once_do_each_job_once(app, done):
    wanted = [ask(number).id and number for number in range(40)]
    db.session.rollback()

    def work() -> None:
        while jobs.run_job():
            pass

    at_once(app, 4, work)
    assert sorted(done) == wanted
    assert set(db.session.scalars(select(Job.state))) == {JobState.DONE}


def test_who_waits_longest_comes_first(done):
    for number in range(3):
        ask(number)
    while jobs.run_job():
        pass
    assert done == [0, 1, 2]


@pytest.mark.parametrize("held", [{}, {"folder": "another's"}])
def test_nothing_is_done_while_the_lease_is_held_elsewhere(begun, done, held):
    held_elsewhere(**held)
    number = ask(1).id
    worker.keep_time()
    assert not jobs.run_job()
    assert not jobs.run_job(number)
    assert (begun, done) == ([], [])


def test_a_silent_machine_loses_the_lease_and_another_folder_never_takes_it(done):
    held_elsewhere()
    ask(1)
    with clock.frozen(clock.now() + leases.LAPSES_AFTER + timedelta(seconds=1)):
        assert jobs.run_job()
        held_elsewhere(folder="another's")
        ask(2)
    with clock.frozen(clock.now() + timedelta(days=9)):
        assert not jobs.run_job()
    assert done == [1]


def test_work_that_ends_after_the_lease_was_lost_leaves_nothing(monkeypatch):
    def lose(*, progress):
        held_elsewhere()
        return {}

    monkeypatch.setitem(jobs.tasks(), "t", lose)
    job = Job(key="k", task="t", arguments="{}", asked_at=clock.now())
    db.session.add(job)
    db.session.commit()
    assert jobs.run_job()
    db.session.expire_all()
    assert db.session.scalars(select(Job.state)).all() == [JobState.RUNNING]


def test_a_worker_that_stops_gives_its_job_back(monkeypatch, done, stopped):
    number = ask(1).id
    jobs.stopping.set()
    assert jobs.run_job(number)
    row = select(Job.state, Job.tries, Job.done_at, Job.progress)
    assert db.session.execute(row).one() == (JobState.WAITING, 1, None, 0)
    jobs.stopping.clear()
    assert jobs.run_job()
    assert done == [1]


def test_only_a_worker_that_is_alone_takes_what_another_has_in_hand(app, done):
    job = ask(1)
    job.state, job.tries, job.beat_at = JobState.RUNNING, 1, clock.now() - timedelta(seconds=1)
    db.session.commit()
    with leases.worker_lock() as other:
        leases.admit_others(other)
        with leases.worker_lock() as mine:
            worker.begin(mine, at_start=lambda: None)
    assert db.session.scalar(select(Job.state)) is JobState.RUNNING
    with leases.worker_lock() as mine:
        worker.begin(mine, at_start=lambda: None)
    assert done == [1]


def test_what_waited_in_the_old_queue_is_done_and_the_old_queue_goes(app, done, waiting_queue):
    """Its messages name rows; a message that was lost before loses nothing any more."""
    old = app.config["COUNTY"].DATA / "jobs.sqlite"
    with closing(pysqlite3.connect(str(old))) as queue, queue:
        queue.execute("CREATE TABLE task (id INTEGER PRIMARY KEY, queue TEXT, data BLOB)")
        queue.execute("INSERT INTO task VALUES (1, 'county', x'80')")
    for number in range(3):
        ask(number)
    with leases.worker_lock() as mine:
        worker.begin(mine, at_start=lambda: None)
    while jobs.run_job():
        pass
    assert done == [0, 1, 2]
    assert not old.exists()


def test_work_asked_for_in_a_process_wakes_its_threads(done, waiting_queue, stopped):
    jobs.wake.clear()
    jobs.enqueue("t", key="k", by=None, number=1)
    assert not jobs.wake.is_set()
    db.session.commit()
    assert jobs.wake.is_set()
    assert db.session.scalar(select(func.count(Job.id))) == 1
