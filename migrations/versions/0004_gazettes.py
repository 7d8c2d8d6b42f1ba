"""Validity of documents; gazettes and their road."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = (
    "validities",
    "gazette_hands",
    "gazette_editions",
    "gazette_edition_items",
    "gazette_edition_parts",
    "gazette_sign_offs",
    "gazette_publications",
    "gazette_endings",
)


def upgrade() -> None:
    op.create_table(
        "gazettes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("issue", "volume", name="gazettekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "frozen",
                "signed",
                "published",
                "withdrawn",
                name="gazettestate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind = 'issue' OR number IS NULL", name=op.f("ck_gazettes_volumes_have_no_number")
        ),
        sa.CheckConstraint(
            "(number IS NULL) = (total IS NULL)", name=op.f("ck_gazettes_numbered_twice")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_gazettes_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazettes")),
        sa.UniqueConstraint("total", name=op.f("uq_gazettes_total")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_gazettes_year_number")),
    )
    op.create_index(op.f("ix_gazettes_year"), "gazettes", ["year"], unique=False)
    op.create_table(
        "gazette_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gazette_id", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(content_hash) = 64", name=op.f("ck_gazette_editions_hash_length")
        ),
        sa.ForeignKeyConstraint(
            ["gazette_id"], ["gazettes.id"], name=op.f("fk_gazette_editions_gazette_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_gazette_editions_made_by")
        ),
        sa.ForeignKeyConstraint(["pdf"], ["blobs.sha256"], name=op.f("fk_gazette_editions_pdf")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazette_editions")),
        sa.UniqueConstraint("id", "content_hash", name=op.f("uq_gazette_editions_id_content_hash")),
        sa.UniqueConstraint("id", "gazette_id", name=op.f("uq_gazette_editions_id_gazette_id")),
    )
    op.create_index(
        op.f("ix_gazette_editions_gazette_id"), "gazette_editions", ["gazette_id"], unique=False
    )
    op.create_table(
        "gazette_hands",
        sa.Column("gazette_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "hand",
            sa.Enum(
                "composer",
                "officer",
                "issuer",
                name="gazettehandkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["gazette_id"], ["gazettes.id"], name=op.f("fk_gazette_hands_gazette_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_gazette_hands_person_id")
        ),
        sa.PrimaryKeyConstraint("gazette_id", "person_id", name=op.f("pk_gazette_hands")),
        sa.UniqueConstraint(
            "gazette_id",
            "person_id",
            "hand",
            name=op.f("uq_gazette_hands_gazette_id_person_id_hand"),
        ),
    )
    op.create_index(
        op.f("ix_gazette_hands_person_id"), "gazette_hands", ["person_id"], unique=False
    )
    op.create_table(
        "gazette_marks",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "section",
            sa.Enum(
                "county",
                "office",
                "personnel",
                "other",
                name="gazettesection",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("marked_by", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_gazette_marks_item_id")),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["people.id"], name=op.f("fk_gazette_marks_marked_by")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_gazette_marks")),
    )
    op.create_table(
        "gazette_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gazette_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "section",
            sa.Enum(
                "county",
                "office",
                "personnel",
                "other",
                name="gazettesection",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gazette_id"], ["gazettes.id"], name=op.f("fk_gazette_texts_gazette_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_gazette_texts_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazette_texts")),
        sa.UniqueConstraint(
            "gazette_id", "item_id", name=op.f("uq_gazette_texts_gazette_id_item_id")
        ),
    )
    op.create_index(
        op.f("ix_gazette_texts_gazette_id"), "gazette_texts", ["gazette_id"], unique=False
    )
    op.create_index(op.f("ix_gazette_texts_item_id"), "gazette_texts", ["item_id"], unique=False)
    op.create_table(
        "validities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_force",
                "amended",
                "expired",
                "repealed",
                name="validitystate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("by_item_id", sa.Integer(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "by_item_id IS NULL OR state IN ('amended', 'repealed')",
            name=op.f("ck_validities_by_another_text"),
        ),
        sa.CheckConstraint(
            "by_item_id IS NULL OR by_item_id <> item_id", name=op.f("ck_validities_not_by_itself")
        ),
        sa.ForeignKeyConstraint(
            ["by_item_id"], ["items.id"], name=op.f("fk_validities_by_item_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_validities_item_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_validities_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validities")),
    )
    op.create_index(op.f("ix_validities_by_item_id"), "validities", ["by_item_id"], unique=False)
    op.create_index(op.f("ix_validities_item_id"), "validities", ["item_id"], unique=False)
    op.create_index(op.f("ix_validities_since_on"), "validities", ["since_on"], unique=False)
    op.create_table(
        "gazette_edition_items",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["gazette_editions.id"],
            name=op.f("fk_gazette_edition_items_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_gazette_edition_items_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "item_id"],
            ["revisions.id", "revisions.item_id"],
            name=op.f("fk_gazette_edition_items_revision_id_item_id"),
        ),
        sa.PrimaryKeyConstraint("edition_id", "item_id", name=op.f("pk_gazette_edition_items")),
    )
    op.create_index(
        op.f("ix_gazette_edition_items_item_id"), "gazette_edition_items", ["item_id"], unique=False
    )
    op.create_table(
        "gazette_edition_parts",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["gazette_editions.id"],
            name=op.f("fk_gazette_edition_parts_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["gazette_editions.id"], name=op.f("fk_gazette_edition_parts_part_id")
        ),
        sa.PrimaryKeyConstraint("edition_id", "part_id", name=op.f("pk_gazette_edition_parts")),
    )
    op.create_index(
        op.f("ix_gazette_edition_parts_part_id"), "gazette_edition_parts", ["part_id"], unique=False
    )
    op.create_table(
        "gazette_sign_offs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gazette_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("hand", sa.String(length=40), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "release",
                "release_on_request",
                "withhold",
                "refer",
                "return",
                name="verdict",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hand = 'officer'", name=op.f("ck_gazette_sign_offs_officer")),
        sa.CheckConstraint(
            "verdict IN ('release', 'return')", name=op.f("ck_gazette_sign_offs_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id", "content_hash"],
            ["gazette_editions.id", "gazette_editions.content_hash"],
            name=op.f("fk_gazette_sign_offs_edition_id_content_hash"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id", "gazette_id"],
            ["gazette_editions.id", "gazette_editions.gazette_id"],
            name=op.f("fk_gazette_sign_offs_edition_id_gazette_id"),
        ),
        sa.ForeignKeyConstraint(
            ["gazette_id", "officer_id", "hand"],
            ["gazette_hands.gazette_id", "gazette_hands.person_id", "gazette_hands.hand"],
            name=op.f("fk_gazette_sign_offs_gazette_id_officer_id_hand"),
        ),
        sa.ForeignKeyConstraint(
            ["gazette_id"], ["gazettes.id"], name=op.f("fk_gazette_sign_offs_gazette_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazette_sign_offs")),
        sa.UniqueConstraint(
            "id", "verdict", "edition_id", name=op.f("uq_gazette_sign_offs_id_verdict_edition_id")
        ),
    )
    op.create_index(
        op.f("ix_gazette_sign_offs_edition_id"), "gazette_sign_offs", ["edition_id"], unique=False
    )
    op.create_index(
        op.f("ix_gazette_sign_offs_gazette_id"), "gazette_sign_offs", ["gazette_id"], unique=False
    )
    op.create_table(
        "gazette_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gazette_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("hand", sa.String(length=40), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hand = 'issuer'", name=op.f("ck_gazette_publications_issued")),
        sa.CheckConstraint("verdict = 'release'", name=op.f("ck_gazette_publications_released")),
        sa.ForeignKeyConstraint(
            ["edition_id", "gazette_id"],
            ["gazette_editions.id", "gazette_editions.gazette_id"],
            name=op.f("fk_gazette_publications_edition_id_gazette_id"),
        ),
        sa.ForeignKeyConstraint(
            ["gazette_id", "issuer_id", "hand"],
            ["gazette_hands.gazette_id", "gazette_hands.person_id", "gazette_hands.hand"],
            name=op.f("fk_gazette_publications_gazette_id_issuer_id_hand"),
        ),
        sa.ForeignKeyConstraint(
            ["gazette_id"], ["gazettes.id"], name=op.f("fk_gazette_publications_gazette_id")
        ),
        sa.ForeignKeyConstraint(
            ["sign_off_id", "verdict", "edition_id"],
            ["gazette_sign_offs.id", "gazette_sign_offs.verdict", "gazette_sign_offs.edition_id"],
            name=op.f("fk_gazette_publications_sign_off_id_verdict_edition_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazette_publications")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_gazette_publications_edition_id")),
    )
    op.create_index(
        op.f("ix_gazette_publications_gazette_id"),
        "gazette_publications",
        ["gazette_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_gazette_publications_published_at"),
        "gazette_publications",
        ["published_at"],
        unique=False,
    )
    op.create_table(
        "gazette_endings",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["people.id"], name=op.f("fk_gazette_endings_ended_by")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_gazette_endings_item_id")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["gazette_publications.id"],
            name=op.f("fk_gazette_endings_publication_id"),
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_gazette_endings")),
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
