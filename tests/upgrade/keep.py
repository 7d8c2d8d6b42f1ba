"""The kept county: a small demonstration county as the program made it once, and its answers.

`python -m tests.upgrade.keep county` makes both anew: kept_county.tar.xz and kept_answers.json.
That is wanted only when something new is to be found in it, for the county is worth the more
the older it is. `python -m tests.upgrade.keep finished` records again only what this program
makes when it finishes what lies there begun: after a new release of the engine for paper.
"""

import hashlib
import json
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pysqlite3
from flask import Flask

from tests.upgrade import story
from tests.upgrade.answers import walk_public
from tests.upgrade.desk import Desk
from tests.upgrade.finish import finish
from tests.upgrade.office import new_county, office_in
from tests.upgrade.walk import ask

HERE = Path(__file__).parent
COUNTY, ANSWERS = HERE / "kept_county.tar.xz", HERE / "kept_answers.json"
ITEMS = 80  # few, for the size of the archive
NOT_KEPT = ("tmp", "release.lock")
Recorded = dict[str, Any]


def read() -> Recorded:
    """What was recorded: `public` and `files` before, and the same after all was finished."""
    found: Recorded = json.loads(ANSWERS.read_text("utf-8"))
    return found


def unpack(folder: Path) -> None:
    """The kept county lies in the folder, as its data folder would."""
    with tarfile.open(COUNTY) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # not in early 3.11
        archive.extractall(folder)


def public_answers(app: Flask) -> Recorded:
    """Of each address of the public site: status, headers, and the hash of what comes."""
    return {
        answer.address: [answer.status, answer.headers, hashlib.sha256(answer.body).hexdigest()]
        for answer in walk_public(app)
    }


def stored_files(app: Flask) -> Recorded:
    """Of every file that the office can download: the hash of its bytes."""
    clerk = Desk(app, story.CLERK)
    found = {}
    for address in _addresses():
        answer = ask(clerk.client, address)
        found[address] = [answer.status, hashlib.sha256(answer.body).hexdigest()]
    return found


def _addresses() -> Iterator[str]:
    """Where papers that were printed, and papers that are set when asked for, are found."""
    forms = ("pdf", "docx")
    for one in story.rows(
        "SELECT briefing_id FROM frozen_briefings f JOIN printed_briefings p ON p.frozen_id = f.id"
    ):
        yield from (f"/briefings/{one}/file/{form}" for form in forms)
    for one in story.rows("SELECT id FROM circulars ORDER BY id"):
        yield from (f"/circulars/{one}/{form}" for form in forms)
    for one in story.rows("SELECT id FROM made_reports ORDER BY id"):
        yield from (f"/reports/{one}/{form}" for form in ("pdf", "xlsx", "return"))
    for one in story.rows("SELECT deposit_id || '/' || unit_code FROM deposit_packages"):
        yield _package(*one.split("/"))
    for one in story.rows("SELECT letter_id FROM deposit_letter_papers ORDER BY letter_id"):
        yield f"/deposits/letters/{one}.pdf"
    yield from story.rows(
        "SELECT '/gazettes/' || gazette_id || '/editions/' || id || '.pdf' FROM gazette_editions"
    )
    yield from story.rows(
        "SELECT '/papers/publications/' || id || '.pdf' FROM publications ORDER BY id LIMIT 3"
    )


def _package(deposit: str, code: str) -> str:
    unit = story.rows("SELECT id FROM units WHERE code = '{code}'", code=code) if code else []
    return f"/deposits/{deposit}" + (f"/units/{unit[0]}" if unit else "") + "/package.zip"


def record_finished(folder: Path) -> Recorded:
    """What the public reads and the office has when everything that was begun is finished."""
    with office_in(folder) as app:
        finish(app)
        return {"public finished": public_answers(app), "files finished": stored_files(app)}


def rebuilt_answers(app: Flask) -> Recorded:
    """The same of a public file that is built from nothing, as after a change of its form."""
    (app.config["COUNTY"].PUBLIC / "site.sqlite").unlink()
    assert app.test_cli_runner().invoke(args=["reconcile"]).exit_code == 0
    return public_answers(app)


def make_county(folder: Path) -> Recorded:
    """The county, told, packed into its archive; and what it answers."""
    with new_county(folder, ITEMS) as app:
        story.tell_more(app)
        found = {"public": public_answers(app), "files": stored_files(app)}
        app.extensions["county_queue"].storage.close()
    for name in ("county.sqlite", "jobs.sqlite"):
        with pysqlite3.connect(str(folder / name)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("VACUUM")
        database.close()
    with tarfile.open(COUNTY, "w:xz", preset=9) as archive:
        for path in sorted(folder.iterdir()):
            if path.name not in NOT_KEPT and not path.name.endswith(("-wal", "-shm")):
                archive.add(path, path.name)
    return found


def write(recorded: Recorded) -> None:
    text = json.dumps(recorded, ensure_ascii=False, indent=0, sort_keys=True)
    ANSWERS.write_text(text + "\n", "utf-8")


def main(what: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        if what == "county":
            write(make_county(Path(place) / "made"))
        unpack(Path(place) / "data")
        with office_in(Path(place) / "data") as app:
            rebuilt = {"public rebuilt": rebuilt_answers(app)}
        write({**read(), **rebuilt, **record_finished(Path(place) / "data")})


if __name__ == "__main__":
    main(sys.argv[1])
