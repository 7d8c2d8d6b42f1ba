"""The deposits of the county and of one's own unit, their packages, handovers and letters."""

import json
import zipfile
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core import clock
from county_portal.core.errors import Missing
from county_portal.core.web import form_page
from county_portal.models import Deposit, DepositPackage, DepositPart, Receiver
from county_portal.office.base.extensions import db
from county_portal.office.base.files import blob_path
from county_portal.office.desk import editions
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do, can
from county_portal.papers.deposits import handovers, letters, package, services
from county_portal.papers.deposits.forms import DepositForm, HandoverForm
from county_portal.papers.deposits.holdings import count_texts, find_left_out
from county_portal.papers.deposits.late_changes import find_not_given
from county_portal.papers.deposits.lines import deposit_lines, parts_changed
from county_portal.papers.deposits.names import Names, number_of

bp = Blueprint("deposits", __name__, url_prefix="/deposits")

# The county's


@bp.get("/")
@needs(Do.DEPOSIT_PART)
def index() -> ResponseReturnValue:
    """Show what is deposited next and what was; for a unit's people, the parts of their unit."""
    if can(me(), Do.DEPOSIT_READ):
        return _list(_form(services.next_offer()))
    parts = services.find_parts(me())
    kept = {one.part.id: one for one in handovers.keeping(parts)}
    return render_template(
        "papers/deposits/mine.html",
        parts=parts,
        texts=count_texts(DepositPart.id, [one.id for one in parts]),
        kept=kept,
        number_of=number_of,
    )


@bp.post("/")
@needs(Do.DEPOSIT_MAKE)
def make() -> ResponseReturnValue:
    """Put the next deposit together, and have its packages made."""
    form = _form(services.next_offer())
    if not form.validate():
        return _list(form)
    deposit = services.make_deposit(form.draft(), by=me())
    job = package.request_package(deposit, by=me())
    db.session.commit()
    return redirect(url_for("work.page", job_id=job.id), 303)


def _form(offer: services.Offer) -> DepositForm:
    return DepositForm.offering(offer.since_on, clock.today() - timedelta(days=1))


def _list(form: DepositForm) -> Response:
    newest = letters.find_letters(me())
    page = services.find_deposits(me(), request.args.get("page", 1, int))
    return form_page(
        "papers/deposits/index.html",
        form,
        offer=services.next_offer(),
        page=page,
        texts=count_texts(Deposit.id, [one.id for one in page.rows]),
        left_out=find_left_out(),
        due=letters.changes_due(me()),
        letters=newest,
        printed=letters.printed(newest),
        number_of=number_of,
        letter_number=letters.letter_number,
        year=clock.today().year,
    )


@bp.get("/<int:deposit_id>")
@needs(Do.DEPOSIT_READ)
def deposit(deposit_id: int) -> str:
    """Show a deposit: its units, what was handed over, its package."""
    deposit_row = services.get_deposit(deposit_id, by=me())
    return render_template(
        "papers/deposits/deposit.html",
        deposit=deposit_row,
        number=number_of(deposit_row),
        names=Names.of(deposit_row.words),
        texts=count_texts(DepositPart.id, [part.id for part in deposit_row.parts]),
        not_given=find_not_given(deposit_row),
        handed=handovers.newest_handovers(deposit_row.parts),
        receivers=list(Receiver),
        changed=parts_changed(deposit_row),
        **_package(deposit_row),
    )


@bp.post("/<int:deposit_id>/package")
@needs(Do.DEPOSIT_MAKE)
def pack(deposit_id: int) -> ResponseReturnValue:
    """Have the packages made, if that has failed or nobody has asked yet."""
    deposit_row = services.get_deposit(deposit_id, by=me(), to=Do.DEPOSIT_MAKE)
    job = package.request_package(deposit_row, by=me())
    db.session.commit()
    return redirect(url_for("work.page", job_id=job.id), 303)


def _package(one: Deposit) -> dict[str, Any]:
    row, job = package.package_of(one.id), package.job_of(one)
    return {
        "package": row,
        "contents": json.loads(row.contents) if row else None,
        "job": job,
        "waiting": {text.index_number for text in find_left_out()},
        "running": row is None and editions.is_running(job),
    }


@bp.route("/<int:deposit_id>/handover/<receiver>", methods=["GET", "POST"])
@needs(Do.DEPOSIT_MAKE)
def hand_over_all(deposit_id: int, receiver: str) -> ResponseReturnValue:
    """Write down that all parts which are still here were handed over together."""
    deposit_row = services.get_deposit(deposit_id, by=me(), to=Do.DEPOSIT_MAKE)
    whom, form = _receiver(receiver), _handover_form(0)
    if not form.validate_on_submit():
        return _handover_page(form, deposit_row, None, whom)
    count = handovers.hand_over_all(deposit_row, form.handed(whom), by=me())
    db.session.commit()
    flash(_("Written down for %(count)s units", count=count))
    return redirect(url_for(".deposit", deposit_id=deposit_row.id), 303)


# A unit's part


@bp.get("/<int:deposit_id>/units/<int:unit_id>")
@needs(Do.DEPOSIT_PART)
def part(deposit_id: int, unit_id: int) -> str:
    """Show one unit's part: its texts, its package, and who has it."""
    part_row = services.get_part(deposit_id, unit_id, by=me())
    row = package.package_of(deposit_id, part_row.unit_code)
    listed = json.loads(row.contents)["files"] if row else []
    return render_template(
        "papers/deposits/part.html",
        part=part_row,
        number=number_of(part_row.deposit),
        names=Names.of(part_row.deposit.words),
        texts=deposit_lines(part_row),
        package=row,
        files=list(enumerate(listed, 1)),
        kept=handovers.keeping([part_row])[0],
        history={receiver: handovers.handover_history(part_row, receiver) for receiver in Receiver},
    )


@bp.route("/<int:deposit_id>/units/<int:unit_id>/handover/<receiver>", methods=["GET", "POST"])
@needs(Do.DEPOSIT_HAND_OVER)
def hand_over(deposit_id: int, unit_id: int, receiver: str) -> ResponseReturnValue:
    """Write down that the unit's part was handed over, or correct what was written down."""
    part_row = services.get_part(deposit_id, unit_id, by=me(), to=Do.DEPOSIT_HAND_OVER)
    whom = _receiver(receiver)
    form = _handover_form(len(handovers.handover_history(part_row, whom)))
    if not form.validate_on_submit():
        return _handover_page(form, part_row.deposit, part_row, whom)
    handovers.hand_over(part_row, form.handed(whom), by=me())
    db.session.commit()
    flash(_("The handover is written down"))
    return redirect(url_for(".part", deposit_id=deposit_id, unit_id=unit_id), 303)


def _receiver(name: str) -> Receiver:
    if name not in set(Receiver):
        raise Missing
    return Receiver(name)


def _handover_form(seen: int) -> HandoverForm:
    return HandoverForm(
        data={"handed_on": clock.today(), "handed_by": me().name, "seen": str(seen)}
        if request.method == "GET"
        else None
    )


def _handover_page(
    form: HandoverForm, one: Deposit, unit_part: DepositPart | None, whom: Receiver
) -> Response:
    return form_page(
        "papers/deposits/handover.html",
        form,
        deposit=one,
        part=unit_part,
        receiver=whom,
        number=number_of(one),
        names=Names.of(one.words),
    )


# Files


@bp.get("/<int:deposit_id>/package.zip")
@needs(Do.DEPOSIT_READ)
def download(deposit_id: int) -> Response:
    """Show the county's package, the same bytes each time."""
    deposit_row = services.get_deposit(deposit_id, by=me())
    name = f"送交{deposit_row.month:%Y-%m}-全县.zip"
    return editions.download(package.package_of(deposit_row.id), "zip", name)


@bp.get("/<int:deposit_id>/units/<int:unit_id>/package.zip")
@needs(Do.DEPOSIT_PART)
def download_part(deposit_id: int, unit_id: int) -> Response:
    """Show a unit's package, the same bytes each time."""
    part_row = services.get_part(deposit_id, unit_id, by=me())
    name = f"送交{part_row.deposit.month:%Y-%m}-{part_row.unit_name}.zip"
    return editions.download(package.package_of(deposit_id, part_row.unit_code), "zip", name)


@bp.get("/<int:deposit_id>/units/<int:unit_id>/files/<int:number>")
@needs(Do.DEPOSIT_PART)
def file(deposit_id: int, unit_id: int, number: int) -> Response:
    """Show one file of a unit's package, by its place in the manifest."""
    part_row = services.get_part(deposit_id, unit_id, by=me())
    return _file(package.package_of(deposit_id, part_row.unit_code), number)


@bp.get("/<int:deposit_id>/files/<int:number>")
@needs(Do.DEPOSIT_READ)
def file_of_all(deposit_id: int, number: int) -> Response:
    """Show one file of the county's package, by its place in the manifest."""
    deposit_row = services.get_deposit(deposit_id, by=me())
    return _file(package.package_of(deposit_row.id), number)


def _file(row: DepositPackage | None, number: int) -> Response:
    listed = json.loads(row.contents)["files"] if row else []
    if row is None or not 0 < number <= len(listed):
        raise Missing
    path = listed[number - 1]["path"]
    with zipfile.ZipFile(blob_path(row.blob)) as packed:
        response = make_response(packed.read(path))
    is_pdf = path.endswith(".pdf")
    response.headers["Content-Type"] = "application/pdf" if is_pdf else "application/octet-stream"
    name = f"{number}{path[path.rfind('.') :]}" if is_pdf else f"{number}.bin"
    response.headers.set("Content-Disposition", "inline" if is_pdf else "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# Letters and years


@bp.post("/letters")
@needs(Do.DEPOSIT_MAKE)
def make_letter() -> ResponseReturnValue:
    """Make one letter about everything the receivers were not told of yet."""
    letter = letters.make_letter(by=me())
    db.session.commit()
    flash(_("Letter %(number)s is made", number=letters.letter_number(letter)))
    return redirect(url_for(".index", _anchor="letters"), 303)


@bp.post("/letters/<int:letter_id>/print")
@needs(Do.DEPOSIT_MAKE)
def print_letter(letter_id: int) -> ResponseReturnValue:
    """Print a letter whose paper is not there."""
    letters.print_letter(letters.get_letter(letter_id, by=me()), by=me())
    db.session.commit()
    return redirect(url_for(".index", _anchor="letters"), 303)


@bp.get("/letters/<int:letter_id>.pdf")
@needs(Do.DEPOSIT_READ)
def letter_paper(letter_id: int) -> Response:
    """Show the letter, the same bytes each time."""
    paper = letters.letter_paper(letter_id, by=me())
    return editions.download(paper, "pdf", f"letter-{letter_id}.pdf", shown=True)


@bp.get("/years/<int:year>")
@needs(Do.DEPOSIT_READ)
def year(year: int) -> str:
    """Show which unit missed which deposit of the year, and what follows from it."""
    known = handovers.deposit_years()
    if year not in known:
        raise Missing
    return render_template(
        "papers/deposits/year.html", found=handovers.year_of(year, by=me()), years=known
    )
