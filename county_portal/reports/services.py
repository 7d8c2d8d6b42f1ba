"""Making reports in the background, keeping them, and finding them again."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from county_portal import audit, files, jobs
from county_portal.core import clock
from county_portal.core.errors import Missing, Refused
from county_portal.extensions import db, writing
from county_portal.models import Blob, Job, JobState, MadeReport, Person, StepTaken
from county_portal.policy import Do, require
from county_portal.reports import monthly
from county_portal.reports.figures import as_json, figures_hash, from_json
from county_portal.reports.monthly import MonthlyReport, Stamp
from county_portal.reports.workbook import to_xlsx

MONTHLY = "monthly"
TASK = "reports.monthly"
PER_PAGE = 24
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDED = (JobState.DONE, JobState.FAILED)


@dataclass(frozen=True)
class Found:
    """One page of the list."""

    reports: list[MadeReport]
    total: int
    number: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def has_more(self) -> bool:
        return self.number < self.last


# Finding


def find_reports(by: Person, page: int = 1) -> Found:
    """What was made, the newest first; a page that does not exist is the last one."""
    require(by, Do.REPORT_READ)
    total = db.session.scalar(select(func.count(MadeReport.id))) or 0
    number = min(max(1, page), max(1, -(-total // PER_PAGE)))
    query = select(MadeReport).options(joinedload(MadeReport.maker)).order_by(MadeReport.id.desc())
    rows = db.session.scalars(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return Found(list(rows), total, number)


def get_report(report_id: int, *, by: Person) -> MadeReport:
    require(by, Do.REPORT_READ)
    report = db.session.get(MadeReport, report_id)
    if report is None:
        raise Missing("There is no such page")
    return report


def figures_of(made: MadeReport) -> MonthlyReport:
    """The figures as they were stored."""
    return from_json(MonthlyReport, made.figures)


def file_of(made: MadeReport, form: str) -> tuple[Path, str]:
    """The stored file of a made report and its hash. Raises Missing for an unknown form."""
    if form not in MEDIA_TYPES:
        raise Missing("There is no such page")
    sha256 = made.pdf if form == "pdf" else made.xlsx
    return files.blob_path(sha256), sha256


def get_job(job_id: int, *, by: Person) -> Job:
    """The work on a report; other people's other work is not to be seen here."""
    require(by, Do.REPORT_READ)
    job = db.session.get(Job, job_id)
    if job is None or job.task != TASK:
        raise Missing("There is no such page")
    return job


def months() -> list[date]:
    """The months there is something to report on, this one included, the newest first."""
    begun = db.session.scalar(select(func.min(StepTaken.at)))
    this = clock.today().replace(day=1)
    first = clock.county_day(begun).replace(day=1) if begun else this
    found = [this]
    while found[-1] > first:
        found.append(_before(found[-1]))
    return found


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


# Making


def request_monthly(month: date, *, by: Person) -> Job:
    """Ask for the report of a month. While it is being made, asking again makes no second one."""
    require(by, Do.REPORT_MAKE)
    _has_begun(month)
    series = f"{TASK}:{month:%Y-%m}:"
    done = select(func.count(Job.id)).where(Job.key.startswith(series), Job.state.in_(ENDED))
    key = f"{series}{db.session.scalar(done)}"
    job = jobs.enqueue(TASK, key=key, by=by, month=f"{month:%Y-%m}", asked_by=by.id)
    audit.record(by, Do.REPORT_MAKE, job, month=f"{month:%Y-%m}")
    return job


@jobs.task(TASK)
def make_in_background(
    *, progress: jobs.Progress, month: str, asked_by: int | None
) -> dict[str, object]:
    made = make_monthly(date.fromisoformat(f"{month}-01"), asked_by=asked_by, progress=progress)
    return {"report": made.id}


def _silent(percent: int, doing: str) -> None:
    """Progress that nobody watches."""


def make_monthly(
    month: date, *, asked_by: int | None = None, progress: jobs.Progress = _silent
) -> MadeReport:
    """The report of the month. As long as the figures are the same it is the one already made.

    Begins and ends transactions of its own: no file is written inside one.
    """
    _has_begun(month)
    progress(5, "Counting the month")
    report = monthly.build(month)
    figures = as_json(report)
    stamp = Stamp(clock.now(), figures_hash(figures), audit.head())
    known = _find_made(report.month, figures)
    known_id = known.id if known else None
    db.session.rollback()
    kept = None if known_id else _print(report, stamp, progress)
    with writing():
        db.session.rollback()  # what comes next begins with the lock
        if kept is None:
            return db.session.get_one(MadeReport, known_id)
        return _find_made(report.month, figures) or _store(report, stamp, kept, asked_by)


def _print(
    report: MonthlyReport, stamp: Stamp, progress: jobs.Progress
) -> tuple[files.Stored, files.Stored]:
    """The report as PDF and workbook, kept on the disk. No transaction is open meanwhile."""
    progress(30, "Setting the pages")
    pdf = files.keep_bytes(monthly.to_pdf(report, stamp))
    progress(80, "Writing the workbook")
    xlsx = files.keep_bytes(to_xlsx(report, stamp))
    progress(95, "Storing the report")
    return pdf, xlsx


def _store(
    report: MonthlyReport,
    stamp: Stamp,
    kept: tuple[files.Stored, files.Stored],
    asked_by: int | None,
) -> MadeReport:
    """The row of the made report, and a line in the log."""
    pdf, xlsx = (_register(one, form) for one, form in zip(kept, MEDIA_TYPES, strict=True))
    made = MadeReport(
        kind=MONTHLY,
        month=report.month,
        figures=as_json(report),
        figures_hash=stamp.figures_hash,
        pdf=pdf.sha256,
        xlsx=xlsx.sha256,
        audit_head=stamp.audit_head,
        made_by=asked_by,
        made_at=stamp.made_at,
    )
    db.session.add(made)
    db.session.flush()
    by = db.session.get(Person, asked_by) if asked_by else None
    words = {"month": f"{made.month:%Y-%m}", "figures": made.figures_hash, "pdf": made.pdf}
    audit.record(by, Do.REPORT_MAKE, made, **words)
    return made


def _register(stored: files.Stored, form: str) -> Blob:
    return files.register(stored, MEDIA_TYPES[form])


def _find_made(month: date, figures: str) -> MadeReport | None:
    """The newest report of the month, if it holds these figures."""
    query = select(MadeReport).where(MadeReport.kind == MONTHLY, MadeReport.month == month)
    newest = db.session.scalar(query.order_by(MadeReport.id.desc()).limit(1))
    return newest if newest is not None and newest.figures == figures else None


def _has_begun(month: date) -> None:
    if month.replace(day=1) > clock.today():
        raise Refused("This month has not begun yet")
