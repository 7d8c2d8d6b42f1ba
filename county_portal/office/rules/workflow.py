"""The engine under every road: a table of steps, and taking one. Knows no state by name."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from county_portal.core.errors import OutOfDate, Refused
from county_portal.core.html.clean import seen
from county_portal.models import HandKind, Person
from county_portal.office.rules.policy import Do, can, require, require_role

NOTE_LENGTH = 1000  # characters


@dataclass(frozen=True)
class Step:
    """One row of a road: from any of `sources` to `target`, by doing `action`.

    guards: each raises Refused while something is missing. hand: what the
    person who takes the step becomes to the thing, if it counts. form: the
    step is taken on a page of its own, not by a button.
    """

    action: Do
    sources: tuple[StrEnum, ...]
    target: Any
    needs_note: bool = False
    guards: tuple[Callable[[Any], None], ...] = ()
    hand: HandKind | None = None
    form: bool = False


Road = tuple[Step, ...]


def open_steps(road: Road, thing: Any, person: Person) -> list[Step]:
    """What this person could do with this thing now: one button or form each."""
    return [s for s in road if thing.state in s.sources and can(person, s.action, thing)]


def check(road: Road, thing: Any, action: str, *, by: Person, note: str = "") -> Step:
    """The step, if it may be taken now.

    Raises NotAllowed (the wrong person), OutOfDate (the wrong state: somebody
    was faster) or Refused (a guard, or a missing note).
    """
    step = next((step for step in road if step.action == action), None)
    if step is None:
        raise Refused("There is no such step")
    require_role(by, step.action)
    if thing.state not in step.sources:
        raise OutOfDate("Somebody has moved this on since the page was drawn")
    require(by, step.action, thing)
    if step.needs_note and not seen(note).strip():
        raise Refused("Say why, so that the author can act on it")
    if len(note) > NOTE_LENGTH:
        raise Refused("At most %(max)d characters", max=NOTE_LENGTH)
    for guard in step.guards:
        guard(thing)
    return step
