"""Background work: done once, stopped when asked, taken up again when its worker died."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import Job, JobState, Setting
from county_portal.office.base import jobs
from county_portal.office.base.extensions import db, writing

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def task(monkeypatch):
    """Makes a function known as the task `t` for one test."""
    return lambda function: monkeypatch.setitem(jobs.tasks(), "t", function)


def waiting(key: str = "k") -> Job:
    """A job that is in no queue yet."""
    job = Job(key=key, task="t", arguments="{}", asked_at=clock.now())
    db.session.add(job)
    db.session.commit()
    return job


def fresh(job_id: int) -> Job:
    db.session.expire_all()
    return db.session.get_one(Job, job_id)


def written() -> int:
    return db.session.scalar(select(func.count(Setting.key)))


def test_what_a_task_wrote_is_committed_with_its_end(task):
    def write(*, progress):
        progress(10, "Writing")
        with writing():
            db.session.add(Setting(key="a", value="1"))
            db.session.flush()
        return {"n": 1}

    task(write)
    job = waiting()
    jobs.run_job(job.id)
    job = fresh(job.id)
    assert (job.state, job.result, job.progress, written()) == (JobState.DONE, '{"n": 1}', 100, 1)


def test_a_job_that_is_stopped_ends_at_its_next_sign_of_life_and_leaves_nothing(task):
    def write(*, progress):
        progress(10, "Writing")
        db.session.add(Setting(key="a", value="1"))
        db.session.flush()
        db.session.rollback()  # nothing is open while somebody else writes
        jobs.cancel(db.session.scalars(select(Job)).one())
        db.session.commit()
        progress(20, "Writing")
        raise AssertionError("it went on")

    task(write)
    job = waiting()
    jobs.run_job(job.id)
    assert (fresh(job.id).state, written()) == (JobState.CANCELLED, 0)


def test_a_job_that_is_stopped_at_its_very_end_leaves_nothing(task):
    def write(*, progress):
        jobs.cancel(db.session.scalars(select(Job)).one())
        db.session.commit()
        db.session.add(Setting(key="a", value="1"))
        return {}

    task(write)
    job = waiting()
    jobs.run_job(job.id)
    assert (fresh(job.id).state, written()) == (JobState.CANCELLED, 0)


def test_a_job_that_waits_is_stopped_before_it_begins(task):
    task(lambda *, progress: pytest.fail("it began"))
    job = waiting()
    jobs.cancel(job)
    db.session.commit()
    jobs.run_job(job.id)
    assert fresh(job.id).state is JobState.CANCELLED


def test_what_has_ended_is_not_stopped(task):
    task(lambda *, progress: {})
    job = waiting()
    jobs.run_job(job.id)
    with pytest.raises(Refused, match="ended already"):
        jobs.cancel(fresh(job.id))


def test_a_worker_that_was_thought_dead_brings_no_second_result(task):
    """Its try is over: another one has the row, and brings the only result."""

    def write(*, progress):
        db.session.scalars(select(Job)).one().tries += 1  # another try has begun meanwhile
        db.session.commit()
        db.session.add(Setting(key="a", value="1"))
        return {}

    task(write)
    job = waiting()
    jobs.run_job(job.id)
    assert fresh(job.id).state is JobState.RUNNING
    assert written() == 0


def test_a_task_that_ends_with_what_it_read_still_open_fails_every_time_and_not_now_and_then(task):
    """SQLite would refuse its end only if somebody else wrote in between."""

    def read(*, progress):
        progress(10, "Reading")
        return {"n": written()}

    task(read)
    job = waiting()
    with writing(ahead=False):  # as in a worker
        jobs.run_job(job.id)
    job = fresh(job.id)
    assert job.state is JobState.FAILED
    assert job.error.startswith("RuntimeError: A task lets go what it read")


def test_a_failure_is_kept_for_people_to_read(task):
    def fail(*, progress):
        db.session.add(Setting(key="a", value="1"))
        raise OSError("no room on the disk")

    task(fail)
    job = waiting()
    jobs.run_job(job.id)
    job = fresh(job.id)
    assert (job.state, job.error, written()) == (
        JobState.FAILED,
        "OSError: no room on the disk",
        0,
    )


def test_what_has_no_sign_of_life_is_begun_again_and_given_up_after_three_tries(task):
    tries = []
    task(lambda *, progress: tries.append(1) or {})
    job = waiting()
    job.state, job.tries, job.beat_at = JobState.RUNNING, 1, clock.now()
    db.session.commit()
    assert jobs.rescue() == 0
    with clock.frozen(clock.now() + jobs.LOST_AFTER + timedelta(seconds=1)):
        assert jobs.rescue() == 1
    assert (fresh(job.id).state, fresh(job.id).tries, tries) == (JobState.DONE, 2, [1])
    job = waiting("other")
    job.state, job.tries, job.beat_at = JobState.RUNNING, jobs.TRIES, clock.now()
    db.session.commit()
    with clock.frozen(clock.now() + jobs.LOST_AFTER + timedelta(seconds=1)):
        jobs.rescue()
    assert fresh(job.id).state is JobState.FAILED


def test_asking_again_makes_a_second_one_only_when_the_first_has_ended(task):
    task(lambda *, progress: {})
    first = jobs.enqueue_again("t", series="month_1", by=None)
    assert jobs.enqueue_again("t", series="month_1", by=None) is first
    db.session.commit()  # done at once, as tests have it
    db.session.expire_all()
    second = jobs.enqueue_again("t", series="month_1", by=None)
    assert second.id != first.id
    assert jobs.enqueue_again("t", series="monthX1", by=None).key == "monthX1:0"


def test_a_part_of_the_work_is_told_as_part_of_the_whole():
    told = []
    watch = jobs.part_progress(lambda *what: told.append(what), 30, 80, "Setting the pages")
    watch(0)
    watch(0.5)
    watch(1)
    assert told == [(30, "Setting the pages"), (55, "Setting the pages"), (80, "Setting the pages")]


def test_the_same_news_is_not_written_again_and_again(task):
    beats = []

    def many(*, progress):
        for _time in range(50):
            progress(10, "Writing")
            beats.append(fresh_beat())
        return {}

    def fresh_beat():
        with db.engine.connect() as connection:
            return connection.scalar(select(Job.beat_at))

    task(many)
    job = waiting()
    jobs.run_job(job.id)
    assert len(set(beats)) == 1
