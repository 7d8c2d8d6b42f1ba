"""The desks: what waits, one item with all that happened to it, and the steps."""

from pathlib import PurePath

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core.errors import Missing, Refused
from county_portal.core.html.clean import clean
from county_portal.core.html.differences import word_diff
from county_portal.core.web import form_page, sent_form
from county_portal.editorial.catalogue import validity
from county_portal.editorial.desk import desk as desks
from county_portal.editorial.desk.forms import QUESTION_WORDS, SignOffForm
from county_portal.editorial.desk.public_view import is_public, public_item
from county_portal.editorial.items import services as items
from county_portal.editorial.items.forms import ItemForm, field_name
from county_portal.editorial.items.manifest import inside_of, manifest_of
from county_portal.editorial.items.views import edit_page, stale_page
from county_portal.editorial.review import services
from county_portal.editorial.review.steps import ROAD
from county_portal.editorial.sheets import review_sheet
from county_portal.editorial.sheets.item_papers import item_publications
from county_portal.editorial.sheets.views import inline_pdf
from county_portal.models import Item, Revision, SignOff, State, StepTaken
from county_portal.office.accounts.services import is_password
from county_portal.office.base.extensions import db
from county_portal.office.base.files import blob_path
from county_portal.office.desk import frame
from county_portal.office.desk.sections import sections_of
from county_portal.office.desk.waiting import papers
from county_portal.office.rules import workflow
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import LIAISON, RULES, Do
from county_portal.published.items import ItemManifest

bp = Blueprint("review", __name__)
AMEND = "editorial/review/amend.html"


def _address_of(line: desks.DeskLine) -> str:
    """Return where a line of a desk leads: to the form while it is written, else to the item."""
    if line.state.editable and me().has_any(LIAISON):
        return url_for("items.edit", item_id=line.id)
    return url_for("review.item", item_id=line.id)


# Desks


@bp.get("/")
@needs()
def desk() -> ResponseReturnValue:
    """Show everybody's first page: what waits for me, what I sent, what came back.

    Administrators, who have no items, are led to the first line of their menu.
    """
    if not me().has_any(RULES[Do.ITEM_VIEW][0]):
        return redirect(frame.first_page(), 303)
    return render_template(
        "editorial/review/desk.html",
        address_of=_address_of,
        sections=sections_of("review.desk", by=me()),
        papers=papers(me(), frame.menu_counts()),
        waiting=desks.find_waiting_items(me(), size=desks.ON_DESK),
        drafts=desks.drafts(me()),
        sent=desks.sent(me()),
        finished=desks.finished(me(), size=5),
    )


@bp.get("/review/")
@needs(Do.ITEM_VIEW)
def queue() -> str:
    """Show all that waits for me, in the order I choose."""
    page = max(request.args.get("page", 1, type=int), 1)
    order = request.args.get("order", "due")
    state = next((one for one in desks.AT_DESKS if one.value == request.args.get("state")), None)
    return render_template(
        "editorial/review/queue.html",
        address_of=_address_of,
        heap=desks.find_waiting_items(me(), order=order, state=state, page=page),
        order=order,
        state=state,
        states=list(desks.AT_DESKS),
    )


# One item


@bp.get("/review/<int:item_id>")
@needs(Do.ITEM_VIEW)
def item(item_id: int) -> str:
    """Show the item as the public will see it, and everything the office knows of it."""
    item_row = items.get_item(item_id, by=me())
    number = request.args.get("revision", item_row.revision_number, type=int)
    revision = items.find_revision(item_row, number)
    if revision is None and number:
        raise Missing
    return _item_page(item_row, revision)


def _item_page(one: Item, revision: Revision | None, note: str = "", action: str = "") -> str:
    standing, live = validity.standing_of(one), services.live_publication(one)
    return render_template(
        "editorial/review/item.html",
        item=one,
        revision=revision,
        inside=revision.inside if revision else inside_of(one),
        revisions=items.revisions_of(one),
        thread=workflow.thread_of(StepTaken, one.id),
        sign_offs=workflow.sign_offs_of(SignOff, one),
        live=live,
        missing=live is not None and not is_public(live),
        validity=validity.state_in(standing, one),
        standing=standing,
        changes=validity.changed_by(one),
        steps=workflow.open_steps(ROAD, one, me()),
        released=item_publications(one),
        public_address=frame.public_address,
        sections=sections_of("review.item", item=one),
        note=note,
        noted=action,
    )


@bp.get("/review/<int:item_id>/preview")
@needs(Do.ITEM_VIEW)
def preview(item_id: int) -> str:
    """Show the page as the public would read it: the public site's own template, nothing else."""
    item_row = items.get_item(item_id, by=me())
    number = request.args.get("revision", type=int)
    revision = items.find_revision(item_row, number) if number else None
    if number and revision is None:
        raise Missing
    return render_template(
        "editorial/review/preview.html",
        public_item=public_item(
            item_row, revision, revision.manifest if revision else _now(item_row)
        ),
        file_address=lambda file: _file_address(item_row, revision, file.key),
    )


def _now(one: Item) -> ItemManifest:
    """Return the working copy as a manifest, for a look before it is handed over."""
    if one.column is None or one.formed_on is None:
        raise Refused("Choose a column and enter the date of formation to see the page")
    return manifest_of(one, one.revision_number)


def _file_address(one: Item, revision: Revision | None, key: str) -> str:
    if revision is None:
        return url_for("items.rendition", item_id=one.id, key=key)
    return url_for("review.file", item_id=one.id, number=revision.number, key=key)


@bp.get("/review/<int:item_id>/revisions/<int:number>/files/<key>")
@needs(Do.ITEM_VIEW)
def file(item_id: int, number: int, key: str) -> Response:
    """Show a rendition that a revision names: the bytes the public would get."""
    item_row = items.get_item(item_id, by=me())
    revision = items.find_revision(item_row, number)
    rendition_line = revision.manifest.file_with(key) if revision else None
    if rendition_line is None:
        raise Missing
    response = send_file(
        blob_path(rendition_line.sha256),
        mimetype=rendition_line.media_type,
        download_name=PurePath(rendition_line.name).name,
        as_attachment=not rendition_line.media_type.startswith(("image/", "application/pdf")),
        etag=f"{rendition_line.sha256[:16]}",
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.get("/review/<int:item_id>/compare")
@needs(Do.ITEM_VIEW)
def compare(item_id: int) -> str:
    """Show two revisions beside each other, the difference by words."""
    item_row = items.get_item(item_id, by=me())
    revisions = items.revisions_of(item_row)
    new = items.find_revision(item_row, request.args.get("new", item_row.revision_number, type=int))
    before = new.number - 1 if new else 0
    old = items.find_revision(item_row, request.args.get("old", before, type=int))
    if new is None or old is None:
        raise Missing
    was, now = old.manifest, new.manifest
    return render_template(
        "editorial/review/compare.html",
        item=item_row,
        old=old,
        new=new,
        revisions=revisions,
        fields=[(field_name(n), *both) for n, *both in services.changed_fields(was, now)],
        body=word_diff(clean(was.body), clean(now.body)),
        same_body=was.body == now.body,
    )


# Steps


@bp.post("/review/<int:item_id>/steps/<action>")
@needs(Do.ITEM_VIEW)
def take(item_id: int, action: str) -> ResponseReturnValue:
    """Take one step that needs no page of its own, and go back to the desk."""
    item_row = items.get_item(item_id, by=me())
    services.require_seen(item_row, request.form.get("revision", type=int))
    services.take_plain_step(item_row, action, by=me(), note=request.form.get("note", ""))
    db.session.commit()
    flash(_("Done: %(title)s", title=item_row.title))
    return redirect(_onward(item_row), 303)


def _onward(one: Item) -> str:
    """Return where the person goes on.

    To the form if the item is theirs to write, else the desk.
    """
    if one.state is State.CORRECTING or request.form.get("stay"):
        return url_for("review.item", item_id=one.id)
    return url_for("review.desk")


@bp.post("/review/<int:item_id>/remark")
@needs(Do.ITEM_REMARK)
def remark(item_id: int) -> ResponseReturnValue:
    """Say something about the item without moving it."""
    item_row = items.get_item(item_id, by=me())
    items.remark(item_row, request.form.get("note", ""), token=sent_form(), by=me())
    db.session.commit()
    flash(_("The remark is written down"))
    return redirect(url_for(".item", item_id=item_row.id, _anchor="thread"), 303)


@bp.post("/review/<int:item_id>/submit")
@needs(Do.ITEM_SUBMIT)
def submit(item_id: int) -> ResponseReturnValue:
    """Save what is on the form and hand it over, or say what is still missing."""
    item_row = items.get_item(item_id, by=me(), to=Do.ITEM_EDIT)
    form = ItemForm.of(item_row)
    if not form.validate_on_submit():
        return edit_page(form, item_row)
    if form.is_stale(item_row):
        return stale_page("editorial/items/edit.html", form, item_row)
    items.edit_item(item_row, form.draft(), seen_version=form.seen_version(), by=me())
    if items.missing_parts(item_row):
        db.session.commit()
        flash(_("Saved, but not submitted: something is still missing"), "warning")
        return redirect(url_for("items.edit", item_id=item_row.id), 303)
    services.take_plain_step(item_row, Do.ITEM_SUBMIT, by=me())
    db.session.commit()
    flash(_("Submitted: %(title)s", title=item_row.title))
    return redirect(url_for(".desk"), 303)


@bp.route("/review/<int:item_id>/amend", methods=["GET", "POST"])
@needs(Do.ITEM_AMEND)
def amend(item_id: int) -> ResponseReturnValue:
    """Correct the text as editor: a new version, shown to the liaison as a difference."""
    item_row = items.get_item(item_id, by=me(), to=Do.ITEM_AMEND)
    form = ItemForm.of(item_row)
    if not form.validate_on_submit():
        return edit_page(form, item_row, AMEND)
    if form.is_stale(item_row):
        return stale_page(AMEND, form, item_row)
    note = request.form.get("amend_note", "")
    items.amend_item(item_row, form.draft(), seen_version=form.seen_version(), note=note, by=me())
    db.session.commit()
    flash(_("Version %(number)s was made", number=item_row.revision_number))
    return redirect(url_for(".item", item_id=item_row.id), 303)


# The confidentiality sign-off


@bp.route("/review/<int:item_id>/sign-off", methods=["GET", "POST"])
@needs(Do.ITEM_RELEASE)
def sign_off(item_id: int) -> ResponseReturnValue:
    """Show the officer's form: what is shown here is what is signed."""
    item_row = items.get_item(item_id, by=me(), to=Do.ITEM_RELEASE)
    revision = items.current_revision(item_row)
    form = SignOffForm(content_hash=revision.content_hash)
    if form.validate_on_submit() and _signature(form):
        services.sign_off(item_row, form.sign(), by=me())
        db.session.commit()
        flash(_("Signed: %(title)s", title=item_row.title))
        return redirect(url_for(".item", item_id=item_row.id), 303)
    return form_page(
        "editorial/review/sign_off.html",
        form=form,
        item=item_row,
        revision=revision,
        inside=revision.inside,
        shown=revision.manifest,
        questions=QUESTION_WORDS,
        earlier=workflow.sign_offs_of(SignOff, item_row),
    )


def _signature(form: SignOffForm) -> bool:
    """Check the password; what was filled in stays on the form if it is wrong."""
    address, password = request.remote_addr or "", form.password.data or ""
    if is_password(me(), password, address=address):
        return True
    form.password.errors = [_("This is not your password")]
    return False


@bp.get("/review/<int:item_id>/sign-offs/<int:sign_off_id>.pdf")
@needs(Do.ITEM_VIEW)
def sheet_of(item_id: int, sign_off_id: int) -> Response:
    """Show the confidentiality review sheet of one verdict, to print."""
    item_row = items.get_item(item_id, by=me())
    row = db.session.get(SignOff, sign_off_id)
    if row is None or row.item_id != item_row.id:
        raise Missing
    made = review_sheet.review_sheet_of(row)
    db.session.rollback()
    return inline_pdf(review_sheet.review_sheet_pdf(made), f"sign-off-{sign_off_id}.pdf")
