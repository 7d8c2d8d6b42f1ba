"""What lists are asked for and what they answer: plain data between the reader and the pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from county_portal.published.schema import ColumnLine, Listing

T = TypeVar("T")


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; "" is everything. year: of publication, county time."""

    column: str = ""
    unit: str = ""
    category: str = ""
    year: str = ""
    validity: str = ""


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """One page of a list, or of a search. more: a page follows.

    uncounted: there are more than `count`.
    """

    lines: tuple[T, ...]
    page: int
    count: int
    more: bool = False
    uncounted: bool = False


@dataclass(frozen=True)
class Hit:
    """A thing that was searched for. text: the words for its excerpt. line: of an item."""

    kind: str
    key: str
    title: str
    text: str
    published_at: datetime
    line: Listing | None = None


@dataclass(frozen=True)
class ColumnBranch:
    """A column of the upper level with those under it."""

    column: ColumnLine
    children: tuple[ColumnLine, ...]
