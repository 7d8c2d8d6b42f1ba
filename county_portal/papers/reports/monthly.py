"""The periodic report: how its figures are put together, and its paper.

Made of a month; of a quarter, half a year or a year by the same builder. The dataclass
holds everything the paper prints; the template looks nothing up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from county_portal.models import ReportRemark, Unit
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.desk import deadlines
from county_portal.papers.figures import (
    charts,
    frozen_months,
    paper_terms,
    records,
    reviews,
    sections,
    time_series,
)
from county_portal.papers.figures.contents import FigureChange, MonthlyReport, Stamp, Totals
from county_portal.papers.figures.figures import as_json, middle, share_of
from county_portal.papers.figures.frozen_months import Frozen
from county_portal.papers.figures.periods import Period, shift
from county_portal.papers.figures.records import Records
from county_portal.papers.reports import annex as annexes
from county_portal.printing.numerals import numeral
from county_portal.printing.pdf import nobody, print_paper, render_html
from county_portal.printing.process_pool import Watch

COMPARED = (*time_series.FIGURES, "overdue")


def build_report(month: date, months: int = 1, *, annex: bool = True) -> MonthlyReport:
    """Count the period that begins with the month, as far as it has gone.

    The number of queries is the same for any county.
    """
    period = Period(month.replace(day=1), months)
    now, calendar = records.read_records(period), deadlines.calendar()
    known, fields = sections.all_units(), sections.ordered_columns()
    names = {unit.id: unit.name for unit in known}
    span = Period(shift(period.first, months - 12), 12)
    counts = time_series.by_month(span)
    begun, closed = records.begun(), frozen_months.between(shift(period.first, -12), period.last)
    totals = _totals(now)
    before, published_before = _past(period.before, closed, known)
    year_before = _a_year_before(period, closed, known, begun)
    return MonthlyReport(
        month=period.first,
        months=months,
        until=now.until,
        county=settings.value("county_name"),
        office=settings.value("host_unit"),
        totals=totals,
        before=before,
        year_before=year_before,
        changes=tuple(_changes(totals, before, year_before)),
        units=tuple(sections.unit_figures(now, known, published_before, period)),
        columns=tuple(
            sections.column_figures(
                now.published, fields, time_series.last_fed(now.until), now.until
            )
        ),
        categories=tuple(sections.categories(now.published)),
        overdue=tuple(sections.overdue(now, names)),
        course=tuple(counts.values()),
        this_year=time_series.summed(
            (one for one in counts.values() if one.month.year == period.last.year),
            date(period.last.year, 1, 1),
        ),
        review=reviews.figures(reviews.read_reviews(period, calendar)),
        buckets=tuple(sections.buckets(now.published)),
        corrections=tuple(sections.afterwards(now.corrected, names)),
        withdrawals=tuple(sections.afterwards(now.withdrawn, names)),
        adjustments=(
            tuple(frozen_months.adjustments(period.first, closed, counts)) if months == 1 else ()
        ),
        open_months=(
            frozen_months.open_months(period, now.until, begun, closed) if months > 1 else ()
        ),
        open_compared=tuple(
            month
            for one in ((period.year_before, period.before) if year_before else (period.before,))
            for month in frozen_months.open_months(one, one.last, begun, closed)
        ),
        remarks=_remarks(period),
        annex=tuple(sections.annex(now.published, fields, names)) if annex else (),
    )


def report_pdf(report: MonthlyReport, stamp: Stamp, watch: Watch = nobody) -> bytes:
    """Print the report as it is filed, with its figures attached. watch: hears how far it is."""
    return print_paper(report_page(report, stamp), attach=as_json(report), watch=watch).pdf


def report_page(report: MonthlyReport, stamp: Stamp) -> str:
    """Render the report as a page, before it is set."""
    return render_html(
        "papers/reports/monthly.html",
        report=report,
        period=report.period,
        stamp=stamp,
        words=paper_terms,
        numeral=numeral,
        charts=charts.charts_of(report, paper_terms.CHARTS),
        sheets=tuple(annexes.sheets(report.annex)),
    )


def _past(
    period: Period, closed: Mapping[date, Frozen], known: Sequence[Unit]
) -> tuple[Totals, dict[str, int]]:
    """Return the totals of an earlier period and what each unit published then.

    As closed, if it was.
    """
    if period.months == 1 and period.first in closed:
        then = closed[period.first]
        return then.totals, {unit.code: unit.published for unit in then.units}
    past = records.read_records(period)
    lines = sections.unit_figures(past, known, {}, period)
    return _totals(past), {unit.code: unit.published for unit in lines}


def _a_year_before(
    period: Period, closed: Mapping[date, Frozen], known: Sequence[Unit], begun: date | None
) -> Totals | None:
    """Return the totals a year before.

    None if no records were kept yet, or it is the period before.
    """
    then = period.year_before
    if period.months == 12 or begun is None or begun > then.first:
        return None
    return _past(then, closed, known)[0]


def _totals(found: Records) -> Totals:
    published = found.published
    late = sum(one.late for one in published)
    return Totals(
        submitted=len(found.submitted),
        published=len(published),
        on_time=len(published) - late,
        late=late,
        on_time_share=share_of(len(published) - late, len(published)),
        returned=len(found.returned),
        declined=len(found.declined),
        corrected=len(found.corrected),
        withdrawn=len(found.withdrawn),
        overdue=len(found.waiting),
        median_days=middle(one.took for one in published),
    )


def _changes(totals: Totals, before: Totals, year_before: Totals | None) -> Iterable[FigureChange]:
    for figure in COMPARED:
        now, then = getattr(totals, figure), getattr(before, figure)
        rate = share_of(now - then, then)
        long_ago = getattr(year_before, figure) if year_before else None
        year_rate = share_of(now - long_ago, long_ago) if long_ago else None
        yield FigureChange(figure, now, then, now - then, rate, long_ago, year_rate)


def _remarks(period: Period) -> tuple[str, ...]:
    """Return what the clerk wrote, a paragraph each."""
    remark = remark_of(period)
    lines = remark.words.splitlines() if remark else []
    return tuple(line.strip() for line in lines if line.strip())


def remark_of(period: Period) -> ReportRemark | None:
    """Return the row of what the clerk wrote about the period."""
    query = select(ReportRemark).where(
        ReportRemark.kind == period.kind, ReportRemark.month == period.first
    )
    return db.session.scalar(query)
