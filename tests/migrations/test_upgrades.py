"""From whichever revision an office comes, and with rows in place, it arrives at one schema."""

from collections.abc import Iterator

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from county_portal.models import Base, guards
from county_portal.office.base.config import MIGRATIONS
from county_portal.office.base.extensions import db
from tests.migrations.databases import Emptied
from tests.migrations.rows import Row, fill, rows_of
from tests.migrations.schema import schema_of

REVISIONS = sorted(one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
CHANGED = {("issued_papers", "withdrawn_at")}  # by the migration that says what is in force


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


def test_who_approved_a_briefing_has_a_hand_in_it(office: Flask) -> None:
    upgrade(revision="0012")
    with db.engine.begin() as connection:
        fill(connection)
    upgrade()
    with db.engine.connect() as connection:
        hands = connection.execute(text("SELECT person_id, hand FROM briefing_hands ORDER BY 1"))
        assert hands.all() == [(1, "composer"), (5, "approver")]


def test_a_record_that_contradicts_itself_stops_the_upgrade_and_is_named(
    office: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    upgrade(revision="0012")
    with db.engine.begin() as connection:
        fill(connection)
        connection.execute(text("INSERT INTO briefing_hands VALUES (1, 5)"))
        connection.execute(
            text(
                "INSERT INTO sign_offs SELECT 7, item_id, revision_id, content_hash, officer_id,"
                " hand, 'perhaps', checks, ground, next_review_on, referred_to, letter_number,"
                " opinion, signed_at FROM sign_offs"
            )
        )
    before = schema_of(db.engine)
    with pytest.raises(SystemExit):
        upgrade()
    assert "briefing 1 was composed and approved by person 5" in caplog.text
    assert "sign-off 7 has an unknown verdict, perhaps" in caplog.text
    assert schema_of(db.engine) == before
