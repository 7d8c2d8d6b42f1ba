"""Briefings: mastheads, issues, what they hold, who approved them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEPT = ("briefing_steps", "frozen_briefings", "printed_briefings")


def upgrade() -> None:
    op.create_table(
        "mastheads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("contents", sa.Boolean(), nullable=False),
        sa.Column("foot_numbered", sa.Boolean(), nullable=False),
        sa.Column("report_to", sa.Text(), nullable=False),
        sa.Column("send_to", sa.Text(), nullable=False),
        sa.Column("issue_to", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mastheads")),
        sa.UniqueConstraint("name", name=op.f("uq_mastheads_name")),
    )
    op.create_table(
        "briefings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("masthead_id", sa.Integer(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("report_to", sa.Text(), nullable=False),
        sa.Column("send_to", sa.Text(), nullable=False),
        sa.Column("issue_to", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "approved",
                "withdrawn",
                name="briefingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("composer_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["composer_id"], ["people.id"], name=op.f("fk_briefings_composer_id")
        ),
        sa.ForeignKeyConstraint(
            ["masthead_id"], ["mastheads.id"], name=op.f("fk_briefings_masthead_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_briefings")),
        sa.UniqueConstraint("token", name=op.f("uq_briefings_token")),
    )
    op.create_index(op.f("ix_briefings_composer_id"), "briefings", ["composer_id"], unique=False)
    op.create_index(op.f("ix_briefings_masthead_id"), "briefings", ["masthead_id"], unique=False)
    op.create_index("ix_briefings_state_since", "briefings", ["state", "state_since"], unique=False)
    op.create_table(
        "briefing_hands",
        sa.Column("briefing_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["briefing_id"], ["briefings.id"], name=op.f("fk_briefing_hands_briefing_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_briefing_hands_person_id")
        ),
        sa.PrimaryKeyConstraint("briefing_id", "person_id", name=op.f("pk_briefing_hands")),
    )
    op.create_index(
        op.f("ix_briefing_hands_person_id"), "briefing_hands", ["person_id"], unique=False
    )
    op.create_table(
        "briefing_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("briefing_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "was",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "approved",
                "withdrawn",
                name="briefingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "now",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "approved",
                "withdrawn",
                name="briefingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["briefing_id"], ["briefings.id"], name=op.f("fk_briefing_steps_briefing_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_briefing_steps_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_briefing_steps")),
    )
    op.create_index(
        op.f("ix_briefing_steps_briefing_id"), "briefing_steps", ["briefing_id"], unique=False
    )
    op.create_table(
        "frozen_briefings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("briefing_id", sa.Integer(), nullable=False),
        sa.Column("masthead_id", sa.Integer(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(content_hash) = 64", name=op.f("ck_frozen_briefings_hash_length")
        ),
        sa.CheckConstraint(
            "special = (total IS NULL)", name=op.f("ck_frozen_briefings_only_regular_ones_in_total")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["people.id"], name=op.f("fk_frozen_briefings_approved_by")
        ),
        sa.ForeignKeyConstraint(
            ["briefing_id"], ["briefings.id"], name=op.f("fk_frozen_briefings_briefing_id")
        ),
        sa.ForeignKeyConstraint(
            ["masthead_id"], ["mastheads.id"], name=op.f("fk_frozen_briefings_masthead_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_briefings")),
        sa.UniqueConstraint("briefing_id", name=op.f("uq_frozen_briefings_briefing_id")),
        sa.UniqueConstraint(
            "masthead_id",
            "special",
            "year",
            "number",
            name=op.f("uq_frozen_briefings_masthead_id_special_year_number"),
        ),
    )
    op.create_table(
        "briefing_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("briefing_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("heading", "entry", "note", name="partkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'entry') = (revision_id IS NOT NULL)",
            name=op.f("ck_briefing_parts_entry_has_revision"),
        ),
        sa.ForeignKeyConstraint(
            ["briefing_id"], ["briefings.id"], name=op.f("fk_briefing_parts_briefing_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_briefing_parts_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_briefing_parts")),
        sa.UniqueConstraint(
            "briefing_id", "revision_id", name=op.f("uq_briefing_parts_briefing_id_revision_id")
        ),
    )
    op.create_index(
        op.f("ix_briefing_parts_briefing_id"), "briefing_parts", ["briefing_id"], unique=False
    )
    op.create_index(
        op.f("ix_briefing_parts_revision_id"), "briefing_parts", ["revision_id"], unique=False
    )
    op.create_table(
        "printed_briefings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frozen_id", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("docx", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["docx"], ["blobs.sha256"], name=op.f("fk_printed_briefings_docx")),
        sa.ForeignKeyConstraint(
            ["frozen_id"], ["frozen_briefings.id"], name=op.f("fk_printed_briefings_frozen_id")
        ),
        sa.ForeignKeyConstraint(["pdf"], ["blobs.sha256"], name=op.f("fk_printed_briefings_pdf")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_briefings")),
        sa.UniqueConstraint("frozen_id", name=op.f("uq_printed_briefings_frozen_id")),
    )
    for table in KEPT:
        for one in _kept(table):
            op.execute(one)


def _kept(table: str) -> list[str]:
    """The triggers that keep the rows of a table as they were made."""
    if op.get_bind().dialect.name == "postgresql":
        each = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {each}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {each}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_change()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN 1 BEGIN"
        f" SELECT RAISE(ABORT, '{table}_no_update: the record is not to be changed'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN 1 BEGIN"
        f" SELECT RAISE(ABORT, '{table}_no_delete: the record is not to be changed'); END",
    ]
