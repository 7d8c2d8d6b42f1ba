"""What somebody could do who owns the database file."""

from county_portal.office.base.extensions import db


def go_round_the_guards(*statements: str) -> None:
    """Change the database with its triggers dropped and its foreign keys off."""
    db.session.rollback()
    raw = db.engine.raw_connection()
    raw.execute("PRAGMA foreign_keys = OFF")
    triggers = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(statement)
    raw.execute("PRAGMA foreign_keys = ON")
    raw.close()
    db.session.expire_all()
