"""The pages of the log, of background work, of the calendar and of the settings."""

import csv
import io
from collections.abc import Iterator
from functools import partial

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.admin import log as logbook
from county_portal.admin import services, yearbook
from county_portal.admin.forms import SettingsForm, YearForm, day_of
from county_portal.admin.words import DEEDS, deed_name, detail_name, detail_value, log_time
from county_portal.core import clock
from county_portal.core.web import form_page
from county_portal.editorial.release import public_file
from county_portal.office.accounts.form_refusals import attempt
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.desk.tasks import task_of, title_of
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do, can
from county_portal.printing import pdf

bp = Blueprint("admin", __name__)
bp.add_app_template_filter(deed_name)
bp.add_app_template_filter(log_time)
bp.add_app_template_filter(detail_name)
bp.add_app_template_filter(detail_value)

# The log


def _search() -> logbook.LogSearch:
    typed = request.values
    result = typed.get("result", "")
    return logbook.LogSearch(
        actor=typed.get("actor", "").strip(),
        action=typed.get("action", "").strip(),
        thing=typed.get("thing", "").strip(),
        result=result if result in {"done", "refused"} else "",
        since=day_of(typed.get("since", "")),
        until=day_of(typed.get("until", "")),
    )


@bp.get("/log")
@needs(Do.AUDIT_READ)
def log() -> str:
    """Show who did what, newest first; filtered by the words of the address."""
    search = _search()
    page = logbook.find_rows(search, before=request.args.get("before", type=int), by=me())
    deeds = sorted({*Do, *DEEDS})
    return render_template("admin/log.html", page=page, search=search, deeds=deeds)


@bp.post("/log/export")
@needs(Do.AUDIT_READ)
def export_log() -> ResponseReturnValue:
    """Send the rows of the search as a table. That it was taken out stands in the log."""
    search = _search()
    logbook.record_export(search, by=me())
    db.session.commit()
    name = f"log-{clock.today().isoformat()}.csv"
    return Response(
        stream_with_context(_as_csv(logbook.table(search))),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def _as_csv(rows: Iterator[list[str]]) -> Iterator[str]:
    """CSV that spreadsheets open as UTF-8."""
    yield "\N{BYTE ORDER MARK}"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


# Background work


@bp.get("/jobs")
@needs(Do.SETTING_MANAGE)
def jobs_page() -> str:
    """Show what is done in the background, what failed, what is wrong with paper or the site."""
    page = services.find_jobs(request.args.get("page", 1, type=int))
    shortcomings = [_(sentence) for sentence in pdf.shortcomings()]
    if count := public_file.count_left_out():
        shortcomings.append(_(NOT_PUBLIC, count=count))
    tasks = {job: task for job in page.rows if (task := task_of(job))}
    names = {job.id: title_of(job) for job in page.rows}
    followed = {job.id for job, task in tasks.items() if can(me(), task.reads)}
    return render_template(
        "admin/jobs.html", page=page, names=names, followed=followed, shortcomings=shortcomings
    )


NOT_PUBLIC = _l(
    "Issued, but not on the public site: %(count)s. Their files or records are not what was signed"
    " off; the command flask verify names them."
)


# The calendar


@bp.get("/calendar")
@needs(Do.CALENDAR_MANAGE)
def calendar() -> str:
    """Show the years that are entered, and which one is missing."""
    years = yearbook.find_years()
    wanted = clock.today().year + 1
    missing = wanted if all(line.year != wanted for line in years) else None
    return render_template("admin/calendar.html", years=years, missing=missing)


@bp.post("/calendar/announced")
@needs(Do.CALENDAR_MANAGE)
def announced_years() -> ResponseReturnValue:
    """Enter the years whose holidays the program knows."""
    came = yearbook.bring_announced_years(by=me())
    db.session.commit()
    flash(_("%(count)s years were entered", count=came))
    return redirect(url_for(".calendar"), 303)


@bp.route("/calendar/new", methods=["GET", "POST"])
@needs(Do.CALENDAR_MANAGE)
def new_year() -> ResponseReturnValue:
    """Show the form of a year nobody has entered yet."""
    year = request.form.get("year", type=int) or clock.today().year + 1
    form = YearForm.of(yearbook.YearDraft(year, "", "", ""), new=True)
    return _enter(form, None)


@bp.route("/calendar/<int:year>", methods=["GET", "POST"])
@needs(Do.CALENDAR_MANAGE)
def edit_year(year: int) -> ResponseReturnValue:
    form = YearForm.of(yearbook.year_as_draft(year), new=False)
    return _enter(form, year)


def _enter(form: YearForm, year: int | None) -> ResponseReturnValue:
    changed: list[int] = []
    if form.validate_on_submit() and attempt(
        form,
        lambda: changed.append(
            yearbook.enter_year(form.draft(), seen=form.seen.data or "", by=me())
        ),
    ):
        db.session.commit()
        flash(_("Saved. Items with another deadline now: %(count)s", count=changed[0]))
        return redirect(url_for(".calendar"), 303)
    return form_page("admin/year.html", form, year=year)


# Settings


@bp.route("/settings", methods=["GET", "POST"])
@needs(Do.SETTING_MANAGE)
def settings_page() -> ResponseReturnValue:
    """Show everything the office decides, with its default and its source."""
    form = SettingsForm.of(settings.values(), services.settings_mark())
    if form.validate_on_submit() and _decide(form):
        db.session.commit()
        flash(_("Saved"))
        return redirect(url_for(".settings_page"), 303)
    return form_page("admin/settings.html", form, keys=[choice.key for choice in settings.CHOICES])


def _decide(form: SettingsForm) -> bool:
    """Keep every decision of the form, or none; the reason stands at its field."""
    services.same_mark(form.seen.data or "")
    return all(
        attempt(form, partial(services.decide_setting, key, new, by=me()), field=key)
        for key, new in form.decisions()
    )
