"""The writes that no database of the office lets through, each as SQL, and why it is stopped."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint

from county_portal.models import Base, guards

RECORD = "the record is not to be changed"
ONCE = f"{RECORD}|(?i:unique)"  # SQLite says it in a trigger, PostgreSQL by the key
FOREIGN = "(?i:foreign key)"
CHECK = "(?i:check constraint)"
ALLOWED = ""  # nothing stops it: the others are stopped for what they say

RECORDS = (*guards.IMMUTABLE, "publications", "hands", *guards.LATER)

Told = int | str | None


def again(table: str, **told: Told) -> str:
    """The first row once more, with another id and what is told."""
    columns = Base.metadata.tables[table].columns
    return _copy(table, ({"id": 99} if "id" in columns else {}) | told)


def _copy(table: str, told: dict[str, Told], where: str = "true") -> str:
    columns = Base.metadata.tables[table].columns.keys()
    chosen = ", ".join(_sql(told[name]) if name in told else name for name in columns)
    source = f"SELECT {chosen} FROM {table} WHERE {where} ORDER BY 1 LIMIT 1"
    return f"INSERT INTO {table} ({', '.join(columns)}) {source}"


def _sql(value: Told) -> str:
    if value is None:
        return "NULL"
    return f"'{value}'" if isinstance(value, str) else str(value)


@dataclass(frozen=True)
class Signed:
    """The tables of a kind that is signed and published, and a publication beside the live one."""

    thing: str
    version: str
    hands: str
    versions: str
    sign_offs: str
    publications: str
    beside: dict[str, Told]
    live: dict[str, Told]  # what makes another of it that would be live too
    count: str = ""  # the column that counts the versions, if any

    def more_rows(self) -> Iterator[str]:
        """A second version, returned at first and then released."""
        yield again(self.versions, id=2, **self._counted(2))
        yield again(self.sign_offs, id=2, verdict="return", **{self.version: 2})
        yield again(self.sign_offs, id=3, **{self.version: 2})

    def published(self, **told: Told) -> str:
        signed: dict[str, Told] = {self.version: 2, "sign_off_id": 3}
        return again(self.publications, **(self.beside | signed | told))

    def attempts(self) -> Iterator[tuple[str, str, str]]:
        yield "a second hand of one person", again(self.hands, hand="composer"), ONCE
        yield "a version under half a hash", self._short_hash(), CHECK
        for name, reason, told in (
            ("another signature", ALLOWED, {}),
            ("the signature of somebody without a hand", FOREIGN, {"officer_id": 4}),
            ("the signature of the issuer", FOREIGN, {"officer_id": 3}),
            ("a signature by an issuer's hand", CHECK, {"officer_id": 3, "hand": "issuer"}),
            ("a signature under other words", FOREIGN, {"content_hash": "1" * 64}),
            ("a signature under another thing", FOREIGN, {self.thing: 2}),
            ("a verdict that is none", f"{RECORD}|{CHECK}", {"verdict": "perhaps"}),
        ):
            yield name, again(self.sign_offs, **told), reason
        for name, reason, told in (
            ("another publication", ALLOWED, {}),
            ("publishing what has no signature", FOREIGN, {"sign_off_id": 1}),
            ("publishing what was returned", FOREIGN, {"sign_off_id": 2}),
            ("publishing as returned", CHECK, {"sign_off_id": 2, "verdict": "return"}),
            ("publishing by somebody without a hand", FOREIGN, {"issuer_id": 4}),
            ("publishing by the officer", FOREIGN, {"issuer_id": 2}),
            ("publishing by an officer's hand", CHECK, {"issuer_id": 2, "hand": "officer"}),
            ("publishing another thing's version", FOREIGN, {self.thing: 2}),
        ):
            yield name, self.published(**told), reason
        both_live = f"{self.published()};{self.published(**self.live)}"
        yield "publishing beside what is live", both_live, ONCE

    def _short_hash(self) -> str:
        return again(self.versions, content_hash="0", **self._counted(3))

    def _counted(self, number: int) -> dict[str, Told]:
        return {self.count: number} if self.count else {}


ENDED: dict[str, Told] = {"ended_at": "2026-05-01 00:00:00", "ending": "superseded"}
ITEM = Signed(
    "item_id",
    "revision_id",
    "hands",
    "revisions",
    "sign_offs",
    "publications",
    beside={"public_id": 9, **ENDED},
    live={"id": 98, "public_id": 8, "ended_at": None, "ending": None},
    count="number",
)
GAZETTE = Signed(
    "gazette_id",
    "edition_id",
    "gazette_hands",
    "gazette_editions",
    "gazette_sign_offs",
    "gazette_publications",
    beside={"key": "other"},
    live={"id": 98, "edition_id": 77},
)


def more_rows() -> Iterator[str]:
    """What the attempts need beside one row in each table."""
    yield from (*ITEM.more_rows(), *GAZETTE.more_rows())
    yield again("briefings", id=2, token="y")
    yield again("briefing_hands", briefing_id=2)
    yield again("briefing_hands", briefing_id=2, person_id=5, hand="approver")
    yield again("steps_taken", token="y")
    yield again("blobs", sha256="y")
    yield again("issued_papers", sha256="y", kind="gazette")


def _briefing() -> Iterator[tuple[str, str, str]]:
    yield "a second hand of one person", again("briefing_hands", hand="approver"), ONCE
    for name, reason, told in (
        ("an issue by its approver", ALLOWED, {}),
        ("an issue by its composer", RECORD, {"approved_by": 1}),
        ("an issue by somebody without a hand", RECORD, {"approved_by": 4}),
        ("a second issue of a briefing", ONCE, {"briefing_id": 1}),
        ("a number given again", ONCE, {"number": 1}),
        ("an issue under half a hash", CHECK, {"content_hash": "0"}),
    ):
        values: dict[str, Told] = {"briefing_id": 2, "number": 2}
        yield name, again("frozen_briefings", **(values | told)), reason


def _other() -> Iterator[tuple[str, str, str]]:
    yield "item: a version out of order", again("revisions", number=4), RECORD
    yield "item: withholding without a ground", again("sign_offs", verdict="withhold"), CHECK
    for table, deed, also in (
        ("publications", "ended", ", ending = 'withdrawn'"),
        ("closed_months", "reopened", ", reason = 'It was wrong'"),
        ("circulars", "sent", ", sent_by = 1"),
    ):
        end = f"UPDATE {table} SET {deed}_at = '2026-05-01 00:00:00'{also}"
        yield f"{table}: {deed} once", end, ALLOWED
        yield f"{table}: {deed} twice", f"{end};{end}", RECORD


def _records() -> Iterator[tuple[str, str, str]]:
    for table in RECORDS:
        first = guards.LATER.get(table) or Base.metadata.tables[table].primary_key.columns.keys()
        yield f"{table}: changed", f"UPDATE {table} SET {first[0]} = {first[0]}", RECORD
        yield f"{table}: removed", f"DELETE FROM {table}", RECORD


ATTEMPTS = [
    *((f"item: {name}", sql, reason) for name, sql, reason in ITEM.attempts()),
    *((f"gazette: {name}", sql, reason) for name, sql, reason in GAZETTE.attempts()),
    *((f"briefing: {name}", sql, reason) for name, sql, reason in _briefing()),
    *_other(),
    *_records(),
]


def replacing(table: Table) -> Iterator[tuple[str, str]]:
    """For each key, as in ON CONFLICT: a row that has just this in common with one that is there.

    Whatever else the row may break, it is stopped before anybody looks at that.
    """
    keys = list(_keys(table))
    in_keys = {column for one, _ in keys for column in one.columns}
    changing = {column for column in in_keys if column.type.python_type is not bool}
    for one, where in keys:
        names = one.columns.keys()
        there = [*(f"{name} IS NOT NULL" for name in names), *([where] if where else [])]
        told = {column.name: _other_value(column) for column in changing - set(one.columns)}
        target = f"({', '.join(names)})" + (f" WHERE {where}" if where else "")
        yield target, _copy(table.name, told, " AND ".join(there))


def _keys(table: Table) -> Iterator[tuple[Any, str]]:
    """What is unique, and in which rows. What holds the first key and more replaces no others."""
    first = set(table.primary_key.columns)
    yield table.primary_key, ""
    for one in table.constraints:
        if isinstance(one, UniqueConstraint) and not first < set(one.columns):
            yield one, ""
    for index in table.indexes:
        if index.unique:
            where = index.dialect_options["sqlite"]["where"]
            yield index, "" if where is None else str(where)


def _other_value(column: Column[Any]) -> Told:
    kind = column.type.python_type
    return "2031-01-01" if kind in {str, date} else 999
