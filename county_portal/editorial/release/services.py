"""Publishing, correcting and withdrawing: the only ways to and from the public file.

Publish: commit, then swap the file. Withdraw: swap, then commit. So whatever
breaks in between, the public reads too little and never too much;
`public_file.reconcile` then makes the file equal to the live publications.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.editorial.catalogue.numbers import give_numbers
from county_portal.editorial.items.manifest import inside_of, manifest_of, public_words, restore
from county_portal.editorial.items.services import current_revision, make_revision, revisions_of
from county_portal.editorial.release import public_file
from county_portal.editorial.release.items import end_publication
from county_portal.editorial.review.services import live_publication
from county_portal.editorial.review.steps import ROAD
from county_portal.models import (
    AuditRow,
    Ending,
    Hand,
    Item,
    Person,
    Publication,
    Revision,
    SignOff,
    State,
    StepTaken,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do
from county_portal.office.rules.releasable import end_what_rests_on
from county_portal.published.items import ITEM

TIMETABLE = "timetable.publish"

# Deeds on the road


def issue_item(item: Item, *, by: Person, publish_at: datetime | None = None) -> None:
    """Issue the item by the issuer's word.

    Published at once, or by the timetable at `publish_at`.
    """
    later = publish_at is not None and publish_at > clock.now()
    with workflow.take_step(ROAD, item, Do.ITEM_ISSUE, by=by):
        item.publish_at = publish_at if later else None
    if not later:
        publish_item(item, by=by)


def publish_item(item: Item, *, by: Person | None) -> Publication:
    """Publish the signed and issued revision; it is live from now. by: None for the timetable.

    What the public saw before is superseded in the same transaction. The file
    is swapped after the commit, by `public_file.reconcile`.
    Source: server time only, State Council website checks (2019) 19.
    """
    if by is None and item.state is not State.ISSUED:
        raise Refused("Only what was issued can be published")
    with workflow.take_step(ROAD, item, Do.ITEM_PUBLISH, by=by):
        revision, moment = current_revision(item), clock.now()
        sign_off = workflow.require_released(SignOff, revision)
        _supersede(item, moment)
        give_numbers(item, clock.county_day(moment).year)
        item.first_published_at = item.first_published_at or moment
        item.publish_at = None
        publication = Publication(
            item_id=item.id,
            revision_id=revision.id,
            sign_off_id=sign_off.id,
            issuer_id=_issuer_of(item),
            public_id=item.public_id,
            index_number=item.index_number,
            published_at=moment,
        )
        db.session.add(publication)
    return publication


def withdraw_item(item: Item, reason: str, *, by: Person) -> None:
    """Withdraw the item; the public no longer reads it before this returns.

    Wants `public_file.lock`.

    The file is swapped first; the caller commits. A page stays that says when and why.
    What rests on the item goes with it.
    """
    with workflow.take_step(ROAD, item, Do.ITEM_WITHDRAW, by=by, note=reason) as taken:
        reason = taken.told["note"] = workflow.seen_note(reason)
        item.publish_at = None
        gone = end_publication(_require_live(item), reason, by)
    cause = (ITEM.name, item.id)
    public_file.withdraw_now((gone, *end_what_rests_on(*cause, by=by, cause=cause)))


def _require_live(item: Item) -> Publication:
    """Return what the public reads of the item. Raises Refused if that is nothing."""
    live = live_publication(item)
    if live is None:
        raise Refused("This item is not on the public site")
    return live


def keep_published(item: Item, *, by: Person, note: str = "") -> None:
    """Give up a correction: the working copy is again what the public reads.

    What was written of it stays among the item's versions.
    """
    with workflow.take_step(ROAD, item, Do.ITEM_KEEP, by=by, note=note):
        live = _require_live(item)
        set_aside(item, by=by)
        restore(item, db.session.get_one(Revision, live.revision_id))


def set_aside(item: Item, *, by: Person) -> Revision | None:
    """Set aside what was written since the current version.

    The version that holds it, made if missing.

    It is not on the road: the current version stays the current one. None when nothing was written.
    """
    written, number = public_words(manifest_of(item, 0), inside_of(item)), item.revision_number
    for known in sorted(revisions_of(item), key=lambda one: one.number != number):
        if public_words(known.manifest, known.inside) == written:
            return None if known.number == number else known
    revision = make_revision(item, by=by)
    item.revision_number = number
    audit.record(by, Do.ITEM_KEEP, item, revision=revision.number, hash=revision.content_hash)
    return revision


def publish_due() -> int:
    """Publish what was issued for a time that has come. How many.

    What stands in the way of one keeps no other back.
    """
    due = select(Item).where(
        Item.state == State.ISSUED, (Item.publish_at <= clock.now()) | Item.publish_at.is_(None)
    )
    items = db.session.scalars(due.order_by(Item.publish_at, Item.id)).all()
    return sum(_published_by_itself(item) for item in items)


def _published_by_itself(item: Item) -> bool:
    try:
        with db.session.begin_nested():
            publish_item(item, by=None)
    except (Refused, SQLAlchemyError) as error:
        db.session.refresh(item)
        _tell_once(item, getattr(error, "message", type(error).__name__))
        return False
    return True


def _tell_once(item: Item, reason: str) -> None:
    """Log why an issued item does not go out; once, not every minute."""
    since = item.state_since.isoformat(timespec="milliseconds")
    told = select(AuditRow.seq).where(
        AuditRow.object == f"items:{item.id}", AuditRow.action == TIMETABLE, AuditRow.at >= since
    )
    if db.session.scalar(told.limit(1)) is None:
        audit.record(None, TIMETABLE, item, refused=reason)


def _supersede(item: Item, moment: datetime) -> None:
    live = live_publication(item)
    if live is not None:
        live.ended_at, live.ending = moment, Ending.SUPERSEDED
        db.session.flush()


def _issuer_of(item: Item) -> int:
    """Return who issued the item this time: the last to take the step."""
    query = (
        select(Hand.person_id)
        .join(StepTaken, (StepTaken.person_id == Hand.person_id) & (StepTaken.item_id == item.id))
        .where(Hand.item_id == item.id, StepTaken.action == Do.ITEM_ISSUE.value)
    )
    return db.session.scalars(query.order_by(StepTaken.id.desc()).limit(1)).one()
