"""Composing: the whole issue in one form, and the search for what may stand in it."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core.web import form_page
from county_portal.models import Briefing, BriefingPart
from county_portal.office.accounts.people import find_units
from county_portal.office.base.extensions import db
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings import mastheads, pieces, printing, services, sources
from county_portal.papers.briefings.forms import ComposeForm, PickForm, posted_parts, typed_parts
from county_portal.papers.briefings.progress import briefing_name
from county_portal.papers.briefings.services import PartWords
from county_portal.papers.briefings.shortening import holds_signs
from county_portal.papers.briefings.views import preview_of

bp = Blueprint("composing", __name__, url_prefix="/briefings")

# Where the buttons of the form lead after everything typed is saved.
LEADS_TO = {"pick": "composing.pick", "show": "briefings.show"}
Rows = list[tuple[BriefingPart, PartWords]]


@bp.route("/<int:briefing_id>/compose", methods=["GET", "POST"])
@needs(Do.BRIEFING_EDIT)
def compose(briefing_id: int) -> ResponseReturnValue:
    """Show the issue as it is written. Every button of the form saves first."""
    briefing = services.get_briefing(briefing_id, by=me(), to=Do.BRIEFING_EDIT)
    form = ComposeForm.of(briefing, mastheads.find_mastheads(me(), active=True))
    if request.method == "GET":
        return _page(form, briefing, typed_parts(briefing))
    parts = posted_parts(request.form)
    if not (form.validate() and form.judge_parts(parts)):
        return _page(form, briefing, parts)
    if form.is_stale(briefing):
        return _stale(form, briefing, parts)
    draft = form.draft(parts)
    services.save_briefing(briefing, draft, seen_version=form.version.data or 0, by=me())
    deed = request.form.get("deed", "")
    part = pieces.arrange(briefing, deed, by=me())
    if deed == "preview":
        printing.request_preview(briefing, by=me())
    db.session.commit()
    return _go_on(briefing, deed, part)


def _go_on(briefing: Briefing, deed: str, part: BriefingPart | None) -> ResponseReturnValue:
    """Go to where the button leads; on the same page, to the part it was about."""
    if deed in LEADS_TO:
        return redirect(url_for(LEADS_TO[deed], briefing_id=briefing.id), 303)
    if not deed:
        flash(_("Draft saved"))
    anchor = f"part-{part.id}" if part else ("preview" if deed == "preview" else None)
    return redirect(url_for(".compose", briefing_id=briefing.id, _anchor=anchor), 303)


@bp.post("/<int:briefing_id>/autosave")
@needs(Do.BRIEFING_EDIT)
def autosave(briefing_id: int) -> ResponseReturnValue:
    """Save what was typed so far; answer with `briefings/_saved.html`, which says when."""
    briefing = services.get_briefing(briefing_id, by=me(), to=Do.BRIEFING_EDIT)
    form = ComposeForm.of(briefing, mastheads.find_mastheads(me(), active=True))
    parts = posted_parts(request.form)
    if not (form.validate() and form.judge_parts(parts)):
        return render_template("papers/briefings/_saved.html", form=form, briefing=None), 422
    seen_version, draft = form.version.data or 0, form.draft(parts)
    services.save_briefing(briefing, draft, seen_version=seen_version, by=me(), by_itself=True)
    db.session.commit()
    return render_template("papers/briefings/_saved.html", form=form, briefing=briefing)


# Picking


@bp.get("/<int:briefing_id>/pick")
@needs(Do.BRIEFING_EDIT)
def pick(briefing_id: int) -> str:
    """Show what may stand in the briefing, narrowed as the clerk likes."""
    briefing = services.get_briefing(briefing_id, by=me(), to=Do.BRIEFING_EDIT)
    form = PickForm.of(request.args, find_units())
    number = request.args.get("page", 1, int)
    page = sources.find_sources(briefing, form.wanted(), number, by=me())
    narrowed = any(request.args.get(name) for name in ("q", "column", "unit", "since", "until"))
    return render_template(
        "papers/briefings/pick.html",
        briefing=briefing,
        name_of=briefing_name,
        form=form,
        page=page,
        narrowed=narrowed,
    )


@bp.post("/<int:briefing_id>/pick")
@needs(Do.BRIEFING_EDIT)
def add(briefing_id: int) -> ResponseReturnValue:
    """Add one item, and go back to the search as it was."""
    briefing = services.get_briefing(briefing_id, by=me(), to=Do.BRIEFING_EDIT)
    part = pieces.add_entry(briefing, request.form.get("revision", 0, int), by=me())
    db.session.commit()
    flash(_("Added: %(title)s", title=part.title))
    query: dict[str, Any] = request.args.to_dict()
    return redirect(url_for(".pick", briefing_id=briefing_id, **query), 303)


# Pages


def _page(form: ComposeForm, briefing: Briefing, parts: dict[int, PartWords]) -> Response:
    return form_page("papers/briefings/compose.html", form, theirs=None, **_shown(briefing, parts))


def _stale(form: ComposeForm, briefing: Briefing, parts: dict[int, PartWords]) -> Response:
    """Show that somebody saved meanwhile: what was typed stays in the form, theirs beside it.

    The form now carries the newest version, so saving it again is a decision.
    """
    form.version.data, form.version.raw_data = briefing.version, None
    page = render_template(
        "papers/briefings/compose.html",
        form=form,
        theirs=_rows(briefing, typed_parts(briefing)),
        **_shown(briefing, parts),
    )
    return Response(page, 409)


def _shown(briefing: Briefing, parts: dict[int, PartWords]) -> dict[str, object]:
    return {
        "briefing": briefing,
        "name_of": briefing_name,
        "rows": _rows(briefing, parts),
        "faults": {one.part_id: one for one in sources.unfit_entries(briefing)},
        "holds_signs": holds_signs,
        **preview_of(briefing),
    }


def _rows(briefing: Briefing, parts: dict[int, PartWords]) -> Rows:
    """Return the parts in the order of the form, with the words that stand in its fields.

    A part that somebody else added meanwhile stands at the end, in its own words.
    """
    known = {part.id: part for part in briefing.parts}
    values = {
        **parts,
        **{one: typed for one, typed in typed_parts(briefing).items() if one not in parts},
    }
    return [(known[one], typed) for one, typed in values.items() if one in known]
