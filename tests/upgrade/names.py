"""Everything stored or public whose name stays when names in Python change.

`python -m tests.upgrade.names` writes what is new into stored_names.json and takes nothing
out: what is gone, or is written differently, is named, and whoever means it edits the file.
"""

import ast
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import patch

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Enum, inspect, text
from sqlalchemy.schema import Constraint

from county_portal import models
from county_portal.app import create_public
from county_portal.models import Base
from county_portal.office.base import jobs, settings
from county_portal.office.base.config import MIGRATIONS, ROOT, Settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from tests.upgrade.finish import finish
from tests.upgrade.office import new_county
from tests.upgrade.stored import stored_names
from tests.upgrade.story import tell_more

FILE = Path(__file__).with_name("stored_names.json")
ITEMS = 80  # few, and yet every deed of the story happens
Names = dict[str, list[str]]


def all_names(app: Flask) -> Names:
    """What the program says of itself, and what lies in the county that it is running."""
    return {**told_names(app), **stored_names(app)}


@contextmanager
def whole_county(folder: Path) -> Iterator[Flask]:
    """A new county in which everything happens, and what was begun is finished."""
    with new_county(folder, ITEMS) as app:
        tell_more(app)
        finish(app)
        yield app


def told_names(app: Flask) -> Names:
    """The names that the running program knows without any row."""
    found = {
        "actions": (word.value for word in Do),
        "actions outside the policy": other_actions(),
        "addresses of the office": addresses(app, stored=True),
        "addresses of the public": addresses(create_public(app.config["COUNTY"]), stored=False),
        "columns": columns(),
        "commands": commands(app),
        "constraints": constraints(),
        "hash prefixes": hash_prefixes(),
        "indexes, triggers and tables": schema(),
        "migrations": (one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()),
        "settings": (f"{one.key} = {one.default}" for one in settings.CHOICES),
        "tasks": iter(jobs.tasks()),
        "technical settings": technical_settings(),
        "words of columns": words_of_columns(),
        "words": words(),
    }
    return {section: sorted(set(lines)) for section, lines in found.items()}


def columns() -> Iterator[str]:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            kind = "text" if isinstance(column.type, Enum) else str(column.type).lower()
            yield f"{table.name}.{column.name} {kind}{'' if column.nullable else ' not null'}"


def constraints() -> Iterator[str]:
    for table in Base.metadata.tables.values():
        for one in table.constraints:
            if one.name:
                yield f"{table.name}: {one.name} ({_held(one)})"


def _held(one: Constraint) -> str:
    """The columns that a constraint binds, or the condition of a check."""
    if hasattr(one, "sqltext"):
        return re.sub(r"\s+", " ", str(one.sqltext))
    held = ", ".join(column.name for column in one.columns)
    elements = getattr(one, "elements", ())
    return f"{held} -> {', '.join(key.target_fullname for key in elements)}" if elements else held


def schema() -> Iterator[str]:
    """What the database itself holds after all migrations."""
    assert inspect(db.engine).dialect.name == "sqlite"
    rows = db.session.execute(text("SELECT type, tbl_name, name FROM sqlite_master"))
    for kind, table, name in rows:
        if not name.startswith("sqlite_"):
            yield f"{table}: {kind} {name}"
    db.session.rollback()


def words_of_columns() -> Iterator[str]:
    """The words that a column may hold."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Enum):
                yield from (f"{table.name}.{column.name}: {word}" for word in column.type.enums)


def words() -> Iterator[str]:
    """The lists of words of the schema, whatever their classes are called."""
    for kind in vars(models).values():
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            yield " | ".join(sorted(word.value for word in kind))


def addresses(app: Flask, *, stored: bool) -> Iterator[str]:
    """Methods and rules; where refusals are logged by the name of the view, this name too."""
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        yield f"{methods} {rule.rule}" + (f" {rule.endpoint}" if stored else "")


def commands(app: Flask) -> Iterator[str]:
    for name, command in app.cli.commands.items():
        if name != "db":  # the migration library's
            yield f"flask {name}"
            yield from (f"flask {name} {inner}" for inner in getattr(command, "commands", ()))


class _Heard(dict[str, str]):
    """An environment that notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__(COUNTY_DATA=os.environ.get("COUNTY_DATA", "/tmp/nowhere"))
        self.asked: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.append(f"{key} = {default}" if "/" not in str(default) else key)
        return super().get(key, default)


def technical_settings() -> list[str]:
    """Names in the environment, with their defaults; of folders only the names."""
    heard = _Heard()
    with patch.object(os, "environ", heard):
        made = Settings()
        for name, one in vars(Settings).items():
            if isinstance(one, property):
                getattr(made, name)
    return heard.asked


# What only the source tells. It is read by value, wherever it stands.


def constants() -> Iterator[str]:
    """Every text and every bytes constant of the product."""
    for path in sorted((ROOT / "county_portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                value = node.value
                yield value.decode("latin-1") if isinstance(value, bytes) else value


def hash_prefixes() -> Iterator[str]:
    for value in constants():
        if found := re.match(r"county-portal/[a-z]+/v\d+\0", value):
            yield found[0]


def other_actions() -> Iterator[str]:
    """Deeds in the log that no rule of the policy knows: those written down, while they stand."""
    known = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    standing = set(constants())
    return (name for name in known.get("actions outside the policy", ()) if name in standing)


# Comparing


def differences(written: Names, live: Names) -> list[str]:
    """What is gone or written differently, and what is not written down yet, a line each."""
    found = []
    for section in sorted(written.keys() | live.keys()):
        before, now = set(written.get(section, ())), set(live.get(section, ()))
        found += [f"gone from {section}: {line}" for line in sorted(before - now)]
        found += [f"not written down in {section}: {line}" for line in sorted(now - before)]
    return found


def read() -> Names:
    found: Names = json.loads(FILE.read_text("utf-8"))
    return found


def main() -> None:
    written = read() if FILE.exists() else {}
    with tempfile.TemporaryDirectory() as place, whole_county(Path(place) / "data") as app:
        live = all_names(app)
    gone = [line for line in differences(written, live) if line.startswith("gone")]
    together = {
        section: sorted(set(written.get(section, ())) | set(live.get(section, ())))
        for section in sorted(written.keys() | live.keys())
    }
    FILE.write_text(json.dumps(together, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if gone:
        sys.exit("\n".join(gone))


if __name__ == "__main__":
    main()
