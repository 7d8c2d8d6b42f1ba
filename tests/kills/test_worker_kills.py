"""The worker is killed in the middle of setting pages, again and again: each paper comes once."""

import random
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from county_portal import files
from county_portal.core import clock
from county_portal.extensions import db
from county_portal.models import Job, JobState, MadeReport, State
from county_portal.release import verify
from county_portal.reports import services
from county_portal.reports.periods import Period
from tests.factories import make_item
from tests.kills.forked import Forked

KILLS = 50
MONTHS = ("2026-03", "2026-02", "2026-01", "2025-12")
pytestmark = pytest.mark.slow


def states() -> list[tuple[JobState, str]]:
    """The jobs as everybody sees them now: state, and what is being done."""
    db.session.rollback()
    found = db.session.execute(select(Job.state, Job.doing).order_by(Job.id)).all()
    db.session.rollback()
    return [(state, doing) for state, doing in found]


def under_way() -> bool:
    return any(state is JobState.RUNNING for state, _doing in states())


def wait_until(holds, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


def ask_again(cast) -> None:
    """Something is always to be done: what has ended is asked for anew."""
    for month in MONTHS:
        services.request_report(Period.named(month), by=cast.he)
    db.session.commit()


def test_each_report_is_made_exactly_once(app, cast, waiting_queue):
    with clock.frozen(datetime.fromtimestamp(time.time(), UTC)):
        make_item(cast.lin, state=State.PUBLISHED)  # so that the timetable finds no month to close
    ask_again(cast)
    worker = Forked("worker", app.config["COUNTY"].DATA)
    chance, hits = random.Random(7), 0
    try:
        for _ in range(KILLS):
            worker.start()
            if wait_until(under_way, 20):
                time.sleep(1.6 * chance.random())
                hits += under_way()
            worker.kill()
            ask_again(cast)
        worker.start()
        done = lambda: {state for state, _doing in states()} == {JobState.DONE}  # noqa: E731
        assert wait_until(done, 90), states()
        worker.kill()
    finally:
        worker.end()
    assert hits >= KILLS // 2, "it was killed at work"
    check()


def check() -> None:
    query = select(MadeReport.month, func.count()).group_by(MadeReport.month)
    assert [count for _month, count in db.session.execute(query)] == [1] * len(MONTHS)
    for made in db.session.scalars(select(MadeReport)):
        assert files.hash_of(files.blob_path(made.pdf))[0] == made.pdf
    assert verify.faults() == []
