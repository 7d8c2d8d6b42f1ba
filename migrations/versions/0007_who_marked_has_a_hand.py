"""Whoever marked a text of a gazette has had a hand in it."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO gazette_hands (gazette_id, person_id, hand)"
        " SELECT DISTINCT t.gazette_id, m.marked_by, 'composer'"
        " FROM gazette_texts t JOIN gazette_marks m ON m.item_id = t.item_id"
        " WHERE NOT EXISTS (SELECT 1 FROM gazette_hands h"
        " WHERE h.gazette_id = t.gazette_id AND h.person_id = m.marked_by)"
    )
