"""Whether published documents still hold: finding it, and writing down that it has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, func, select

from county_portal.core import clock
from county_portal.core.errors import Refused, require_unchanged
from county_portal.core.html.clean import seen
from county_portal.editorial.items.services import MissingPart, live_publication
from county_portal.models import Item, Person, Publication, Validity, ValidityState
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require
from county_portal.published.validity import by_itself

GROUND_LENGTH = 300  # characters
YEARS_AHEAD = 5
CHANGED_BY_TEXT = frozenset({ValidityState.AMENDED, ValidityState.REPEALED})
ENDED = frozenset({ValidityState.EXPIRED, ValidityState.REPEALED})


@dataclass(frozen=True)
class Finding:
    """What the editor fills in. by: index or document number of the text that did it."""

    state: ValidityState
    since_on: date
    by: str = ""
    ground: str = ""


@dataclass(frozen=True)
class DocumentValidity:
    """How a document stands. found: what counts now. expires_on: the day of an expiry to come."""

    found: Validity | None = None
    expires_on: date | None = None


def turns(rows: Iterable[Validity]) -> list[Validity]:
    """Return, of everything found of one document, what has its turn, in the order of its days.

    A new expiry or repeal replaces the one before it, and a repeal also what was to come after
    it; found in force again from the day of its end, a document does not end. What has ended is
    not amended and does not expire. Nothing else changes an expiry.
    """
    standing: list[Validity] = []
    for row in sorted(rows, key=lambda row: row.id):
        standing = [one for one in standing if not _overtakes(row, one)] + [row]
    due: list[Validity] = []
    for row in sorted(standing, key=lambda row: (row.since_on, row.id)):
        over = bool(due) and due[-1].state in ENDED
        if not over or row.state in {ValidityState.IN_FORCE, ValidityState.REPEALED}:
            due.append(row)
    return due


def _overtakes(later: Validity, earlier: Validity) -> bool:
    if later.state is earlier.state and later.state in ENDED:
        return True
    if later.state is ValidityState.REPEALED:
        return later.since_on <= earlier.since_on
    return later.state is ValidityState.IN_FORCE and later.since_on == earlier.since_on


def standing_on(day: date, rows: Iterable[Validity]) -> DocumentValidity:
    """Return how a document stands on a day, by everything found of it."""
    finding_now, expires_on = None, None
    for row in turns(rows):
        if row.since_on <= day:
            finding_now = row
        elif row.state is ValidityState.EXPIRED:
            expires_on = row.since_on
    return DocumentValidity(finding_now, expires_on)


def standings(day: date, *only: ColumnElement[bool]) -> dict[int, DocumentValidity]:
    """Return how every document of which something was found stands on a day, by the item's id."""
    query = select(Validity).where(*only).order_by(Validity.item_id, Validity.id)
    rows = groupby(db.session.scalars(query), key=lambda row: row.item_id)
    return {item_id: standing_on(day, found) for item_id, found in rows}


def standing_of(item: Item) -> DocumentValidity:
    """Return how the item stands today, by what was found of it."""
    return standing_on(clock.today(), validity_history(item))


def state_in(standing: DocumentValidity, item: Item) -> ValidityState | None:
    """Return what the standing says of the item, or what holds by itself when nothing was found."""
    if standing.found is not None:
        return standing.found.state
    kind = item.column.kind.value if item.column else ""
    word = by_itself(kind, item.document_number)
    return ValidityState(word) if word else None


def validity_history(item: Item) -> list[Validity]:
    """Return everything that was found of the item, the newest first."""
    query = select(Validity).where(Validity.item_id == item.id).order_by(Validity.id.desc())
    return list(db.session.scalars(query))


def changed_by(item: Item) -> list[Validity]:
    """Return what the item amends or repeals today."""
    touched = select(Validity.item_id).where(Validity.by_item_id == item.id)
    now = standings(clock.today(), Validity.item_id.in_(touched)).values()
    found = [one.found for one in now if one.found and one.found.by_item_id == item.id]
    return sorted(found, key=lambda row: row.id)


def find_texts(words: str) -> list[Item]:
    """Find the published items of that index number or document number."""
    live = select(Publication.item_id).where(Publication.ended_at.is_(None))
    named = (Item.index_number == words) | (Item.document_number == words)
    query = select(Item).where(named, Item.id.in_(live), Item.index_number.is_not(None))
    return list(db.session.scalars(query.order_by(Item.id).limit(5))) if words else []


def newest_id(item: Item) -> int:
    """Return what a form about the item has seen: 0 when nothing was found yet."""
    return db.session.scalar(select(func.max(Validity.id)).filter_by(item_id=item.id)) or 0


def change(item: Item, finding: Finding, *, seen_id: int, by: Person) -> Validity:
    """Write down how the document stands from its day on, in the office and on the public site.

    Raises OutOfDate if somebody wrote a finding since the form was drawn.
    """
    require(by, Do.VALIDITY_CHANGE, item)
    require_unchanged(newest_id(item), seen_id)
    wrong = objection(item, finding)
    if wrong:
        raise Refused(wrong.message)
    changers = find_texts(finding.by.strip())
    ground = seen(finding.ground).strip()
    row = Validity(
        item_id=item.id,
        state=finding.state,
        since_on=finding.since_on,
        by_item_id=changers[0].id if changers else None,
        ground=ground,
        set_by=by.id,
        set_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        by,
        Do.VALIDITY_CHANGE,
        item,
        now=row.state,
        since=row.since_on,
        changer=row.by_item_id,
        ground=ground,
    )
    return row


def objection(item: Item, finding: Finding) -> MissingPart | None:
    """Return what is wrong with the finding, and in which field of its form. None: nothing."""
    return (
        _of_the_day(item, finding)
        or _of_its_end(finding, validity_history(item))
        or _of_the_ground(finding)
        or _of_the_text(item, finding)
    )


def _of_the_day(item: Item, finding: Finding) -> MissingPart | None:
    if live_publication(item) is None:
        return MissingPart("state", "This item is not on the public site")
    if item.formed_on and finding.since_on < item.formed_on:
        return MissingPart("since_on", "The document was formed after this day")
    if finding.since_on.year > clock.today().year + YEARS_AHEAD:
        return MissingPart("since_on", "This day is too far ahead")
    return None


def _of_its_end(finding: Finding, before: Sequence[Validity]) -> MissingPart | None:
    """Refused is what would change nothing, because the document has ended."""
    newest = max((row.id for row in before), default=0)
    row = Validity(id=newest + 1, state=finding.state, since_on=finding.since_on)
    if row not in turns([*before, row]):
        return MissingPart(
            "since_on", "It has ended by this day; write down first that it is in force again"
        )
    now = standing_on(clock.today(), before).found
    ended = now is not None and now.state in ENDED and now.since_on > finding.since_on
    if finding.state is ValidityState.IN_FORCE and ended:
        return MissingPart(
            "since_on", "It has ended since; enter the day of its end or a later one"
        )
    return None


def _of_the_ground(finding: Finding) -> MissingPart | None:
    if len(finding.ground) > GROUND_LENGTH:
        return MissingPart("ground", "This is too long; keep to 300 characters")
    nothing = not finding.by.strip() and not seen(finding.ground).strip()
    if finding.state in CHANGED_BY_TEXT and nothing:
        return MissingPart("by", "Name the text that amends or repeals it, or say on what ground")
    return None


def _of_the_text(item: Item, finding: Finding) -> MissingPart | None:
    typed = finding.by.strip()
    if not typed:
        return None
    if finding.state not in CHANGED_BY_TEXT:
        return MissingPart("by", "Only an amendment or a repeal names another text")
    texts = find_texts(typed)
    if not texts:
        return MissingPart("by", "No published text has this number")
    if len(texts) > 1:
        return MissingPart("by", "Several published texts have this number; enter the index number")
    if texts[0].id == item.id:
        return MissingPart("by", "A text does not amend or repeal itself")
    return None
