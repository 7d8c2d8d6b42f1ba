"""Rows for every table of any revision: what a column needs is filled in, the rest is told here."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table

Row = dict[str, Any]

HASH = "0" * 64
GENERIC = {int: 1, str: "x", bool: True, date: date(2026, 1, 1)}
MOMENT = datetime(2026, 4, 2, 1, tzinfo=UTC)

# Persons: 1 writes, 2 signs, 3 issues, 4 marks for the gazette, 5 approves briefings.
SIGNED = {"officer_id": 2, "hand": "officer", "verdict": "release", "content_hash": HASH}
PUBLISHED = {"issuer_id": 3, "hand": "issuer", "verdict": "release"}
HANDS = ((1, "author"), (2, "officer"), (3, "issuer"))

# Of other tables there is one row, in which every number is 1 and every word is x. A row that
# names a column of a later revision is not there yet.
ROWS: dict[str, list[Row]] = {
    "people": [{"id": n, "login": f"person {n}", "branch": "editorial"} for n in range(1, 6)],
    "person_roles": [{"role": "editor", "branch": "editorial"}],
    "audit": [
        {
            "at": "2026-04-02T01:00:00.000+00:00",
            "action": "unit.manage",
            "object": "units:1",
            "result": "done",
            "details": '{"deed":"created"}',
        }
    ],
    "revisions": [{"content_hash": HASH}],
    "hands": [{"person_id": person, "hand": hand} for person, hand in HANDS],
    "sign_offs": [SIGNED],
    "publications": [PUBLISHED],
    "made_reports": [
        {"kind": "quarterly", "figures": '{"figures":{"until":"2026-03-31","open_months":[]}}'}
    ],
    "closed_months": [{"reason": ""}],
    "issued_papers": [{"kind": "report"}],
    "briefing_parts": [{"kind": "entry", "revision_id": 1}],
    "briefing_hands": [{}, {"person_id": 5, "hand": "approver"}],
    "briefing_steps": [{"action": "briefing.approve", "now": "approved", "person_id": 5}],
    "frozen_briefings": [{"content_hash": HASH, "approved_by": 5}],
    "validities": [{"state": "in_force"}],
    "gazette_marks": [{"marked_by": 4}],
    "gazette_hands": [{"person_id": person, "hand": hand} for person, hand in HANDS[1:]],
    "gazette_editions": [{"content_hash": HASH}],
    "gazette_sign_offs": [SIGNED],
    "gazette_publications": [PUBLISHED],
    "deposit_packages": [{"unit_code": "", "contents": '{"left_out":[{"index_number":"x"}]}'}],
}


def tables_of(connection: Connection) -> list[Table]:
    """The tables there are now, those that others point to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def fill(connection: Connection) -> None:
    """Every table there is now has a row."""
    for table in tables_of(connection):
        needed = {c.name: _generic(c) for c in table.columns if _must_be_told(c)}
        for told in ROWS.get(table.name, [{}]):
            if set(told) <= set(table.columns.keys()):
                connection.execute(table.insert().values(needed | told))


def _must_be_told(column: Column[Any]) -> bool:
    has_own = column.server_default is not None and column.name != "id"
    return not column.nullable and not has_own


def _generic(column: Column[Any]) -> object:
    kind = column.type.python_type
    return MOMENT if kind is datetime else GENERIC[kind]


def rows_of(connection: Connection) -> dict[str, list[Row]]:
    """What stands in every table."""
    found = {}
    for table in tables_of(connection):
        rows = connection.execute(table.select()).mappings()
        found[table.name] = sorted((dict(row) for row in rows), key=repr)
    return found
