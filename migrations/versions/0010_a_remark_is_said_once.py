"""A remark knows the form that said it: sent twice, it is written once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("steps_taken", sa.Column("token", sa.Text(), nullable=True))
    op.create_index("uq_steps_taken_token", "steps_taken", ["token"], unique=True)
