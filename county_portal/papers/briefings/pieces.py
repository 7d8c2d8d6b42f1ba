"""The parts of a briefing: items, headings and notes added, moved, taken out, taken anew."""

from collections.abc import Callable
from functools import partial

from county_portal.core.errors import OutOfDate, Refused
from county_portal.core.html.clean import clean
from county_portal.models import Briefing, BriefingPart, PartKind, Person, Revision
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require
from county_portal.papers.briefings import sources
from county_portal.papers.briefings.services import number_parts, touch

MOST_PARTS = 200


def add_entry(briefing: Briefing, revision_id: int, *, by: Person) -> BriefingPart:
    """Add the item's revision at the end, in its own words. Added twice it stands once."""
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
    """Add an empty heading at the end; what follows it belongs to it."""
    require(by, Do.BRIEFING_EDIT, briefing)
    return _kept(briefing, _append(briefing, PartKind.HEADING), by)


def add_note(briefing: Briefing, *, by: Person) -> BriefingPart:
    """Add an empty editor's note at the end."""
    require(by, Do.BRIEFING_EDIT, briefing)
    return _kept(briefing, _append(briefing, PartKind.NOTE), by)


def move_part(briefing: Briefing, part_id: int, by_places: int, *, by: Person) -> None:
    """Move the part so many places down (negative: up); at either end it stays."""
    require(by, Do.BRIEFING_EDIT, briefing)
    part, parts = _part(briefing, part_id), list(briefing.parts)
    position = min(max(0, parts.index(part) + by_places), len(parts) - 1)
    parts.remove(part)
    parts.insert(position, part)
    number_parts(parts)
    touch(briefing, by)


def remove_part(briefing: Briefing, part_id: int, *, by: Person) -> None:
    """Remove the part from the briefing; an item is untouched by that."""
    require(by, Do.BRIEFING_EDIT, briefing)
    briefing.parts.remove(_part(briefing, part_id))
    touch(briefing, by)


def renew_entry(briefing: Briefing, part_id: int, *, by: Person) -> None:
    """Make the entry one of the item's newest version, in that version's words."""
    require(by, Do.BRIEFING_EDIT, briefing)
    part = _part(briefing, part_id)
    if part.revision is None:
        raise Refused("Only an item can be taken anew")
    newest = sources.usable_revision_of(part.revision.item_id, briefing.masthead, by=by)
    if newest is None:
        raise Refused(
            "“%(title)s” is no longer published or accepted; take it out", title=part.title
        )
    if any(one.revision_id == newest.id for one in briefing.parts if one is not part):
        raise Refused("The newer version stands in the briefing already; take this one out")
    _take_words(part, newest)
    touch(briefing, by)


def arrange(briefing: Briefing, deed: str, *, by: Person) -> BriefingPart | None:
    """Do what a button of the form says, such as `up:7`; an unknown word changes nothing."""
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
    touch(briefing, by)
    db.session.flush()
    return part


def _take_words(part: BriefingPart, revision: Revision) -> None:
    item = revision.manifest
    part.revision, part.revision_id = revision, revision.id
    part.title, part.body = item.title, clean(item.body)


def _part(briefing: Briefing, part_id: int) -> BriefingPart:
    part = next((part for part in briefing.parts if part.id == part_id), None)
    if part is None:
        raise OutOfDate("This part is no longer in the briefing")
    return part
