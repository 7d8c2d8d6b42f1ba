"""A database's whole schema as lines of text, so that two can be compared."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, inspect, text

TRIGGERS = {
    "sqlite": ("SELECT sql FROM sqlite_master WHERE type = 'trigger'",),
    "postgresql": (
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ),
}


def schema_of(engine: Engine) -> set[str]:
    """Every column, key, CHECK, index and trigger; the migrations' own table apart."""
    lines = {*_tables(engine), *_triggers(engine)}
    return {line for line in lines if not line.startswith("alembic_version")}


def _tables(engine: Engine) -> Iterator[str]:
    seen = inspect(engine)
    for kind, found in (
        ("column", seen.get_multi_columns()),
        ("key", seen.get_multi_pk_constraint()),
        ("unique", seen.get_multi_unique_constraints()),
        ("check", seen.get_multi_check_constraints()),
        ("foreign key", seen.get_multi_foreign_keys()),
        ("index", seen.get_multi_indexes()),
    ):
        for (_, table), told in found.items():
            rows = [told] if kind == "key" else told
            yield from (f"{table}: {kind} {_words(row)}" for row in rows)


def _words(row: Any) -> str:
    """What it is made of, always in the same order, the words of the dialect too."""
    if isinstance(row, dict):
        return ", ".join(f"{name} {_words(row[name])}" for name in sorted(row))
    return str(row)


def _triggers(engine: Engine) -> Iterator[str]:
    with engine.connect() as connection:
        for question in TRIGGERS[engine.dialect.name]:
            yield from connection.scalars(text(question))
