"""What waits on desks beside items: every room above says it of its own papers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ScalarSelect

from county_portal.models import PaperKind, Person
from county_portal.office.rules.policy import RULES, Do


@dataclass(frozen=True)
class PaperLine:
    """One paper on a desk. about: what tells it from others that are called the same."""

    title: str
    kind: PaperKind
    state: StrEnum
    state_since: datetime
    address: str
    about: str = ""


@dataclass(frozen=True)
class Pile:
    """One kind of paper. endpoint: the line of the menu that counts it. reads: who ever sees it.

    count and lines: of those that wait for a person, and not only for somebody with their role.
    """

    endpoint: str
    reads: Do
    count: Callable[[Person], ScalarSelect[int]]
    lines: Callable[[Person], list[PaperLine]]


_PILES: dict[str, Pile] = {}


def put(pile: Pile) -> None:
    """It lies on the desks of those for whom something in it waits."""
    _PILES[pile.endpoint] = pile


def piles_of(person: Person) -> list[Pile]:
    """The piles in which something may wait for the person."""
    return [pile for pile in _PILES.values() if person.has_any(RULES[pile.reads][0])]
