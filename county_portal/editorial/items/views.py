"""Finding and writing items, and their files."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from county_portal.core.html.clean import first_paragraph, text_of
from county_portal.core.web import form_page
from county_portal.editorial.items import attachments, services
from county_portal.editorial.items.finding import find_items, has_any_item
from county_portal.editorial.items.forms import FilterForm, ItemForm
from county_portal.models import Item
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import publish_due_on
from county_portal.office.feature import Feature
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import DESKS, RULES, Do

bp = Blueprint("items", __name__, url_prefix="/items")

SHOWN_IN_THE_PAGE = ("image/", "application/pdf")


FOR_WRITING: dict[str, Any] = {
    "file_limits": attachments.limits,
    "new_file_key": services.new_key,
    "why_back": services.why_back,
    "words_of": text_of,
}
"""What the form and the files of an item ask for, on each page on which they stand."""


@bp.get("/")
@needs(Do.ITEM_VIEW)
def index() -> str:
    """Show the items the person may see; the list refreshes while the filter is typed."""
    form = FilterForm.of(request.args)
    page = request.args.get("page", 1, int)
    rows = find_items(me(), form.filter(), page)
    return render_template(
        "editorial/items/index.html",
        form=form,
        page=rows,
        desks=DESKS,
        begun=has_any_item(me()),
        may_list=me().has_any(RULES[Do.UNIT_LIST][0]),
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(Do.ITEM_CREATE)
def new() -> ResponseReturnValue:
    """Show an empty form. There is an item once something was saved."""
    form = ItemForm.fresh(by=me())
    if form.validate_on_submit():
        item = services.create_item(form.draft(), token=form.token.data or "", by=me())
        db.session.commit()
        flash(_("Draft saved"))
        return redirect(url_for(".edit", item_id=item.id), 303)
    return edit_page(form, None)


@bp.route("/<int:item_id>", methods=["GET", "POST"])
@needs(Do.ITEM_EDIT)
def edit(item_id: int) -> ResponseReturnValue:
    """Go on with a draft, or with an item that came back."""
    item = services.get_item(item_id, by=me(), to=Do.ITEM_EDIT)
    form = ItemForm.of(item)
    if not form.validate_on_submit():
        return edit_page(form, item)
    if form.is_stale(item):
        return stale_page("editorial/items/edit.html", form, item)
    services.edit_item(item, form.draft(), seen_version=form.seen_version(), by=me())
    db.session.commit()
    flash(_("Draft saved"))
    return redirect(url_for(".edit", item_id=item.id), 303)


def edit_page(
    form: FlaskForm, item: Item | None, page: str = "editorial/items/edit.html"
) -> Response:
    """Return the page on which the item is written, with what is still missing."""
    missing = services.missing_parts(item) if item else []
    return form_page(page, form, item=item, missing=missing, theirs=None, **FOR_WRITING)


def stale_page(template: str, form: ItemForm, item: Item) -> Response:
    """Show that somebody else saved meanwhile: what was typed in the form, theirs beside it.

    The form now carries the newest version, so saving it again is a decision.
    """
    theirs = ItemForm.of(item, unsent=True)
    form.take_version(item)
    missing = services.missing_parts(item)
    page = render_template(
        template, form=form, item=item, missing=missing, theirs=theirs, **FOR_WRITING
    )
    return Response(page, 409)


@bp.post("/autosave")
@bp.post("/<int:item_id>/autosave")
@needs(Do.ITEM_EDIT)
def autosave(item_id: int | None = None) -> ResponseReturnValue:
    """Keep what was typed so far: `items/_saved.html`, which says when, and what is missing."""
    item = services.get_item(item_id, by=me(), to=Do.ITEM_EDIT) if item_id else None
    form = ItemForm.of(item) if item else ItemForm.fresh(by=me())
    if not form.validate_on_submit():
        return render_template("editorial/items/_saved.html", form=form, item=None, missing=[]), 422
    item = services.save_by_itself(
        item,
        form.draft(),
        token=form.token.data or "",
        seen_version=form.seen_version(),
        by=me(),
    )
    db.session.commit()
    return render_template(
        "editorial/items/_saved.html",
        form=form,
        item=item,
        missing=services.missing_parts(item),
        summary=first_paragraph(item.body, services.SUMMARY_LENGTH),
    )


@bp.get("/deadline")
@needs(Do.ITEM_VIEW)
def deadline() -> str:
    """Show the day by which something formed on a day must be published: `items/_deadline.html`."""
    formed_on = ItemForm.day(request.args.get("formed_on", ""))
    due = publish_due_on(formed_on) if formed_on else None
    return render_template("editorial/items/_deadline.html", due=due)


# Files


@bp.post("/<int:item_id>/files")
@needs(Do.ITEM_EDIT, Do.ITEM_AMEND)
def add_files(item_id: int) -> ResponseReturnValue:
    """Add what was chosen; the same form sent twice adds it once."""
    item = _writable(item_id)
    uploads = attachments.chosen(request.files.getlist("file"))
    keys = attachments.keys_for(request.form.get("key", ""), len(uploads))
    if attachments.has_all(item, keys):
        return redirect(_back(item), 303)
    db.session.rollback()  # no transaction is open while files are worked on
    received = [attachments.receive_attachment(one.stream, one.filename or "") for one in uploads]
    item = _writable(item_id)
    for key, upload in zip(keys, received, strict=True):
        attachments.add(item, upload, key=key, inline="inline" in request.form, by=me())
    return _commit(item, _("Added: %(names)s", names=", ".join(one.name for one in received)))


@bp.post("/<int:item_id>/files/<key>/replace")
@needs(Do.ITEM_EDIT, Do.ITEM_AMEND)
def replace_file(item_id: int, key: str) -> ResponseReturnValue:
    """Put another file in the place of this one."""
    item = _writable(item_id)
    upload = attachments.chosen(request.files.getlist("file"))[0]
    new_key = attachments.keys_for(request.form.get("key", ""), 1)
    if attachments.has_all(item, new_key):
        return redirect(_back(item), 303)
    attachments.find_attachment(item, key)
    db.session.rollback()  # no transaction is open while files are worked on
    received = attachments.receive_attachment(upload.stream, upload.filename or "")
    item = _writable(item_id)
    attachment = attachments.replace(item, key, received, new=new_key[0], by=me())
    return _commit(item, _("Replaced: %(name)s", name=attachment.name))


@bp.post("/<int:item_id>/files/<key>/rename")
@needs(Do.ITEM_EDIT, Do.ITEM_AMEND)
def rename_file(item_id: int, key: str) -> ResponseReturnValue:
    """Give the file another name; its ending stays."""
    item = _writable(item_id)
    attachments.rename(item, key, request.form.get("name", ""), by=me())
    return _commit(item, _("Renamed"))


@bp.post("/<int:item_id>/files/<key>/move")
@needs(Do.ITEM_EDIT, Do.ITEM_AMEND)
def move_file(item_id: int, key: str) -> ResponseReturnValue:
    """Move the file one place up or down."""
    item = _writable(item_id)
    attachments.move_attachment(item, key, -1 if request.form.get("to") == "up" else 1, by=me())
    return _commit(item)


@bp.post("/<int:item_id>/files/order")
@needs(Do.ITEM_EDIT, Do.ITEM_AMEND)
def order_files(item_id: int) -> ResponseReturnValue:
    """Put the files in the order in which they were dragged."""
    item = _writable(item_id)
    attachments.order(item, request.form.getlist("key"), by=me())
    return _commit(item)


@bp.post("/<int:item_id>/files/<key>/remove")
@needs(Do.ITEM_EDIT, Do.ITEM_AMEND)
def remove_file(item_id: int, key: str) -> ResponseReturnValue:
    """Take the file out of the item."""
    item = _writable(item_id)
    attachments.remove_attachment(item, key, by=me())
    return _commit(item, _("Removed"))


@bp.get("/<int:item_id>/files/<key>/original")
@needs(Do.ITEM_VIEW)
def original(item_id: int, key: str) -> Response:
    """Show the file as it was uploaded. Always saved, never opened in the page."""
    item = services.get_item(item_id, by=me())
    return _send(attachments.served(item, key, original=True), as_attachment=True)


@bp.get("/<int:item_id>/files/<key>/rendition")
@needs(Do.ITEM_VIEW)
def rendition(item_id: int, key: str) -> Response:
    """Show the file as the public would get it."""
    served_file = attachments.served(services.get_item(item_id, by=me()), key, original=False)
    return _send(
        served_file, as_attachment=not served_file.media_type.startswith(SHOWN_IN_THE_PAGE)
    )


def _writable(item_id: int) -> Item:
    seen_version = request.form.get("version", 0, type=int)
    return attachments.get_writable(item_id, seen_version=seen_version, by=me())


def _commit(item: Item, done: str = "") -> ResponseReturnValue:
    """Keep what was done with a file, say so, and go back to where the person is working."""
    db.session.commit()
    if done:
        flash(done)
    return redirect(_back(item), 303)


def _send(one: attachments.Served, *, as_attachment: bool) -> Response:
    path = files.blob_path(one.sha256)
    if not path.exists():
        abort(404)
    response = send_file(
        path,
        mimetype=one.media_type,
        as_attachment=as_attachment,
        download_name=one.name,
        etag=False,
    )
    if as_attachment:
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _back(item: Item) -> str:
    """Return the page on which the person is working with the item's files."""
    if item.state.editable:
        return url_for(".edit", item_id=item.id, _anchor="attachments")
    return url_for("review.amend", item_id=item.id, _anchor="attachments")


FEATURE = Feature((bp,))
