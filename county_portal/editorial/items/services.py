"""Writing items: everything that changes one before and between its steps."""

import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.errors import Missing, OutOfDate, Refused
from county_portal.core.html.clean import clean, seen, text_of
from county_portal.editorial.items.manifest import Draft, inside_of, manifest_of, public_files
from county_portal.models import (
    Attribute,
    Category,
    ColumnKind,
    HandKind,
    Item,
    Origin,
    Person,
    Publication,
    Revision,
    State,
    StepTaken,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import set_due
from county_portal.office.rules.policy import Do, columns_open_to, require, viewable_items
from county_portal.office.rules.workflow import NOTE_LENGTH, take_hand, write_step
from county_portal.published.items import ItemManifest

NEEDS_CATEGORY = frozenset(
    {ColumnKind.POLICY, ColumnKind.DISCLOSURE, ColumnKind.PERSONNEL, ColumnKind.PLANNING}
)
SUMMARY_LENGTH = 100  # characters
TITLE_LENGTH = 120  # characters
TOKEN_LENGTH = 64  # characters
CAME_BACK_BY = {
    State.RETURNED: (Do.ITEM_RETURN, Do.ITEM_REWORK, Do.ITEM_RECALL),
    State.CORRECTING: (Do.ITEM_CORRECT,),
}
FIRST_VERSION = 1  # of an item nobody has saved again


@dataclass(frozen=True)
class MissingPart:
    """Something the form still asks for. field: its name; message: English msgid."""

    field: str
    message: str


# Finding


def get_item(item_id: int, *, by: Person, to: Do = Do.ITEM_VIEW) -> Item:
    """Return the item, for somebody who may do `to` with it.

    Raises Missing alike for an item that is hidden and one that never was.
    """
    item = db.session.scalar(viewable_items(by).where(Item.id == item_id))
    if item is None:
        raise Missing
    require(by, to, item)
    return item


def current_revision(item: Item) -> Revision:
    """Return the revision that is on the road now. Raises Refused when there is none yet."""
    revision = find_revision(item, item.revision_number)
    if revision is None:
        raise Refused("This item has not been handed over yet")
    return revision


def find_revision(item: Item, number: int) -> Revision | None:
    return db.session.scalar(
        select(Revision).where(Revision.item_id == item.id, Revision.number == number)
    )


def revisions_of(item: Item) -> list[Revision]:
    """Return every revision, newest first."""
    query = select(Revision).where(Revision.item_id == item.id).order_by(Revision.number.desc())
    return list(db.session.scalars(query))


def live_publication(item: Item) -> Publication | None:
    """Return what the public reads of the item now, if anything."""
    query = select(Publication).where(
        Publication.item_id == item.id, Publication.ended_at.is_(None)
    )
    return db.session.scalar(query)


def why_back(item: Item) -> StepTaken | None:
    """Tell which step brought the item back to its unit, with its reason.

    None while it did not come.
    """
    if item.state not in CAME_BACK_BY:
        return None
    query = select(StepTaken).where(
        StepTaken.item_id == item.id, StepTaken.action.in_(CAME_BACK_BY[item.state])
    )
    return db.session.scalar(query.order_by(StepTaken.id.desc()).limit(1))


# Writing


def create_item(draft: Draft, *, token: str, by: Person) -> Item:
    """Create a draft of the author's unit. The same token twice makes one item.

    When the answer to the first was lost, the second may bring newer words; they
    are kept, unless somebody has gone on writing since.
    """
    require(by, Do.ITEM_CREATE)
    made = db.session.scalar(select(Item).where(Item.token == token))
    if made is not None and made.author_id == by.id and token:
        if not _holds(made, draft):
            edit_item(made, draft, seen_version=FIRST_VERSION, by=by, by_itself=True)
        return made
    moment = clock.now()
    item = Item(
        token=_fresh_token() if made is not None or not 0 < len(token) <= TOKEN_LENGTH else token,
        unit_id=by.unit_id,
        author_id=by.id,
        created_at=moment,
        saved_at=moment,
        state_since=moment,
        state=State.DRAFT,
        revision_number=0,
        responsible_unit_id=by.unit_id,
    )
    db.session.add(item)
    _write(item, draft, by)
    db.session.flush()
    take_hand(item, HandKind.AUTHOR, by=by)
    audit.record(by, Do.ITEM_CREATE, item)
    return item


def edit_item(
    item: Item, draft: Draft, *, seen_version: int, by: Person, by_itself: bool = False
) -> None:
    """Replace the item's words. Raises OutOfDate if it changed since the form was drawn.

    by_itself: the page saves while somebody writes, every few seconds; the log
    gets one line for all of it in an hour.
    """
    require(by, Do.ITEM_EDIT, item)
    _same_version(item, seen_version)
    _write(item, draft, by)
    take_hand(item, HandKind.AUTHOR, by=by)
    if not (by_itself and audit.told_lately(item, Do.ITEM_EDIT, Do.ITEM_CREATE, by=by)):
        audit.record(by, Do.ITEM_EDIT, item)


def save_by_itself(
    item: Item | None, draft: Draft, *, token: str, seen_version: int, by: Person
) -> Item:
    """Save what the page sends while somebody writes; the first time it makes the item.

    Raises OutOfDate if somebody else changed it since the form was drawn.
    """
    if item is None:
        return create_item(draft, token=token, by=by)
    edit_item(item, draft, seen_version=seen_version, by=by, by_itself=True)
    return item


def amend_item(item: Item, draft: Draft, *, seen_version: int, note: str, by: Person) -> Revision:
    """Take the editor's correction of an item on the editor's desk: a new revision."""
    require(by, Do.ITEM_AMEND, item)
    _same_version(item, seen_version)
    _write(item, draft, by)
    revision = amended_revision(item, note, by=by)
    audit.record(by, Do.ITEM_AMEND, item, revision=revision.number, hash=revision.content_hash)
    return revision


def amended_revision(item: Item, note: str, *, by: Person) -> Revision:
    """Make the revision of what the editor changed. Raises Refused if something is missing."""
    if missing_parts(item):
        raise Refused("Something is still missing; the list above the form says what")
    take_hand(item, HandKind.EDITOR, by=by)
    revision = make_revision(item, by=by)
    write_step(StepTaken, item, Do.ITEM_AMEND, by=by, note=note)
    return revision


def make_revision(item: Item, *, by: Person) -> Revision:
    """Freeze the item as it stands now. That becomes the current revision."""
    db.session.flush()
    db.session.refresh(item, ["column", "category", "unit", "responsible_unit", "attachments"])
    newest = select(func.max(Revision.number)).where(Revision.item_id == item.id)
    number = (db.session.scalar(newest) or 0) + 1
    text = manifest_of(item, number).text
    revision = Revision(
        item_id=item.id,
        number=number,
        manifest_text=text,
        content_hash=ItemManifest.hash_of(text),
        inside_text=inside_of(item).text,
        made_by=by.id,
        made_at=clock.now(),
    )
    db.session.add(revision)
    item.revision_number = number
    db.session.flush()
    return revision


def remark(item: Item, note: str, *, by: Person, token: str = "") -> None:
    """Say something about the item without moving it. The same token twice says it once."""
    require(by, Do.ITEM_REMARK, item)
    if not note.strip():
        raise Refused("Write the remark first")
    if len(note) > NOTE_LENGTH:
        raise Refused("At most %(max)d characters", max=NOTE_LENGTH)
    earlier = select(StepTaken.id).where(StepTaken.token == token)
    if token and db.session.scalar(earlier) is not None:
        return
    write_step(StepTaken, item, Do.ITEM_REMARK, by=by, note=note, token=token or None)
    audit.record(by, Do.ITEM_REMARK, item)


def missing_parts(item: Item) -> list[MissingPart]:
    """Return what keeps the item from being submitted, in the order of the form.

    Source: Open Government Information Regulations (2019), arts. 12 and 26.
    """
    return [part for wrong, part in _checks(item) if wrong]


def _checks(item: Item) -> list[tuple[bool, MissingPart]]:
    publishable = bool(text_of(item.body).strip()) or bool(public_files(item, item.body))
    kind = item.column.kind if item.column else None
    held_back = item.attribute is not Attribute.PROACTIVE
    return [
        (not item.title, MissingPart("title", "Enter a title")),
        (item.column is None, MissingPart("column_id", "Choose a column")),
        (
            kind in NEEDS_CATEGORY and item.category_id is None,
            MissingPart("category_id", "Choose the statutory category"),
        ),
        (
            held_back and (item.ground is None or not item.ground_note),
            MissingPart("ground", "Give the ground for not publishing, and explain it"),
        ),
        (item.formed_on is None, MissingPart("formed_on", "Enter the date of formation")),
        (
            item.formed_on is not None and item.formed_on > clock.today(),
            MissingPart("formed_on", "The date of formation lies in the future"),
        ),
        (
            item.origin is not Origin.OWN and not item.source,
            MissingPart("source", "Name the other body"),
        ),
        (not item.summary, MissingPart("summary", "Write a summary")),
        (
            not publishable,
            MissingPart("body", "Write the text, or attach a file the public can get"),
        ),
    ]


def _same_version(item: Item, seen_version: int) -> None:
    if item.version != seen_version:
        raise OutOfDate("Somebody changed this item while you were writing")


def _write(item: Item, draft: Draft, by: Person) -> None:
    if draft.column_id is not None and draft.column_id != item.column_id:
        _may_submit_to(draft.column_id, item, by)
    if draft.category_id is not None and db.session.get(Category, draft.category_id) is None:
        raise Refused("There is no such category")
    for name, word in _words(draft).items():
        setattr(item, name, word)
    if item.attribute is Attribute.PROACTIVE:
        item.ground, item.ground_note = None, ""
    if item.origin is Origin.OWN:
        item.source = ""
    item.saved_at = clock.now()
    set_due(item)


def _holds(item: Item, draft: Draft) -> bool:
    """Tell whether the item already says what the draft says."""
    return all(getattr(item, name) == word for name, word in _words(draft).items())


def _words(draft: Draft) -> dict[str, object]:
    """Return what the draft says, without characters that show nothing or turn the words around."""
    fields = {
        name: seen(word) if isinstance(word, str) and not isinstance(word, StrEnum) else word
        for name, word in draft.__dict__.items()
    }
    return {**fields, "body": clean(draft.body)}


def _fresh_token() -> str:
    """Return a token for a form whose own is empty or somebody else's: what was typed is kept."""
    return secrets.token_hex(16)


def _may_submit_to(column_id: int, item: Item, by: Person) -> None:
    unit = item.unit if item.unit is not None else by.unit
    open_ids = {column.id for column in db.session.scalars(columns_open_to(unit))}
    if column_id not in open_ids:
        raise Refused("Your unit cannot submit to this column")


def new_key() -> str:
    """Return a name for a file in addresses: random, so that it tells nothing."""
    return secrets.token_hex(4)
