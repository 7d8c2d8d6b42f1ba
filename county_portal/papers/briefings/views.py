"""The briefings: the list, one of them with its road, its pages and its files."""

import json

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from county_portal.core.web import form_page
from county_portal.models import Briefing, BriefingStep, Job, JobState
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.labels import label
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import open_steps, thread_of
from county_portal.papers.briefings import approving, mastheads, printing, services, sources
from county_portal.papers.briefings.finding import (
    BriefingLine,
    briefings_waiting_for,
    find_briefings,
)
from county_portal.papers.briefings.forms import ListForm, StartForm
from county_portal.papers.briefings.official_text import LINE_BREAK
from county_portal.papers.briefings.paper import day_line
from county_portal.papers.briefings.progress import STAGES, briefing_name
from county_portal.papers.briefings.steps import ROAD

bp = Blueprint("briefings", __name__, url_prefix="/briefings")


def entries_line(line: BriefingLine) -> str:
    """Tell in one line what stands in it: drafts of one masthead have the same name."""
    if not line.items:
        return str(_("Nothing stands in it yet"))
    title = "".join(line.first.split(LINE_BREAK))
    return str(
        ngettext(
            "%(num)s item: %(title)s",
            "%(num)s items, the first: %(title)s",
            line.items,
            title=title,
        )
    )


@bp.get("/")
@needs(Do.BRIEFING_READ)
def index() -> Response:
    """Show what waits for me, and the issues of the years."""
    return _list(StartForm.offering(mastheads.find_mastheads(me(), active=True)))


@bp.post("/")
@needs(Do.BRIEFING_COMPOSE)
def start() -> ResponseReturnValue:
    """Start a new draft under the chosen masthead."""
    form = StartForm.offering(mastheads.find_mastheads(me(), active=True))
    if not form.validate():
        return _list(form)
    briefing = services.start_briefing(form.masthead_id.data, token=form.token.data or "", by=me())
    db.session.commit()
    return redirect(url_for("composing.compose", briefing_id=briefing.id), 303)


@bp.get("/<int:briefing_id>")
@needs(Do.BRIEFING_READ)
def show(briefing_id: int) -> str:
    """Show one briefing: what stands in it, what happened to it, what I can do with it."""
    briefing = services.get_briefing(briefing_id, by=me())
    return render_template(
        "papers/briefings/show.html",
        briefing=briefing,
        name_of=briefing_name,
        steps=open_steps(ROAD, briefing, me()),
        road=thread_of(BriefingStep, briefing.id),
        faults={}
        if briefing.frozen
        else {one.part_id: one for one in sources.unfit_entries(briefing)},
        day_line=day_line,
        **preview_of(briefing),
        **print_of(briefing),
    )


@bp.post("/<int:briefing_id>/road/<action>")
@needs(*(step.action for step in ROAD.steps))
def take(briefing_id: int, action: str) -> ResponseReturnValue:
    """Take one step on the road."""
    briefing = services.get_briefing(briefing_id, by=me())
    version = request.form.get("version", 0, int)
    note = request.form.get("note", "")
    digest = request.form.get("digest", "")
    approving.take_briefing_step(
        briefing, action, seen_version=version, seen_digest=digest, by=me(), note=note
    )
    db.session.commit()
    flash(_("%(deed)s: done", deed=label(Do(action))))
    return redirect(url_for(".show", briefing_id=briefing_id), 303)


# Files


@bp.get("/<int:briefing_id>/file/<form>")
@needs(Do.BRIEFING_READ)
def download(briefing_id: int, form: str) -> Response:
    """Send the stored file of an approved briefing, the same bytes each time."""
    briefing = services.get_briefing(briefing_id, by=me())
    printed = briefing.frozen.printed if briefing.frozen else None
    in_browser = request.args.get("show") == "here"
    return editions.download(printed, form, f"{briefing_name(briefing)}.{form}", shown=in_browser)


@bp.post("/<int:briefing_id>/print")
@needs(Do.BRIEFING_READ)
def print_again(briefing_id: int) -> ResponseReturnValue:
    """Ask once more for files that could not be made."""
    briefing = services.get_briefing(briefing_id, by=me())
    printing.request_again(briefing, by=me())
    db.session.commit()
    return redirect(url_for(".show", briefing_id=briefing_id), 303)


@bp.get("/<int:briefing_id>/_print")
@needs(Do.BRIEFING_READ)
def print_part(briefing_id: int) -> str:
    """Show the part of the page that says how far the files are."""
    briefing = services.get_briefing(briefing_id, by=me())
    return render_template("papers/briefings/_print.html", briefing=briefing, **print_of(briefing))


# Pictures of the pages


@bp.post("/<int:briefing_id>/preview")
@needs(Do.BRIEFING_READ)
def preview(briefing_id: int) -> ResponseReturnValue:
    """Ask for pictures of the pages as they are now, and go where they will be shown."""
    briefing = services.get_briefing(briefing_id, by=me())
    printing.request_preview(briefing, by=me())
    db.session.commit()
    composing = briefing.state.editable and request.form.get("to") == "compose"
    address = "composing.compose" if composing else ".show"
    return redirect(url_for(address, briefing_id=briefing_id, _anchor="preview"), 303)


@bp.get("/<int:briefing_id>/_preview")
@needs(Do.BRIEFING_READ)
def preview_part(briefing_id: int) -> str:
    """Show the part of the page that holds the pictures."""
    briefing = services.get_briefing(briefing_id, by=me())
    return render_template(
        "papers/briefings/_preview.html", briefing=briefing, **preview_of(briefing)
    )


@bp.get("/<int:briefing_id>/preview/<digest>/<int:number>.png")
@needs(Do.BRIEFING_READ)
def picture(briefing_id: int, digest: str, number: int) -> Response:
    """Show one page as a picture."""
    services.get_briefing(briefing_id, by=me())
    return send_file(printing.picture_of(digest, number), mimetype="image/png", etag=digest)


def preview_of(briefing: Briefing) -> dict[str, object]:
    """Return what the page and its part show of the pictures."""
    job, now = printing.preview_job(briefing), printing.digest_of(briefing)
    digest = printing.shown_digest(briefing)
    return {
        "digest": digest,
        "now": now,
        "pages": printing.pages_of(digest) if digest else 0,
        "old": bool(digest) and digest != now,
        "preview": job,
        "previewing": editions.is_running(job),
        "preview_stage": _stage(job),
        "preview_left_out": _left_out(job) if digest else [],
    }


def print_of(briefing: Briefing) -> dict[str, object]:
    """Return what the page and its part show of the files."""
    frozen = briefing.frozen
    job = printing.print_job(frozen) if frozen else None
    printed = frozen.printed if frozen else None
    return {
        "printed": printed,
        "printing": editions.is_running(job),
        "print_job": job,
        "print_stage": _stage(job),
        "print_left_out": json.loads(printed.left_out) if printed else [],
    }


def _stage(job: Job | None) -> object:
    return STAGES.get(job.doing, job.doing) if job else ""


def _left_out(job: Job | None) -> list[str]:
    done = job is not None and job.state is JobState.DONE
    return list(json.loads(job.result).get("left_out", [])) if job and done else []


def _list(start_form: StartForm) -> Response:
    form = ListForm.of(request.args, mastheads.find_mastheads(me()))
    page = find_briefings(form.filter(), request.args.get("page", 1, int), by=me())
    return form_page(
        "papers/briefings/index.html",
        start_form,
        filter=form,
        page=page,
        waiting=briefings_waiting_for(me()),
        name_of=briefing_name,
        about=entries_line,
        narrowed=any(request.args.get(name) for name in ("year", "masthead", "state")),
    )
