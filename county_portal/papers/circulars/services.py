"""Making circulars, sending them to the leaders of the units, and who has read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.core.errors import Missing, Refused
from county_portal.core.paging import Page, fetch_page
from county_portal.models import (
    CircularReading,
    Job,
    MadeReport,
    PaperKind,
    Person,
    PersonRole,
    Role,
)
from county_portal.models import MadeCircular as CircularRow
from county_portal.office.base import audit, files, jobs
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions, register
from county_portal.office.rules.policy import CLERK, LEADER, Do, require
from county_portal.papers.circulars import circular
from county_portal.papers.circulars.word import circular_docx
from county_portal.papers.figures.contents import Stamp
from county_portal.papers.figures.figures import as_json, figures_hash, read_figures
from county_portal.papers.reports import in_force, services
from county_portal.papers.reports.services import CIRCULAR

PER_PAGE = 24


@dataclass(frozen=True)
class CircularReader:
    """A unit's leader, and when they opened the circular."""

    name: str
    unit: str
    read_at: datetime | None


# Finding


def find_circulars(by: Person, page: int = 1) -> Page[CircularRow]:
    """Find the circulars this person may open, the newest first.

    Only the clerk sees unsent ones.
    """
    require(by, Do.CIRCULAR_READ)
    seen = CircularRow.id.is_not(None) if by.has_any(CLERK) else CircularRow.sent_at.is_not(None)
    query = (
        select(CircularRow)
        .where(seen)
        .options(joinedload(CircularRow.report), joinedload(CircularRow.sender))
        .order_by(CircularRow.id.desc())
    )
    return fetch_page(db.session, query, page, PER_PAGE)


def get(circular_id: int, *, by: Person) -> CircularRow:
    """Return the circular. One that was not sent is missing for all but the clerk."""
    require(by, Do.CIRCULAR_READ)
    row = db.session.get(CircularRow, circular_id)
    if row is None or (row.sent_at is None and not by.has_any(CLERK)):
        raise Missing
    return row


def circular_figures(row: CircularRow) -> circular.Circular:
    return read_figures(circular.Circular, row.figures)


def readers(row: CircularRow) -> list[CircularReader]:
    """Return the leaders of all units, and who of them has opened it."""
    if row.sent_at is None:
        return []
    readings = select(CircularReading.person_id, CircularReading.read_at)
    mine = readings.where(CircularReading.circular_id == row.id)
    read = dict(db.session.execute(mine).all())
    query = select(Person).join(PersonRole).where(PersonRole.role == Role.UNIT_LEADER)
    leaders = db.session.scalars(query.where(Person.active).order_by(Person.unit_id, Person.id))
    return [CircularReader(one.name, one.unit.name, read.get(one.id)) for one in leaders]


def notices(by: Person) -> list[CircularRow]:
    """Return what a unit's leader has not opened yet, the newest first."""
    if not by.active or not by.has_any(LEADER):
        return []
    read = select(CircularReading.circular_id).where(CircularReading.person_id == by.id)
    query = (
        select(CircularRow)
        .where(CircularRow.sent_at >= by.created_at, CircularRow.id.not_in(read))
        .options(joinedload(CircularRow.report))
        .order_by(CircularRow.id.desc())
    )
    return list(db.session.scalars(query))


# Deeds


def request_circular(made: MadeReport, *, by: Person) -> Job:
    """Ask for a circular over the figures of a report."""
    require(by, Do.CIRCULAR_SEND)
    if services.report_figures(made).partial:
        raise Refused("A circular is made when the period is over")
    _require_in_force(made)
    arguments = {"period": services.period_of(made).code, "report": made.id, "asked_by": by.id}
    job = editions.request_files(CIRCULAR, made.id, by=by, **arguments)
    audit.record(by, Do.CIRCULAR_SEND, job, report=made.id)
    return job


def make_circular_task(
    *, progress: jobs.Progress, period: str, report: int, asked_by: int | None
) -> dict[str, object]:
    made = make_circular(report, asked_by=asked_by, progress=progress)
    return {"circular": made.id, "period": period}


def make_circular(
    report_id: int, *, asked_by: int | None, progress: jobs.Progress = services.unwatched
) -> CircularRow:
    """Make the circular over a report; return the one already made as long as it says the same."""
    made = db.session.get_one(MadeReport, report_id)
    _require_in_force(made)
    content = circular.build_circular(services.report_figures(made))
    figures = as_json(content)
    stamp = Stamp(clock.now(), figures_hash(figures), made.audit_head)
    known = _known(report_id, stamp.figures_hash)
    known_id = known.id if known else None
    db.session.rollback()
    if known_id is not None:
        with editions.storing():
            return db.session.get_one(CircularRow, known_id)
    progress(20, "Setting the circular")
    pdf = files.keep_paper(circular.circular_pdf(content, stamp, figures))
    progress(80, "Writing the Word document")
    blocks = circular.blocks(content)
    docx = files.keep_bytes(
        circular_docx(circular.title_lines(content), blocks, content.office, stamp.made_here)
    )
    with editions.storing():
        row = CircularRow(
            report_id=report_id,
            figures=figures,
            figures_hash=stamp.figures_hash,
            **editions.register_files({"pdf": pdf, "docx": docx}),
            made_by=asked_by,
            made_at=stamp.made_at,
        )
        db.session.add(row)
        db.session.flush()
        by = db.session.get(Person, asked_by) if asked_by else None
        audit.record(by, Do.CIRCULAR_SEND, row, made=row.figures_hash)
        return row


def _require_in_force(made: MadeReport) -> None:
    """Refuse a report that is preliminary, or whose place another has taken. Raises Refused."""
    if not in_force.is_in_force(made):
        raise Refused("A circular is made of the report in force: close the month or months first")


def _known(report_id: int, digest: str) -> CircularRow | None:
    query = select(CircularRow).where(
        CircularRow.report_id == report_id, CircularRow.figures_hash == digest
    )
    return db.session.scalar(query.order_by(CircularRow.id.desc()).limit(1))


def send_to_leaders(row: CircularRow, *, by: Person) -> None:
    """Put the circular on the desk of each unit's leader. Sent once; never taken back."""
    require(by, Do.CIRCULAR_SEND)
    if row.sent_at is not None:
        raise Refused("This circular was sent already")
    _require_in_force(row.report)
    row.sent_at, row.sent_by = clock.now(), by.id
    made_on = clock.county_day(row.made_at)
    title = circular.title(circular_figures(row))
    register.enter_paper(row.pdf, PaperKind.CIRCULAR, title, made_on)
    audit.record(by, Do.CIRCULAR_SEND, row, figures=row.figures_hash, pdf=row.pdf)


def note_reading(row: CircularRow, *, by: Person) -> None:
    """Note that a leader has opened it: it leaves their desk. Opening it again changes nothing."""
    require(by, Do.CIRCULAR_READ)
    known = db.session.get(CircularReading, (row.id, by.id))
    if known is None and by.has_any(LEADER) and row.sent_at is not None:
        db.session.add(CircularReading(circular_id=row.id, person_id=by.id, read_at=clock.now()))
        audit.record(by, Do.CIRCULAR_READ, row)
