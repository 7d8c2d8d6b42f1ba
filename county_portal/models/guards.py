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
VERDICTS = "'release', 'release_on_request', 'withhold', 'refer', 'return'"


def statements(dialect: str) -> list[str]:
    """Every trigger of the current schema, as SQL for this database."""
    first = _postgresql() if dialect == "postgresql" else [*_sqlite(), *_new_rows()]
    later = [one for table in LATER for one in _kept(dialect, table)]
    return [
        *first,
        *later,
        *_judged(dialect, "gazette_publications_one_live", "one_live_gazette", LIVE_GAZETTE),
        *_judged(dialect, "frozen_briefings_approver", "approver_of_briefing", NO_APPROVER),
    ]


def _kept(dialect: str, table: str) -> list[str]:
    """The triggers that keep the rows of a table of LATER, and its columns, as they were made."""
    facts = LATER[table]
    update = f"UPDATE OF {', '.join(facts)}" if facts else "UPDATE"
    if dialect != "postgresql":
        return [
            _refuse(f"{table}_no_update", f"{update} ON {table}", "1"),
            _refuse(f"{table}_no_delete", f"DELETE ON {table}", "1"),
        ]
    return [
        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table}{each}"
        " EXECUTE FUNCTION refuse_change()"
        for name, deed, each in (
            ("no_update", update, " FOR EACH ROW"),
            ("no_delete", "DELETE", " FOR EACH ROW"),
            ("no_truncate", "TRUNCATE", ""),
        )
    ]


def _judged(dialect: str, trigger: str, function: str, when: str) -> list[str]:
    """The trigger that lets no row into its table when something is so in another row."""
    table = next(name for name in LATER if trigger.startswith(f"{name}_"))
    if dialect != "postgresql":
        return [_refuse(trigger, f"INSERT ON {table}", when)]
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when} THEN"
        f" RAISE EXCEPTION '{trigger}: the record is not to be changed'; END IF;"
        " RETURN NEW; END $$",
        f"CREATE TRIGGER {trigger} BEFORE INSERT ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}()",
    ]


def _new_rows() -> Iterator[str]:
    """The triggers that let no row take the place of another: INSERT OR REPLACE does.

    It walks past the triggers of UPDATE and DELETE. The log and the revisions are in order anyway.
    """
    for table in (*IMMUTABLE, ITEM.publications, ITEM.hands, *LATER):
        if table not in {"audit", "revisions"}:
            same = " OR ".join(_keys(table))
            when = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
            yield _refuse(f"{table}_new", f"INSERT ON {table}", when)


def _keys(table: str) -> list[str]:
    """What a row must have in common with a new one to be replaced by it, key by key."""
    found = Base.metadata.tables[table]
    first = tuple(column.name for column in found.primary_key)
    unique: list[UniqueConstraint | Index] = [
        *(one for one in found.constraints if isinstance(one, UniqueConstraint)),
        *(one for one in found.indexes if one.unique and not one.dialect_kwargs),
    ]
    others = {tuple(column.name for column in one.columns) for one in unique}
    more = sorted(key for key in others if not set(first) <= set(key))
    same = [" AND ".join(f"{name} = NEW.{name}" for name in key) for key in (first, *more)]
    return [*same, PARTIAL[table]] if table in PARTIAL else same


def _sqlite() -> list[str]:
    made = [
        _refuse(f"{table}_no_{deed.lower()}", f"{deed} ON {table}", "1")
        for table in IMMUTABLE
        for deed in ("UPDATE", "DELETE")
    ]
    facts = ", ".join(PUBLICATION_FACTS)
    made += [
        _refuse(f"{table}_{deed}", f"UPDATE ON {table}", f"OLD.{deed}_at IS NOT NULL")
        for table, deed in LAST.items()
    ]
    made += [
        _refuse(
            "audit_in_order",
            "INSERT ON audit",
            "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)",
        ),
        _refuse(
            "revisions_in_order",
            "INSERT ON revisions",
            "NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM revisions"
            " WHERE item_id = NEW.item_id) OR NEW.id IN (SELECT id FROM revisions)",
        ),
        _refuse("sign_offs_verdict", "INSERT ON sign_offs", f"NEW.verdict NOT IN ({VERDICTS})"),
        _refuse("publications_facts", f"UPDATE OF {facts} ON publications", "1"),
        _refuse("publications_no_delete", "DELETE ON publications", "1"),
        _refuse("hands_no_update", "UPDATE ON hands", "1"),
        _refuse("hands_no_delete", "DELETE ON hands", "1"),
    ]
    return made


def _refuse(name: str, deed: str, when: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {deed} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{name}: the record is not to be changed'); END"
    )


def _postgresql() -> list[str]:
    made = [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '%: the record is not to be changed', TG_NAME; END $$",
        "CREATE FUNCTION audit_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit) THEN"
        " RAISE EXCEPTION 'audit_in_order: the record is not to be changed'; END IF;"
        " RETURN NEW; END $$",
        "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_order()",
        "CREATE FUNCTION revision_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM revisions"
        " WHERE item_id = NEW.item_id) THEN"
        " RAISE EXCEPTION 'revisions_in_order: the record is not to be changed'; END IF;"
        " RETURN NEW; END $$",
        "CREATE TRIGGER revisions_in_order BEFORE INSERT ON revisions"
        " FOR EACH ROW EXECUTE FUNCTION revision_order()",
        "CREATE TRIGGER sign_offs_verdict BEFORE INSERT ON sign_offs FOR EACH ROW"
        f" WHEN (NEW.verdict NOT IN ({VERDICTS})) EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER publications_facts BEFORE UPDATE OF {', '.join(PUBLICATION_FACTS)}"
        " ON publications FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER publications_no_delete BEFORE DELETE ON publications"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER publications_no_truncate BEFORE TRUNCATE ON publications"
        " EXECUTE FUNCTION refuse_change()",
    ]
    made += [
        f"CREATE TRIGGER {table}_{deed} BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (OLD.{deed}_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        for table, deed in LAST.items()
    ]
    for table in (*IMMUTABLE, ITEM.hands):
        made.append(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        made.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_change()"
        )
    return made
