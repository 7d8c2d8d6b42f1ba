"""The same office on PostgreSQL: migrated once, copied for each test."""

import shutil
from collections.abc import Iterator

import pytest
from flask import Flask

from county_portal.app import create_office
from county_portal.core import clock
from county_portal.office.base.extensions import db, will_write
from tests.cast import Cast, make_cast
from tests.conftest import FOR_TESTS, MONDAY, settings_for
from tests.factories import make_calendar
from tests.postgres.server import Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as one:
        yield one


@pytest.fixture(scope="session")
def office(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The office's application. `empty` is a database as `flask db upgrade` makes it."""
    server.copy("template1", "county")
    settings = settings_for(tmp_path_factory.mktemp("county-pg") / "data")
    settings.DATABASE_URL = server.url("county")
    app = create_office(settings, **FOR_TESTS)
    made = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert made.exit_code == 0, made.output
    with app.app_context():
        db.engine.dispose()
    server.copy("county", "empty")
    return app


@pytest.fixture
def app(office: Flask, server: Server) -> Iterator[Flask]:
    server.copy("empty", "county")
    for path in office.config["COUNTY"].DATA.iterdir():
        if path.is_dir() and path.name != "keys":
            shutil.rmtree(path)
    with clock.frozen(MONDAY), office.app_context():
        will_write(ahead=False)
        yield office
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def cast(app: Flask) -> Cast:
    make_calendar()
    return make_cast()
