"""Gazettes keep the steps of their road from now on. Of earlier ones the log tells."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATES = ("draft", "frozen", "signed", "published", "withdrawn")
SQLITE = {
    "gazette_steps_no_update": ("UPDATE", "1"),
    "gazette_steps_no_delete": ("DELETE", "1"),
    "gazette_steps_new": ("INSERT", "EXISTS (SELECT 1 FROM gazette_steps WHERE id = NEW.id)"),
}
POSTGRESQL = (
    "CREATE TRIGGER gazette_steps_no_update BEFORE UPDATE ON gazette_steps"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER gazette_steps_no_delete BEFORE DELETE ON gazette_steps"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER gazette_steps_no_truncate BEFORE TRUNCATE ON gazette_steps"
    " EXECUTE FUNCTION refuse_change()",
)


def upgrade() -> None:
    op.create_table(
        "gazette_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gazette_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("was", _state(), nullable=False),
        sa.Column("now", _state(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id", "gazette_id"],
            ["gazette_editions.id", "gazette_editions.gazette_id"],
            name=op.f("fk_gazette_steps_edition_id_gazette_id"),
        ),
        sa.ForeignKeyConstraint(
            ["gazette_id"], ["gazettes.id"], name=op.f("fk_gazette_steps_gazette_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_gazette_steps_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazette_steps")),
    )
    op.create_index(
        op.f("ix_gazette_steps_gazette_id"), "gazette_steps", ["gazette_id"], unique=False
    )
    for one in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _sqlite():
        op.execute(one)


def _state() -> sa.Enum:
    return sa.Enum(*STATES, name="gazettestate", native_enum=False, length=40)


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {deed} ON gazette_steps WHEN {when} BEGIN"
        f" SELECT RAISE(ABORT, '{name}: the record is not to be changed'); END"
        for name, (deed, when) in SQLITE.items()
    ]
