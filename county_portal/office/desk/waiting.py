"""What waits on desks: every feature says it of its own things."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import cast

from flask import Flask, current_app
from sqlalchemy import ScalarSelect, select

from county_portal.models import PaperKind, Person
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import RULES, Do

DESK = "review.desk"
"""The line of the menu that counts everything."""
PILES = "county_piles"


@dataclass(frozen=True)
class WaitingPaper:
    """One paper on a desk. about: what tells it from others that are called the same."""

    title: str
    kind: PaperKind
    state: StrEnum
    state_since: datetime
    address: str
    about: str = ""


@dataclass(frozen=True)
class Pile:
    """One kind of thing. endpoint: the line of the menu that counts it. reads: who ever sees it.

    count and lines: of those that wait for a person, and not only for somebody with their role.
    No lines: the desk lists them by itself.
    """

    endpoint: str
    reads: Do
    count: Callable[[Person], ScalarSelect[int]]
    lines: Callable[[Person], list[WaitingPaper]] = lambda _person: []


def install(app: Flask, piles: tuple[Pile, ...]) -> None:
    """Lay these piles on the desks of those for whom something in them waits."""
    app.extensions[PILES] = piles


def piles_of(person: Person) -> list[Pile]:
    """Return the piles in which something may wait for the person."""
    piles = cast(tuple[Pile, ...], current_app.extensions[PILES])
    return [pile for pile in piles if person.has_any(RULES[pile.reads][0])]


def count_waiting(person: Person) -> dict[str, int]:
    """Count what waits for this person, by the line of the menu: one question."""
    asked = {pile.endpoint: pile.count(person) for pile in piles_of(person)}
    if not asked:
        return {}
    counted = dict(zip(asked, db.session.execute(select(*asked.values())).one(), strict=True))
    return counted | {DESK: sum(counted.values())}


def papers(person: Person, counted: dict[str, int]) -> list[WaitingPaper]:
    """Return what waits for the person beside items, the longest waiting first.

    Asks what has a count.
    """
    lines = (pile.lines(person) for pile in piles_of(person) if counted[pile.endpoint])
    return sorted(chain.from_iterable(lines), key=lambda line: line.state_since)
