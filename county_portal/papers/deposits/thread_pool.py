"""Several papers at the same time: each waits in a thread for a press that is free."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import count
from typing import TypeVar

from flask import Flask, current_app

from county_portal.core.errors import Refused

Thing = TypeVar("Thing")
Made = TypeVar("Made")

HANDS = 2
PATIENCE = 0.5  # seconds between two signs of life


def side_by_side(
    tasks: Iterable[tuple[Thing, Callable[[], Made]]], alive: Callable[[int], object]
) -> Iterator[tuple[Thing, Future[Made]]]:
    """Yield each thing with its finished work, in order. A task asks the database nothing.

    alive: is told again and again, while one waits, how many are finished.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    under_way: deque[tuple[Thing, Future[Made]]] = deque()
    numbers = count()
    with ThreadPoolExecutor(HANDS) as pool:
        for thing, task in tasks:
            under_way.append((thing, pool.submit(_in_context, app, task)))
            if len(under_way) > HANDS:
                yield _done(under_way, next(numbers), alive)
        while under_way:
            yield _done(under_way, next(numbers), alive)


def _in_context(app: Flask, task: Callable[[], Made]) -> Made:
    """Once more, if it was refused: a press that died may not have been the text's fault."""
    with app.app_context():
        try:
            return task()
        except Refused:
            return task()


def _done(
    under_way: deque[tuple[Thing, Future[Made]]], finished: int, alive: Callable[[int], object]
) -> tuple[Thing, Future[Made]]:
    """Return the oldest of those under way, once it is finished."""
    thing, work = under_way.popleft()
    alive(finished)
    while not wait([work], timeout=PATIENCE).done:
        alive(finished)
    return thing, work
