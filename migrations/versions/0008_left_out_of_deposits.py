"""What was left out of a deposit comes again: which texts, of which part, and in which later one."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deposit_omissions",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_deposit_omissions_publication_id"),
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["deposit_parts.id"], name=op.f("fk_deposit_omissions_part_id")
        ),
        sa.PrimaryKeyConstraint("publication_id", "part_id", name=op.f("pk_deposit_omissions")),
    )
    op.create_table(
        "deposit_supplements",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("omitted_from", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id", "omitted_from"],
            ["deposit_omissions.publication_id", "deposit_omissions.part_id"],
            name=op.f("fk_deposit_supplements_publication_id_omitted_from"),
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["deposit_parts.id"], name=op.f("fk_deposit_supplements_part_id")
        ),
        sa.PrimaryKeyConstraint(
            "publication_id", "omitted_from", name=op.f("pk_deposit_supplements")
        ),
        sa.UniqueConstraint(
            "part_id", "position", name=op.f("uq_deposit_supplements_part_id_position")
        ),
    )
    connection = op.get_bind()
    for publication_id, part_id in _left_out_before(connection):
        connection.execute(
            sa.text("INSERT INTO deposit_omissions VALUES (:publication_id, :part_id)"),
            {"publication_id": publication_id, "part_id": part_id},
        )
    for table in ("deposit_omissions", "deposit_supplements"):
        for one in _kept(table):
            op.execute(one)


def _left_out_before(connection: sa.Connection) -> Iterator[tuple[int, int]]:
    """What the packages that there are say of themselves."""
    packages = sa.text("SELECT deposit_id, contents FROM deposit_packages WHERE unit_code = ''")
    line = sa.text(
        "SELECT l.publication_id, l.part_id FROM deposit_lines l"
        " JOIN deposit_parts p ON p.id = l.part_id"
        " JOIN publications u ON u.id = l.publication_id"
        " WHERE p.deposit_id = :deposit AND u.index_number = :number"
    )
    for deposit, contents in connection.execute(packages).all():
        for one in json.loads(contents)["left_out"]:
            asked = {"deposit": deposit, "number": one["index_number"]}
            yield from ((row[0], row[1]) for row in connection.execute(line, asked))


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
