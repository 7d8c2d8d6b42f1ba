"""Moving an item along its road, and what follows from each step."""

import json
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any

from county_portal.core import clock
from county_portal.core.errors import OutOfDate, Refused
from county_portal.editorial.items.services import current_revision, make_revision
from county_portal.editorial.items.services import live_publication as live_publication
from county_portal.editorial.review.steps import ROAD
from county_portal.models import Ground, Item, Person, SignOff, Verdict
from county_portal.office.base import settings
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do
from county_portal.published.items import ItemManifest

NOT_COMPARED = ("form", "item", "revision", "body")  # of the public fields, as one beside another
QUESTIONS = (
    "state_secret",
    "work_secret",
    "commercial_secret",
    "personal_data",
    "four_stabilities",
    "aggregation",
    "third_party",
)
STEP_OF_VERDICT = {
    Verdict.RELEASE: Do.ITEM_RELEASE,
    Verdict.RELEASE_ON_REQUEST: Do.ITEM_RELEASE_ON_REQUEST,
    Verdict.WITHHOLD: Do.ITEM_WITHHOLD,
    Verdict.REFER: Do.ITEM_REFER,
    Verdict.RETURN: Do.ITEM_RETURN,
}


@dataclass(frozen=True)
class ItemOpinion:
    """What the officer fills in. checks: for each question, whether it raises no objection."""

    verdict: Verdict
    content_hash: str
    checks: dict[str, bool] = field(default_factory=dict)
    ground: Ground | None = None
    next_review_on: date | None = None
    referred_to: str = ""
    letter_number: str = ""
    opinion: str = ""


def require_seen(item: Item, revision: int | None) -> None:
    """Raise OutOfDate if the page was about another revision than the current one. None: unsaid."""
    if revision is not None and revision != item.revision_number:
        raise OutOfDate("The item has changed since this page was drawn; read it again")


def take_plain_step(item: Item, action: str, *, by: Person, note: str = "") -> None:
    """Take one step that needs no page of its own. Raises what `workflow.take` raises.

    A step with a form has consequences beyond the state (a sign-off, a publication, the end of
    one), so only the service behind its form takes it.
    """
    with workflow.take_step(ROAD, item, action, by=by, note=note) as taken:
        if taken.step.form:
            raise Refused("There is no such step")
        if taken.step.action is Do.ITEM_SUBMIT:
            make_revision(item, by=by)
        if taken.step.action is Do.ITEM_RETURN:
            item.publish_at = None


def sign_off(item: Item, opinion: ItemOpinion, *, by: Person) -> SignOff:
    """Write down the officer's verdict on exactly the bytes that were shown, as a row of its own.

    Whatever the verdict, it gives an officer's hand.

    Raises OutOfDate if the item has another revision by now, Refused if a
    question is open or the verdict lacks what it needs.
    Source: Open Government Information Regulations (2019), arts. 14-18.
    """
    workflow.check_step(ROAD, item, Do.ITEM_RELEASE, by=by)
    revision = current_revision(item)
    if revision.content_hash != opinion.content_hash:
        raise OutOfDate("The item has changed since this page was drawn; read it again")
    _complete(opinion)
    row = SignOff(
        item_id=item.id,
        revision_id=revision.id,
        content_hash=revision.content_hash,
        officer_id=by.id,
        verdict=opinion.verdict,
        checks=json.dumps(opinion.checks, sort_keys=True),
        ground=opinion.ground if opinion.verdict is Verdict.WITHHOLD else None,
        next_review_on=next_review(opinion),
        referred_to=opinion.referred_to.strip(),
        letter_number=opinion.letter_number.strip(),
        opinion=opinion.opinion.strip(),
        signed_at=clock.now(),
    )
    action, note = STEP_OF_VERDICT[opinion.verdict], opinion.opinion
    with workflow.take_step(ROAD, item, action, by=by, note=note, verdict=row):
        item.publish_at = None
    return row


def changed_fields(before: ItemManifest, after: ItemManifest) -> list[tuple[str, str, str]]:
    """Return which public fields differ between two manifests: name, before, after.

    Not the body.
    """
    names = [one.name for one in fields(ItemManifest) if one.name not in NOT_COMPARED]
    pairs = [(n, _plainly(getattr(before, n)), _plainly(getattr(after, n))) for n in names]
    return [(name, old, new) for name, old, new in pairs if old != new]


def _plainly(value: Any) -> str:
    if isinstance(value, tuple):
        return "、".join(_plainly(one) for one in value)
    return str(getattr(value, "name", value)) if value else ""


def _complete(opinion: ItemOpinion) -> None:
    """Raise Refused while the form is not fully answered for its verdict."""
    if set(opinion.checks) != set(QUESTIONS):
        raise Refused("Answer every question of the checklist")
    if opinion.verdict is Verdict.RELEASE and not all(opinion.checks.values()):
        raise Refused("A question is answered with an objection; this cannot be released")
    if opinion.verdict is Verdict.WITHHOLD and opinion.ground is None:
        raise Refused("Name the ground on which this is withheld")
    if opinion.verdict is Verdict.REFER and not opinion.referred_to.strip():
        raise Refused("Say to whom the case is referred")
    if opinion.verdict is Verdict.RETURN and not opinion.opinion.strip():
        raise Refused("Say why, so that the author can act on it")


def next_review(opinion: ItemOpinion) -> date | None:
    """Return the day on which something withheld is looked at again.

    Source: Open Government Information Regulations (2019), art. 18.
    """
    if opinion.verdict is not Verdict.WITHHOLD:
        return None
    days = timedelta(days=settings.number("review_again_after_days"))
    return opinion.next_review_on or clock.today() + days
