"""Composing a gazette: which texts, in which order, and whose hand it was."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import attributes

from county_portal.core import clock
from county_portal.core.errors import Missing, NotAllowed, OutOfDate, Refused
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteEditionPart,
    GazetteHand,
    GazetteHandKind,
    GazetteKind,
    GazetteMark,
    GazettePublication,
    GazetteSection,
    GazetteState,
    GazetteText,
    Person,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require
from county_portal.office.rules.releasable import live
from county_portal.office.rules.workflow import take_hand
from county_portal.papers.figures.periods import shift
from county_portal.papers.gazettes import marks
from county_portal.papers.gazettes.release import RELEASABLE

MONTHS_BACK = 12


def months() -> list[date]:
    """Return the months an issue may be begun for, this one included, the newest first."""
    return [shift(clock.today(), -number) for number in range(MONTHS_BACK)]


def years_to_bind() -> list[int]:
    """Return years with issues on the public site, the latest first."""
    query = (
        live(RELEASABLE, Gazette.year)
        .join(Gazette, Gazette.id == GazettePublication.gazette_id)
        .where(Gazette.kind == GazetteKind.ISSUE)
    )
    return sorted(set(db.session.scalars(query)), reverse=True)


def compose_issue(month: date, *, by: Person) -> Gazette:
    """Open the draft of the month, begun with every text that waits if there is none."""
    require(by, Do.GAZETTE_COMPOSE)
    month = month.replace(day=1)
    if month > clock.today():
        raise Refused("This month has not begun yet")
    query = select(Gazette).where(
        Gazette.kind == GazetteKind.ISSUE,
        Gazette.month == month,
        Gazette.state == GazetteState.DRAFT,
    )
    draft = db.session.scalar(query.order_by(Gazette.id).limit(1))
    if draft is not None:
        return draft
    gazette = _begin(GazetteKind.ISSUE, month, by)
    for mark in marks.waiting_marks(shift(month, 1)):
        _append(gazette, mark, mark.section)
    return gazette


def compose_volume(year: int, *, by: Person) -> Gazette:
    """Open the bound volume of the year. There is one."""
    require(by, Do.GAZETTE_COMPOSE)
    if year not in years_to_bind():
        raise Refused("No issue of this year is on the public site")
    query = select(Gazette).where(Gazette.kind == GazetteKind.VOLUME, Gazette.year == year)
    return db.session.scalar(query) or _begin(GazetteKind.VOLUME, date(year, 1, 1), by)


def _begin(kind: GazetteKind, month: date, by: Person) -> Gazette:
    gazette = Gazette(
        kind=kind,
        year=month.year,
        month=month,
        state=GazetteState.DRAFT,
        state_since=clock.now(),
        created_by=by.id,
        created_at=clock.now(),
    )
    db.session.add(gazette)
    db.session.flush()
    take_hand(gazette, GazetteHandKind.COMPOSER, by=by)
    audit.record(by, Do.GAZETTE_COMPOSE, gazette, month=month)
    return gazette


def put_in(
    gazette: Gazette, item_id: int, section: GazetteSection, *, seen_version: int, by: Person
) -> None:
    """Put the marked text last under its heading, unless it is in some gazette already."""
    _open(gazette, seen_version, by)
    mark = next((mark for mark in marks.waiting_marks() if mark.item_id == item_id), None)
    if mark is None:
        raise Refused("This text is not waiting for a gazette")
    _append(gazette, mark, section)
    _changed(gazette, by, put_in=item_id, section=section)


def take_out_text(gazette: Gazette, item_id: int, *, seen_version: int, by: Person) -> None:
    """Take the text out of the gazette; it waits for another one."""
    _open(gazette, seen_version, by)
    gazette.texts.remove(_text(gazette, item_id))
    _changed(gazette, by, taken_out=item_id)


def move_text(gazette: Gazette, item_id: int, *, up: bool, seen_version: int, by: Person) -> None:
    """Move the text to the place of its neighbour under the same heading."""
    _open(gazette, seen_version, by)
    text = _text(gazette, item_id)
    row = [one for one in gazette.texts if one.section is text.section]
    position = row.index(text) + (-1 if up else 1)
    if not 0 <= position < len(row):
        return
    text.position, row[position].position = row[position].position, text.position
    _changed(gazette, by, moved=item_id)
    db.session.expire(gazette, ["texts"])


def _open(gazette: Gazette, seen_version: int, by: Person) -> None:
    """Return if the person may change the texts of the gazette they saw."""
    require(by, Do.GAZETTE_COMPOSE, gazette)
    if gazette.kind is not GazetteKind.ISSUE:
        raise Refused("A bound volume holds what its issues hold")
    if gazette.state is not GazetteState.DRAFT or gazette.version != seen_version:
        raise OutOfDate("Somebody changed this since the page was drawn")
    take_hand(gazette, GazetteHandKind.COMPOSER, by=by)


def _text(gazette: Gazette, item_id: int) -> GazetteText:
    matching = next((text for text in gazette.texts if text.item_id == item_id), None)
    if matching is None:
        raise Missing
    return matching


def _append(gazette: Gazette, mark: GazetteMark, section: GazetteSection) -> None:
    """Append the marked text; who marked it has had a hand in the gazette."""
    if gazette.hand_of(mark.marker) not in {None, GazetteHandKind.COMPOSER}:
        raise Refused(
            "Whoever marked this text has judged this gazette; somebody else must mark it"
        )
    take_hand(gazette, GazetteHandKind.COMPOSER, by=mark.marker)
    last = max((text.position for text in gazette.texts), default=0)
    gazette.texts.append(GazetteText(item_id=mark.item_id, section=section, position=last + 1))
    db.session.flush()


def _changed(gazette: Gazette, by: Person, **what: Any) -> None:
    """Raise the gazette's version, so that older pages are too late."""
    attributes.flag_modified(gazette, "month")
    db.session.flush()
    audit.record(by, Do.GAZETTE_COMPOSE, gazette, **what)


def composed_nothing(gazette: Gazette, by: Person) -> None:
    """Raise NotAllowed if the person composed an issue that this bound volume holds."""
    if db.session.scalar(select(composed_a_part(gazette.edition_id, by))):
        raise NotAllowed("Composer, officer and issuer of a gazette are different people")


def composed_a_part(edition_id: Any, person: Person) -> ColumnElement[bool]:
    """Tell whether the person composed an issue that the edition of a bound volume holds."""
    return exists().where(
        GazetteEditionPart.edition_id == edition_id,
        GazetteEdition.id == GazetteEditionPart.part_id,
        GazetteHand.gazette_id == GazetteEdition.gazette_id,
        GazetteHand.person_id == person.id,
        GazetteHand.hand == GazetteHandKind.COMPOSER,
    )
