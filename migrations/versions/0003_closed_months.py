"""Closed months: frozen figures, remarks, return forms, circulars."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A table, and the columns of it that never change (none named: no column does).
KEPT = {
    "return_forms": "",
    "closed_months": "id, month, figures, figures_hash, report_id, closed_by, closed_at",
    "circulars": "id, report_id, figures, figures_hash, pdf, docx, made_by, made_at",
    "circular_readings": "",
}


def upgrade() -> None:
    op.create_table(
        "return_forms",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pdf"], ["blobs.sha256"], name=op.f("fk_return_forms_pdf")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["made_reports.id"], name=op.f("fk_return_forms_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_return_forms")),
    )
    op.create_table(
        "report_remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_remarks")),
        sa.UniqueConstraint("kind", "month", name=op.f("uq_report_remarks_kind_month")),
    )
    op.create_table(
        "late_reasons",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_late_reasons_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_late_reasons")),
    )
    op.create_table(
        "closed_months",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("figures_hash", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_by", sa.Integer(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (reason = '')",
            name=op.f("ck_closed_months_reopened_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["people.id"], name=op.f("fk_closed_months_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["reopened_by"], ["people.id"], name=op.f("fk_closed_months_reopened_by")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["made_reports.id"], name=op.f("fk_closed_months_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_months")),
    )
    op.create_index(op.f("ix_closed_months_report_id"), "closed_months", ["report_id"])
    op.create_index(
        "uq_closed_months_in_force",
        "closed_months",
        ["month"],
        unique=True,
        sqlite_where=sa.text("reopened_at IS NULL"),
        postgresql_where=sa.text("reopened_at IS NULL"),
    )
    op.create_table(
        "circulars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("figures_hash", sa.Text(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("docx", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (sent_by IS NULL)", name=op.f("ck_circulars_sent_by_somebody")
        ),
        sa.ForeignKeyConstraint(["docx"], ["blobs.sha256"], name=op.f("fk_circulars_docx")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_circulars_made_by")),
        sa.ForeignKeyConstraint(["pdf"], ["blobs.sha256"], name=op.f("fk_circulars_pdf")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["made_reports.id"], name=op.f("fk_circulars_report_id")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["people.id"], name=op.f("fk_circulars_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulars")),
    )
    op.create_index(op.f("ix_circulars_report_id"), "circulars", ["report_id"])
    op.create_index(op.f("ix_circulars_sent_at"), "circulars", ["sent_at"])
    op.create_table(
        "circular_readings",
        sa.Column("circular_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["circular_id"], ["circulars.id"], name=op.f("fk_circular_readings_circular_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_circular_readings_person_id")
        ),
        sa.PrimaryKeyConstraint("circular_id", "person_id", name=op.f("pk_circular_readings")),
    )
    op.create_index(op.f("ix_circular_readings_person_id"), "circular_readings", ["person_id"])
    for table, facts in KEPT.items():
        for one in _kept(table, facts):
            op.execute(one)


def _kept(table: str, facts: str = "") -> list[str]:
    """The triggers that keep the rows of a table, or these columns of them, as they were made."""
    update = f"UPDATE OF {facts}" if facts else "UPDATE"
    if op.get_bind().dialect.name == "postgresql":
        each = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE {update} ON {table} {each}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {each}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_change()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE {update} ON {table} WHEN 1 BEGIN"
        f" SELECT RAISE(ABORT, '{table}_no_update: the record is not to be changed'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN 1 BEGIN"
        f" SELECT RAISE(ABORT, '{table}_no_delete: the record is not to be changed'); END",
    ]
