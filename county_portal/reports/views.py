"""The reports that were made, and making another."""

import json

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from county_portal.access import me, needs
from county_portal.core.web import form_page
from county_portal.extensions import db
from county_portal.models import Job, JobState, MadeReport, State, UnitKind
from county_portal.policy import Do
from county_portal.reports import services
from county_portal.reports.forms import MonthForm

bp = Blueprint("reports", __name__, url_prefix="/reports")

FIGURES = {
    "submitted": _l("Submitted"),
    "published": _l("Published"),
    "on_time": _l("Published on time"),
    "late": _l("Published late"),
    "returned": _l("Returned (times)"),
    "declined": _l("Declined"),
    "corrected": _l("Corrected"),
    "withdrawn": _l("Withdrawn"),
    "overdue": _l("Overdue and unpublished at the end"),
}
STAGES = {
    "": _l("Waiting for its turn"),
    "Counting the month": _l("Counting the month"),
    "Setting the pages": _l("Setting the pages"),
    "Writing the workbook": _l("Writing the workbook"),
    "Storing the report": _l("Storing the report"),
}


@bp.get("/")
@needs(Do.REPORT_READ)
def index() -> Response:
    """What was made, and for the clerk the month to make next."""
    return _list(MonthForm.offering_known_months())


@bp.post("/")
@needs(Do.REPORT_MAKE)
def make() -> ResponseReturnValue:
    """Ask for the report of a month and go where its progress is shown."""
    form = MonthForm.offering_known_months()
    if not form.validate():
        return _list(form)
    job = services.request_monthly(form.chosen(), by=me())
    db.session.commit()
    return redirect(url_for(".job", job_id=job.id), 303)


@bp.get("/jobs/<int:job_id>")
@needs(Do.REPORT_READ)
def job(job_id: int) -> str:
    """How far a report is."""
    return render_template("reports/job.html", **_progress(services.get_job(job_id, by=me())))


@bp.get("/jobs/<int:job_id>/_progress")
@needs(Do.REPORT_READ)
def progress(job_id: int) -> str:
    """The part of that page which asks again every second."""
    return render_template("reports/_progress.html", **_progress(services.get_job(job_id, by=me())))


@bp.get("/<int:report_id>")
@needs(Do.REPORT_READ)
def report(report_id: int) -> str:
    """The figures of a made report."""
    made = services.get_report(report_id, by=me())
    return render_template(
        "reports/report.html",
        made=made,
        report=services.figures_of(made),
        words=FIGURES,
        State=State,
        UnitKind=UnitKind,
    )


@bp.get("/<int:report_id>/<form>")
@needs(Do.REPORT_READ)
def download(report_id: int, form: str) -> Response:
    """The stored file, the same bytes each time."""
    made = services.get_report(report_id, by=me())
    path, sha256 = services.file_of(made, form)
    return send_file(
        path,
        mimetype=services.MEDIA_TYPES[form],
        as_attachment=True,
        download_name=_file_name(made, form),
        etag=sha256,
    )


def _list(form: MonthForm) -> Response:
    page = services.find_reports(me(), request.args.get("page", 1, int))
    return form_page("reports/index.html", form, page=page)


def _file_name(made: MadeReport, form: str) -> str:
    """As the file is named in the office: official Chinese in every language."""
    return f"政府信息公开工作月报{made.month:%Y-%m}.{form}"


def _progress(job: Job) -> dict[str, object]:
    """What the page and its part show of the work."""
    return {
        "job": job,
        "month": json.loads(job.arguments)["month"],
        "stage": STAGES.get(job.doing, job.doing),
        "report_id": json.loads(job.result)["report"] if job.state is JobState.DONE else None,
        "running": job.state in {JobState.WAITING, JobState.RUNNING},
    }
