"""Composing a briefing: what stands in it, in which order, in which words."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from county_portal.core import clock
from county_portal.core.errors import OutOfDate, Refused
from county_portal.core.html.clean import seen
from county_portal.models import (
    Briefing,
    BriefingHandKind,
    BriefingPart,
    BriefingState,
    Masthead,
    Person,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.rules.policy import Do, require
from county_portal.office.rules.workflow import take_hand
from county_portal.papers.briefings.shortening import rewritten

TITLE_LENGTH = 120  # characters
TOKEN_LENGTH = 64  # characters


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
    """Return the briefing, for somebody who may do `to` with it."""
    require(by, Do.BRIEFING_READ)
    briefing = fetch_row(Briefing, briefing_id)
    if to is Do.BRIEFING_EDIT and not briefing.state.editable:
        require(by, Do.BRIEFING_COMPOSE)
        raise OutOfDate("This briefing is no longer being written")
    require(by, to, briefing)
    return briefing


# Writing


def start_briefing(masthead_id: int, *, token: str, by: Person) -> Briefing:
    """Start an empty issue with the masthead's own words. The same token twice makes one."""
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
    touch(briefing, by)
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
    """Make the briefing say what the draft says. The items themselves are untouched.

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
    touch(briefing, by)
    if not (
        by_itself and audit.told_lately(briefing, Do.BRIEFING_EDIT, Do.BRIEFING_COMPOSE, by=by)
    ):
        audit.record(by, Do.BRIEFING_EDIT, briefing)


def _write_parts(briefing: Briefing, words: Mapping[int, PartWords]) -> None:
    """Write words and order as typed; a part the form did not know keeps both, at the end."""
    order = {part_id: place for place, part_id in enumerate(words)}
    if any(len(one.title) > TITLE_LENGTH for one in words.values()):
        raise Refused("A title has at most %(max)d characters", max=TITLE_LENGTH)
    for part in briefing.parts:
        if part.id in words:
            part.title = _line(words[part.id].title)
            part.body = rewritten(part.body, words[part.id].body)
    last = len(order)
    number_parts(sorted(briefing.parts, key=lambda part: (order.get(part.id, last), part.position)))


def number_parts(parts: list[BriefingPart]) -> None:
    """Number the parts in this order."""
    for position, part in enumerate(parts, 1):
        part.position = position


def touch(briefing: Briefing, by: Person) -> None:
    """Note that somebody wrote in it: it is newer now, and that person will not approve it."""
    briefing.saved_at = clock.now()
    flag_modified(briefing, "saved_at")
    take_hand(briefing, BriefingHandKind.COMPOSER, by=by)


def _open_masthead(masthead_id: int) -> Masthead:
    masthead = db.session.get(Masthead, masthead_id)
    if masthead is None or not masthead.active:
        raise Refused("Choose one of the mastheads in use")
    return masthead


def _line(text: str) -> str:
    return " ".join(seen(text).split())
