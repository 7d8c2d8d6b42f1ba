"""Finding gazettes, and moving one along its road: print, sign, issue, withdraw."""

import json
from dataclasses import dataclass, field

from sqlalchemy import exists, func, select

from county_portal.core import clock
from county_portal.core.errors import OutOfDate, Refused, require_unchanged
from county_portal.core.paging import Page, fetch_page
from county_portal.editorial.catalogue.numbers import draw
from county_portal.editorial.release import public_file
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteHandKind,
    GazetteKind,
    GazetteSignOff,
    GazetteState,
    GazetteText,
    Item,
    Job,
    PaperKind,
    Person,
    Verdict,
)
from county_portal.office.base import audit, jobs, settings
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.desk import register
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do, require
from county_portal.office.rules.releasable import end_what_rests_on
from county_portal.papers.gazettes import records, release
from county_portal.papers.gazettes.selection import composed_nothing
from county_portal.papers.gazettes.steps import ROAD, edition_of, something_to_print, stale_items
from county_portal.published.gazettes import GAZETTE
from county_portal.published.schema import SignedFile
from county_portal.published.writing import files_on_disk

TASK = "gazettes.print"
QUESTIONS = ("complete", "aggregation", "personal_data")
PER_PAGE = 24
STEP_OF_VERDICT = {
    Verdict.RELEASE: Do.GAZETTE_RELEASE,
    Verdict.RETURN: Do.GAZETTE_RETURN,
}


@dataclass(frozen=True)
class GazetteOpinion:
    """What the officer fills in. checks: for each question, whether it raises no objection."""

    verdict: Verdict
    content_hash: str
    checks: dict[str, bool] = field(default_factory=dict)
    opinion: str = ""


# Finding


def find_gazettes(by: Person, page: int = 1) -> Page[Gazette]:
    """Find every gazette, the newest first; a page that does not exist is the last one."""
    require(by, Do.GAZETTE_READ)
    query = select(Gazette).order_by(Gazette.month.desc(), Gazette.id.desc())
    return fetch_page(db.session, query, page, PER_PAGE)


def count_gazette_texts(gazettes: list[Gazette]) -> dict[int, int]:
    """Return how many texts each gazette holds, by its id; one without texts is not there."""
    held = select(GazetteText.gazette_id, func.count()).group_by(GazetteText.gazette_id)
    query = held.where(GazetteText.gazette_id.in_([gazette.id for gazette in gazettes]))
    return dict(db.session.execute(query).all())


def get_gazette(gazette_id: int, *, by: Person) -> Gazette:
    require(by, Do.GAZETTE_READ)
    return fetch_row(Gazette, gazette_id)


# Along the road


def freeze_gazette(gazette: Gazette, *, seen_version: int, by: Person) -> Job:
    """Ask for the PDF. The number is drawn now, kept by this gazette and given to no other.

    The gazette is frozen when the PDF is there (see `printing`), if nothing was changed meanwhile.
    """
    workflow.check_step(ROAD, gazette, Do.GAZETTE_FREEZE, by=by)
    something_to_print(gazette)
    require_unchanged(gazette.version, seen_version)
    workflow.take_hand(gazette, GazetteHandKind.COMPOSER, by=by)
    if gazette.kind is GazetteKind.ISSUE and gazette.number is None:
        number = draw(f"gazette:{gazette.year}")
        gazette.number, gazette.total = number, _free_total()
        db.session.flush()
    job = jobs.enqueue_again(
        TASK,
        series=f"{TASK}:{gazette.id}:{gazette.version}",
        by=by,
        gazette=gazette.id,
        version=gazette.version,
        asked_by=by.id,
    )
    audit.record(by, Do.GAZETTE_FREEZE, gazette, number=gazette.number, total=gazette.total)
    return job


def _free_total() -> int:
    """Return the next total number that no gazette has.

    The office may have moved where they begin.
    """
    while True:
        total = draw("gazette:total") + settings.number("gazette_total_from") - 1
        if not db.session.scalar(select(exists().where(Gazette.total == total))):
            return total


def reopen_gazette(gazette: Gazette, *, by: Person) -> None:
    """Open it to changes again; what was printed and signed stays on record and counts no more."""
    with workflow.take_step(ROAD, gazette, Do.GAZETTE_REOPEN, by=by):
        gazette.edition_id = None


def sign(gazette: Gazette, opinion: GazetteOpinion, *, by: Person) -> GazetteSignOff:
    """Write down the officer's verdict on exactly the edition that was shown, as a row of its own.

    Raises OutOfDate if another edition is on the road by now, Refused if a question is open.
    Source: Open Government Information Regulations (2019), art. 17.
    """
    workflow.check_step(ROAD, gazette, Do.GAZETTE_RELEASE, by=by)
    edition = edition_of(gazette)
    if edition is None:
        raise OutOfDate("Somebody has moved this on since the page was drawn")
    if edition.content_hash != opinion.content_hash:
        raise OutOfDate("The gazette has changed since this page was drawn; read it again")
    _complete(opinion)
    composed_nothing(gazette, by)
    row = GazetteSignOff(
        gazette_id=gazette.id,
        edition_id=edition.id,
        content_hash=edition.content_hash,
        officer_id=by.id,
        verdict=opinion.verdict,
        checks=json.dumps(opinion.checks, sort_keys=True),
        opinion=workflow.seen_note(opinion.opinion),
        signed_at=clock.now(),
    )
    deed = STEP_OF_VERDICT[opinion.verdict]
    with workflow.take_step(ROAD, gazette, deed, by=by, note=opinion.opinion, verdict=row) as taken:
        taken.told |= {"note": row.opinion, "hash": edition.content_hash}
        if taken.step.target is GazetteState.DRAFT:
            gazette.edition_id = None
    return row


def _complete(opinion: GazetteOpinion) -> None:
    """Raise Refused while the form is not fully answered for its verdict."""
    if opinion.verdict not in STEP_OF_VERDICT:
        raise Refused("A gazette is released or returned")
    if set(opinion.checks) != set(QUESTIONS):
        raise Refused("Answer every question of the checklist")
    if opinion.verdict is Verdict.RELEASE and not all(opinion.checks.values()):
        raise Refused("A question is answered with an objection; this cannot be released")


def issue_gazette(gazette: Gazette, content_hash: str, *, by: Person) -> None:
    """Issue the signed edition.

    It goes to the public once the caller has committed and reconciled.
    """
    with workflow.take_step(ROAD, gazette, Do.GAZETTE_ISSUE, by=by) as taken:
        taken.told["hash"] = content_hash
        edition = db.session.get_one(GazetteEdition, gazette.edition_id)
        if edition.content_hash != content_hash:
            raise OutOfDate("The gazette has changed since this page was drawn; read it again")
        composed_nothing(gazette, by)
        manifest = edition.manifest
        _lies_there(manifest.pdf)
        verdict = workflow.require_released(GazetteSignOff, edition)
        release.publish_gazette(gazette, verdict, by=by)
        register.enter_paper(edition.pdf, PaperKind.GAZETTE, manifest.title, manifest.made_on)


def _lies_there(pdf: SignedFile) -> None:
    """Raise Refused if the public could not get the very bytes that were signed."""
    try:
        files_on_disk.source(pdf, public_file.folder(), public_file.blobs())
    except files_on_disk.Unfit:
        raise Refused(
            "The stored PDF is not what was signed; open the gazette again and print it anew"
        ) from None


def withdraw_gazette(gazette: Gazette, reason: str, *, by: Person) -> None:
    """Withdraw it; the public no longer reads it before this returns.

    Wants `public_file.lock` held.

    The file is swapped first; the caller commits. A page stays that says when and why.
    """
    workflow.check_step(ROAD, gazette, Do.GAZETTE_WITHDRAW, by=by, note=reason)
    live = release.live_gazette_publication(gazette)
    if live is None:
        raise Refused("This gazette is not on the public site")
    gone = release.end(live, workflow.seen_note(reason), by)
    resting = end_what_rests_on(GAZETTE.name, gazette.id, by=by, cause=None)
    public_file.withdraw_now((gone, *resting))


def trouble(gazette: Gazette) -> list[Item]:
    """Return texts of the gazette that the public does not read as printed, or not at all."""
    if gazette.edition_id:
        return list(db.session.scalars(select(Item).where(Item.id.in_(stale_items(gazette)))))
    live = records.live_revisions(text.item_id for text in gazette.texts)
    return [text.item for text in gazette.texts if text.item_id not in live]
