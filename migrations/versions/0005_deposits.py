"""Deposits to the archive and the library."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "deposits",
    "deposit_parts",
    "deposit_lines",
    "deposit_packages",
    "handovers",
    "deposit_letters",
    "deposit_letter_lines",
    "deposit_letter_papers",
)


def upgrade() -> None:
    op.create_table(
        "deposits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("since_on <= until_on", name=op.f("ck_deposits_days_in_order")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_deposits_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
        sa.UniqueConstraint("month", name=op.f("uq_deposits_month")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_deposits_year_number")),
    )
    op.create_table(
        "deposit_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deposit_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits.id"], name=op.f("fk_deposit_parts_deposit_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_deposit_parts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_parts")),
        sa.UniqueConstraint(
            "deposit_id", "position", name=op.f("uq_deposit_parts_deposit_id_position")
        ),
        sa.UniqueConstraint(
            "deposit_id", "unit_id", name=op.f("uq_deposit_parts_deposit_id_unit_id")
        ),
    )
    op.create_index(op.f("ix_deposit_parts_unit_id"), "deposit_parts", ["unit_id"], unique=False)
    op.create_table(
        "deposit_lines",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["deposit_parts.id"], name=op.f("fk_deposit_lines_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_deposit_lines_publication_id")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_deposit_lines")),
        sa.UniqueConstraint("part_id", "position", name=op.f("uq_deposit_lines_part_id_position")),
    )
    op.create_table(
        "deposit_packages",
        sa.Column("deposit_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["blob"], ["blobs.sha256"], name=op.f("fk_deposit_packages_blob")),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits.id"], name=op.f("fk_deposit_packages_deposit_id")
        ),
        sa.PrimaryKeyConstraint("deposit_id", "unit_code", name=op.f("pk_deposit_packages")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column(
            "receiver",
            sa.Enum("archive", "library", name="receiver", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("handed_by", sa.Text(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["deposit_parts.id"], name=op.f("fk_handovers_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["people.id"], name=op.f("fk_handovers_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint(
            "part_id", "receiver", "number", name=op.f("uq_handovers_part_id_receiver_number")
        ),
    )
    op.create_table(
        "deposit_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_deposit_letters_made_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_letters")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_deposit_letters_year_number")),
    )
    op.create_table(
        "deposit_letter_lines",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["deposit_letters.id"], name=op.f("fk_deposit_letter_lines_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_deposit_letter_lines_publication_id"),
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["publications.id"], name=op.f("fk_deposit_letter_lines_replaced_by")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_deposit_letter_lines")),
        sa.UniqueConstraint(
            "letter_id", "position", name=op.f("uq_deposit_letter_lines_letter_id_position")
        ),
    )
    op.create_index(
        op.f("ix_deposit_letter_lines_replaced_by"),
        "deposit_letter_lines",
        ["replaced_by"],
        unique=False,
    )
    op.create_table(
        "deposit_letter_papers",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["blob"], ["blobs.sha256"], name=op.f("fk_deposit_letter_papers_blob")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["deposit_letters.id"], name=op.f("fk_deposit_letter_papers_letter_id")
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_deposit_letter_papers")),
    )
    for table in TABLES:
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
