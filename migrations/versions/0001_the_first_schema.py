"""The first schema, and what the database itself refuses."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IMMUTABLE = ("revisions", "sign_offs", "audit", "blobs", "steps_taken", "made_reports", "hands")
FACTS = (
    "id, item_id, revision_id, sign_off_id, verdict, issuer_id, hand, public_id, index_number,"
    " published_at"
)
SQLITE = {  # the name of a trigger: what is refused, and when
    "audit_in_order": (
        "INSERT ON audit",
        "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)",
    ),
    "revisions_in_order": (
        "INSERT ON revisions",
        "NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM revisions"
        " WHERE item_id = NEW.item_id) OR NEW.id IN (SELECT id FROM revisions)",
    ),
    "sign_offs_new": ("INSERT ON sign_offs", "NEW.id IN (SELECT id FROM sign_offs)"),
    "publications_facts": (f"UPDATE OF {FACTS} ON publications", "1"),
    "publications_ended": ("UPDATE ON publications", "OLD.ended_at IS NOT NULL"),
    "publications_no_delete": ("DELETE ON publications", "1"),
    "publications_new": ("INSERT ON publications", "NEW.id IN (SELECT id FROM publications)"),
    "hands_new": (
        "INSERT ON hands",
        "EXISTS (SELECT 1 FROM hands WHERE item_id = NEW.item_id AND person_id = NEW.person_id)",
    ),
}
POSTGRESQL = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION '%: the record is not to be changed', TG_NAME; END $$",
    "CREATE FUNCTION audit_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit) THEN"
    " RAISE EXCEPTION 'audit_in_order: the record is not to be changed'; END IF;"
    " RETURN NEW; END $$",
    "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit"
    " FOR EACH ROW EXECUTE FUNCTION audit_order()",
    "CREATE FUNCTION revision_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM revisions"
    " WHERE item_id = NEW.item_id) THEN"
    " RAISE EXCEPTION 'revisions_in_order: the record is not to be changed'; END IF;"
    " RETURN NEW; END $$",
    "CREATE TRIGGER revisions_in_order BEFORE INSERT ON revisions"
    " FOR EACH ROW EXECUTE FUNCTION revision_order()",
    "CREATE TRIGGER publications_ended BEFORE UPDATE ON publications FOR EACH ROW"
    " WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
    f"CREATE TRIGGER publications_facts BEFORE UPDATE OF {FACTS} ON publications"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER publications_no_delete BEFORE DELETE ON publications"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER publications_no_truncate BEFORE TRUNCATE ON publications"
    " EXECUTE FUNCTION refuse_change()",
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_action"), "audit", ["action"], unique=False)
    op.create_index(op.f("ix_audit_actor"), "audit", ["actor"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_object"), "audit", ["object"], unique=False)
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
    )
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("code", name=op.f("uq_categories_code")),
    )
    op.create_table(
        "counters",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_counters")),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "township",
                "department",
                "public_body",
                name="unitkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("office_hours", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
        sa.UniqueConstraint("name", name=op.f("uq_units_name")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["year"], ["calendar_years.year"], name=op.f("fk_calendar_days_year")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "columns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "news",
                "notice",
                "policy",
                "interpretation",
                "disclosure",
                "personnel",
                "planning",
                "interaction",
                name="columnkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "open_to",
            sa.Enum(
                "all",
                "townships",
                "departments",
                "listed",
                name="opento",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("update_days", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_columns_no_own_parent")
        ),
        sa.CheckConstraint(
            "update_days IN (14, 30, 183, 365)", name=op.f("ck_columns_update_days")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["columns.id"], name=op.f("fk_columns_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_columns_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_columns")),
        sa.UniqueConstraint("slug", name=op.f("uq_columns_slug")),
    )
    op.create_index(op.f("ix_columns_parent_id"), "columns", ["parent_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "branch",
            sa.Enum(
                "editorial",
                "system",
                "security",
                "audit",
                name="branch",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_people_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("id", "branch", name=op.f("uq_people_id_branch")),
        sa.UniqueConstraint("login", name=op.f("uq_people_login")),
    )
    op.create_index(op.f("ix_people_unit_id"), "people", ["unit_id"], unique=False)
    op.create_table(
        "column_submitters",
        sa.Column("column_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["column_id"], ["columns.id"], name=op.f("fk_column_submitters_column_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_column_submitters_unit_id")
        ),
        sa.PrimaryKeyConstraint("column_id", "unit_id", name=op.f("pk_column_submitters")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "unit_approved",
                "accepted",
                "signed_off",
                "issued",
                "published",
                "returned",
                "correcting",
                "declined",
                "on_request",
                "withheld",
                "referred",
                "withdrawn",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("column_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column(
            "attribute",
            sa.Enum(
                "proactive",
                "on_request",
                "withheld",
                name="attribute",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum(
                "state_secret",
                "law_forbids",
                "four_stabilities",
                "third_party",
                "internal_affairs",
                "process_information",
                "enforcement_file",
                name="ground",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("ground_note", sa.Text(), nullable=False),
        sa.Column("formed_on", sa.Date(), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("responsible_unit_id", sa.Integer(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum("own", "other_body", "joint", name="origin", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("publish_due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_id", sa.Integer(), nullable=True),
        sa.Column("index_number", sa.Text(), nullable=True),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_items_author_id")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_items_category_id")
        ),
        sa.ForeignKeyConstraint(["column_id"], ["columns.id"], name=op.f("fk_items_column_id")),
        sa.ForeignKeyConstraint(
            ["responsible_unit_id"], ["units.id"], name=op.f("fk_items_responsible_unit_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_items_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("index_number", name=op.f("uq_items_index_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_items_public_id")),
        sa.UniqueConstraint("token", name=op.f("uq_items_token")),
    )
    op.create_index(op.f("ix_items_author_id"), "items", ["author_id"], unique=False)
    op.create_index(op.f("ix_items_category_id"), "items", ["category_id"], unique=False)
    op.create_index(op.f("ix_items_column_id"), "items", ["column_id"], unique=False)
    op.create_index(op.f("ix_items_created_at"), "items", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_items_first_published_at"), "items", ["first_published_at"], unique=False
    )
    op.create_index(op.f("ix_items_publish_at"), "items", ["publish_at"], unique=False)
    op.create_index("ix_items_state_due", "items", ["state", "publish_due_on"], unique=False)
    op.create_index("ix_items_unit_state", "items", ["unit_id", "state"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_jobs_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("key", name=op.f("uq_jobs_key")),
    )
    op.create_index(op.f("ix_jobs_state"), "jobs", ["state"], unique=False)
    op.create_table(
        "made_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("figures_hash", sa.Text(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("xlsx", sa.Text(), nullable=False),
        sa.Column("audit_head", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_made_reports_made_by")),
        sa.ForeignKeyConstraint(["pdf"], ["blobs.sha256"], name=op.f("fk_made_reports_pdf")),
        sa.ForeignKeyConstraint(["xlsx"], ["blobs.sha256"], name=op.f("fk_made_reports_xlsx")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_made_reports")),
    )
    op.create_table(
        "person_roles",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "liaison",
                "unit_leader",
                "editor",
                "confidentiality_officer",
                "issuer",
                "office_clerk",
                "system_administrator",
                "security_administrator",
                "auditor",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "branch",
            sa.Enum(
                "editorial",
                "system",
                "security",
                "audit",
                name="branch",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "branch = CASE role WHEN 'system_administrator' THEN 'system' WHEN 'security_administrator' THEN 'security' WHEN 'auditor' THEN 'audit' ELSE 'editorial' END",
            name=op.f("ck_person_roles_branch_of_role"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "branch"],
            ["people.id", "people.branch"],
            name=op.f("fk_person_roles_person_id_branch"),
        ),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_roles")),
    )
    op.create_table(
        "web_sessions",
        sa.Column("id_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_web_sessions_person_id")
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_web_sessions")),
    )
    op.create_index(op.f("ix_web_sessions_person_id"), "web_sessions", ["person_id"], unique=False)
    op.create_index(op.f("ix_web_sessions_seen_at"), "web_sessions", ["seen_at"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("rendition", sa.Text(), nullable=True),
        sa.Column("rendition_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rendition_size", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_attachments_item_id")),
        sa.ForeignKeyConstraint(
            ["original"], ["blobs.sha256"], name=op.f("fk_attachments_original")
        ),
        sa.ForeignKeyConstraint(
            ["rendition"], ["blobs.sha256"], name=op.f("fk_attachments_rendition")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["people.id"], name=op.f("fk_attachments_uploaded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("item_id", "key", name=op.f("uq_attachments_item_id_key")),
    )
    op.create_index(op.f("ix_attachments_item_id"), "attachments", ["item_id"], unique=False)
    op.create_table(
        "hands",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "hand",
            sa.Enum(
                "author",
                "unit_leader",
                "editor",
                "officer",
                "issuer",
                name="handkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_hands_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hands_person_id")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_hands")),
        sa.UniqueConstraint(
            "item_id", "person_id", "hand", name=op.f("uq_hands_item_id_person_id_hand")
        ),
    )
    op.create_index(op.f("ix_hands_person_id"), "hands", ["person_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("inside", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(content_hash) = 64", name=op.f("ck_revisions_hash_length")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_revisions_item_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_revisions_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("id", "content_hash", name=op.f("uq_revisions_id_content_hash")),
        sa.UniqueConstraint("id", "item_id", name=op.f("uq_revisions_id_item_id")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_revisions_item_id_number")),
    )
    op.create_table(
        "steps_taken",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column(
            "was",
            sa.Enum(
                "draft",
                "submitted",
                "unit_approved",
                "accepted",
                "signed_off",
                "issued",
                "published",
                "returned",
                "correcting",
                "declined",
                "on_request",
                "withheld",
                "referred",
                "withdrawn",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "now",
            sa.Enum(
                "draft",
                "submitted",
                "unit_approved",
                "accepted",
                "signed_off",
                "issued",
                "published",
                "returned",
                "correcting",
                "declined",
                "on_request",
                "withheld",
                "referred",
                "withdrawn",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_steps_taken_item_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_steps_taken_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps_taken")),
    )
    op.create_index(op.f("ix_steps_taken_action"), "steps_taken", ["action"], unique=False)
    op.create_index(op.f("ix_steps_taken_at"), "steps_taken", ["at"], unique=False)
    op.create_index(op.f("ix_steps_taken_item_id"), "steps_taken", ["item_id"], unique=False)
    op.create_table(
        "sign_offs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
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
        sa.Column(
            "ground",
            sa.Enum(
                "state_secret",
                "law_forbids",
                "four_stabilities",
                "third_party",
                "internal_affairs",
                "process_information",
                "enforcement_file",
                name="ground",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("referred_to", sa.Text(), nullable=False),
        sa.Column("letter_number", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hand = 'officer'", name=op.f("ck_sign_offs_officer")),
        sa.CheckConstraint(
            "verdict <> 'refer' OR referred_to <> ''",
            name=op.f("ck_sign_offs_referred_to_somebody"),
        ),
        sa.CheckConstraint(
            "verdict <> 'withhold' OR (ground IS NOT NULL AND next_review_on IS NOT NULL)",
            name=op.f("ck_sign_offs_withheld_on_a_ground"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id", "officer_id", "hand"],
            ["hands.item_id", "hands.person_id", "hands.hand"],
            name=op.f("fk_sign_offs_item_id_officer_id_hand"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_sign_offs_item_id")),
        sa.ForeignKeyConstraint(
            ["revision_id", "content_hash"],
            ["revisions.id", "revisions.content_hash"],
            name=op.f("fk_sign_offs_revision_id_content_hash"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "item_id"],
            ["revisions.id", "revisions.item_id"],
            name=op.f("fk_sign_offs_revision_id_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
        sa.UniqueConstraint(
            "id", "verdict", "revision_id", name=op.f("uq_sign_offs_id_verdict_revision_id")
        ),
    )
    op.create_index(op.f("ix_sign_offs_item_id"), "sign_offs", ["item_id"], unique=False)
    op.create_index(op.f("ix_sign_offs_revision_id"), "sign_offs", ["revision_id"], unique=False)
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("hand", sa.String(length=40), nullable=False),
        sa.Column("public_id", sa.Integer(), nullable=False),
        sa.Column("index_number", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ending",
            sa.Enum("superseded", "withdrawn", name="ending", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("hand = 'issuer'", name=op.f("ck_publications_issued")),
        sa.CheckConstraint("verdict = 'release'", name=op.f("ck_publications_released")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ending IS NULL)", name=op.f("ck_publications_ended")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_publications_ended_by")),
        sa.ForeignKeyConstraint(
            ["item_id", "issuer_id", "hand"],
            ["hands.item_id", "hands.person_id", "hands.hand"],
            name=op.f("fk_publications_item_id_issuer_id_hand"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_publications_item_id")),
        sa.ForeignKeyConstraint(
            ["revision_id", "item_id"],
            ["revisions.id", "revisions.item_id"],
            name=op.f("fk_publications_revision_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sign_off_id", "verdict", "revision_id"],
            ["sign_offs.id", "sign_offs.verdict", "sign_offs.revision_id"],
            name=op.f("fk_publications_sign_off_id_verdict_revision_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint(
            "public_id", "revision_id", name=op.f("uq_publications_public_id_revision_id")
        ),
    )
    op.create_index(
        op.f("ix_publications_index_number"), "publications", ["index_number"], unique=False
    )
    op.create_index(op.f("ix_publications_item_id"), "publications", ["item_id"], unique=False)
    op.create_index(op.f("ix_publications_public_id"), "publications", ["public_id"], unique=False)
    op.create_index(
        op.f("ix_publications_published_at"), "publications", ["published_at"], unique=False
    )
    op.create_index(
        op.f("ix_publications_revision_id"), "publications", ["revision_id"], unique=False
    )
    op.create_index(
        "uq_publications_live",
        "publications",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for statement in _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite():
        op.execute(statement)


def _sqlite() -> list[str]:
    """INSERT is guarded too: INSERT OR REPLACE walks past UPDATE and DELETE triggers."""
    refused = {
        f"{table}_no_{deed.lower()}": (f"{deed} ON {table}", "1")
        for table in IMMUTABLE
        for deed in ("UPDATE", "DELETE")
    } | SQLITE
    return [
        f"CREATE TRIGGER {name} BEFORE {deed} WHEN {when} BEGIN"
        f" SELECT RAISE(ABORT, '{name}: the record is not to be changed'); END"
        for name, (deed, when) in refused.items()
    ]


def _postgresql() -> list[str]:
    kept = [
        f"CREATE TRIGGER {table}_no_{what} BEFORE {deed} EXECUTE FUNCTION refuse_change()"
        for table in IMMUTABLE
        for what, deed in (
            ("change", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
            ("truncate", f"TRUNCATE ON {table}"),
        )
    ]
    return [*POSTGRESQL, *kept]
