"""What the public file keeps of each kind of signed thing.

A kind is a plain object. The office's half (what is live, what it rests on) and the public
site's half (its pages) are joined to it by its name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from county_portal.published.manifest import Manifest
from county_portal.published.schema import FileLine

Thing = tuple[str, str]
"""A thing in public: the name of its kind, and its key."""


class Entry(Protocol):
    """One live, signed manifest on its way into the public file.

    number: its place in the search index, from the one public counter; it ascends with
    publication. Not asked of a kind that is not searched.
    """

    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def manifest_text(self) -> str: ...
    @property
    def content_hash(self) -> str: ...
    @property
    def published_at(self) -> datetime: ...


@dataclass(frozen=True)
class IndexWords:
    """Exactly what the search index holds of a thing, as tokens with spaces between them."""

    title: str
    body: str
    facets: str


@dataclass(frozen=True)
class ListTable:
    """A table that a kind adds for its lists. key: its column with the key of the thing."""

    name: str
    key: str
    ddl: str
    row: Callable[[Any, Any], tuple[object, ...]]  # of an entry and its manifest


@dataclass(frozen=True)
class Kind:
    """One kind of signed thing, as the public file keeps it.

    check: raises ValueError for an entry that is not complete. index: none, if people do not
    search for it. title and text: what a hit shows of it.
    """

    name: str
    manifest: type[Manifest]
    check: Callable[[Any, Any], None]  # of an entry and its manifest
    files: Callable[[Any], tuple[FileLine, ...]]
    title: Callable[[Any], str]
    lists: tuple[ListTable, ...] = ()
    index: Callable[[Any, Any], IndexWords] | None = None  # of an entry and its manifest
    text: Callable[[Any], str] = lambda _manifest: ""


def by_name(kinds: Iterable[Kind]) -> Mapping[str, Kind]:
    return {kind.name: kind for kind in kinds}


def check_halves(whole: Iterable[Kind], half: Iterable[Kind], name: str) -> None:
    """Raise RuntimeError unless each kind has this half, once, and it is the half of a kind."""
    wanted, names = sorted(kind.name for kind in whole), sorted(kind.name for kind in half)
    if wanted != names:
        raise RuntimeError(f"Kinds and their half for {name} differ: {wanted} and {names}")
