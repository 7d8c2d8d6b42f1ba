"""The reports that were made, what is behind their figures, making and closing."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core.web import form_page
from county_portal.models import Ground, MadeReport, State, UnitKind
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do
from county_portal.papers.figures import charts
from county_portal.papers.figures.labels import BUCKETS, CHARTS, FIGURES, VERDICTS
from county_portal.papers.reports import closing, drill_down, in_force, remarks, services
from county_portal.papers.reports.forms import PeriodForm, ReasonForm, RemarksForm

bp = Blueprint("reports", __name__, url_prefix="/reports")


@bp.app_template_global()
def period_code(made: MadeReport) -> str:
    """Return how pages write the period of a report: by its code."""
    return services.period_of(made).code


@bp.get("/")
@needs(Do.REPORT_READ)
def index() -> Response:
    """Show what was made, and for the clerk the period to report on next."""
    return _list(PeriodForm.offering_known_periods())


@bp.post("/")
@needs(Do.REPORT_MAKE)
def make() -> ResponseReturnValue:
    """Ask for the report of a period and go where its progress is shown."""
    form = PeriodForm.offering_known_periods()
    if not form.validate():
        return _list(form)
    job = services.request_report(form.chosen(), by=me(), annex=bool(form.annex.data))
    db.session.commit()
    return redirect(url_for("work.page", job_id=job.id), 303)


@bp.get("/<int:report_id>")
@needs(Do.REPORT_READ)
def report(report_id: int) -> str:
    """Show the figures of a made report."""
    made = services.get_report(report_id, by=me())
    figures = services.report_figures(made)
    return render_template(
        "papers/reports/report.html",
        made=made,
        report=figures,
        period=figures.period,
        words=FIGURES,
        verdicts=VERDICTS,
        buckets=BUCKETS,
        charts=charts.charts_of(figures, {name: str(word) for name, word in CHARTS.items()}),
        closings=closing.closings_of(made.month) if figures.months == 1 else [],
        in_force=in_force.is_in_force(made),
        may_close=figures.months == 1 and not figures.partial,
        State=State,
        Ground=Ground,
        UnitKind=UnitKind,
    )


@bp.get("/<int:report_id>/<form>")
@needs(Do.REPORT_READ)
def download(report_id: int, form: str) -> Response:
    """Show the stored file, the same bytes each time."""
    made = services.get_report(report_id, by=me())
    return editions.download(made, form, _file_name(made, form))


@bp.get("/<int:report_id>/items/<figure>")
@needs(Do.REPORT_READ)
def items(report_id: int, figure: str) -> str:
    """Show the items behind one figure, from the records as they are now."""
    made = services.get_report(report_id, by=me())
    narrowed = {name: text for name, text in request.args.items() if name != "page"}
    number = request.args.get("page", 1, int)
    counted = drill_down.find_counted(made, figure, narrowed, page=number, by=me())
    return render_template(
        "papers/reports/items.html",
        made=made,
        page=counted,
        name={**FIGURES, **VERDICTS}[figure],
        narrowed=narrowed,
    )


# Remarks


@bp.get("/periods/<code>/remarks")
@needs(Do.REPORT_MAKE)
def write_remarks(code: str) -> Response:
    """Ask for what the report is to say in words, and why items were late."""
    noted = remarks.noted(services.period_named(code), by=me())
    return form_page("papers/reports/remarks.html", RemarksForm.of(noted), noted=noted)


@bp.post("/periods/<code>/remarks")
@needs(Do.REPORT_MAKE)
def keep_remarks(code: str) -> ResponseReturnValue:
    """Keep it; the report is then to be made anew."""
    period = services.period_named(code)
    noted = remarks.noted(period, by=me())
    form = RemarksForm.of(noted)
    if not form.validate():
        return form_page("papers/reports/remarks.html", form, noted=noted)
    remarks.write_remarks(
        period, form.words.data or "", form.reasons(), seen=form.seen.data or "", by=me()
    )
    db.session.commit()
    flash(_("Kept. Make the report again, and it stands in it."))
    return redirect(url_for(".write_remarks", code=code), 303)


# Closing


@bp.post("/months/<code>/close")
@needs(Do.REPORT_CLOSE)
def close(code: str) -> ResponseReturnValue:
    """Freeze the figures of a month."""
    job = closing.request_closing(closing.month_over(code), by=me())
    db.session.commit()
    return redirect(url_for("work.page", job_id=job.id), 303)


@bp.get("/months/<code>/reopen")
@needs(Do.REPORT_REOPEN)
def ask_to_reopen(code: str) -> Response:
    """Say why the month is opened again."""
    month = closing.month_closed(code)
    return form_page(
        "papers/reports/reopen.html", ReasonForm(), month=month, closing=closing.in_force(month)
    )


@bp.post("/months/<code>/reopen")
@needs(Do.REPORT_REOPEN)
def reopen(code: str) -> ResponseReturnValue:
    month, form = closing.month_closed(code), ReasonForm()
    if not form.validate():
        return form_page(
            "papers/reports/reopen.html", form, month=month, closing=closing.in_force(month)
        )
    row = closing.reopen_month(month, form.reason.data, by=me())
    db.session.commit()
    flash(_("The month is open again. Its closing and your reason stay on record."))
    return redirect(url_for(".report", report_id=row.report_id), 303)


def _list(form: PeriodForm) -> Response:
    page = services.find_reports(me(), request.args.get("page", 1, int))
    return form_page(
        "papers/reports/index.html", form, page=page, closed=services.closing_reports(page.rows)
    )


def _file_name(made: MadeReport, form: str) -> str:
    """Name the file as the office does: official Chinese in every language."""
    period = services.period_of(made)
    if form == "return":
        return f"政府信息公开情况统计表{period.code}.pdf"
    return f"政府信息公开工作{period.paper}{period.code}.{form}"
