"""From whichever revision an office comes, and with rows in place, it arrives at one schema."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from county_portal import create_office
from county_portal.config import MIGRATIONS
from county_portal.extensions import db
from county_portal.models import Base, guards
from tests.conftest import FOR_TESTS, settings_for
from tests.migrations.rows import Row, fill, rows_of
from tests.migrations.schema import schema_of
from tests.postgres.server import Server, running

REVISIONS = sorted(one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
CHANGED = {("issued_papers", "withdrawn_at")}  # by the migration that says what is in force

Emptied = tuple[Flask, Callable[[], None]]


def office_for(folder: Path, server: Server | None) -> Flask:
    settings = settings_for(folder / "data")
    if server:
        settings.DATABASE_URL = server.url("county")
    return create_office(settings, **FOR_TESTS)


def without_file(file: Path) -> None:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Emptied:
    folder = tmp_path_factory.mktemp("upgrades")
    return office_for(folder, None), partial(without_file, folder / "data" / "county.sqlite")


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emptied]:
    with running() as server:
        empty = partial(server.copy, "template1", "county")
        empty()
        yield office_for(tmp_path_factory.mktemp("upgrades"), server), empty


BOTH = (
    pytest.param("on_sqlite"),
    pytest.param("on_postgresql", marks=[pytest.mark.slow, pytest.mark.xdist_group("postgres")]),
)


@pytest.fixture(scope="module", params=BOTH)
def emptied(request: pytest.FixtureRequest) -> Emptied:
    """An office on one database or the other, and how all is taken from its database."""
    found: Emptied = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def office(emptied: Emptied) -> Iterator[Flask]:
    app, empty = emptied
    empty()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def wanted(emptied: Emptied) -> set[str]:
    """The schema as the models and the guards say it."""
    app, empty = emptied
    empty()
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            for statement in guards.statements(db.engine.dialect.name):
                connection.execute(text(statement))
        found = schema_of(db.engine)
        db.engine.dispose()
    return found


def kept(before: dict[str, list[Row]], after: dict[str, list[Row]]) -> bool:
    """Whether each row of before is there after, in all that was known of it."""
    for table, rows in before.items():
        same = {name for name in rows[0] if (table, name) not in CHANGED}
        there = [{name: row[name] for name in same} for row in after[table]]
        if any({name: row[name] for name in same} not in there for row in rows):
            return False
    return True


def test_from_nothing_comes_what_the_models_and_the_guards_say(
    office: Flask, wanted: set[str]
) -> None:
    upgrade()
    assert schema_of(db.engine) == wanted


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_every_revision_with_rows_comes_the_same(
    office: Flask, wanted: set[str], revision: str
) -> None:
    upgrade(revision=revision)
    with db.engine.begin() as connection:
        fill(connection)
        before = rows_of(connection)
    upgrade()
    assert schema_of(db.engine) == wanted
    with db.engine.connect() as connection:
        assert kept(before, rows_of(connection))
