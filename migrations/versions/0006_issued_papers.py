"""The register of issued papers, against which a copy can be checked."""

import sqlalchemy as sa
from alembic import op

from county_portal.models import guards

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


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
    for one in guards.kept(op.get_bind().dialect.name, "issued_papers"):
        op.execute(one)
