"""The worker is killed at every stage of its work, again and again: each paper comes once."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.disk import file_hash
from county_portal.editorial.release import verify
from county_portal.models import Job, JobState, MadeReport, State
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import services
from tests.factories import make_item
from tests.kills.forked import Forked
from tests.waiting import wait_until

MONTHS = ("2026-03", "2026-02")  # as many as the worker does at once
STAGES = (
    "before commit UPDATE jobs*('running'",
    "after commit UPDATE jobs*('running'",
    "after commit UPDATE jobs*Counting the period",
    "after commit UPDATE jobs*(20, 'Setting the pages",
    "after commit UPDATE jobs*([34567]?, 'Setting the pages",  # some are painted
    "before rename */blobs/*",
    "after rename */blobs/*",
    "after commit UPDATE jobs*Setting the return form",
    "after commit UPDATE jobs*Writing the workbook",
    "after commit UPDATE jobs*Storing the report",
    "before commit INSERT INTO made_reports",
)
DONE = "after commit INSERT INTO made_reports"
pytestmark = pytest.mark.slow


@pytest.fixture
def worker(app, cast, waiting_queue):
    with clock.frozen(datetime.fromtimestamp(time.time(), UTC)):
        make_item(cast.lin, state=State.PUBLISHED)  # so that the timetable finds no month to close
    forked = Forked("worker", app.config["COUNTY"].DATA)
    yield forked
    forked.end()


def ask(cast) -> None:
    for month in MONTHS:
        services.request_report(Period.named(month), by=cast.he)
    db.session.commit()


def all_is_done() -> bool:
    db.session.rollback()
    states = set(db.session.scalars(select(Job.state)))
    db.session.rollback()
    return states == {JobState.DONE}


def made() -> int:
    db.session.rollback()
    count = db.session.scalar(select(func.count(MadeReport.id)))
    db.session.rollback()
    return count


def test_each_report_is_made_exactly_once(cast, worker):
    ask(cast)
    for stage in STAGES:
        worker.start(stage)
        worker.died()
        assert made() == 0, stage
    worker.start(DONE)
    worker.died()
    assert made() == 1
    ask(cast)  # the one that is done, once more
    worker.start()
    wait_until(all_is_done)
    worker.kill()
    check()


def check() -> None:
    query = select(MadeReport.month, func.count()).group_by(MadeReport.month)
    assert [count for _month, count in db.session.execute(query)] == [1] * len(MONTHS)
    for report in db.session.scalars(select(MadeReport)):
        assert file_hash(files.blob_path(report.pdf))[0] == report.pdf
    assert verify.broken_promises() == []
