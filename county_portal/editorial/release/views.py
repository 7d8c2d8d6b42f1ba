"""The issuer's word, taking down at once, giving up a correction, and validity."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core import clock
from county_portal.core.web import form_page
from county_portal.editorial.catalogue import validity
from county_portal.editorial.items.services import current_revision, get_item
from county_portal.editorial.release import public_file, services
from county_portal.editorial.release.forms import IssueForm, ValidityForm
from county_portal.editorial.review.services import live_publication, require_seen
from county_portal.models import Item, SignOff, State
from county_portal.office.base.extensions import db
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import sign_offs_of

bp = Blueprint("release", __name__)


@bp.route("/review/<int:item_id>/issue", methods=["GET", "POST"])
@needs(Do.ITEM_ISSUE)
def issue(item_id: int) -> ResponseReturnValue:
    """Show the issuer's page: the signed version, the sign-off, now or later."""
    item = get_item(item_id, by=me(), to=Do.ITEM_ISSUE)
    form = IssueForm(publish_at=item.wanted_at)
    if form.validate_on_submit():
        require_seen(item, request.form.get("revision", type=int))
        services.issue_item(item, by=me(), publish_at=form.moment())
        db.session.commit()
        public_file.reconcile()
        flash(_issued(item_id))
        return redirect(url_for("review.desk"), 303)
    revision = current_revision(item)
    return form_page(
        "editorial/release/issue.html",
        form,
        item=item,
        revision=revision,
        shown=revision.manifest,
        sign_off=next(iter(sign_offs_of(SignOff, item)), None),
    )


def _issued(item_id: int) -> str:
    item = get_item(item_id, by=me())
    if item.state is State.PUBLISHED:
        return str(_("Published as %(number)s", number=item.index_number))
    return str(_("Issued. It will be published at its time"))


@bp.route("/review/<int:item_id>/withdraw", methods=["GET", "POST"])
@needs(Do.ITEM_WITHDRAW)
def withdraw(item_id: int) -> ResponseReturnValue:
    """Take the item down: the public stops reading it before this answers."""
    item = get_item(item_id, by=me(), to=Do.ITEM_WITHDRAW)
    if request.method == "POST":
        with public_file.lock():
            services.withdraw_item(item, request.form.get("note", ""), by=me())
            db.session.commit()
        public_file.reconcile()
        flash(_("Taken down: %(title)s", title=item.title))
        return redirect(url_for("review.item", item_id=item.id), 303)
    return render_template(
        "editorial/release/withdraw.html", item=item, live=live_publication(item)
    )


@bp.post("/review/<int:item_id>/keep")
@needs(Do.ITEM_KEEP)
def keep(item_id: int) -> ResponseReturnValue:
    """Give up the correction; the published version stays, and what was written is kept."""
    item = get_item(item_id, by=me(), to=Do.ITEM_KEEP)
    held = services.set_aside(item, by=me())
    kept = _("What was written is kept as version %(number)s", number=held.number) if held else ""
    services.keep_published(item, note=kept, by=me())
    db.session.commit()
    flash(_("The published version stays as it is"))
    if kept:
        flash(kept)
    return redirect(url_for("review.item", item_id=item.id), 303)


@bp.route("/review/<int:item_id>/validity", methods=["GET", "POST"])
@needs(Do.VALIDITY_CHANGE)
def change_validity(item_id: int) -> ResponseReturnValue:
    """Write down whether the document holds; the public site says so before this answers."""
    item = get_item(item_id, by=me(), to=Do.VALIDITY_CHANGE)
    form = ValidityForm(seen_id=validity.newest_id(item), state="repealed", since_on=clock.today())
    if form.validate_on_submit() and _holds_together(form, item):
        validity.change(item, form.finding(), seen_id=form.seen_id.data, by=me())
        db.session.commit()
        public_file.reconcile()
        flash(_("The validity is written down: %(title)s", title=item.title))
        return redirect(url_for("review.item", item_id=item.id, _anchor="validity"), 303)
    history, standing = validity.validity_history(item), validity.standing_of(item)
    return form_page(
        "editorial/release/validity.html",
        form,
        item=item,
        state=validity.state_in(standing, item),
        standing=standing,
        history=history,
        turns=validity.turns(history),
    )


def _holds_together(form: ValidityForm, item: Item) -> bool:
    """Tell whether nothing is wrong with what was typed; if something is, its field says so."""
    wrong = validity.objection(item, form.finding())
    if wrong:
        form[wrong.field].errors = [_(wrong.message)]
    return wrong is None
