"""Reading the log: searching it, paging through it, taking it out as a table."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from sqlalchemy import Select, select

from county_portal.core import clock
from county_portal.models import AuditRow, Person
from county_portal.office.base import audit
from county_portal.office.base.extensions import db, writing
from county_portal.office.rules.policy import Do, require

PER_PAGE = 100
CHUNK = 2000  # rows read at a time while the table is sent
RISKY = ("=", "+", "-", "@", "\t", "\r")
EXPORT = "audit.export"
FIRST = {"was": 0, "now": 1}  # what changed is read in this order


@dataclass(frozen=True)
class LogSearch:
    """What somebody looks for. since, until: county days, both included."""

    actor: str = ""
    action: str = ""
    thing: str = ""
    result: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class LogLine:
    """One row as the page shows it. said: its details, without the empty ones."""

    row: AuditRow
    said: list[tuple[str, object]]


@dataclass(frozen=True)
class LogPage:
    """Some rows, newest first. older: before which number the next page begins."""

    lines: list[LogLine]
    older: int | None


def find_rows(search: LogSearch, *, before: int | None, by: Person) -> LogPage:
    """Find one page of the log. before: only rows with a smaller number."""
    require(by, Do.AUDIT_READ)
    rows = list(db.session.scalars(_matching(search, before).limit(PER_PAGE + 1)))
    shown = rows[:PER_PAGE]
    return LogPage(
        [LogLine(row, _said(row.details)) for row in shown],
        shown[-1].seq if len(rows) > PER_PAGE else None,
    )


def _said(details: str) -> list[tuple[str, object]]:
    told = sorted(json.loads(details).items(), key=lambda part: FIRST.get(part[0], len(FIRST)))
    return [(name, value) for name, value in told if value not in ("", None)]


def _matching(search: LogSearch, before: int | None) -> Select[AuditRow]:
    query = select(AuditRow).order_by(AuditRow.seq.desc())
    if before is not None:
        query = query.where(AuditRow.seq < before)
    if search.actor:
        query = query.where(AuditRow.actor == search.actor)
    if search.action:
        query = query.where(AuditRow.action.startswith(search.action, autoescape=True))
    if search.thing:
        query = query.where(AuditRow.object == search.thing)
    if search.result:
        query = query.where(AuditRow.result == search.result)
    if search.since:
        query = query.where(AuditRow.at >= _moment(search.since))
    if search.until:
        query = query.where(AuditRow.at < _moment(search.until + timedelta(days=1)))
    return query


def _moment(day: date) -> str:
    """Return the first moment of the county day, written as the log writes moments."""
    return clock.day_start(day).astimezone(UTC).isoformat(timespec="milliseconds")


def record_export(search: LogSearch, *, by: Person) -> None:
    """Taking the log out of the office is a deed like any other."""
    require(by, Do.AUDIT_READ)
    asked = [f"{name}={value}" for name, value in vars(search).items() if value]
    audit.record(by, EXPORT, "audit", search=", ".join(asked))


def table(search: LogSearch) -> Iterator[list[str]]:
    """Yield the rows as text, newest first, under their headings.

    No transaction lasts between chunks.
    """
    yield list(audit.COLUMNS)
    before: int | None = None
    while rows := _chunk(search, before):
        for row in rows:
            yield [safe_cell(str(row[name])) for name in audit.COLUMNS]
        before = int(rows[-1]["seq"])  # type: ignore[call-overload]


def _chunk(search: LogSearch, before: int | None) -> list[dict[str, object]]:
    columns = [getattr(AuditRow, name) for name in audit.COLUMNS]
    query = _matching(search, before).with_only_columns(*columns).limit(CHUNK)
    with writing(ahead=False), db.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def safe_cell(text: str) -> str:
    """Return the text, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(RISKY) else text
