"""The register of issued papers, against which a copy can be checked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TRIGGER issued_papers_no_update"
    " BEFORE UPDATE OF sha256, kind, name, dated_on, issued_at ON issued_papers WHEN 1 BEGIN"
    " SELECT RAISE(ABORT, 'issued_papers_no_update: the record is not to be changed'); END",
    "CREATE TRIGGER issued_papers_no_delete BEFORE DELETE ON issued_papers WHEN 1 BEGIN"
    " SELECT RAISE(ABORT, 'issued_papers_no_delete: the record is not to be changed'); END",
)
POSTGRESQL = (
    "CREATE TRIGGER issued_papers_no_update"
    " BEFORE UPDATE OF sha256, kind, name, dated_on, issued_at ON issued_papers"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER issued_papers_no_delete BEFORE DELETE ON issued_papers"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER issued_papers_no_truncate BEFORE TRUNCATE ON issued_papers"
    " EXECUTE FUNCTION refuse_change()",
)


def upgrade() -> None:
    op.create_table(
        "issued_papers",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "briefing",
                "report",
                "circular",
                "gazette",
                "deposit",
                name="paperkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_issued_papers_sha256")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_issued_papers")),
    )
    for one in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(one)
