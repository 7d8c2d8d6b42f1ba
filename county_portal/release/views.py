"""The issuer's word, taking down at once, and giving up a correction."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.access import me, needs
from county_portal.core.web import form_page
from county_portal.extensions import db
from county_portal.items.services import current_revision, get_item
from county_portal.models import State
from county_portal.policy import Do
from county_portal.published.schema import PublicItem
from county_portal.release import public_file, services
from county_portal.release.forms import IssueForm
from county_portal.review.services import live_publication, require_seen, sign_offs_of

bp = Blueprint("release", __name__)


@bp.route("/review/<int:item_id>/issue", methods=["GET", "POST"])
@needs(Do.ITEM_ISSUE)
def issue(item_id: int) -> ResponseReturnValue:
    """The issuer's page: the signed version, the sign-off, now or later."""
    item = get_item(item_id, by=me(), to=Do.ITEM_ISSUE)
    form = IssueForm(publish_at=item.wanted_at)
    if form.validate_on_submit():
        require_seen(item, request.form.get("revision", type=int))
        services.issue(item, by=me(), publish_at=form.moment())
        db.session.commit()
        public_file.reconcile()
        flash(_issued(item_id))
        return redirect(url_for("review.desk"), 303)
    revision = current_revision(item)
    return form_page(
        "release/issue.html",
        form,
        item=item,
        revision=revision,
        shown=PublicItem.from_manifest(revision.manifest),
        sign_off=next(iter(sign_offs_of(item)), None),
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
            services.withdraw(item, request.form.get("note", ""), by=me())
            db.session.commit()
        flash(_("Taken down: %(title)s", title=item.title))
        return redirect(url_for("review.item", item_id=item.id), 303)
    return render_template("release/withdraw.html", item=item, live=live_publication(item))


@bp.post("/review/<int:item_id>/keep")
@needs(Do.ITEM_KEEP)
def keep(item_id: int) -> ResponseReturnValue:
    """Give up the correction; the published version stays."""
    item = get_item(item_id, by=me(), to=Do.ITEM_KEEP)
    services.keep(item, by=me())
    db.session.commit()
    flash(_("The published version stays as it is"))
    return redirect(url_for("review.item", item_id=item.id), 303)
