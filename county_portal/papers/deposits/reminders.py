"""What the clerk is reminded of: the days of deposit, parts that are still here, letters due."""

from dataclasses import dataclass
from datetime import date

from county_portal.core import clock
from county_portal.models import Deposit, Person, Receiver
from county_portal.office.rules.policy import Do, can
from county_portal.papers.deposits.days import deposit_days
from county_portal.papers.deposits.handovers import newest_handovers
from county_portal.papers.deposits.letters import changes_untold
from county_portal.papers.deposits.services import has_begun, newest_deposit, next_window


@dataclass(frozen=True)
class Reminder:
    """first, last: the days of deposit. to_make: the deposit is not put together yet.

    to_hand_over: how many parts are not with both receivers. letters: changes nobody was told of.
    """

    first: date
    last: date
    deposit_id: int | None
    to_make: bool
    to_hand_over: int
    letters: int

    @property
    def late(self) -> bool:
        return clock.today() > self.last


def reminder_for(by: Person) -> Reminder | None:
    """Return what is to be done now. None: nothing, or somebody else does it."""
    if not can(by, Do.DEPOSIT_MAKE):
        return None
    reminder = _of_deposit()
    return reminder if reminder.to_make or reminder.to_hand_over or reminder.letters else None


def _of_deposit() -> Reminder:
    deposit, known = newest_deposit(), deposit_days()
    letters = changes_untold() if deposit else 0
    window = next_window(deposit, known)
    if deposit is None or has_begun(deposit):
        due = clock.today() >= window.remind_on
        return Reminder(window.first, window.last, None, due, 0, letters)
    window = known.window(deposit.due_on)
    waiting = _still_here(deposit) if clock.today() >= window.remind_on else 0
    return Reminder(window.first, deposit.due_on, deposit.id, False, waiting, letters)  # noqa: FBT003


def _still_here(deposit: Deposit) -> int:
    known = newest_handovers(deposit.parts)
    return sum(any((part.id, one) not in known for one in Receiver) for part in deposit.parts)
