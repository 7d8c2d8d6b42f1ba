"""Making reports in the background, keeping them, and finding them again."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.core.errors import Missing, Refused
from county_portal.core.paging import Page, fetch_page
from county_portal.models import ClosedMonth, Job, MadeReport, Person, ReturnForm
from county_portal.office.base import audit, files, jobs
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.desk import editions
from county_portal.office.rules.policy import Do, require
from county_portal.papers.figures import frozen_months, records
from county_portal.papers.figures.contents import MonthlyReport, Stamp
from county_portal.papers.figures.figures import as_json, figures_hash, read_figures
from county_portal.papers.figures.periods import MONTHS, Period, shift
from county_portal.papers.reports import in_force, monthly, returns
from county_portal.papers.reports.workbook_sheets import to_xlsx

TASK = "reports.make"
CLOSING = "reports.close"
CIRCULAR = "reports.circular"
PER_PAGE = 24


# Finding


def find_reports(by: Person, page: int = 1) -> Page[MadeReport]:
    """Find what was made, the newest first; a page that does not exist is the last one."""
    require(by, Do.REPORT_READ)
    query = select(MadeReport).options(joinedload(MadeReport.maker)).order_by(MadeReport.id.desc())
    return fetch_page(db.session, query, page, PER_PAGE)


def closing_reports(reports: list[MadeReport]) -> set[int]:
    """Return the ids of those reports with which a month was closed."""
    ids = [report.id for report in reports]
    query = select(ClosedMonth.report_id).where(
        ClosedMonth.reopened_at.is_(None), ClosedMonth.report_id.in_(ids)
    )
    return set(db.session.scalars(query))


def get_report(report_id: int, *, by: Person) -> MadeReport:
    require(by, Do.REPORT_READ)
    return fetch_row(MadeReport, report_id)


def report_figures(made: MadeReport) -> MonthlyReport:
    """Return the figures as they were stored."""
    return read_figures(MonthlyReport, made.figures)


def period_of(made: MadeReport) -> Period:
    return Period(made.month, MONTHS[made.kind])


def known_periods() -> dict[int, list[Period]]:
    """Return, by their length, the periods for which there can be records, the newest first."""
    first = records.begun() or clock.today()
    periods = {}
    for months in (1, 3, 6, 12):
        newest = Period.holding(clock.today(), months)
        periods[months] = [newest]
        while newest.first > first:
            newest = newest.before
            periods[months].append(newest)
    return periods


def period_named(code: str) -> Period:
    """Return the period of an address. Raises Missing unless there can be records of it."""
    period = Period.addressed(code)
    if period not in known_periods()[period.months]:
        raise Missing
    return period


def closing_of(month: date) -> ClosedMonth | None:
    """Return the closing of the month that is in force."""
    query = select(ClosedMonth).where(ClosedMonth.month == month, ClosedMonth.reopened_at.is_(None))
    return db.session.scalar(query)


# Making


def request_report(period: Period, *, by: Person, annex: bool = True) -> Job:
    """Ask for a report. While it is being made, asking again makes no second one."""
    require(by, Do.REPORT_MAKE)
    _has_begun(period)
    job = ask_for_report(TASK, period.code, by=by, annex=annex)
    audit.record(by, Do.REPORT_MAKE, job, period=period.code)
    return job


def ask_for_report(task: str, code: str, *, by: Person, **arguments: object) -> Job:
    """Ask for the report of a period. Return the job: the one under way, or a new one."""
    return editions.request_files(task, code, by=by, period=code, asked_by=by.id, **arguments)


def make_report_task(
    *, progress: jobs.Progress, period: str, asked_by: int | None, annex: bool = True
) -> dict[str, object]:
    made = make_report(Period.named(period), asked_by=asked_by, progress=progress, annex=annex)
    return {"report": made.id}


def unwatched(percent: int, doing: str) -> None:
    """Ignore progress that nobody watches."""


def make_report(
    period: Period,
    *,
    asked_by: int | None = None,
    progress: jobs.Progress = unwatched,
    annex: bool = True,
) -> MadeReport:
    """Make the report of the period.

    Return the one already made while it and its form say the same.

    That of a closed month is the one with which it was closed. Begins and ends
    transactions of its own: no file is written inside one.
    """
    _has_begun(period)
    closing = closing_of(period.first) if period.months == 1 else None
    if closing is not None:
        report_id = closing.report_id
        with editions.storing():
            return db.session.get_one(MadeReport, report_id)
    progress(5, "Counting the period")
    report = monthly.build_report(period.first, period.months, annex=annex)
    figures = as_json(report)
    stamp = Stamp(clock.now(), figures_hash(figures), audit.head())
    form = returns.build_return(report, db.session.get(Person, asked_by) if asked_by else None)
    form_hash = form.figures_hash
    known = _find_made(period, figures, form_hash)
    known_id = known.id if known else None
    db.session.rollback()
    kept = None if known_id else _print(report, form, stamp, progress)
    with editions.storing():
        if kept is None:
            made = db.session.get_one(MadeReport, known_id)
        else:
            made = _find_made(period, figures, form_hash) or _store(
                report, stamp, kept, form_hash, asked_by
            )
        if report.final and not frozen_months.open_now(period):
            in_force.put_in_force(made)
        return made


def _print(
    report: MonthlyReport, form: returns.Return, stamp: Stamp, progress: jobs.Progress
) -> dict[str, files.Stored]:
    """Print the files of the report, kept on the disk. No transaction is open meanwhile."""
    progress(20, "Setting the pages")
    watch = jobs.part_progress(progress, 20, 75, "Setting the pages")
    pdf = files.keep_paper(monthly.report_pdf(report, stamp, watch))
    progress(75, "Setting the return form")
    return_form = files.keep_paper(returns.return_pdf(form, stamp))
    progress(85, "Writing the workbook")
    xlsx = files.keep_bytes(to_xlsx(report, stamp))
    progress(95, "Storing the report")
    return {"pdf": pdf, "xlsx": xlsx, "return": return_form}


def _store(
    report: MonthlyReport,
    stamp: Stamp,
    kept: dict[str, files.Stored],
    said: str,
    asked_by: int | None,
) -> MadeReport:
    """Store the row of the made report, and a line in the log. said: what its return form says."""
    blobs = editions.register_files(kept)
    made = MadeReport(
        kind=report.period.kind,
        month=report.month,
        figures=as_json(report),
        figures_hash=stamp.figures_hash,
        pdf=blobs["pdf"],
        xlsx=blobs["xlsx"],
        audit_head=stamp.audit_head,
        made_by=asked_by,
        made_at=stamp.made_at,
    )
    db.session.add(made)
    db.session.flush()
    form = ReturnForm(report_id=made.id, pdf=blobs["return"], figures_hash=said)
    db.session.add(form)
    db.session.flush()
    in_force.enter_report(made)
    by = db.session.get(Person, asked_by) if asked_by else None
    details = {"period": report.period.code, "figures": made.figures_hash, "pdf": made.pdf}
    audit.record(by, Do.REPORT_MAKE, made, **details)
    return made


def _find_made(period: Period, figures: str, said: str) -> MadeReport | None:
    """Find the newest report of the period, if figures and return form say the same."""
    query = select(MadeReport).where(
        MadeReport.kind == period.kind, MadeReport.month == period.first
    )
    newest = db.session.scalar(query.order_by(MadeReport.id.desc()).limit(1))
    if newest is None or newest.returns is None or newest.figures != figures:
        return None
    return newest if newest.returns.figures_hash == said else None


def _has_begun(period: Period) -> None:
    if period.first > clock.today():
        raise Refused("This period has not begun yet")


def last_month() -> date:
    """Return the month before this one."""
    return shift(clock.today().replace(day=1), -1)
