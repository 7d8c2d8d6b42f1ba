"""Of each gazette the public reads one edition, and the register has one paper that stands."""

import sqlalchemy as sa
from alembic import op

from county_portal.models import guards

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STANDING = sa.text("kind = 'gazette' AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "uq_issued_papers_gazette",
        "issued_papers",
        ["name"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    for one in guards.one_live_gazette(op.get_bind().dialect.name):
        op.execute(one)
