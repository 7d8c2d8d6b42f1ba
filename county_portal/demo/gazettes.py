"""The demonstration county's gazette of last month, and what was repealed in it."""

from datetime import timedelta

from sqlalchemy import select

from county_portal.core import clock
from county_portal.demo.county import first_with
from county_portal.editorial.catalogue import validity
from county_portal.models import (
    Column,
    ColumnKind,
    Gazette,
    GazetteSection,
    Item,
    Publication,
    Role,
    ValidityState,
    Verdict,
)
from county_portal.office.base import jobs
from county_portal.office.base.extensions import db, writing
from county_portal.papers.gazettes import marks, selection, services
from county_portal.papers.gazettes.steps import edition_of

PRINTED = 4
OF_THE_COUNTY = "青政"  # how the numbers of county documents begin; departments have no gazette
OF_THE_OFFICE = "青政办"
OLDER_THAN = timedelta(days=200)


def begin_gazette() -> int | None:
    """Compose last month's gazette. Return the job that makes its PDF; None: nothing to print."""
    with writing():
        clerk, editor = first_with(Role.OFFICE_CLERK), first_with(Role.EDITOR)
        month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
        recent, old = _documents()
        if not recent:
            return None
        for item in recent:
            marks.mark_item(item, _section(item), by=editor)
        states = (ValidityState.REPEALED, ValidityState.EXPIRED)
        changers = (recent[0].index_number or "", "")
        for item, state, by in zip(old, states, changers, strict=False):
            finding = validity.Finding(state, month + timedelta(days=9), by, "文件清理")
            validity.change(item, finding, seen_id=0, by=editor)
        gazette = selection.compose_issue(month, by=clerk)
        return services.freeze_gazette(gazette, seen_version=gazette.version, by=clerk).id


def finish_gazette(job_id: int | None) -> None:
    """Print, sign and issue it; it goes out with the next public file."""
    if job_id is None:
        return
    jobs.run_job(job_id)
    with writing():
        gazette = db.session.scalars(select(Gazette)).one()
        edition = edition_of(gazette)
        if edition is None:  # a machine that cannot print
            return
        checks = dict.fromkeys(services.QUESTIONS, True)
        opinion = services.GazetteOpinion(
            Verdict.RELEASE, edition.content_hash, checks, "已逐页审查。"
        )
        services.sign(gazette, opinion, by=first_with(Role.CONFIDENTIALITY_OFFICER))
        services.issue_gazette(gazette, edition.content_hash, by=first_with(Role.ISSUER))


def _documents() -> tuple[list[Item], list[Item]]:
    """Find public documents of the county: the last before this month, and at most two old ones."""
    live = select(Publication.item_id).where(Publication.ended_at.is_(None))
    query = (
        select(Item)
        .join(Column, Column.id == Item.column_id)
        .where(Item.id.in_(live), Item.document_number.startswith(OF_THE_COUNTY))
        .where(Column.kind.in_((ColumnKind.POLICY, ColumnKind.NOTICE)))
        .order_by(Item.first_published_at.desc(), Item.id.desc())
    )
    until = clock.day_start(clock.today().replace(day=1))
    recent = db.session.scalars(query.where(Item.first_published_at < until).limit(PRINTED)).all()
    early = clock.now() - OLDER_THAN
    old = db.session.scalars(query.where(Item.first_published_at < early).limit(2)).all()
    return list(recent), [item for item in old if item not in recent]


def _section(item: Item) -> GazetteSection:
    office = item.document_number.startswith(OF_THE_OFFICE)
    return GazetteSection.OFFICE if office else GazetteSection.COUNTY
