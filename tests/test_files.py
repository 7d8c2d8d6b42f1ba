"""Stored files, and the sweep that removes only what nobody names."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.editorial.items import attachments
from county_portal.editorial.release import verify
from county_portal.models import Blob, Item, Job, JobState, Person, State
from county_portal.office.base import files, jobs
from county_portal.office.base.extensions import db, writing
from tests.cast import Cast
from tests.editorial.documents import corpus
from tests.factories import go, make_item

pytestmark = pytest.mark.usefixtures("app")


def make_old(path: Path, seconds: int = files.LEFT_ALONE + 1) -> Path:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))
    return path


def left_behind(content: bytes) -> Path:
    """A stored file whose row was never written, from the day before yesterday."""
    return make_old(files.keep_bytes(content).path)


def name_it(content: bytes) -> None:
    """A file is kept, and has its row, as after an upload."""
    kept = files.keep_bytes(content)
    with writing():
        files.register_blob(kept, "text/plain")
        db.session.commit()


def add_picture(item: Item, by: Person, tmp_path: Path, width: int = 6) -> None:
    picture = corpus.png(tmp_path / f"{width}.png", size=(width, 4))
    with picture.open("rb") as stream:
        received = attachments.receive_attachment(stream, picture.name)
    attachments.add(item, received, key=f"{width:08x}", by=by)
    db.session.commit()


@contextmanager
def while_it_sweeps(app: Flask, deed: Callable[[], None]) -> Iterator[None]:
    """Somebody does the deed when the sweep has looked at the rows for the first time."""
    done: list[str] = []

    def in_context() -> None:
        with app.app_context():
            deed()

    def seen(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if "blobs" in sql and not done:
            done.append(sql)
            other = threading.Thread(target=in_context)
            other.start()
            other.join()

    event.listen(db.engine, "after_cursor_execute", seen)
    try:
        yield
    finally:
        event.remove(db.engine, "after_cursor_execute", seen)
    assert done


def test_what_a_crash_left_behind_is_removed_after_a_day(app: Flask) -> None:
    stray, half = left_behind(b"stray"), files.new_temporary()
    half.write_bytes(b"half")
    make_old(half)
    fresh = make_old(files.keep_bytes(b"fresh").path, files.LEFT_ALONE // 2)
    being_written = files.new_temporary()
    being_written.write_bytes(b"more to come")
    folder = app.config["COUNTY"].tmp / "deposit-1"
    folder.mkdir()
    make_old(folder)
    assert files.sweep_files() == 2
    assert [stray.exists(), half.exists()] == [False, False]
    assert [fresh.exists(), being_written.exists(), folder.exists()] == [True] * 3


def test_no_file_is_removed_that_an_item_or_a_version_of_it_names(
    app: Flask, cast: Cast, tmp_path: Path
) -> None:
    """A working copy, one that was handed over and lost its file since, and a published one."""
    being_written, returned, published = (make_item(cast.lin) for _ in range(3))
    for width, item in enumerate((being_written, returned, published), 6):
        add_picture(item, cast.lin, tmp_path, width)
    for state in (State.SUBMITTED, State.RETURNED):
        go(returned, state)
    key = returned.attachments[0].key
    attachments.remove_attachment(returned, key, by=cast.lin)
    db.session.commit()
    for state in (
        State.SUBMITTED,
        State.UNIT_APPROVED,
        State.ACCEPTED,
        State.SIGNED_OFF,
        State.PUBLISHED,
    ):
        go(published, state)
    blobs = [make_old(path) for path in app.config["COUNTY"].blobs.glob("??/*")]
    assert len(blobs) == 6  # each original and its public copy
    assert files.sweep_files() == 0
    assert all(path.exists() for path in blobs)
    kept = attachments.served(returned, key, original=True)
    assert files.blob_path(kept.sha256).exists()
    assert verify.broken_promises() == []


def test_a_file_that_gets_its_row_while_it_is_swept_stays(app: Flask) -> None:
    path = left_behind(b"a long report")

    def name_the_old_one() -> None:
        with writing():
            files.register_blob(files.Stored(path.name, path.stat().st_size, path), "text/plain")
            db.session.commit()

    with while_it_sweeps(app, name_the_old_one):
        assert files.sweep_files() == 0
    assert path.exists()


def test_a_file_that_is_uploaded_while_the_same_bytes_are_swept_stays(app: Flask) -> None:
    path = left_behind(b"the same again")
    with while_it_sweeps(app, lambda: name_it(b"the same again")):
        assert files.sweep_files() == 0
    assert path.read_bytes() == b"the same again"
    assert db.session.get(Blob, path.name)


def test_a_file_that_is_kept_while_the_same_bytes_are_swept_can_still_get_its_row(
    app: Flask,
) -> None:
    path = left_behind(b"the same again")
    with while_it_sweeps(app, lambda: files.keep_bytes(b"the same again")):
        assert files.sweep_files() == 0
    assert path.exists()


def test_a_file_that_was_swept_gets_no_row() -> None:
    stored = files.keep_bytes(b"too late")
    make_old(stored.path)
    assert files.sweep_files() == 1
    with writing(), pytest.raises(Refused, match="Try again"):
        files.register_blob(stored, "text/plain")
    db.session.rollback()
    assert db.session.get(Blob, stored.sha256) is None


def test_the_timetable_sweeps_once_a_day() -> None:
    stray = left_behind(b"stray")
    for _minute in range(3):
        jobs.tick()
    assert not stray.exists()
    later = left_behind(b"later")
    jobs.tick()
    assert later.exists()
    with clock.frozen(clock.now() + timedelta(days=1)):
        jobs.tick()
    assert not later.exists()
    db.session.rollback()
    made = db.session.scalars(select(Job).where(Job.task == files.SWEEP)).all()
    assert [(one.state, json.loads(one.result)) for one in made] == [
        (JobState.DONE, {"removed": 1}),
        (JobState.DONE, {"removed": 1}),
    ]
