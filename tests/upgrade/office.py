"""An office in a folder of its own, with keys that are always the same, and its county."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from county_portal.app import create_office
from county_portal.core import clock
from county_portal.demo import build
from county_portal.office.base.extensions import db
from tests.conftest import settings_for

STOPPED_AT = "2026-03-20T09:00"  # a Friday on which every desk has work
KEYS = ("session", "anchor")
MANNERS = {"TESTING": True, "WTF_CSRF_ENABLED": False}
SEED = 2026


@contextmanager
def office_in(folder: Path) -> Iterator[Flask]:
    """The office of the folder, upgraded to the newest schema, in a context, the clock stopped."""
    app = create_office(settings_for(folder), **MANNERS)
    with clock.frozen(STOPPED_AT), app.app_context():
        upgrade()
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def new_county(folder: Path, items: int) -> Iterator[Flask]:
    """A demonstration county of so many items in an empty folder, the same each time."""
    lay_keys(folder)
    with office_in(folder) as app:
        build.build_county(SEED, items, lambda _words: None)
        yield app


def lay_keys(folder: Path) -> None:
    """The secrets of the installation, which otherwise would be random."""
    keys = folder / "keys"
    keys.mkdir(parents=True, mode=0o700)
    for number, name in enumerate(KEYS, 1):
        path = keys / f"{name}.key"
        path.touch(mode=0o600)
        path.write_text(f"{number:064x}")
