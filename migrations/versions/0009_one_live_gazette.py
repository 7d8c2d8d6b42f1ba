"""Of each gazette the public reads one edition, and the register has one paper that stands."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STANDING = sa.text("kind = 'gazette' AND withdrawn_at IS NULL")
LIVE = (
    "EXISTS (SELECT 1 FROM gazette_publications AS p WHERE p.key = NEW.key AND NOT EXISTS"
    " (SELECT 1 FROM gazette_endings AS e WHERE e.publication_id = p.id))"
)
SQLITE = (
    "CREATE TRIGGER gazette_publications_one_live BEFORE INSERT ON gazette_publications"
    f" WHEN {LIVE} BEGIN"
    " SELECT RAISE(ABORT, 'gazette_publications_one_live: the record is not to be changed'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION one_live_gazette() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF {LIVE} THEN"
    " RAISE EXCEPTION 'gazette_publications_one_live: the record is not to be changed'; END IF;"
    " RETURN NEW; END $$",
    "CREATE TRIGGER gazette_publications_one_live BEFORE INSERT ON gazette_publications"
    " FOR EACH ROW EXECUTE FUNCTION one_live_gazette()",
)


def upgrade() -> None:
    op.create_index(
        "uq_issued_papers_gazette",
        "issued_papers",
        ["name"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    for one in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(one)
