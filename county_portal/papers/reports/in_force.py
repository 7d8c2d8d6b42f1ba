"""Which report of a period is in force. The register of issued papers says so to everybody.

Of a month it is the one the month was closed with. Of a longer period it is the newest that
was made of it whole, with each of its months closed; until one of them is opened again.
"""

from datetime import date

from sqlalchemy import select

from county_portal.core import clock
from county_portal.models import MadeReport, PaperKind
from county_portal.office.base.extensions import db
from county_portal.office.desk import register
from county_portal.papers.figures.contents import MonthlyReport
from county_portal.papers.figures.figures import read_figures
from county_portal.papers.figures.periods import MONTHS, Period


def is_in_force(made: MadeReport) -> bool:
    return register.stands(made.pdf)


def enter_report(made: MadeReport) -> None:
    """Enter the report.

    Whoever checks a copy is told that it is of this office, and is not in force.
    """
    _enter(made, stands=False)


def put_in_force(made: MadeReport) -> None:
    """Put its papers in force, and no other report's of the period."""
    others = select(MadeReport).where(
        MadeReport.kind == made.kind, MadeReport.month == made.month, MadeReport.id != made.id
    )
    for other in db.session.scalars(others):
        _withdraw(other)
    _enter(made, stands=True)


def take_back(month: date) -> None:
    """Take every report of the month out of force, and those of longer periods that hold it."""
    begun = select(MadeReport).where(MadeReport.month <= month)
    for made in db.session.scalars(begun):
        if Period(made.month, MONTHS[made.kind]).last >= month:
            _withdraw(made)


def paper_hashes(made: MadeReport) -> list[str]:
    """Return the PDFs of a report: itself, and the return form if it has one."""
    return [made.pdf, made.returns.pdf] if made.returns else [made.pdf]


def _enter(made: MadeReport, *, stands: bool) -> None:
    report = read_figures(MonthlyReport, made.figures)
    day = clock.county_day(made.made_at)
    names = (report.paper_title, f"政府信息公开情况统计表（{report.period.title}）")
    for sha256, name in zip(paper_hashes(made), names, strict=False):
        register.enter_paper(sha256, PaperKind.REPORT, name, day, stands=stands)


def _withdraw(made: MadeReport) -> None:
    for sha256 in paper_hashes(made):
        register.withdraw_paper(sha256)
