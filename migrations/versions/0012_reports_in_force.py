"""Which reports are in force; what a return form said; when a unit was entered."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UNITS = sa.table(
    "units", sa.column("id", sa.Integer), sa.column("created_at", sa.DateTime(timezone=True))
)
PAPERS = sa.table(
    "issued_papers",
    sa.column("sha256", sa.Text),
    sa.column("kind", sa.Text),
    sa.column("withdrawn_at", sa.DateTime(timezone=True)),
)
LENGTHS = {"quarterly": 3, "half_yearly": 6, "yearly": 12}


def upgrade() -> None:
    op.add_column("units", sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("return_forms", sa.Column("figures_hash", sa.Text(), nullable=True))
    connection = op.get_bind()
    for unit_id, moment in _entered(connection):
        connection.execute(sa.update(UNITS).where(UNITS.c.id == unit_id).values(created_at=moment))
    in_force = set(_in_force(connection))
    standing = sa.select(PAPERS.c.sha256).where(
        PAPERS.c.kind == "report", PAPERS.c.withdrawn_at.is_(None)
    )
    for sha256 in set(connection.scalars(standing)) - in_force:
        connection.execute(
            sa.update(PAPERS)
            .where(PAPERS.c.sha256 == sha256)
            .values(withdrawn_at=datetime.now(UTC))  # noqa: TID251
        )


def _entered(connection: sa.Connection) -> Iterator[tuple[int, datetime]]:
    """When each unit was entered, as the log knows it."""
    rows = sa.text(
        "SELECT object, at, details FROM audit WHERE action = 'unit.manage' AND result = 'done'"
    )
    for thing, at, details in connection.execute(rows).all():
        if json.loads(details).get("deed") == "created":
            yield int(thing.partition(":")[2]), datetime.fromisoformat(at).astimezone(UTC)


def _in_force(connection: sa.Connection) -> Iterator[str]:
    """The papers of reports with which a month is closed, and of the newest of longer periods."""
    closed = sa.text("SELECT report_id, month FROM closed_months WHERE reopened_at IS NULL")
    rows = connection.execute(closed).all()
    reports, months = {row.report_id for row in rows}, {_day(row.month) for row in rows}
    newest = sa.text(
        "SELECT max(id) FROM made_reports WHERE kind <> 'monthly' GROUP BY kind, month"
    )
    longer = sa.text("SELECT kind, month, figures FROM made_reports WHERE id = :id")
    for report_id in connection.scalars(newest).all():
        row = connection.execute(longer, {"id": report_id}).one()
        if _is_final(row.kind, _day(row.month), json.loads(row.figures)["figures"], months):
            reports.add(report_id)
    papers = sa.text(
        "SELECT m.pdf, f.pdf FROM made_reports m"
        " LEFT JOIN return_forms f ON f.report_id = m.id WHERE m.id = :id"
    )
    for report_id in reports:
        for row in connection.execute(papers, {"id": report_id}).all():
            yield from (sha256 for sha256 in row if sha256)


def _is_final(kind: str, first: date, figures: dict[str, object], closed: set[date]) -> bool:
    """Whether it was counted when the period was over, and all its months are closed."""
    number = first.year * 12 + first.month - 1
    each = [date(n // 12, n % 12 + 1, 1) for n in range(number, number + LENGTHS[kind] + 1)]
    over = date.fromisoformat(str(figures["until"])).toordinal() + 1 >= each[-1].toordinal()
    return over and not figures.get("open_months") and closed.issuperset(each[:-1])


def _day(told: object) -> date:
    return told if isinstance(told, date) else date.fromisoformat(str(told))
