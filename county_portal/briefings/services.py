"""Composing a briefing: what stands in it, in which order, in which words."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from html import escape

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from county_portal import audit
from county_portal.briefings import sources
from county_portal.core import clock
from county_portal.core.errors import Missing, OutOfDate, Refused
from county_portal.core.html import clean, seen, text_of
from county_portal.extensions import db
from county_portal.models import (
    AuditRow,
    Briefing,
    BriefingHand,
    BriefingPart,
    BriefingState,
    Masthead,
    PartKind,
    Person,
    Revision,
)
from county_portal.policy import Do, require
from county_portal.published.schema import PublicItem

TITLE_LENGTH = 120  # characters
TOKEN_LENGTH = 64  # characters
MOST_PARTS = 200
LOGGED_EVERY = timedelta(hours=1)  # how often the log says that somebody goes on composing


@dataclass(frozen=True)
class PartWords:
    """What stands in the fields of one part. body: one line for each paragraph."""

    title: str
    body: str


@dataclass(frozen=True)
class BriefingDraft:
    """What the clerk fills in. parts: by id, in the order in which they shall stand."""

    masthead_id: int
    special: bool = False
    dated_on: date | None = None
    note: str = ""
    report_to: str = ""
    send_to: str = ""
    issue_to: str = ""
    copies: int = 1
    parts: Mapping[int, PartWords] = field(default_factory=dict)


# Finding


def get_briefing(briefing_id: int, *, by: Person, to: Do = Do.BRIEFING_READ) -> Briefing:
    """The briefing, for somebody who may do `to` with it."""
    require(by, Do.BRIEFING_READ)
    briefing = db.session.get(Briefing, briefing_id)
    if briefing is None:
        raise Missing("There is no such page")
    if to is Do.BRIEFING_EDIT and not briefing.state.editable:
        require(by, Do.BRIEFING_COMPOSE)
        raise OutOfDate("This briefing is no longer being written")
    require(by, to, briefing)
    return briefing


# Writing


def start_briefing(masthead_id: int, *, token: str, by: Person) -> Briefing:
    """A new, empty issue with the masthead's own words. The same token twice makes one."""
    require(by, Do.BRIEFING_COMPOSE)
    made = db.session.scalar(select(Briefing).where(Briefing.token == token))
    if made is not None and made.composer_id == by.id:
        return made
    masthead = _open_masthead(masthead_id)
    moment = clock.now()
    briefing = Briefing(
        token=token if made is None and 0 < len(token) <= TOKEN_LENGTH else secrets.token_hex(16),
        masthead_id=masthead.id,
        report_to=masthead.report_to,
        send_to=masthead.send_to,
        issue_to=masthead.issue_to,
        copies=masthead.copies,
        state=BriefingState.DRAFT,
        state_since=moment,
        composer_id=by.id,
        created_at=moment,
        saved_at=moment,
    )
    db.session.add(briefing)
    db.session.flush()
    _touch(briefing, by)
    audit.record(by, Do.BRIEFING_COMPOSE, briefing, masthead=masthead.name)
    return briefing


def save_briefing(
    briefing: Briefing,
    draft: BriefingDraft,
    *,
    seen_version: int,
    by: Person,
    by_itself: bool = False,
) -> None:
    """The briefing says what the draft says. The items themselves are untouched.

    by_itself: the page saves while somebody writes; the log gets one line an hour.
    Raises OutOfDate if somebody else saved since the form was drawn.
    """
    require(by, Do.BRIEFING_EDIT, briefing)
    if briefing.version != seen_version:
        raise OutOfDate("Somebody changed this briefing while you were writing")
    if draft.masthead_id != briefing.masthead_id:
        briefing.masthead = _open_masthead(draft.masthead_id)
    briefing.special, briefing.dated_on = draft.special, draft.dated_on
    briefing.copies = draft.copies
    briefing.note = rewritten(briefing.note, draft.note)
    for name in ("report_to", "send_to", "issue_to"):
        setattr(briefing, name, _line(getattr(draft, name)))
    _write_parts(briefing, draft.parts)
    _touch(briefing, by)
    if not (by_itself and _told_lately(briefing, by)):
        audit.record(by, Do.BRIEFING_EDIT, briefing)


def rewritten(html: str, typed: str) -> str:
    """The text that was typed, as clean HTML; what nobody changed keeps its tables and lists."""
    lines = [line for one in seen(typed).splitlines() if (line := " ".join(one.split()))]
    before = [line for one in text_of(html).splitlines() if (line := " ".join(one.split()))]
    if lines == before:
        return html
    return clean("".join(f"<p>{escape(line)}</p>" for line in lines))


def is_plain(html: str) -> bool:
    """Whether typing the text anew would lose nothing but words."""
    return not any(f"<{tag}" in html for tag in ("table", "ul", "ol", "img", "h2", "h3", "h4"))


def _write_parts(briefing: Briefing, words: Mapping[int, PartWords]) -> None:
    """Words and order as typed; a part the form did not know keeps both, at the end."""
    order = {part_id: place for place, part_id in enumerate(words)}
    if any(len(one.title) > TITLE_LENGTH for one in words.values()):
        raise Refused("A title has at most %(max)d characters", max=TITLE_LENGTH)
    for part in briefing.parts:
        if part.id in words:
            part.title = _line(words[part.id].title)
            part.body = rewritten(part.body, words[part.id].body)
    _number(
        sorted(briefing.parts, key=lambda part: (order.get(part.id, MOST_PARTS), part.position))
    )


# Parts


def add_entry(briefing: Briefing, revision_id: int, *, by: Person) -> BriefingPart:
    """The item's revision stands at the end, in its own words. Added twice it stands once."""
    require(by, Do.BRIEFING_EDIT, briefing)
    there = next((one for one in briefing.parts if one.revision_id == revision_id), None)
    if there is not None:
        return there
    revision = db.session.get(Revision, revision_id)
    if revision is None or not sources.is_usable(revision, briefing.masthead, by=by):
        raise Refused("This item cannot stand in this briefing; look for it again")
    part = _append(briefing, PartKind.ENTRY)
    _take_words(part, revision)
    return _kept(briefing, part, by)


def add_heading(briefing: Briefing, *, by: Person) -> BriefingPart:
    """An empty heading at the end; what follows it belongs to it."""
    require(by, Do.BRIEFING_EDIT, briefing)
    return _kept(briefing, _append(briefing, PartKind.HEADING), by)


def add_note(briefing: Briefing, *, by: Person) -> BriefingPart:
    """An empty editor's note at the end."""
    require(by, Do.BRIEFING_EDIT, briefing)
    return _kept(briefing, _append(briefing, PartKind.NOTE), by)


def move_part(briefing: Briefing, part_id: int, by_places: int, *, by: Person) -> None:
    """The part stands so many places further down; at either end it stays."""
    require(by, Do.BRIEFING_EDIT, briefing)
    part, parts = _part(briefing, part_id), list(briefing.parts)
    place = min(max(0, parts.index(part) + by_places), len(parts) - 1)
    parts.remove(part)
    parts.insert(place, part)
    _number(parts)
    _touch(briefing, by)


def remove_part(briefing: Briefing, part_id: int, *, by: Person) -> None:
    """The part is gone from the briefing; an item is untouched by that."""
    require(by, Do.BRIEFING_EDIT, briefing)
    briefing.parts.remove(_part(briefing, part_id))
    _touch(briefing, by)


def renew_entry(briefing: Briefing, part_id: int, *, by: Person) -> None:
    """The entry is of the item's newest version, in that version's words."""
    require(by, Do.BRIEFING_EDIT, briefing)
    part = _part(briefing, part_id)
    if part.revision is None:
        raise Refused("Only an item can be taken anew")
    newest = sources.usable_revision_of(part.revision.item_id, briefing.masthead, by=by)
    if newest is None:
        raise Refused(
            "“%(title)s” is no longer published or accepted; take it out", title=part.title
        )
    _take_words(part, newest)
    _touch(briefing, by)


def arrange(briefing: Briefing, deed: str, *, by: Person) -> BriefingPart | None:
    """What a button of the form says, such as `up:7`; an unknown word changes nothing."""
    name, _, number = deed.partition(":")
    if name in ADDED:
        return ADDED[name](briefing, by=by)
    if name in MOVED and number.isascii() and number.isdigit():
        part_id = int(number)
        MOVED[name](briefing, part_id, by=by)
        return next((part for part in briefing.parts if part.id == part_id), None)
    return None


ADDED: dict[str, Callable[..., BriefingPart]] = {"heading": add_heading, "note": add_note}
MOVED: dict[str, Callable[..., None]] = {
    "up": partial(move_part, by_places=-1),
    "down": partial(move_part, by_places=1),
    "remove": remove_part,
    "renew": renew_entry,
}


def _append(briefing: Briefing, kind: PartKind) -> BriefingPart:
    if len(briefing.parts) >= MOST_PARTS:
        raise Refused("A briefing holds at most %(max)d parts", max=MOST_PARTS)
    last = max((part.position for part in briefing.parts), default=0)
    part = BriefingPart(kind=kind, position=last + 1)
    briefing.parts.append(part)
    return part


def _kept(briefing: Briefing, part: BriefingPart, by: Person) -> BriefingPart:
    _touch(briefing, by)
    db.session.flush()
    return part


def _take_words(part: BriefingPart, revision: Revision) -> None:
    item = PublicItem.from_manifest(revision.manifest)
    part.revision, part.revision_id = revision, revision.id
    part.title, part.body = item.title, clean(item.body)


def _part(briefing: Briefing, part_id: int) -> BriefingPart:
    part = next((part for part in briefing.parts if part.id == part_id), None)
    if part is None:
        raise OutOfDate("This part is no longer in the briefing")
    return part


def _number(parts: list[BriefingPart]) -> None:
    for position, part in enumerate(parts, 1):
        part.position = position


def _touch(briefing: Briefing, by: Person) -> None:
    """Somebody wrote in it: it is newer now, and that person will not approve it."""
    briefing.saved_at = clock.now()
    flag_modified(briefing, "saved_at")
    if not briefing.composed_by(by):
        briefing.hands.append(BriefingHand(briefing_id=briefing.id, person_id=by.id))


def _told_lately(briefing: Briefing, by: Person) -> bool:
    """Whether the log already says that this person writes on this briefing."""
    lately = (clock.now() - LOGGED_EVERY).isoformat(timespec="milliseconds")
    told = select(AuditRow.seq).where(
        AuditRow.object == f"briefings:{briefing.id}",
        AuditRow.actor == by.login,
        AuditRow.action.in_((Do.BRIEFING_EDIT, Do.BRIEFING_COMPOSE)),
        AuditRow.at >= lately,
    )
    return db.session.scalar(told.limit(1)) is not None


def _open_masthead(masthead_id: int) -> Masthead:
    masthead = db.session.get(Masthead, masthead_id)
    if masthead is None or not masthead.active:
        raise Refused("Choose one of the mastheads in use")
    return masthead


def _line(text: str) -> str:
    return " ".join(seen(text).split())
