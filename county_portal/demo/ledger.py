"""Rows on their way into the database: numbered, chained, and inserted many at a time."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update

from county_portal.models import (
    Attachment,
    AuditRow,
    Base,
    Counter,
    Hand,
    Item,
    Publication,
    Revision,
    SignOff,
    StepTaken,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db

Row = dict[str, Any]
# Each after what it points at.
ORDER: tuple[type[Base], ...] = (Attachment, Hand, Revision, SignOff, Publication, StepTaken)
FULL = 4000  # rows of the log in memory


class Ledger:
    """Gathers rows in the open transaction of the session and writes them when it is full."""

    def __init__(self) -> None:
        self.waiting: defaultdict[type[Base], list[Row]] = defaultdict(list)
        self.changed: defaultdict[type[Base], list[Row]] = defaultdict(list)
        self.items: dict[int, Item] = {}
        self.written_items = 0
        self.last_ids: dict[type[Base], int] = {}
        self.rows: list[Row] = []
        newest = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
        last = db.session.execute(newest).first()
        self.last: Row = {"seq": last.seq, "hash": last.hash} if last else _START

    def next_id(self, model: Any) -> int:
        """Return the next free id of the model's table."""
        if model not in self.last_ids:
            self.last_ids[model] = db.session.scalar(select(func.max(model.id))) or 0
        self.last_ids[model] += 1
        return self.last_ids[model]

    def add(self, model: type[Base], row: Row) -> None:
        """Add a new row. Until it is written its dict may still be changed."""
        self.waiting[model].append(row)

    def change(self, model: type[Base], row: Row, **values: object) -> None:
        """Change values in a row that was added, whether it has been written by now or not."""
        row.update(values)
        if not any(row is one for one in self.waiting[model]):
            self.changed[model].append(_bound({"id": row["id"], **values}))

    def touch(self, item: Item) -> None:
        """Mark the item to be written, as it will stand at the next flush."""
        item.version += 1
        self.items[item.id] = item

    def log(
        self, at: datetime, actor: str, unit: str, action: str, thing: str, details: Row
    ) -> None:
        """Add one row of the log, chained to the one before.

        It writes nothing: the caller flushes once the ledger `is_full`.
        """
        row: Row = {
            "seq": self.last["seq"] + 1,
            "at": at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "actor": actor,
            "unit": unit,
            "action": action,
            "object": thing,
            "address": "",
            "result": "done",
            "details": audit.canonical({key: _plain(value) for key, value in details.items()}),
            "previous": self.last["hash"],
        }
        row["hash"] = audit.row_hash(row)
        self.last = row
        self.rows.append(row)

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= FULL

    def flush(self) -> None:
        """Write everything gathered so far into the transaction."""
        self._write_items()
        for model in ORDER:
            self._update(model, self.changed.pop(model, []))
            rows = self.waiting.pop(model, [])
            if rows:
                db.session.execute(insert(model.__table__), rows)  # type: ignore[arg-type]
        if self.rows:
            db.session.execute(insert(AuditRow.__table__), self.rows)  # type: ignore[arg-type]
        self.rows = []

    def write_counters(self, counters: dict[str, int]) -> None:
        rows = [{"series": series, "last": last} for series, last in sorted(counters.items())]
        if rows:
            db.session.execute(insert(Counter.__table__), rows)  # type: ignore[arg-type]

    def move_sequences(self) -> None:
        """Let PostgreSQL draw the next ids after those given here; SQLite does so by itself."""
        if db.engine.dialect.name != "postgresql":
            return
        moved = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
        for model, last in self.last_ids.items():
            db.session.execute(moved, {"table": model.__tablename__, "last": last})

    def _write_items(self) -> None:
        """Insert the items that were never written, and bring the others up to date."""
        rows = [_row(item) for _, item in sorted(self.items.items())]
        new = [row for row in rows if row["id"] > self.written_items]
        old = [row for row in rows if row["id"] <= self.written_items]
        if new:
            db.session.execute(insert(Item.__table__), new)  # type: ignore[arg-type]
            self.written_items = new[-1]["id"]
        self._update(Item, [_bound(row) for row in old])
        self.items = {}

    def _update(self, model: Any, rows: list[Row]) -> None:
        if rows:
            table = model.__table__
            names = [key[1:] for key in rows[0] if key != "_id"]
            statement = update(table).where(table.c.id == bindparam("_id"))
            db.session.execute(statement.values({n: bindparam(f"_{n}") for n in names}), rows)


_START: Row = {"seq": 0, "hash": audit.START}


def _row(item: Item) -> Row:
    return {column.name: getattr(item, column.name) for column in Item.__table__.columns}


def _bound(row: Row) -> Row:
    """Return the row under names that no column has, for the statement that changes it."""
    return {f"_{key}": value for key, value in row.items()}


def _plain(value: object) -> object:
    return value if isinstance(value, int) else str(value)
