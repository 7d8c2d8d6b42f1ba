"""What the database itself refuses today: changing what is immutable, breaking the log's order.

No migration reads this: each holds its own SQL. Tests compare what they made with `statements`.
"""

from collections.abc import Iterator

from sqlalchemy import Index, UniqueConstraint

from county_portal.models.base import Base
from county_portal.models.signed import BRIEFING, GAZETTE, ITEM

IMMUTABLE = (ITEM.versions, ITEM.sign_offs, ITEM.steps, "audit", "blobs", "made_reports")
PUBLICATION_FACTS = (
    "id",
    "item_id",
    "revision_id",
    "sign_off_id",
    "verdict",
    "issuer_id",
    "hand",
    "public_id",
    "index_number",
    "published_at",
)


# What later migrations protect: a table, and the columns that never change (none: no column does).
LATER: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*GAZETTE.records, *BRIEFING.records), ()),
    "validities": (),
    "gazette_edition_items": (),
    "gazette_edition_parts": (),
    "gazette_endings": (),
    "printed_briefings": (),
    "return_forms": (),
    "closed_months": (
        "id",
        "month",
        "figures",
        "figures_hash",
        "report_id",
        "closed_by",
        "closed_at",
    ),
    "circulars": (
        "id",
        "report_id",
        "figures",
        "figures_hash",
        "pdf",
        "docx",
        "made_by",
        "made_at",
    ),
    "circular_readings": (),
    "deposits": (),
    "deposit_parts": (),
    "deposit_lines": (),
    "deposit_omissions": (),
    "deposit_supplements": (),
    "deposit_packages": (),
    "handovers": (),
    "deposit_letters": (),
    "deposit_letter_lines": (),
    "deposit_letter_papers": (),
    "issued_papers": ("sha256", "kind", "name", "dated_on", "issued_at"),
}

# What happens once to a row, and is the last that happens to it.
LAST = {"publications": "ended", "closed_months": "reopened", "circulars": "sent"}

# The keys that hold for some rows only: which row would be replaced by the new one.
PARTIAL = {
    "publications": "item_id = NEW.item_id AND ended_at IS NULL AND NEW.ended_at IS NULL",
    "closed_months": "month = NEW.month AND reopened_at IS NULL AND NEW.reopened_at IS NULL",
    "issued_papers": "name = NEW.name AND kind = 'gazette' AND withdrawn_at IS NULL"
    " AND NEW.kind = 'gazette' AND NEW.withdrawn_at IS NULL",
}
LIVE_GAZETTE = (
    "EXISTS (SELECT 1 FROM gazette_publications AS p WHERE p.key = NEW.key AND NOT EXISTS"
    " (SELECT 1 FROM gazette_endings AS e WHERE e.publication_id = p.id))"
)
NO_APPROVER = (
    "NOT EXISTS (SELECT 1 FROM briefing_hands WHERE briefing_id = NEW.briefing_id"
    " AND person_id = NEW.approved_by AND hand = 'approver')"
)
REVISION_GAP = (
    "NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM revisions WHERE item_id = NEW.item_id)"
)
AUDIT_GAP = "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)"
VERDICTS = "'release', 'release_on_request', 'withhold', 'refer', 'return'"
REFUSE_CHANGE = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION '%: the record is not to be changed', TG_NAME; END $$"
)


def statements(dialect: str) -> list[str]:
    """Return every trigger of the current schema, as SQL for this database."""
    function, new = ([REFUSE_CHANGE], []) if dialect == "postgresql" else ([], [*_new_rows()])
    return [
        *function,
        *_first_records(dialect),
        *new,
        *(trigger for table in LATER for trigger in _kept(dialect, table)),
        *_judged(dialect, "gazette_publications_one_live", "one_live_gazette", LIVE_GAZETTE),
        *_judged(dialect, "frozen_briefings_approver", "approver_of_briefing", NO_APPROVER),
    ]


def _first_records(dialect: str) -> list[str]:
    """Return the triggers of the tables that were protected first."""
    deeds, gap = {"no_update": "UPDATE", "no_delete": "DELETE"}, REVISION_GAP
    if dialect == "postgresql":
        deeds = {"no_change": "UPDATE OR DELETE", "no_truncate": "TRUNCATE"}
        whole = {"no_delete": "DELETE", "no_truncate": "TRUNCATE"}
    else:
        whole = {"no_delete": "DELETE"}
        gap += " OR NEW.id IN (SELECT id FROM revisions)"
    facts = f"UPDATE OF {', '.join(PUBLICATION_FACTS)}"
    verdict = f"NEW.verdict NOT IN ({VERDICTS})"
    return [
        *(
            trigger
            for table in (*IMMUTABLE, ITEM.hands)
            for trigger in _refuse_each(dialect, table, deeds)
        ),
        *(
            _refuse(dialect, f"{table}_{deed}", "UPDATE", table, f"OLD.{deed}_at IS NOT NULL")
            for table, deed in LAST.items()
        ),
        *_judged(dialect, "audit_in_order", "audit_order", AUDIT_GAP),
        *_judged(dialect, "revisions_in_order", "revision_order", gap),
        _refuse(dialect, "sign_offs_verdict", "INSERT", "sign_offs", verdict),
        *_refuse_each(dialect, "publications", {"facts": facts, **whole}),
    ]


def _kept(dialect: str, table: str) -> list[str]:
    """Return the triggers that keep rows and columns of a table of LATER as they were made."""
    facts = LATER[table]
    update = f"UPDATE OF {', '.join(facts)}" if facts else "UPDATE"
    deeds = {"no_update": update, "no_delete": "DELETE"}
    if dialect == "postgresql":
        deeds["no_truncate"] = "TRUNCATE"
    return _refuse_each(dialect, table, deeds)


def _judged(dialect: str, trigger: str, function: str, when: str) -> list[str]:
    """Return the trigger that lets no row into its table when something is so in another row."""
    table = next(name for name in (*IMMUTABLE, *LATER) if trigger.startswith(f"{name}_"))
    if dialect != "postgresql":
        return [_refuse(dialect, trigger, "INSERT", table, when)]
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when} THEN"
        f" RAISE EXCEPTION '{trigger}: the record is not to be changed'; END IF;"
        " RETURN NEW; END $$",
        f"CREATE TRIGGER {trigger} BEFORE INSERT ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}()",
    ]


def _refuse_each(dialect: str, table: str, deeds: dict[str, str]) -> list[str]:
    """Return the triggers that refuse these deeds in a table, whatever the row, by their names."""
    return [_refuse(dialect, f"{table}_{name}", deed, table) for name, deed in deeds.items()]


def _refuse(dialect: str, name: str, deed: str, table: str, when: str = "") -> str:
    """Return the trigger that refuses a deed in a table. when: only for such rows."""
    begin = f"CREATE TRIGGER {name} BEFORE {deed} ON {table}"
    if dialect == "postgresql":
        row = "" if deed == "TRUNCATE" else " FOR EACH ROW"
        condition = f" WHEN ({when})" if when else ""
        return f"{begin}{row}{condition} EXECUTE FUNCTION refuse_change()"
    reason = f"{name}: the record is not to be changed"
    return f"{begin} WHEN {when or 1} BEGIN SELECT RAISE(ABORT, '{reason}'); END"


def _new_rows() -> Iterator[str]:
    """Yield the triggers that let no row take the place of another: INSERT OR REPLACE does.

    It walks past the triggers of UPDATE and DELETE. The log and the revisions are in order anyway.
    """
    for table in (*IMMUTABLE, ITEM.publications, ITEM.hands, *LATER):
        if table not in {"audit", "revisions"}:
            same = " OR ".join(_keys(table))
            when = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
            yield _refuse("sqlite", f"{table}_new", "INSERT", table, when)


def _keys(table: str) -> list[str]:
    """Return what a row must have in common with a new one to be replaced by it, key by key."""
    rows = Base.metadata.tables[table]
    first = tuple(column.name for column in rows.primary_key)
    unique: list[UniqueConstraint | Index] = [
        *(one for one in rows.constraints if isinstance(one, UniqueConstraint)),
        *(one for one in rows.indexes if one.unique and not one.dialect_kwargs),
    ]
    others = {tuple(column.name for column in one.columns) for one in unique}
    more = sorted(key for key in others if not set(first) <= set(key))
    same = [" AND ".join(f"{name} = NEW.{name}" for name in key) for key in (first, *more)]
    return [*same, PARTIAL[table]] if table in PARTIAL else same
