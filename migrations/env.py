"""Runs the migrations in one transaction: killed half-way, the old schema stands."""

from typing import Any

from alembic import context
from flask import current_app

from county_portal.models import Moment

engine = current_app.extensions["migrate"].db.engine
metadata = current_app.extensions["migrate"].db.metadata


def plain_type(kind: str, thing: Any, _context: object) -> str | bool:
    """A migration stands by itself: it names no class of the program that may change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


def run() -> None:
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            render_item=plain_type,
            transactional_ddl=True,
            transaction_per_migration=False,
            render_as_batch=False,
        )
        context.run_migrations()


run()
