"""`python -m tests.upgrade.answers FOLDER`: all that a county says and stores, to be compared.

The same checkout writes the same folder each time, so `diff -r` of what two checkouts write
shows what the one says otherwise than the other. In the folder lie the answers of the public
site and of the office's pages to several people, the columns of the database, and the files.

Masked is what is random or of the real day: tokens of forms, and keys they offer for a file to
come; in the office, when a file was last written to the disk. Left out are hashes of passwords
(their salt is random), tokens that forms brought, and the sessions. Static files lie in the
repository and are not walked.
"""

import hashlib
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pysqlite3
from flask import Flask
from sqlalchemy import select

from county_portal.app import create_public
from county_portal.models import Base
from county_portal.office.base.extensions import db
from tests.upgrade import story
from tests.upgrade.desk import Desk
from tests.upgrade.office import new_county
from tests.upgrade.walk import Answer, walk

ITEMS = 300
PEOPLE = (
    story.CLERK,
    story.EDITOR,
    story.ISSUER,
    story.OFFICER,
    "liuxi.ld",
    "liuxi.xx1",
    story.SYSTEM,
    story.SECURITY,
    story.AUDITOR,
)
SITE = "www.qinghe.example"
PUBLIC_STARTS = (
    "/",
    "/feed.xml",
    "/sitemap.xml",
    "/robots.txt",
    "/check",
    "/gazette/",
    "/?lang=en",
)
ALL, SOME, FEW, ONE = 100_000, 12, 2, 1  # addresses of a shape that are asked
RANDOM = (
    (rb'(name="csrf_token" value=")[^"]*', rb"\1masked"),
    (rb'(name="token" [^>]*value=")[0-9a-f]{32}', rb"\1masked"),
    (rb'(name="key" value=")[0-9a-f]{8}', rb"\1masked"),  # of a file that may be added
)
NOT_WRITTEN = {("people", "password_hash"), ("briefings", "token"), ("steps_taken", "token")}
UPLOAD = "multipart/form-data; boundary=part"
OF_THE_DISK = frozenset({"Last-Modified"})
NOT_TABLES = {"web_sessions"}


def main(folder: Path, items: int = ITEMS) -> None:
    """Build the county, tell its story, and write all of it into an empty folder."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place, new_county(Path(place) / "data", items) as app:
        story.tell_more(app)
        story.work_off()
        write_columns(folder / "columns")
        shutil.copytree(app.config["COUNTY"].blobs, folder / "blobs")
        write_answers(folder / "public", walk_public(app), masks=frozenset())
        for login in PEOPLE:
            desk = Desk(app, login)
            answers = walk(desk.client, ("/",), SITE, FEW, ONE)
            write_answers(folder / login, answers, masks=OF_THE_DISK)


def walk_public(office: Flask) -> Iterator[Answer]:
    """Every answer of the public site, of its lists with filters some; and of its check."""
    settings = office.config["COUNTY"]
    browser = create_public(settings, TESTING=True).test_client()
    gone = tuple(f"/items/{one}" for one in withdrawn(settings.PUBLIC))
    yield from walk(browser, (*PUBLIC_STARTS, *gone, "/items/1000000"), SITE, ALL, SOME)
    for digest in story.rows("SELECT sha256 FROM issued_papers ORDER BY sha256"):
        form = uploaded((settings.blobs / digest[:2] / digest).read_bytes())
        with browser.post("/check", data=form, content_type=UPLOAD) as answer:
            yield Answer(f"/check of {digest}", answer.status_code, {}, answer.data)


def uploaded(content: bytes) -> bytes:
    """A form that brings a file. The test client would write a large one to an open file."""
    head = b'--part\r\nContent-Disposition: form-data; name="file"; filename="paper.pdf"\r\n\r\n'
    return head + content + b"\r\n--part--\r\n"


def withdrawn(folder: Path) -> list[int]:
    """Public ids of which a page says only that they were withdrawn; no page leads there."""
    database = pysqlite3.connect(str(folder / "site.sqlite"))
    found = database.execute(
        "SELECT CAST(key AS INTEGER) AS number FROM withdrawals WHERE kind = 'item' ORDER BY number"
    ).fetchall()
    database.close()
    return [one for (one,) in found]


def write_columns(folder: Path) -> None:
    """A file for each column: the key of each row, and what stands there."""
    for table in Base.metadata.sorted_tables:
        if table.name in NOT_TABLES:
            continue
        keys = list(table.primary_key.columns)
        for column in table.columns:
            if (table.name, column.name) not in NOT_WRITTEN:
                found = db.session.execute(select(*keys, column).order_by(*keys))
                lines = [json.dumps([str(it) for it in row], ensure_ascii=False) for row in found]
                path = folder / table.name / f"{column.name}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(lines) + "\n", "utf-8")
    db.session.rollback()


def write_answers(folder: Path, answers: Iterable[Answer], *, masks: frozenset[str]) -> None:
    """For each answer its head and its body; the name of the file is the address."""
    folder.mkdir()
    for answer in answers:
        name = file_name(answer.address)
        (folder / f"{name}.head").write_text(head_of(answer, masks), "utf-8")
        (folder / name).write_bytes(masked(answer.body))


def file_name(address: str) -> str:
    name = quote(address, safe="=&?,.-")
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name if len(name) < 200 else f"{name[:180]}~{digest}"


def head_of(answer: Answer, masks: frozenset[str]) -> str:
    lines = [f"{answer.address} {answer.status}"]
    for name, value in sorted(answer.headers.items()):
        lines.append(f"{name}: {'masked' if name in masks else value}")
    return "\n".join(lines) + "\n"


def masked(body: bytes) -> bytes:
    for pattern, instead in RANDOM:
        body = re.sub(pattern, instead, body)
    return body


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
