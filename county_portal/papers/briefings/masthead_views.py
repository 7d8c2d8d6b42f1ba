"""The mastheads: the series of briefings, edited by the office clerk."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core.web import form_page
from county_portal.office.accounts.form_refusals import attempt
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings import mastheads
from county_portal.papers.briefings.forms import MastheadForm

bp = Blueprint("mastheads", __name__, url_prefix="/mastheads")


@bp.get("/")
@needs(Do.MASTHEAD_MANAGE)
def index() -> str:
    """Show every series with its last numbers."""
    lines = [(one, mastheads.counts_of(one)) for one in mastheads.find_mastheads(me())]
    return render_template("papers/briefings/mastheads.html", mastheads=lines)


@bp.route("/new", methods=["GET", "POST"])
@needs(Do.MASTHEAD_MANAGE)
def new() -> ResponseReturnValue:
    form = MastheadForm.of(None, mastheads.counts_of(None), settings.value("host_unit"))
    if form.validate_on_submit() and attempt(
        form, lambda: mastheads.create_masthead(form.draft(), form.counts(), by=me())
    ):
        db.session.commit()
        flash(_("The masthead %(name)s was added", name=form.name.data))
        return redirect(url_for(".index"), 303)
    return form_page("papers/briefings/masthead.html", form, masthead=None)


@bp.route("/<int:masthead_id>", methods=["GET", "POST"])
@needs(Do.MASTHEAD_MANAGE)
def edit(masthead_id: int) -> ResponseReturnValue:
    masthead = mastheads.get_masthead(masthead_id, by=me())
    form = MastheadForm.of(masthead, mastheads.counts_of(masthead), masthead.office)
    if form.validate_on_submit() and attempt(
        form,
        lambda: mastheads.edit_masthead(
            masthead, form.draft(), form.counts(), seen_version=form.version.data or 0, by=me()
        ),
    ):
        db.session.commit()
        flash(_("Saved: %(name)s", name=masthead.name))
        return redirect(url_for(".index"), 303)
    return form_page("papers/briefings/masthead.html", form, masthead=masthead)
