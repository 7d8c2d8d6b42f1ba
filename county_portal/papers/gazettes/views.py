"""The gazettes of the office: marking, composing, printing, signing, issuing, withdrawing."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core.errors import Missing
from county_portal.core.web import form_page
from county_portal.editorial.items.services import get_item
from county_portal.editorial.release import public_file
from county_portal.models import Gazette, GazetteEdition, GazetteHandKind, GazetteSection, Item
from county_portal.office.accounts.services import is_password
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.office.desk.frame import public_address
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import open_steps
from county_portal.papers.gazettes import marks, release, selection, services
from county_portal.papers.gazettes.forms import (
    QUESTION_WORDS,
    GazetteMonthForm,
    SignForm,
    VolumeForm,
)
from county_portal.papers.gazettes.steps import ROAD, edition_of
from county_portal.papers.gazettes.thread import thread_lines

bp = Blueprint("gazettes", __name__)


# The list


@bp.get("/gazettes/")
@needs(Do.GAZETTE_READ)
def index() -> Response:
    """Show every gazette, and for the clerk the month or year to compose next."""
    return _list(GazetteMonthForm.offering_months(), VolumeForm.offering_years())


@bp.post("/gazettes/")
@needs(Do.GAZETTE_COMPOSE)
def compose() -> ResponseReturnValue:
    """Open the draft of a month, begun with what waits for it."""
    form = GazetteMonthForm.offering_months()
    if not form.validate():
        return _list(form, VolumeForm.offering_years())
    gazette = selection.compose_issue(form.chosen(), by=me())
    db.session.commit()
    return redirect(url_for(".gazette", gazette_id=gazette.id), 303)


@bp.post("/gazettes/volumes")
@needs(Do.GAZETTE_COMPOSE)
def bind() -> ResponseReturnValue:
    """Open the bound volume of a year."""
    form = VolumeForm.offering_years()
    if not form.validate():
        return _list(GazetteMonthForm.offering_months(), form)
    gazette = selection.compose_volume(int(form.year.data), by=me())
    db.session.commit()
    return redirect(url_for(".gazette", gazette_id=gazette.id), 303)


def _list(form: GazetteMonthForm, volume: VolumeForm) -> Response:
    page = services.find_gazettes(me(), request.args.get("page", 1, int))
    return form_page(
        "papers/gazettes/index.html",
        volume if volume.errors else form,
        issue_form=form,
        volume_form=volume,
        page=page,
        texts=services.count_gazette_texts(page.rows),
        waiting=marks.waiting_marks(),
        name_of=gazette_name,
    )


def _shown(gazette: Gazette) -> dict[str, object]:
    """Return what its page and the officer's form show of it."""
    edition = edition_of(gazette)
    return {
        "gazette": gazette,
        "name": gazette_name(gazette),
        "edition": edition,
        "printed": edition.manifest if edition else None,
        "trouble": services.trouble(gazette),
    }


def gazette_name(gazette: Gazette) -> str:
    """Return what people call it."""
    if gazette.key.endswith("volume"):
        return str(_("Bound volume of %(year)s", year=gazette.year))
    month = f"{gazette.month:%Y-%m}"
    if gazette.number is None:
        return str(_("Gazette of %(month)s", month=month))
    return str(_("Gazette %(year)s no. %(number)s", year=gazette.year, number=gazette.number))


# One gazette


@bp.get("/gazettes/<int:gazette_id>")
@needs(Do.GAZETTE_READ)
def gazette(gazette_id: int) -> str:
    """Show what it holds, where it stands, and what can be done with it."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    return render_template(
        "papers/gazettes/gazette.html",
        **_shown(gazette_row),
        steps=[step.action for step in open_steps(ROAD, gazette_row, me())],
        offered=marks.waiting_marks(),
        sections=list(GazetteSection),
        thread=thread_lines(gazette_row),
        hands=sorted(gazette_row.hands, key=lambda row: list(GazetteHandKind).index(row.hand)),
        publications=release.gazette_publications(gazette_row),
        live=release.live_gazette_publication(gazette_row),
        public_address=public_address,
    )


@bp.get("/gazettes/<int:gazette_id>/editions/<int:edition_id>.pdf")
@needs(Do.GAZETTE_READ)
def pdf(gazette_id: int, edition_id: int) -> Response:
    """Show a printed edition: the bytes that are signed and published."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    edition = db.session.get(GazetteEdition, edition_id)
    if edition is None or edition.gazette_id != gazette_row.id:
        raise Missing
    return editions.download(edition, "pdf", edition.manifest.pdf.name, shown=True)


@bp.post("/gazettes/<int:gazette_id>/texts/<int:item_id>/<deed>")
@needs(Do.GAZETTE_COMPOSE)
def change(gazette_id: int, item_id: int, deed: str) -> ResponseReturnValue:
    """Put a text in, take it out, or move it up or down."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    seen = request.form.get("version", 0, type=int)
    if deed == "put":
        section = _section()
        selection.put_in(gazette_row, item_id, section, seen_version=seen, by=me())
    elif deed == "out":
        selection.take_out_text(gazette_row, item_id, seen_version=seen, by=me())
    elif deed in {"up", "down"}:
        selection.move_text(gazette_row, item_id, up=deed == "up", seen_version=seen, by=me())
    else:
        raise Missing
    db.session.commit()
    return redirect(url_for(".gazette", gazette_id=gazette_row.id), 303)


def _section() -> GazetteSection:
    asked = request.form.get("section", "")
    return next((one for one in GazetteSection if one.value == asked), GazetteSection.OTHER)


@bp.post("/review/<int:item_id>/gazette")
@needs(Do.GAZETTE_MARK)
def mark(item_id: int) -> ResponseReturnValue:
    """Mark a published item for the gazette, or take the mark away."""
    item: Item = get_item(item_id, by=me(), to=Do.GAZETTE_MARK)
    if request.form.get("section"):
        marks.mark_item(item, _section(), by=me())
        flash(_("Marked for the gazette: %(title)s", title=item.title))
    else:
        marks.unmark_item(item, by=me())
        flash(_("Not for the gazette any more: %(title)s", title=item.title))
    db.session.commit()
    return redirect(url_for("review.item", item_id=item.id, _anchor="gazette"), 303)


# Along the road


@bp.post("/gazettes/<int:gazette_id>/freeze")
@needs(Do.GAZETTE_FREEZE)
def freeze(gazette_id: int) -> ResponseReturnValue:
    """Ask for the PDF and go where its progress is shown."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    seen = request.form.get("version", 0, type=int)
    job = services.freeze_gazette(gazette_row, seen_version=seen, by=me())
    db.session.commit()
    return redirect(url_for("work.page", job_id=job.id), 303)


@bp.post("/gazettes/<int:gazette_id>/reopen")
@needs(Do.GAZETTE_REOPEN)
def reopen(gazette_id: int) -> ResponseReturnValue:
    """Open it again for changes; what was signed counts no more."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    services.reopen_gazette(gazette_row, by=me())
    db.session.commit()
    return redirect(url_for(".gazette", gazette_id=gazette_row.id), 303)


@bp.route("/gazettes/<int:gazette_id>/sign", methods=["GET", "POST"])
@needs(Do.GAZETTE_RELEASE)
def sign(gazette_id: int) -> ResponseReturnValue:
    """Show the officer's form: the PDF that is shown here is what is signed."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    edition = edition_of(gazette_row)
    form = SignForm(content_hash=edition.content_hash if edition else "")
    if form.validate_on_submit() and _signature(form):
        services.sign(gazette_row, form.given(), by=me())
        db.session.commit()
        flash(_("Signed: %(title)s", title=gazette_name(gazette_row)))
        return redirect(url_for(".gazette", gazette_id=gazette_row.id), 303)
    return form_page(
        "papers/gazettes/sign.html",
        form,
        **_shown(gazette_row),
        questions=QUESTION_WORDS,
    )


def _signature(form: SignForm) -> bool:
    """Check the password; what was filled in stays on the form if it is wrong."""
    if is_password(me(), form.password.data or "", address=request.remote_addr or ""):
        return True
    form.password.errors = [_("This is not your password")]
    return False


@bp.post("/gazettes/<int:gazette_id>/issue")
@needs(Do.GAZETTE_ISSUE)
def issue(gazette_id: int) -> ResponseReturnValue:
    """Issue it by the issuer's word: the signed edition is on the public site."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    services.issue_gazette(gazette_row, request.form.get("content_hash", ""), by=me())
    db.session.commit()
    public_file.reconcile()
    flash(_("Published: %(title)s", title=gazette_name(gazette_row)))
    return redirect(url_for(".gazette", gazette_id=gazette_row.id), 303)


@bp.route("/gazettes/<int:gazette_id>/withdraw", methods=["GET", "POST"])
@needs(Do.GAZETTE_WITHDRAW)
def withdraw(gazette_id: int) -> ResponseReturnValue:
    """Take it off the site: the public stops reading it before this answers."""
    gazette_row = services.get_gazette(gazette_id, by=me())
    if request.method == "POST":
        with public_file.lock():
            services.withdraw_gazette(gazette_row, request.form.get("note", ""), by=me())
            db.session.commit()
        public_file.reconcile()
        flash(_("Taken down: %(title)s", title=gazette_name(gazette_row)))
        return redirect(url_for(".gazette", gazette_id=gazette_row.id), 303)
    return render_template(
        "papers/gazettes/withdraw.html",
        gazette=gazette_row,
        name=gazette_name(gazette_row),
        live=release.live_gazette_publication(gazette_row),
    )
