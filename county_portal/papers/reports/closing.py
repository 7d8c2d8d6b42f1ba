"""Closing months: their figures are frozen; later changes become adjustments of the next report."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import Missing, Refused
from county_portal.models import ClosedMonth, Job, MadeReport, Person
from county_portal.office.base import audit, jobs, settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require
from county_portal.papers.figures import records
from county_portal.papers.figures.figures import as_json, figures_hash
from county_portal.papers.figures.frozen_months import freeze_figures
from county_portal.papers.figures.periods import Period, shift
from county_portal.papers.reports import in_force as standing
from county_portal.papers.reports import services
from county_portal.papers.reports.services import CLOSING, closing_of, last_month


def request_closing(month: date, *, by: Person) -> Job:
    """Ask for the month to be closed with its figures as they are when its report is made."""
    require(by, Do.REPORT_CLOSE)
    _may_be_closed(month)
    begun = records.begun()
    if begun is None or Period(month).last < begun:
        raise Refused("There are no records of this month")
    job = services.ask_for_report(CLOSING, Period(month).code, by=by)
    audit.record(by, Do.REPORT_CLOSE, job, month=f"{month:%Y-%m}")
    return job


def close_in_background(
    *, progress: jobs.Progress, period: str, asked_by: int | None
) -> dict[str, object]:
    month = Period.named(period).first
    made = services.make_report(Period(month), asked_by=asked_by, progress=progress)
    closing = closing_of(month) or _close(month, made.id, asked_by)  # in the transaction of `made`
    return {"report": closing.report_id}


def _may_be_closed(month: date) -> None:
    if Period(month).last >= clock.today():
        raise Refused("A month can be closed when it is over")
    if closing_of(month):
        raise Refused("This month is closed already")


def _close(month: date, report_id: int, asked_by: int | None) -> ClosedMonth:
    """Write the row of the closing, and a line in the log."""
    _may_be_closed(month)
    report = db.session.get_one(MadeReport, report_id)
    figures = as_json(freeze_figures(services.report_figures(report)))
    row = ClosedMonth(
        month=month,
        figures=figures,
        figures_hash=figures_hash(figures),
        report_id=report_id,
        closed_by=asked_by,
        closed_at=clock.now(),
    )
    standing.put_in_force(report)
    db.session.add(row)
    db.session.flush()
    by = db.session.get(Person, asked_by) if asked_by else None
    audit.record(by, Do.REPORT_CLOSE, row, month=f"{month:%Y-%m}", figures=row.figures_hash)
    return row


def reopen_month(month: date, reason: str, *, by: Person) -> ClosedMonth:
    """Take the month's closing out of force; the row stays, with who opened it and why.

    Nor is any report that holds the month, until it is closed again.
    Only the last closed month can be opened: later reports lean on earlier figures.
    """
    require(by, Do.REPORT_REOPEN)
    row = in_force(month)
    if not reason.strip():
        raise Refused("Say why; it stands in the log")
    later = select(ClosedMonth.id).where(
        ClosedMonth.month > month, ClosedMonth.reopened_at.is_(None)
    )
    if db.session.scalar(later.limit(1)):
        raise Refused("A later month is closed; open that one first")
    row.reopened_at, row.reopened_by, row.reason = clock.now(), by.id, reason.strip()
    standing.take_back(month)
    audit.record(by, Do.REPORT_REOPEN, row, month=f"{month:%Y-%m}", reason=row.reason)
    return row


def in_force(month: date) -> ClosedMonth:
    """Return the month's closing. Raises Missing for a month that is open."""
    row = closing_of(month)
    if row is None:
        raise Missing
    return row


def closings_of(month: date) -> list[ClosedMonth]:
    """Return every closing of the month, the newest first, those that were taken back included."""
    query = select(ClosedMonth).where(ClosedMonth.month == month)
    return list(db.session.scalars(query.order_by(ClosedMonth.id.desc())))


def month_over(code: str) -> date:
    """Return the month of an address.

    Raises Missing unless it is one that is over and has records.
    """
    period = services.period_named(code)
    if period.months != 1 or period.first > last_month():
        raise Missing
    return period.first


def month_closed(code: str) -> date:
    """Return the month of an address. Raises Missing unless it is one that is closed."""
    period = Period.addressed(code)
    if period.months != 1:
        raise Missing
    return in_force(period.first).month


def close_on_the_day() -> None:
    """Close the months that nobody has closed, the oldest first and one after another.

    Last month on the day the office sets, earlier ones at once. What was opened again stays.
    """
    month = next(_left_open(), None)
    if month is not None:
        key = f"{CLOSING}:{month:%Y-%m}:timetable:{clock.today()}"  # failed, tried again next day
        jobs.enqueue(CLOSING, key=key, by=None, period=f"{month:%Y-%m}", asked_by=None)


def _left_open() -> Iterator[date]:
    """Yield months due and never closed, from the first closed one or the first record."""
    known = set(db.session.scalars(select(ClosedMonth.month)))
    begun = records.begun()
    if begun is None:
        return
    first = begun.replace(day=1)
    month = max(first, min(known, default=first))
    is_day = clock.today().day >= settings.number("close_month_on_day")
    last = last_month() if is_day else shift(last_month(), -1)
    while month <= last:
        if month not in known:
            yield month
        month = shift(month, 1)
