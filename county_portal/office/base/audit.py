"""The chained log: one line for every deed, in the transaction of the deed.

A chain alone cannot see that its tail was cut off or that all of it was
rewritten. So its head is also written to an anchor file, signed, whose folder
can belong to somebody else.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.orm import Session, SessionTransaction

from county_portal.core import clock
from county_portal.models import AuditRow, Person
from county_portal.office.base.config import Settings, current_settings
from county_portal.office.base.extensions import WRITE_LOCK, db, writing

START = "0" * 64
ANCHOR_EVERY = 100  # rows
LOGGED_EVERY = timedelta(hours=1)  # how often the log says that somebody goes on writing
SPARED = timedelta(minutes=10)  # until the timetable has anchored what a kill left without
WEIGHTY = frozenset(
    {
        "item.release",
        "item.release_on_request",
        "item.withhold",
        "item.refer",
        "item.return",
        "item.publish",
        "item.withdraw",
        "gazette.release",
        "gazette.return",
        "gazette.issue",
        "gazette.withdraw",
        "validity.change",
        "role.manage",
    }
)

COLUMNS = ("seq", "at", "actor", "unit", "action", "object", "address", "result", "details")


def canonical(value: object) -> str:
    """Write JSON with one spelling only."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_hash(row: dict[str, Any]) -> str:
    """Return the hash of a log row: over its own words and the hash of the row before."""
    canonical_row = canonical({name: row[name] for name in (*COLUMNS, "previous")})
    return hashlib.sha256(f"county-portal/audit/v1\0{canonical_row}".encode()).hexdigest()


def record(
    by: Person | None, action: str, thing: object = None, *, named: str = "", **details: object
) -> None:
    """Write one deed into the log, in the transaction of the deed.

    by: None for the timetable. named: who it was, where there is no person yet.
    """
    session = db.session()
    session.flush()
    row = _append(session.connection(), _deed(by, action, thing, named, details), "done")
    if action in WEIGHTY or row["seq"] % ANCHOR_EVERY == 0:
        session.info.setdefault("anchors", []).append((session.get_nested_transaction(), row))


def record_refusal(
    by: Person | None, action: str, thing: object = None, *, named: str = "", **details: object
) -> None:
    """Write a refusal into the log, in a transaction of its own: the deed's is rolled back."""
    deed = _deed(by, action, thing, named, details)
    db.session.rollback()  # reading who it was may have taken the write lock
    with writing(), db.engine.begin() as connection:
        row = _append(connection, deed, "refused")
    if row["seq"] % ANCHOR_EVERY == 0:
        drop_anchor(current_settings(), row)


def _deed(
    by: Person | None, action: str, thing: object, named: str, details: dict[str, object]
) -> dict[str, Any]:
    return {
        "at": clock.now().isoformat(timespec="milliseconds"),
        "actor": _storable(by.login if by else (named or "system")),
        "unit": by.unit.code if by else "",
        "action": str(action),
        "object": _storable(_name(thing)),
        "address": (request.remote_addr or "") if has_request_context() else "",
        "details": canonical({key: _plain(value) for key, value in details.items()}),
    }


def _append(connection: Connection, deed: dict[str, Any], result: str) -> dict[str, Any]:
    """Append the deed as the next row of the chain.

    Number and hash are read under the write lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
    last = connection.execute(
        select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    ).first()
    row = {
        **deed,
        "seq": last.seq + 1 if last else 1,
        "result": result,
        "previous": last.hash if last else START,
    }
    row["hash"] = row_hash(row)
    connection.execute(insert(AuditRow).values(row))
    return row


def told_lately(thing: object, *deeds: str, by: Person) -> bool:
    """Return whether the log says already that the person does one of these to the thing."""
    since = (clock.now() - LOGGED_EVERY).isoformat(timespec="milliseconds")
    told = select(AuditRow.seq).where(
        AuditRow.object == _name(thing),
        AuditRow.actor == by.login,
        AuditRow.action.in_(deeds),
        AuditRow.at >= since,
    )
    return db.session.scalar(told.limit(1)) is not None


def _name(thing: object) -> str:
    if thing is None or isinstance(thing, str):
        return thing or ""
    return f"{getattr(thing, '__tablename__', '')}:{getattr(thing, 'id', '')}"


def _storable(typed: str) -> str:
    """Return what somebody typed, without the one character PostgreSQL cannot keep."""
    return typed.replace("\0", "\ufffd")


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | bool | None) else str(value)


@event.listens_for(Session, "after_commit")
def _anchor_what_was_committed(session: Session) -> None:
    rows = session.info.pop("anchors", [])
    if rows:
        _, row = rows[-1]
        drop_anchor(current_settings(), row)


@event.listens_for(Session, "after_rollback")
def _forget_what_was_not(session: Session) -> None:
    session.info.pop("anchors", None)


@event.listens_for(Session, "after_soft_rollback")
def _forget_what_a_savepoint_took_back(session: Session, ended: SessionTransaction) -> None:
    rows = session.info.get("anchors")
    if rows and ended.nested:
        session.info["anchors"] = [row for row in rows if row[0] is not ended]


# The anchor file


def drop_anchor(settings: Settings, row: dict[str, Any]) -> None:
    """Append the head of the log to the anchor file: signed, and on the disk when this returns."""
    settings.anchors.mkdir(parents=True, exist_ok=True)
    anchor_line = f"{row['seq']} {row['at']} {row['hash']}"
    line = f"{anchor_line} {_seal(settings, anchor_line)}\n".encode()
    handle = os.open(anchor_file(settings), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def anchor_file(settings: Settings) -> Path:
    return settings.anchors / "audit.anchors"


def _seal(settings: Settings, words: str) -> str:
    return hmac.new(settings.key("anchor").encode(), words.encode(), hashlib.sha256).hexdigest()


# Checking


@dataclass(frozen=True)
class BrokenPromise:
    """One thing that is not as promised."""

    where: str
    what: str


def head() -> str:
    """Return the hash of the newest row."""
    newest = select(AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    return db.session.scalar(newest) or START


def broken_chain(settings: Settings) -> list[BrokenPromise]:
    """Find where chain and anchors do not hold. Empty: they do."""
    return [*_chain_faults(), *_anchor_faults(settings)]


def _chain_faults() -> Iterator[BrokenPromise]:
    previous, expected = START, 1
    rows = db.session.execute(
        select(AuditRow.__table__).order_by(AuditRow.seq).execution_options(yield_per=2000)
    ).mappings()
    for row in rows:
        if row["seq"] != expected:
            yield BrokenPromise(f"audit:{expected}", "a row is missing from the log")
        if row["previous"] != previous:
            yield BrokenPromise(f"audit:{row['seq']}", "the row does not follow the one before it")
        if row["hash"] != row_hash(dict(row)):
            yield BrokenPromise(f"audit:{row['seq']}", "the row was changed after it was written")
        previous, expected = row["hash"], row["seq"] + 1


def _anchor_faults(settings: Settings) -> Iterator[BrokenPromise]:
    """Yield anchors whose row is gone, and weighty rows that no anchor holds."""
    path, last = anchor_file(settings), 0
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else (), 1):
        seq, at, digest, seal = (line.split(" ") + [""] * 4)[:4]
        if not hmac.compare_digest(seal.encode(), _seal(settings, f"{seq} {at} {digest}").encode()):
            yield BrokenPromise(
                f"anchor:{number}", "the anchor was not written by this installation"
            )
            continue
        last = max(last, int(seq))
        if db.session.scalar(select(AuditRow.hash).where(AuditRow.seq == int(seq))) != digest:
            yield BrokenPromise(
                f"anchor:{number}", "the log no longer holds the row that was anchored"
            )
    if _unanchored(last, clock.now() if not last else clock.now() - SPARED):
        what = "anchors are missing" if path.exists() else "the anchor file is missing"
        yield BrokenPromise(path.name, what)


def _unanchored(last: int, before: datetime) -> AuditRow | None:
    """Return the newest row after row `last` that should have had an anchor by `before`."""
    wanted = (AuditRow.action.in_(WEIGHTY) & (AuditRow.result == "done")) | (
        AuditRow.seq % ANCHOR_EVERY == 0
    )
    query = select(AuditRow).where(
        AuditRow.seq > last, AuditRow.at <= before.isoformat(timespec="milliseconds"), wanted
    )
    return db.session.scalar(query.order_by(AuditRow.seq.desc()).limit(1))


def catch_up() -> bool:
    """Anchor what a kill left without one between its commit and its anchor. Whether it had to."""
    settings = current_settings()
    path = anchor_file(settings)
    lines = path.read_text().splitlines() if path.exists() else []
    row = _unanchored(max((_seq_of(line) for line in lines), default=0), clock.now())
    if row is not None:
        drop_anchor(settings, {"seq": row.seq, "at": row.at, "hash": row.hash})
    return row is not None


def _seq_of(line: str) -> int:
    seq = line.split(" ")[0]
    return int(seq) if seq.isdecimal() else 0
