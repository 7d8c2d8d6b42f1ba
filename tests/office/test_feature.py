"""A feature is one row: what it brings is there, and nothing comes by itself."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Blueprint, Flask

from county_portal.app import FEATURES, create_office
from county_portal.office.base import jobs
from county_portal.office.base.config import ROOT
from county_portal.office.desk.sections import Section, sections_of
from county_portal.office.desk.sections import install as give_sections
from county_portal.office.feature import Feature
from tests.conftest import FOR_TESTS, settings_for

TIMETABLE = [
    "office.base.jobs.rescue",
    "office.base.files.sweep_every_day",
    "papers.reports.closing.close_on_the_day",
    "office.accounts.sessions.sweep_sessions",
    "office.accounts.rate_limits.sweep_tries",
    "editorial.release.services.publish_due",
    "office.base.audit.catch_up",
    "editorial.release.public_file.reconcile",
]


def test_this_happens_every_minute_in_this_order(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["docs", "timetable"]).output
    lines = [line.removeprefix("county_portal.").split(": ") for line in told.splitlines()]
    assert [name for name, _does in lines] == TIMETABLE
    assert all(does for _name, does in lines), "each says what it does"


def brings(what: str) -> Feature:
    """A feature of its own that brings one thing which another brings too."""
    row = next(one for one in FEATURES if getattr(one, what))
    return replace(Feature(()), **{what: getattr(row, what)[:1]})


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("blueprints", "blueprint: admin"),
        ("tasks", "task: files.sweep"),
        ("timetable", "timetable: county_portal.office.base.files.sweep_every_day"),
        ("piles", "pile: review.desk"),
    ],
)
def test_an_office_in_which_two_features_bring_the_same_does_not_start(
    tmp_path: Path, what: str, said: str
) -> None:
    with pytest.raises(RuntimeError, match=said):
        create_office(settings_for(tmp_path), (*FEATURES, brings(what)), **FOR_TESTS)


def test_an_office_has_what_its_features_bring_and_no_more(tmp_path: Path) -> None:
    def work(*, progress: jobs.Progress) -> dict[str, object]:
        return {}

    empty = Feature((Blueprint("empty", __name__),), timetable=(work,))
    app = create_office(settings_for(tmp_path), (empty,), (), **FOR_TESTS)
    assert set(app.blueprints) == {"empty"}
    with app.app_context():
        assert jobs.timetable() == (jobs.rescue, work)
        assert jobs.tasks() == {}
        assert sections_of("review.item", item=None) == []


def test_a_page_gets_only_the_sections_that_have_something_to_show() -> None:
    app = Flask(__name__)
    give_sections(
        app,
        (
            Section("a.page", "one.html", lambda item: f"about {item}"),
            Section("a.page", "two.html", lambda item: None),
            Section("another.page", "three.html", lambda item: "elsewhere"),
        ),
    )
    with app.app_context():
        drawn = [(one.template, one.shows) for one in sections_of("a.page", item="it")]
    assert drawn == [("one.html", "about it")]


@pytest.mark.slow
def test_importing_every_module_registers_nothing() -> None:
    """Whatever else a process imported, an office of no feature does nothing every minute."""
    program = (
        "import pkgutil, tempfile; from importlib import import_module\n"
        "import county_portal; from county_portal.app import create_office\n"
        "from tests.conftest import FOR_TESTS, settings_for; from pathlib import Path\n"
        "for one in pkgutil.walk_packages(county_portal.__path__, 'county_portal.'):\n"
        "    if not one.name.endswith('__main__') and '.engine' not in one.name:\n"
        "        import_module(one.name)\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    app = create_office(settings_for(Path(folder)), (), (), **FOR_TESTS)\n"
        "    print(*app.extensions['county_tasks'], *app.extensions['county_timetable'])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == ""
