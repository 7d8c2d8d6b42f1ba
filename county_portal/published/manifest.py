"""What is signed, of every kind: typed fields, their one spelling as bytes, and its hash.

A kind is a frozen dataclass below `Manifest`; its wing builds it from plain values. A text that
was stored is read and hashed for ever by the form it was written in, and never written anew.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, ClassVar, Final, Self, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
NO_FORM = b"county-portal/no-form\0"
"""Goes before a text that tells no known form: its hash is none that was ever signed."""
_FORM = re.compile(r'"form": ?(\d+)')  # quotes within a string are escaped: this is a key


class NotAsked(Enum):
    """What stands for a field in a text whose form did not ask for it. False, and prints empty."""

    NOT_ASKED = ""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""


NOT_ASKED: Final = NotAsked.NOT_ASKED


def asked_since(form: int) -> Any:
    """Declare a field of a manifest that came with this form; older texts read as NOT_ASKED."""
    return field(default=NOT_ASKED, metadata={"since": form})


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything the public gets of one version of a thing. form: the form of the text.

    DOMAINS: what goes before the bytes that are hashed, by form. The last form is the newest.
    """

    DOMAINS: ClassVar[Mapping[int, bytes]]

    form: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what a stored text says. Raises ValueError for what is no manifest of the kind."""
        try:
            said = json.loads(text)
            form = said["form"]
            if form not in cls.DOMAINS or not said.keys() >= cls.asked_in(form):
                raise ValueError(f"This is not the whole of form {form}")
            return from_json(cls, said)
        except (AttributeError, KeyError, TypeError) as fault:
            raise ValueError("This is not a manifest") from fault

    @classmethod
    def hash_of(cls, text: str) -> str:
        """Return the content hash of a stored text: what an officer signs."""
        found = _FORM.search(text)
        domain = cls.DOMAINS.get(int(found[1]), NO_FORM) if found else NO_FORM
        return hashlib.sha256(domain + text.encode()).hexdigest()

    @classmethod
    def asked_in(cls, form: int) -> frozenset[str]:
        """Return the names of the fields that this form asks for."""
        return frozenset(one.name for one in fields(cls) if one.metadata.get("since", 1) <= form)

    @classmethod
    def newest(cls) -> int:
        """Return the form in which the kind is written today."""
        return max(cls.DOMAINS)

    @property
    def text(self) -> str:
        """The fields of the form, in the one spelling that is hashed."""
        said = {name: to_json(getattr(self, name)) for name in self.asked_in(self.form)}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_json(value: Any) -> Any:
    """Return the value as JSON has it: dataclasses as objects, tuples as lists."""
    if is_dataclass(value):
        return {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(kind: type[T], said: Any) -> T:
    """Return the dataclass that JSON tells of; what is missing has its default.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    made: T = _reader(kind)(said)  # type: ignore[arg-type]
    return made


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what makes a value of this type from JSON."""
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    inner = [one for one in get_args(kind) if one not in {NoneType, NotAsked}]
    if get_origin(kind) is tuple:
        return lambda said: tuple(map(_reader(inner[0]), said))
    if isinstance(kind, UnionType):
        return lambda said: None if said is None else _reader(inner[0])(said)
    return kind.fromisoformat if kind in {date, datetime} else lambda said: said


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {one.name: _reader(hints[one.name]) for one in fields(kind)}
    return lambda said: kind(**{n: read(said[n]) for n, read in readers.items() if n in said})
