"""Names that lie in the rows and folders of a county: fields of JSON, keys, objects, files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pysqlite3
from flask import Flask
from sqlalchemy import Text, select

from county_portal.app import create_public
from county_portal.models import Base
from county_portal.office.base.extensions import db

SHAPES = (
    (r"[0-9a-f]{64}", "<hash>"),
    (r"[0-9a-f]{32}", "<token>"),
    (r"\b[0-9a-f]{8}\b(?=$|[./])", "<key>"),
    (r"\b[A-Z]\d\d\b", "<unit>"),
    (r"\d{4}-\d\d(-\d\d)?", "<date>"),
    (r"\d+", "<number>"),
)
SAID = {"audit.details"}  # JSON whose fields belong to the deed


def stored_names(app: Flask) -> dict[str, list[str]]:
    """Every kind of name that the county's rows and files bear."""
    folder = app.config["COUNTY"].DATA
    found = {
        "cookies": cookies(app),
        "fields of stored JSON": fields(),
        "files of the data folder": files(folder),
        "jobs": shaped("SELECT task || '  ' || key FROM jobs"),
        "objects of the log": objects(),
        "public file": public_file(app.config["COUNTY"].PUBLIC),
        "series of numbers": shaped("SELECT series FROM counters"),
    }
    return {section: sorted(set(lines)) for section, lines in found.items()}


def shape(words: str) -> str:
    """The words without what differs from row to row."""
    for pattern, name in SHAPES:
        words = re.sub(pattern, name, words)
    return words


def shaped(query: str) -> Iterator[str]:
    rows = db.session.connection().exec_driver_sql(query).all()
    db.session.rollback()
    return (shape(words) for (words,) in rows)


def objects() -> Iterator[str]:
    """By action: what it was done to, and the names of what is said about it."""
    query = "SELECT action || ' of ' || object FROM audit WHERE result = 'done'"
    return shaped(query)


def fields() -> Iterator[str]:
    """The paths of every JSON object in a column of text. Rows may be many, shapes are few."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Text):
                yield from _fields_of(table.name, column)
    db.session.rollback()


def _fields_of(table: str, column) -> Iterator[str]:
    name = f"{table}.{column.name}"
    deeds = column.table.columns["action"] if name in SAID else column
    for told, deed in db.session.execute(select(column, deeds)):
        if told and told[0] in "{[":
            try:
                value = json.loads(told)
            except ValueError:
                continue
            start = f"{name} of {deed}" if name in SAID else name
            yield from (f"{start} {path}" for path in paths(value))


def paths(value: object, above: str = "") -> Iterator[str]:
    """How each plain value within is reached, and of which kind it is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{above}.{_plain(key)}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{above}[]")
    else:
        yield f"{above} {type(value).__name__}"


def _plain(key: str) -> str:
    """The field's own name; a key that is itself a unit, a day or a number is not one."""
    return next((name for pattern, name in SHAPES if re.fullmatch(pattern, key)), key)


def files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            name = re.sub(r"/[0-9a-f]{2}/", "/<two>/", str(path.relative_to(folder)))
            if not re.search(r"-(wal|shm)$", name):
                yield shape(name)


def public_file(folder: Path) -> Iterator[str]:
    """Tables, columns and indexes of the public file, with the number of its form."""
    with pysqlite3.connect(str(folder / "site.sqlite")) as database:
        form = database.execute("SELECT value FROM site WHERE key = 'format'").fetchone()
        yield f"format {form and form[0]}"
        rows = database.execute("SELECT type, name FROM sqlite_master").fetchall()
        yield from (f"{kind} {name}" for kind, name in rows)
        for _, name in (row for row in rows if row[0] == "table"):
            for column in database.execute(f"PRAGMA table_info({name})"):
                yield f"{name}.{column[1]} {column[2]}".strip().lower()
        for (key,) in database.execute("SELECT key FROM site"):
            yield f"site: {key}"
    database.close()


def cookies(app: Flask) -> Iterator[str]:
    """What a browser is given to keep: at the sign-in, with a language, on the public site."""
    who = {"login": "fuban.ws1", "password": "qinghe-2026-yanshi"}
    browser = app.test_client()
    answers = [browser.post("/sign-in", data=who), browser.get("/language/en")]
    answers.append(create_public(app.config["COUNTY"]).test_client().get("/"))
    for answer in answers:
        yield from (line.split("=")[0] for line in answer.headers.getlist("Set-Cookie"))
