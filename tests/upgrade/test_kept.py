"""A county that an earlier program kept is upgraded: nothing is lost, said otherwise or stuck.

What the program made and answered then is recorded in kept_answers.json (see keep.py).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pysqlite3
import pytest
from flask import Flask

from county_portal.app import create_public
from county_portal.editorial.release import public_file
from county_portal.office.base.config import ROOT
from county_portal.office.base.extensions import db
from tests.upgrade import keep, story
from tests.upgrade.finish import finish
from tests.upgrade.office import STOPPED_AT, office_in
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
WORKER = """
import runpy, sys
from county_portal.core import clock
sys.argv = ["flask", "--app", "wsgi:office", "worker"]
with clock.frozen({at!r}):
    runpy.run_module("flask", run_name="__main__")
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county as it was kept, which no test changes."""
    folder = tmp_path_factory.mktemp("kept") / "data"
    keep.unpack(folder)
    return folder


@pytest.fixture
def copied(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "data"))


@pytest.fixture
def county(copied: Path) -> Iterator[Flask]:
    """A copy of it, upgraded to the newest schema, at the moment at which it was kept.

    Its public file is of another form: what starts the program builds it anew.
    """
    with office_in(copied) as app:
        public_file.reconcile()
        yield app


@pytest.fixture(scope="module")
def recorded() -> keep.Recorded:
    return keep.read()


def command(app: Flask, name: str) -> tuple[int, str]:
    """How a `flask` command ended, and what it said."""
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=[name])
    return done.exit_code, done.output


def differing(before: keep.Recorded, now: keep.Recorded) -> list[str]:
    """Addresses that are gone, have come, or answer otherwise."""
    return sorted(one for one in before.keys() | now.keys() if before.get(one) != now.get(one))


def test_the_public_file_of_an_earlier_form_is_read_by_nobody(copied: Path) -> None:
    """Until the worker, when it starts, has built the next one."""
    with office_in(copied) as app:
        site = create_public(app.config["COUNTY"]).test_client()
        assert site.get("/").status_code == 503
        public_file.reconcile()
        assert site.get("/").status_code == 200


def test_the_public_file_built_anew_says_what_it_said_before(
    county: Flask, recorded: keep.Recorded
) -> None:
    assert differing(recorded["public rebuilt"], keep.rebuilt_answers(county)) == []


def test_every_promise_of_it_still_holds(county: Flask) -> None:
    assert command(county, "verify") == (0, "Everything holds\n")


def test_its_files_are_served_as_they_were(county: Flask, recorded: keep.Recorded) -> None:
    assert differing(recorded["files"], keep.stored_files(county)) == []


def test_a_briefing_printed_again_from_its_content_is_the_same(
    copied: Path, recorded: keep.Recorded
) -> None:
    forget_the_print(copied / "county.sqlite")
    with office_in(copied) as county:
        assert story.rows("SELECT count(*) FROM printed_briefings") == [0]
        story.work(["briefings.print"])
        assert differing(recorded["files"], keep.stored_files(county)) == []


def forget_the_print(file: Path) -> None:
    """As if the worker had died before it stored the files of the briefing."""
    with pysqlite3.connect(str(file)) as database:
        trigger = "SELECT sql FROM sqlite_master WHERE name = 'printed_briefings_no_delete'"
        (again,) = database.execute(trigger).fetchone()
        database.execute("DROP TRIGGER printed_briefings_no_delete")
        database.execute("DELETE FROM printed_briefings")
        database.execute("UPDATE jobs SET state = 'waiting' WHERE task = 'briefings.print'")
        database.execute(again)
    database.close()


def test_what_was_begun_is_finished_as_it_would_have_been(
    county: Flask, recorded: keep.Recorded
) -> None:
    finish(county)
    assert differing(recorded["public finished"], keep.public_answers(county)) == []
    assert differing(recorded["files finished"], keep.stored_files(county)) == []
    assert command(county, "verify") == (0, "Everything holds\n")


def test_the_worker_does_what_lay_in_the_queue(copied: Path) -> None:
    with office_in(copied):
        waiting = story.rows("SELECT id FROM jobs WHERE state = 'waiting'")
    environment = {**os.environ, "COUNTY_DATA": str(copied)}
    program = [sys.executable, "-c", WORKER.format(at=STOPPED_AT)]
    worker = subprocess.Popen(program, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_until(
            lambda: (
                not {"waiting", "running"} & states(copied, waiting) or worker.poll() is not None
            ),
            "the worker does not come to an end",
        )
        assert ended_as(copied, waiting) == {("done", "")}
    finally:
        worker.terminate()
        worker.wait()


def states(folder: Path, wanted: list[int]) -> set[str]:
    return {state for state, _ in ended_as(folder, wanted)}


def ended_as(folder: Path, wanted: list[int]) -> set[tuple[str, str]]:
    """The states of these jobs, each with what is kept of a failure."""
    database = pysqlite3.connect(f"file:{folder / 'county.sqlite'}?mode=ro", uri=True)
    jobs = database.execute("SELECT id, state, error FROM jobs").fetchall()
    database.close()
    return {(state, error or "") for job, state, error in jobs if job in wanted}


def test_it_holds_something_of_everything(county: Flask) -> None:
    """The tests above would see nothing if nothing lay there."""
    kinds = "SELECT DISTINCT state FROM {table}"
    wanted = {
        "items": {"published", "correcting", "withdrawn", "issued", "signed_off", "withheld"},
        "gazettes": {"published", "frozen", "signed", "draft"},
        "briefings": {"approved", "submitted", "draft"},
        "jobs": {"waiting", "done"},
    }
    for table, words in wanted.items():
        assert words <= set(story.rows(kinds, table=table)), table
    for table in ("closed_months", "circulars", "deposit_letter_papers", "validities"):
        assert story.rows("SELECT count(*) FROM {table}", table=table) > [0], table
