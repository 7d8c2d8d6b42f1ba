"""Whether published documents still hold: finding it, and writing down that it has changed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ScalarSelect, func, select

from county_portal import audit
from county_portal.core import clock
from county_portal.core.errors import OutOfDate, Refused
from county_portal.core.html import seen
from county_portal.extensions import db
from county_portal.items.services import MissingPart
from county_portal.models import Item, Person, Publication, Validity, ValidityState
from county_portal.policy import Do, require
from county_portal.published.validity import by_itself

GROUND_LENGTH = 300  # characters
YEARS_AHEAD = 5
CHANGED_BY_TEXT = frozenset({ValidityState.AMENDED, ValidityState.REPEALED})


@dataclass(frozen=True)
class Finding:
    """What the editor fills in. by: index or document number of the text that did it."""

    state: ValidityState
    since_on: date
    by: str = ""
    ground: str = ""


def counting() -> ScalarSelect[int]:
    """The ids of the rows that count today: of each item the newest whose day has come."""
    query = select(func.max(Validity.id)).where(Validity.since_on <= clock.today())
    return query.group_by(Validity.item_id).scalar_subquery()


def of(item: Item) -> Validity | None:
    """The row that counts today for the item, if any."""
    query = select(Validity).where(Validity.item_id == item.id, Validity.since_on <= clock.today())
    return db.session.scalar(query.order_by(Validity.id.desc()).limit(1))


def state_of(item: Item) -> ValidityState | None:
    """Whether the item holds as a document; None for what is no document."""
    row = of(item)
    if row is not None:
        return row.state
    kind = item.column.kind.value if item.column else ""
    word = by_itself(kind, item.document_number)
    return ValidityState(word) if word else None


def history(item: Item) -> list[Validity]:
    """Everything that was found of the item, the newest first."""
    query = select(Validity).where(Validity.item_id == item.id).order_by(Validity.id.desc())
    return list(db.session.scalars(query))


def changed_by(item: Item) -> list[Validity]:
    """What the item amends or repeals today."""
    query = select(Validity).where(Validity.by_item_id == item.id, Validity.id.in_(counting()))
    return list(db.session.scalars(query.order_by(Validity.id)))


def find_texts(words: str) -> list[Item]:
    """The published items of that index number or document number."""
    live = select(Publication.item_id).where(Publication.ended_at.is_(None))
    named = (Item.index_number == words) | (Item.document_number == words)
    query = select(Item).where(named, Item.id.in_(live), Item.index_number.is_not(None))
    return list(db.session.scalars(query.order_by(Item.id).limit(5))) if words else []


def newest_id(item: Item) -> int:
    """What a form about the item has seen: 0 when nothing was found yet."""
    return db.session.scalar(select(func.max(Validity.id)).filter_by(item_id=item.id)) or 0


def change(item: Item, finding: Finding, *, seen_id: int, by: Person) -> Validity:
    """From its day on the document stands so, in the office and on the public site.

    Raises OutOfDate if somebody wrote a finding since the form was drawn.
    """
    require(by, Do.VALIDITY_CHANGE, item)
    if newest_id(item) != seen_id:
        raise OutOfDate("Somebody changed this since the page was drawn")
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
    """What is wrong with the finding, and in which field of its form. None: nothing."""
    return _of_the_day(item, finding) or _of_the_ground(finding) or _of_the_text(item, finding)


def _of_the_day(item: Item, finding: Finding) -> MissingPart | None:
    live = select(Publication.id).where(
        Publication.item_id == item.id, Publication.ended_at.is_(None)
    )
    if db.session.scalar(live) is None:
        return MissingPart("state", "This item is not on the public site")
    if item.formed_on and finding.since_on < item.formed_on:
        return MissingPart("since_on", "The document was formed after this day")
    if finding.since_on.year > clock.today().year + YEARS_AHEAD:
        return MissingPart("since_on", "This day is too far ahead")
    return None


def _of_the_ground(finding: Finding) -> MissingPart | None:
    if len(finding.ground) > GROUND_LENGTH:
        return MissingPart("ground", "This is too long; keep to 300 characters")
    nothing = not finding.by.strip() and not seen(finding.ground).strip()
    if finding.state in CHANGED_BY_TEXT and nothing:
        return MissingPart("by", "Name the text that amends or repeals it, or say on what ground")
    return None


def _of_the_text(item: Item, finding: Finding) -> MissingPart | None:
    words = finding.by.strip()
    if not words:
        return None
    if finding.state not in CHANGED_BY_TEXT:
        return MissingPart("by", "Only an amendment or a repeal names another text")
    found = find_texts(words)
    if not found:
        return MissingPart("by", "No published text has this number")
    if len(found) > 1:
        return MissingPart("by", "Several published texts have this number; enter the index number")
    if found[0].id == item.id:
        return MissingPart("by", "A text does not amend or repeal itself")
    return None
