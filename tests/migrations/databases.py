"""An office on SQLite and one on PostgreSQL, whose database is emptied for each use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from county_portal.app import create_office
from tests.conftest import FOR_TESTS, settings_for
from tests.postgres.server import running

Emptied = tuple[Flask, Callable[[], None]]

BOTH = (
    pytest.param("sqlite"),
    pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.xdist_group("postgres")]),
)


@contextmanager
def office_on(database: str, folder: Path) -> Iterator[Emptied]:
    """An office on that database, and what takes everything from it."""
    settings = settings_for(folder / "data")
    if database == "sqlite":
        yield create_office(settings, **FOR_TESTS), partial(_without_files, settings.DATA)
        return
    with running() as server:
        settings.DATABASE_URL = server.url("county")
        empty = partial(server.copy, "template1", "county")
        empty()
        yield create_office(settings, **FOR_TESTS), empty


def _without_files(folder: Path) -> None:
    for path in folder.glob("county.sqlite*"):
        path.unlink()
