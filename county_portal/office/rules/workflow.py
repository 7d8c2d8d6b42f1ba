"""The kernel under every road: taking a step, and what is asked of all that was signed.

Knows no kind and no state by name. A kind gives its table of steps and its tables.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, exists, false, select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.core.html.clean import seen
from county_portal.models import HandRow, Person, SignOffRow, StepRow, Verdict
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, can, may_ever, require, require_role

NOTE_LENGTH = 1000  # characters
AnyStep = TypeVar("AnyStep", bound=StepRow)
AnySignOff = TypeVar("AnySignOff", bound=SignOffRow)


@dataclass(frozen=True)
class Step:
    """One row of a road: from any of `sources` to `target`, by doing `action`.

    guards: each raises Refused while something is missing. hand: what the
    person who takes the step becomes to the thing, if it counts. form: the
    step is taken on a page of its own, not by a button. by_itself: the
    timetable may take it.
    """

    action: Do
    sources: tuple[StrEnum, ...]
    target: Any
    needs_note: bool = False
    guards: tuple[Callable[[Any], None], ...] = ()
    hand: StrEnum | None = None
    form: bool = False
    by_itself: bool = False


@dataclass(frozen=True)
class Road:
    """The steps of one kind, and its tables.

    officer: the hand that every verdict gives, if the kind has verdicts. logged: how the log
    has the reason of a step; None: not at all.
    """

    steps: tuple[Step, ...]
    thing: Any
    hand: type[HandRow]
    row: type[StepRow]
    officer: StrEnum | None = None
    logged: Callable[[str], str] | None = None


@dataclass
class Taken:
    """A step while it is taken. told: what the log will say of it."""

    step: Step
    told: dict[str, Any]


def open_steps(road: Road, thing: Any, person: Person) -> list[Step]:
    """Return what this person could do with this thing now: one button or form each."""
    return [s for s in road.steps if thing.state in s.sources and can(person, s.action, thing)]


def check_step(road: Road, thing: Any, action: str, *, by: Person | None, note: str = "") -> Step:
    """Return the step, if this person may take it from here. Its guards are not asked.

    Raises NotAllowed (the wrong person), OutOfDate (the wrong state: somebody
    was faster) or Refused (a missing note, or too long a one).
    """
    step = next((step for step in road.steps if step.action == action), None)
    if step is None:
        raise Refused("There is no such step")
    if by is None and not step.by_itself:
        raise NotAllowed("You may not do this")
    if by is not None:
        require_role(by, step.action)
    if thing.state not in step.sources:
        raise OutOfDate("Somebody has moved this on since the page was drawn")
    if by is not None:
        require(by, step.action, thing)
    if step.needs_note and not seen_note(note):
        raise Refused("Say why, so that the author can act on it")
    if len(note) > NOTE_LENGTH:
        raise Refused("At most %(max)d characters", max=NOTE_LENGTH)
    return step


@contextmanager
def take_step(
    road: Road,
    thing: Any,
    action: str,
    *,
    by: Person | None,
    note: str = "",
    verdict: SignOffRow | None = None,
) -> Iterator[Taken]:
    """Take one step; what follows from it for its kind is done inside the `with`.

    Always in this order: role, state, policy, hands, verdict, guards, what follows, the row of
    the step, state and since, the log. by: None when the timetable takes it.

    Raises what `check` raises, and Refused where a guard does.
    """
    step = check_step(road, thing, action, by=by, note=note)
    hand = step.hand if verdict is None else road.officer
    if by is not None and hand:
        take_hand(thing, hand, by=by)
    if verdict is not None:
        db.session.add(verdict)
        db.session.flush()
    for guard in step.guards:
        guard(thing)
    told = {"note": road.logged(note)} if road.logged else {}
    taken = Taken(step, {"was": thing.state, "now": step.target, **told})
    yield taken
    write_step(road.row, thing, step.action, by=by, note=note, now=step.target)
    audit.record(by, step.action, thing, **taken.told)


def write_step(
    row: type[StepRow],
    thing: Any,
    action: str,
    *,
    by: Person | None,
    note: str = "",
    now: Any = None,
    **more: object,
) -> None:
    """Write into the thing's own story what was done with it, and move it to `now`.

    now: None when it stays where it is. The log is written by whoever decided the step.
    """
    more |= {name: getattr(thing, name) for name in row.repeats}
    moment, was = clock.now(), thing.state
    if now is not None:
        thing.state, thing.state_since = now, moment
    step = row(
        thing_id=thing.id,
        action=str(action),
        was=was,
        now=thing.state,
        person_id=by.id if by else None,
        at=moment,
        note=seen_note(note),
        **more,
    )
    db.session.add(step)


def take_hand(thing: Any, kind: StrEnum, *, by: Person) -> None:
    """Note that the person has this hand in the thing, once; nobody takes a second kind."""
    held = thing.hand_of(by)
    if held not in {None, kind}:
        raise NotAllowed("You may not do this")
    if held is None:
        row = type(thing).hands.property.mapper.class_
        thing.hands.append(row(person_id=by.id, hand=kind))
        db.session.flush()


def seen_note(note: str) -> str:
    """Return what people read of a note: nothing that does not show."""
    return seen(note).strip()


# What is asked of every kind


def thread_of(row: type[AnyStep], thing_id: int) -> list[AnyStep]:
    """Return every step of the thing, oldest first, with who took it."""
    query = select(row).where(row.thing_id == thing_id).options(joinedload(row.person))
    return list(db.session.scalars(query.order_by(row.id)))


def sign_offs_of(row: type[AnySignOff], thing: Any) -> list[AnySignOff]:
    """Return every verdict on the thing, newest first."""
    query = select(row).where(row.thing_id == thing.id)
    return list(db.session.scalars(query.order_by(row.id.desc())))


def newest_verdict(row: type[AnySignOff], version: Any) -> AnySignOff | None:
    """Return the last word on this version, hash and all."""
    query = select(row).where(
        row.version_id == version.id, row.content_hash == version.content_hash
    )
    return db.session.scalar(query.order_by(row.id.desc()).limit(1))


def require_released(row: type[AnySignOff], version: Any) -> AnySignOff:
    """Return the newest verdict on the version, which is release. Raises Refused if it is not."""
    newest = newest_verdict(row, version) if version else None
    if newest is None or newest.verdict is not Verdict.RELEASE:
        raise Refused("The confidentiality officer has not signed this version")
    return newest


def waits_for(
    road: Road, person: Person, action: Do, *states: StrEnum, hand: StrEnum | None = None
) -> ColumnElement[bool]:
    """Build the condition of things that wait for the person.

    Their state, the person's role and hands.

    states: where they wait, if not wherever the step begins. hand: if not that of the step.
    """
    step = next(step for step in road.steps if step.action is action)
    if not may_ever(person, action):
        return false()
    other_hand = exists().where(
        road.hand.thing_id == road.thing.id,
        road.hand.person_id == person.id,
        road.hand.__table__.c.hand != (step.hand or hand),
    )
    return and_(road.thing.state.in_(states or step.sources), ~other_hand)
