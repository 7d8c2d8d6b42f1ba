"""One office for all tests of a process; each test begins with a fresh copy of its data."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from pathlib import Path

import pysqlite3
import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import event, func, select

from county_portal.app import create_office, create_public
from county_portal.core import clock
from county_portal.models import Person, Unit
from county_portal.office.base.config import Settings
from county_portal.office.base.extensions import db, will_write
from county_portal.printing import process_pool
from tests.cast import Cast, find_cast, make_cast
from tests.factories import make_calendar
from tests.page import Page, signed_in
from tests.set_once import KeptSheets
from tests.waiting import HUNG_AFTER

MONDAY = "2026-03-02T09:00"
FOR_TESTS = {
    "TESTING": True,
    "WTF_CSRF_ENABLED": False,
    "BABEL_DEFAULT_LOCALE": "en",
    "JOBS_IMMEDIATE": True,
}
# The same examples in every run, and no limit that a busy machine could pass.
hypothesis.register_profile(
    "county",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis.load_profile("county")


def settings_for(folder: Path) -> Settings:
    """The settings of an office whose data lie in `folder`."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COUNTY_DATA", str(folder))
        environment.delenv("COUNTY_DATABASE_URL", raising=False)
        return Settings()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The office's application, and beside its data an empty database as the migrations make it."""
    folder = tmp_path_factory.mktemp("county") / "data"
    app = create_office(settings_for(folder), **FOR_TESTS)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    with pysqlite3.connect(str(folder / "county.sqlite")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copyfile(folder / "county.sqlite", folder.parent / "empty.sqlite")
    return app


@pytest.fixture
def app(office: Flask) -> Iterator[Flask]:
    """The office on a Monday at nine, with an empty database, inside an application context."""
    with fresh(office):
        yield office


@contextmanager
def fresh(office: Flask) -> Iterator[None]:
    """The office begins anew and is left as it may be. For what several tests only read."""
    with office.app_context():
        db.engine.dispose()  # a connection that was left open would show the data of another test
    _begin_afresh(office.config["COUNTY"].DATA)
    with clock.frozen(MONDAY), office.app_context():
        will_write(ahead=False)
        yield
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sheets_of_session(tmp_path_factory: pytest.TempPathFactory) -> KeptSheets:
    """The sheets that any process of this session has set."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    (folder / "sheets").mkdir(exist_ok=True)
    return KeptSheets(folder / "sheets")


@pytest.fixture(autouse=True)
def set_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet is set once in a session, except where printing itself is tried."""
    rooms = {"printing", "kills", "upgrade"}
    if not rooms & set(request.path.relative_to(Path(__file__).parent).parts):
        kept = request.getfixturevalue("sheets_of_session")
        monkeypatch.setattr(process_pool, "set_sheets", kept.set_sheets)


@pytest.fixture
def waiting_queue(app: Flask) -> Iterator[None]:
    """What is put into the queue lies there, as it does while no worker looks."""
    app.config["JOBS_IMMEDIATE"] = False
    yield
    app.config["JOBS_IMMEDIATE"] = True


def _begin_afresh(folder: Path) -> None:
    """Nothing but the keys and an empty database lies in the data folder."""
    for path in folder.iterdir():
        if path.name == "keys":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    shutil.copyfile(folder.parent / "empty.sqlite", folder / "county.sqlite")


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The people, their units, and a calendar without holidays."""
    peopled = app.config["COUNTY"].DATA.parent / "peopled.sqlite"
    if not peopled.exists() or db.session.scalar(select(Unit.id).limit(1)):
        make_calendar()
        made = make_cast()
        if not peopled.exists():
            _keep_copy(peopled)
        return made
    db.session.rollback()
    db.engine.dispose()
    shutil.copyfile(peopled, peopled.parent / "data" / "county.sqlite")
    return find_cast()


def _keep_copy(target: Path) -> None:
    """Later tests begin with these people without making them again."""
    if db.session.scalar(select(func.count()).select_from(Person)) == len(fields(Cast)):
        db.session.rollback()
        database = pysqlite3.connect(str(target.parent / "data" / "county.sqlite"))
        database.execute("VACUUM INTO ?", (str(target),))
        database.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once for all tests of a process."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        expect.set_options(timeout=HUNG_AFTER * 1000)
        yield browser
        browser.close()


@pytest.fixture
def browse(app: Flask) -> Callable[[Person | None], Page]:
    """A browser for a person, signed in; for None, one in which nobody has signed in."""
    return lambda person: signed_in(app, person) if person else Page(app)


@pytest.fixture
def citizen(app: Flask) -> Page:
    """A browser on the public site."""
    public = create_public(app.config["COUNTY"], TESTING=True, BABEL_DEFAULT_LOCALE="en")
    return Page(public)


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """The office with its guard against forged forms on, as in life."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with statements() as seen:` collects what the database is asked meanwhile."""

    @contextmanager
    def watch() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
            if not sql.startswith(("PRAGMA", "BEGIN")):
                seen.append(sql)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return watch
