"""The migrations make what the models describe, whole or not at all."""

import json
import subprocess
import sys
from pathlib import Path

import pysqlite3
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from county_portal.app import create_office
from county_portal.office.base.config import MIGRATIONS
from county_portal.office.base.extensions import db
from tests.conftest import FOR_TESTS, settings_for

SECOND = """
import os, signal
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", {down!r}
branch_labels = depends_on = None


def upgrade():
    op.create_table("half_made", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("units", sa.Column("motto", sa.Text(), nullable=True))
    op.execute("UPDATE units SET motto = 'Half a migration'")
    op.execute("DROP TRIGGER audit_no_update")
    {end}
"""
FAILS = "raise RuntimeError('in the middle')"
DIES = "os.kill(os.getpid(), signal.SIGKILL)"


def schema(file: Path) -> list[tuple[str, ...]]:
    with pysqlite3.connect(str(file)) as database:
        question = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
        found = [tuple(map(str, row)) for row in database.execute(question)]
        found += database.execute("SELECT version_num FROM alembic_version")
    database.close()
    return found


def folder_with(tmp_path: Path, end: str, down: str | None) -> Path:
    """The migrations, and one more that begins much and ends like that."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for path in [*MIGRATIONS.glob("*.*"), *MIGRATIONS.glob("versions/*.py")]:
        (folder / path.relative_to(MIGRATIONS)).write_text(path.read_text("utf-8"), "utf-8")
    (folder / "versions" / "9999_half.py").write_text(SECOND.format(down=down, end=end))
    return folder


@pytest.fixture
def old(tmp_path: Path) -> tuple[Flask, Path]:
    """An office of its own with today's schema, and the file that holds it."""
    app = create_office(settings_for(tmp_path / "data"), **FOR_TESTS)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return app, tmp_path / "data" / "county.sqlite"


def newest(file: Path) -> str:
    return schema(file)[-1][0]


def test_no_migration_knows_the_program() -> None:
    """What it runs is written in it: the program goes on, the past stays.

    The file that runs them names one type, to write the next one without it.
    """
    knowing = [p.name for p in MIGRATIONS.rglob("*.py") if "county_portal" in p.read_text("utf-8")]
    assert knowing == ["env.py"]


def test_a_migration_that_fails_in_the_middle_changes_nothing(
    old: tuple[Flask, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app, file = old
    before = schema(file)
    folder = folder_with(tmp_path, FAILS, newest(file))
    with app.app_context():
        with pytest.raises(SystemExit):
            upgrade(directory=str(folder))
        db.engine.dispose()
    assert "in the middle" in caplog.text
    assert schema(file) == before


@pytest.mark.slow
def test_a_migration_that_is_killed_in_the_middle_changes_nothing(
    old: tuple[Flask, Path], tmp_path: Path
) -> None:
    _, file = old
    before = schema(file)
    folder = folder_with(tmp_path, DIES, newest(file))
    command = (sys.executable, "-m", "flask", "db", "upgrade", "--directory", str(folder))
    environment = {"COUNTY_DATA": str(file.parent), "FLASK_APP": "wsgi:office"}
    done = subprocess.run(command, cwd=MIGRATIONS.parent, env=environment, capture_output=True)
    assert done.returncode == -9, done.stderr.decode()
    assert schema(file) == before
    with pysqlite3.connect(str(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    command = (sys.executable, "-m", "flask", "db", "upgrade")
    again = subprocess.run(command, cwd=MIGRATIONS.parent, env=environment, capture_output=True)
    assert again.returncode == 0, again.stderr.decode()


def test_a_whole_migration_is_kept(old: tuple[Flask, Path], tmp_path: Path) -> None:
    """The other tests would pass if nothing ever ran: the same one, unbroken, does."""
    app, file = old
    with app.app_context():
        upgrade(directory=str(folder_with(tmp_path, "", newest(file))))
        db.engine.dispose()
    assert ("9999",) in schema(file)
    assert any(name == "half_made" for _, name, *_ in schema(file)[:-1])


def test_who_had_marked_a_text_has_had_a_hand_in_its_gazette(tmp_path: Path) -> None:
    app = create_office(settings_for(tmp_path / "data"), **FOR_TESTS)
    with app.app_context():
        upgrade(revision="0006")
        db.engine.dispose()
        with pysqlite3.connect(str(tmp_path / "data" / "county.sqlite")) as database:
            database.executescript(
                "INSERT INTO gazette_texts VALUES (1, 7, 1, 'county', 1), (2, 7, 2, 'county', 2),"
                " (3, 7, 3, 'county', 3);"
                "INSERT INTO gazette_marks VALUES (1, 'county', 11, ''), (2, 'county', 11, ''),"
                " (3, 'county', 12, ''), (4, 'county', 13, '');"
                "INSERT INTO people SELECT id, id, '', 1, 'editorial', '', 1, 1, '', 1"
                " FROM (SELECT DISTINCT marked_by AS id FROM gazette_marks);"
                "INSERT INTO gazettes (id, kind, year, month, state, state_since, created_by,"
                " created_at, version) VALUES (7, 'issue', 2026, '', 'signed', '', 11, '', 1);"
                "INSERT INTO gazette_hands VALUES (7, 12, 'issuer')"
            )
        database.close()
        upgrade()
        found = db.session.execute(text("SELECT person_id, hand FROM gazette_hands ORDER BY 1"))
        assert found.all() == [(11, "composer"), (12, "issuer")]
        db.session.remove()
        db.engine.dispose()


def test_of_the_reports_made_before_only_those_in_force_stand(tmp_path: Path) -> None:
    app = create_office(settings_for(tmp_path / "data"), **FOR_TESTS)
    reports = [  # id, kind, month, counted until, months open
        (1, "monthly", "2026-03-01", "2026-03-31", []),
        (2, "monthly", "2026-03-01", "2026-03-31", []),
        (3, "quarterly", "2026-01-01", "2026-03-31", []),
        (4, "quarterly", "2026-01-01", "2026-03-31", []),
        (5, "quarterly", "2026-04-01", "2026-06-30", ["2026-06-01"]),
        (6, "half_yearly", "2026-01-01", "2026-06-30", []),
        (7, "yearly", "2026-01-01", "2026-05-31", []),
    ]
    with app.app_context():
        upgrade(revision="0011")
        db.engine.dispose()
        with pysqlite3.connect(str(tmp_path / "data" / "county.sqlite")) as database:
            for number, kind, month, until, months in reports:
                figures = json.dumps({"figures": {"until": until, "open_months": months}})
                database.execute(
                    "INSERT INTO made_reports VALUES (?, ?, ?, ?, '', ?, 'x', '', NULL, '')",
                    (number, kind, month, figures, f"report {number}"),
                )
                database.execute(
                    "INSERT INTO return_forms VALUES (?, ?)", (number, f"form {number}")
                )
                for paper in (f"report {number}", f"form {number}"):
                    database.execute(
                        "INSERT INTO issued_papers VALUES (?, 'report', '', '2026-07-01', '',"
                        " NULL)",
                        (paper,),
                    )
            database.executescript(
                "INSERT INTO issued_papers VALUES ('b', 'briefing', '', '2026-07-01', '', NULL);"
                "INSERT INTO closed_months VALUES"
                " (1, '2026-01-01', '', '', 1, NULL, '', NULL, NULL, ''),"
                " (2, '2026-02-01', '', '', 1, NULL, '', NULL, NULL, ''),"
                " (3, '2026-03-01', '', '', 2, NULL, '', NULL, NULL, '');"
                "INSERT INTO units (id, code, name, kind, position, leader, address, phone,"
                " office_hours, active, version) VALUES (1, 'A', 'A', 'department', 1, '', '', '',"
                " '', 1, 1), (2, 'B', 'B', 'department', 2, '', '', '', '', 1, 1);"
                "INSERT INTO audit VALUES (1, '2026-04-02T01:00:00.000+00:00', 'sys', '',"
                " 'unit.manage', 'units:2', '', 'done', '{\"deed\":\"created\"}', '', '');"
            )
        database.close()
        upgrade()
        standing = "SELECT sha256 FROM issued_papers WHERE withdrawn_at IS NULL"
        assert set(db.session.scalars(text(standing))) == {
            *("report 1", "form 1"),  # of January and February, for brevity's sake
            *("report 2", "form 2", "report 4", "form 4", "b"),
        }
        entered = dict(db.session.execute(text("SELECT id, created_at FROM units")).all())
        assert entered == {1: None, 2: "2026-04-02 01:00:00.000000"}
        db.session.remove()
        db.engine.dispose()
