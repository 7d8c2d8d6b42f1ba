"""What the database itself refuses, tried by SQL for every kind of record."""

import re
from collections.abc import Iterator

import pytest
from flask_migrate import upgrade
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from county_portal.models import Base
from county_portal.office.base.extensions import db
from tests.migrations.attempts import ALLOWED, ATTEMPTS, RECORD, RECORDS, more_rows, replacing
from tests.migrations.databases import Emptied
from tests.migrations.rows import fill


@pytest.fixture(scope="module")
def engine(emptied: Emptied) -> Iterator[Engine]:
    """Of a database in which every table has a row."""
    app, empty = emptied
    empty()
    with app.app_context():
        upgrade()
        with db.engine.begin() as connection:
            fill(connection)
            for row in more_rows():
                connection.exec_driver_sql(row)
        yield db.engine
        db.engine.dispose()


def said_to(engine: Engine, sql: str) -> str:
    """What the database says to statements of which only the last may be stopped: empty, if none.

    On SQLite it is asked as any other program would ask it. Nothing is kept.
    """
    *before, last = sql.split(";")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA recursive_triggers = OFF")
        for statement in before:
            connection.exec_driver_sql(statement)
        try:
            connection.exec_driver_sql(last)
        except DBAPIError as error:
            return str(error.orig)
        finally:
            connection.rollback()
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA recursive_triggers = ON")
    return ""


@pytest.mark.parametrize(
    ("sql", "reason"), [one[1:] for one in ATTEMPTS], ids=[a[0] for a in ATTEMPTS]
)
def test_the_database_lets_through_what_is_allowed_and_nothing_else(
    engine: Engine, sql: str, reason: str
) -> None:
    said = said_to(engine, sql)
    assert said == ALLOWED if reason == ALLOWED else re.search(reason, said)


@pytest.mark.parametrize("table", RECORDS)
def test_no_row_takes_the_place_of_another(engine: Engine, table: str) -> None:
    """Once for each key by which it could."""
    for target, row in replacing(Base.metadata.tables[table]):
        if engine.dialect.name == "sqlite":
            sql = row.replace("INSERT", "INSERT OR REPLACE", 1)
        else:
            first = re.findall(r"\w+", target)[0]
            sql = f"{row} ON CONFLICT {target} DO UPDATE SET {first} = EXCLUDED.{first}"
        assert RECORD in said_to(engine, sql), target


@pytest.mark.parametrize("table", RECORDS)
def test_no_record_is_swept_away(engine: Engine, table: str) -> None:
    """SQLite knows no such statement."""
    if engine.dialect.name == "postgresql":
        assert RECORD in said_to(engine, f"TRUNCATE {table} CASCADE")
