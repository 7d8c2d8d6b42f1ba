"""Waits for what is on its way: by a condition, never by a time.

The one limit is there so that something that hangs ends as a failure. Nothing that works comes
near it, on whatever machine and beside whatever load.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from playwright.sync_api import Page

HUNG_AFTER = 180  # seconds
PAUSE = 0.02  # seconds between two looks

Answer = TypeVar("Answer")


def wait_until(holds: Callable[[], Answer], hung: str = "It never became so") -> Answer:
    """Return what `holds` says once it says something true."""
    give_up_at = time.monotonic() + HUNG_AFTER
    while not (answer := holds()):
        assert time.monotonic() < give_up_at, hung
        time.sleep(PAUSE)
    return answer


def wait_in_page(page: Page, holds: Callable[[], object], hung: str = "It never became so") -> None:
    """Return once `holds` says something true; meanwhile the page's handlers go on."""
    give_up_at = time.monotonic() + HUNG_AFTER
    while not holds():
        assert time.monotonic() < give_up_at, hung
        page.wait_for_timeout(PAUSE * 1000)


@contextmanager
def unless_hung() -> Iterator[None]:
    """Fail if the work inside hangs; only in the main thread of a process."""

    def give_up(_signal: int, _frame: object) -> None:
        raise AssertionError("It hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(HUNG_AFTER)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
