"""What the database itself refuses today: changing what is immutable, breaking the log's order.

No migration reads this: each holds its own SQL. Tests compare what they made with `statements`.
"""

IMMUTABLE = ("revisions", "sign_offs", "audit", "blobs", "steps_taken", "made_reports")
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
    "validities": (),
    "gazette_editions": (),
    "gazette_edition_items": (),
    "gazette_edition_parts": (),
    "gazette_hands": (),
    "gazette_sign_offs": (),
    "gazette_publications": (),
    "gazette_endings": (),
    "briefing_steps": (),
    "frozen_briefings": (),
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


def statements(dialect: str) -> list[str]:
    """Every trigger of the current schema, as SQL for this database."""
    first = _postgresql() if dialect == "postgresql" else _sqlite()
    later = [one for table in LATER for one in _kept(dialect, table)]
    return [*first, *later, *_one_live_gazette(dialect)]


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


def _one_live_gazette(dialect: str) -> list[str]:
    """The trigger that publishes no gazette while an edition of it is public."""
    table, name = "gazette_publications", "gazette_publications_one_live"
    live = (
        "EXISTS (SELECT 1 FROM gazette_publications AS p WHERE p.key = NEW.key AND NOT EXISTS"
        " (SELECT 1 FROM gazette_endings AS e WHERE e.publication_id = p.id))"
    )
    if dialect != "postgresql":
        return [_refuse(name, f"INSERT ON {table}", live)]
    return [
        "CREATE FUNCTION one_live_gazette() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {live} THEN"
        f" RAISE EXCEPTION '{name}: the record is not to be changed'; END IF;"
        " RETURN NEW; END $$",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION one_live_gazette()",
    ]


def _sqlite() -> list[str]:
    made = [
        _refuse(f"{table}_no_{deed.lower()}", f"{deed} ON {table}", "1")
        for table in IMMUTABLE
        for deed in ("UPDATE", "DELETE")
    ]
    facts = ", ".join(PUBLICATION_FACTS)
    made += [
        # INSERT OR REPLACE walks past UPDATE and DELETE triggers, so INSERT is guarded too
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
        _refuse("sign_offs_new", "INSERT ON sign_offs", "NEW.id IN (SELECT id FROM sign_offs)"),
        _refuse("publications_facts", f"UPDATE OF {facts} ON publications", "1"),
        _refuse("publications_ended", "UPDATE ON publications", "OLD.ended_at IS NOT NULL"),
        _refuse("publications_no_delete", "DELETE ON publications", "1"),
        _refuse(
            "publications_new", "INSERT ON publications", "NEW.id IN (SELECT id FROM publications)"
        ),
        _refuse("hands_no_update", "UPDATE ON hands", "1"),
        _refuse("hands_no_delete", "DELETE ON hands", "1"),
        _refuse(
            "hands_new",
            "INSERT ON hands",
            "EXISTS (SELECT 1 FROM hands WHERE item_id = NEW.item_id"
            " AND person_id = NEW.person_id)",
        ),
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
        "CREATE TRIGGER publications_ended BEFORE UPDATE ON publications FOR EACH ROW"
        " WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER publications_facts BEFORE UPDATE OF {', '.join(PUBLICATION_FACTS)}"
        " ON publications FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER publications_no_delete BEFORE DELETE ON publications"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER publications_no_truncate BEFORE TRUNCATE ON publications"
        " EXECUTE FUNCTION refuse_change()",
    ]
    for table in (*IMMUTABLE, "hands"):
        made.append(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        made.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_change()"
        )
    return made
