"""What the database refuses for one kind of record, it refuses for every kind."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# A table: which of its rows a new one would take the place of (INSERT OR REPLACE), by each key.
REPLACED = {
    "sign_offs": "id = NEW.id",
    "blobs": "sha256 = NEW.sha256",
    "steps_taken": "id = NEW.id OR token = NEW.token",
    "made_reports": "id = NEW.id",
    "publications": "id = NEW.id"
    " OR public_id = NEW.public_id AND revision_id = NEW.revision_id"
    " OR item_id = NEW.item_id AND ended_at IS NULL AND NEW.ended_at IS NULL",
    "briefing_hands": "briefing_id = NEW.briefing_id AND person_id = NEW.person_id",
    "validities": "id = NEW.id",
    "gazette_editions": "id = NEW.id",
    "gazette_edition_items": "edition_id = NEW.edition_id AND item_id = NEW.item_id",
    "gazette_edition_parts": "edition_id = NEW.edition_id AND part_id = NEW.part_id",
    "gazette_hands": "gazette_id = NEW.gazette_id AND person_id = NEW.person_id",
    "gazette_sign_offs": "id = NEW.id",
    "gazette_publications": "id = NEW.id OR edition_id = NEW.edition_id",
    "gazette_endings": "publication_id = NEW.publication_id",
    "briefing_steps": "id = NEW.id",
    "frozen_briefings": "id = NEW.id"
    " OR briefing_id = NEW.briefing_id"
    " OR masthead_id = NEW.masthead_id AND special = NEW.special AND year = NEW.year"
    " AND number = NEW.number",
    "printed_briefings": "id = NEW.id OR frozen_id = NEW.frozen_id",
    "return_forms": "report_id = NEW.report_id",
    "closed_months": "id = NEW.id"
    " OR month = NEW.month AND reopened_at IS NULL AND NEW.reopened_at IS NULL",
    "circulars": "id = NEW.id",
    "circular_readings": "circular_id = NEW.circular_id AND person_id = NEW.person_id",
    "deposits": "id = NEW.id OR month = NEW.month OR year = NEW.year AND number = NEW.number",
    "deposit_parts": "id = NEW.id"
    " OR deposit_id = NEW.deposit_id AND position = NEW.position"
    " OR deposit_id = NEW.deposit_id AND unit_id = NEW.unit_id",
    "deposit_lines": "publication_id = NEW.publication_id"
    " OR part_id = NEW.part_id AND position = NEW.position",
    "deposit_omissions": "publication_id = NEW.publication_id AND part_id = NEW.part_id",
    "deposit_supplements": "publication_id = NEW.publication_id AND omitted_from = NEW.omitted_from"
    " OR part_id = NEW.part_id AND position = NEW.position",
    "deposit_packages": "deposit_id = NEW.deposit_id AND unit_code = NEW.unit_code",
    "handovers": "id = NEW.id"
    " OR part_id = NEW.part_id AND receiver = NEW.receiver AND number = NEW.number",
    "deposit_letters": "id = NEW.id OR year = NEW.year AND number = NEW.number",
    "deposit_letter_lines": "publication_id = NEW.publication_id"
    " OR letter_id = NEW.letter_id AND position = NEW.position",
    "deposit_letter_papers": "letter_id = NEW.letter_id",
    "issued_papers": "sha256 = NEW.sha256"
    " OR name = NEW.name AND kind = 'gazette' AND withdrawn_at IS NULL"
    " AND NEW.kind = 'gazette' AND NEW.withdrawn_at IS NULL",
}
LAST = {"closed_months": "reopened", "circulars": "sent"}  # what happens once to a row
VERDICTS = "'release', 'release_on_request', 'withhold', 'refer', 'return'"
NO_APPROVER = (
    "NOT EXISTS (SELECT 1 FROM briefing_hands WHERE briefing_id = NEW.briefing_id"
    " AND person_id = NEW.approved_by AND hand = 'approver')"
)
POSTGRESQL = (
    "CREATE TRIGGER briefing_hands_no_update BEFORE UPDATE ON briefing_hands"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER briefing_hands_no_delete BEFORE DELETE ON briefing_hands"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER briefing_hands_no_truncate BEFORE TRUNCATE ON briefing_hands"
    " EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER sign_offs_verdict BEFORE INSERT ON sign_offs FOR EACH ROW"
    f" WHEN (NEW.verdict NOT IN ({VERDICTS})) EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER closed_months_reopened BEFORE UPDATE ON closed_months FOR EACH ROW"
    " WHEN (OLD.reopened_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER circulars_sent BEFORE UPDATE ON circulars FOR EACH ROW"
    " WHEN (OLD.sent_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
    "CREATE FUNCTION approver_of_briefing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF {NO_APPROVER} THEN"
    " RAISE EXCEPTION 'frozen_briefings_approver: the record is not to be changed'; END IF;"
    " RETURN NEW; END $$",
    "CREATE TRIGGER frozen_briefings_approver BEFORE INSERT ON frozen_briefings"
    " FOR EACH ROW EXECUTE FUNCTION approver_of_briefing()",
)


def upgrade() -> None:
    connection = op.get_bind()
    conflicts = [*_who_did_both(connection), *_unknown_verdicts(connection)]
    if conflicts:
        raise RuntimeError("; ".join(["The records contradict themselves", *conflicts]))
    op.add_column(
        "briefing_hands",
        sa.Column("hand", sa.String(40), nullable=False, server_default="composer"),
    )
    op.execute(
        "INSERT INTO briefing_hands (briefing_id, person_id, hand)"
        " SELECT briefing_id, approved_by, 'approver' FROM frozen_briefings"
    )
    for one in POSTGRESQL if connection.dialect.name == "postgresql" else _sqlite():
        op.execute(one)


def _who_did_both(connection: sa.Connection) -> list[str]:
    rows = sa.text(
        "SELECT f.briefing_id, p.login FROM frozen_briefings f"
        " JOIN briefing_hands h ON h.briefing_id = f.briefing_id AND h.person_id = f.approved_by"
        " JOIN people p ON p.id = f.approved_by ORDER BY f.briefing_id"
    )
    return [
        f"briefing {briefing} was composed and approved by {login}"
        for briefing, login in connection.execute(rows).all()
    ]


def _unknown_verdicts(connection: sa.Connection) -> list[str]:
    rows = f"SELECT id, verdict FROM sign_offs WHERE verdict NOT IN ({VERDICTS}) ORDER BY id"  # noqa: S608
    return [
        f"sign-off {number} has an unknown verdict, {verdict}"
        for number, verdict in connection.execute(sa.text(rows)).all()
    ]


def _sqlite() -> list[str]:
    refused = {
        "briefing_hands_no_update": ("UPDATE ON briefing_hands", "1"),
        "briefing_hands_no_delete": ("DELETE ON briefing_hands", "1"),
        "sign_offs_verdict": ("INSERT ON sign_offs", f"NEW.verdict NOT IN ({VERDICTS})"),
        "frozen_briefings_approver": ("INSERT ON frozen_briefings", NO_APPROVER),
    }
    for table, same in REPLACED.items():
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
        refused[f"{table}_new"] = (f"INSERT ON {table}", there)
    for table, deed in LAST.items():
        refused[f"{table}_{deed}"] = (f"UPDATE ON {table}", f"OLD.{deed}_at IS NOT NULL")
    wider = [f"DROP TRIGGER {table}_new" for table in ("sign_offs", "publications")]
    return wider + [
        f"CREATE TRIGGER {name} BEFORE {deed} WHEN {when} BEGIN"
        f" SELECT RAISE(ABORT, '{name}: the record is not to be changed'); END"
        for name, (deed, when) in refused.items()
    ]
