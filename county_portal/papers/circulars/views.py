"""Circulars: making, sending, reading."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.models import UnitKind
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do
from county_portal.papers.circulars import circular as paper
from county_portal.papers.circulars import services as circulars
from county_portal.papers.reports import services

bp = Blueprint("circulars", __name__, url_prefix="/circulars")


@bp.get("/")
@needs(Do.CIRCULAR_READ)
def index() -> str:
    """Show the circulars, the newest first."""
    page = circulars.find_circulars(me(), request.args.get("page", 1, int))
    return render_template("papers/reports/circulars.html", page=page)


@bp.post("/of/<int:report_id>")
@needs(Do.CIRCULAR_SEND)
def make(report_id: int) -> ResponseReturnValue:
    """Ask for a circular over a report and go where its progress is shown."""
    job = circulars.request_circular(services.get_report(report_id, by=me()), by=me())
    db.session.commit()
    return redirect(url_for("work.page", job_id=job.id), 303)


@bp.get("/<int:circular_id>")
@needs(Do.CIRCULAR_READ)
def circular(circular_id: int) -> str:
    """Show what a circular says, and who has read it."""
    row = circulars.get(circular_id, by=me())
    return render_template(
        "papers/reports/circular_page.html",
        row=row,
        figures=circulars.circular_figures(row),
        readers=circulars.readers(row),
        UnitKind=UnitKind,
    )


@bp.post("/<int:circular_id>/send")
@needs(Do.CIRCULAR_SEND)
def send(circular_id: int) -> ResponseReturnValue:
    """Put the circular on the desks of the units' leaders."""
    row = circulars.get(circular_id, by=me())
    circulars.send_to_leaders(row, by=me())
    db.session.commit()
    flash(_("Sent. It lies on the desk of each unit's leader."))
    return redirect(url_for(".circular", circular_id=circular_id), 303)


@bp.post("/<int:circular_id>/read")
@needs(Do.CIRCULAR_READ)
def read(circular_id: int) -> ResponseReturnValue:
    """Note that a leader opened the circular, so that it leaves the desk, and go to its PDF."""
    circulars.note_reading(circulars.get(circular_id, by=me()), by=me())
    db.session.commit()
    return redirect(url_for(".download", circular_id=circular_id, form="pdf"), 303)


@bp.get("/<int:circular_id>/<form>")
@needs(Do.CIRCULAR_READ)
def download(circular_id: int, form: str) -> Response:
    """Send the stored file, the same bytes each time."""
    row = circulars.get(circular_id, by=me())
    name = f"{paper.title(circulars.circular_figures(row))}.{form}"
    return editions.download(row, form, name, shown=form == "pdf")
