"""Dataclasses as JSON and back, by the types of their fields."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
READERS: dict[Any, Callable[[str], Any]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
}


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
    """Return what makes a value of this type from JSON. Of a union it reads the first type."""
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    inner = [one for one in get_args(kind) if one is not NoneType]
    if get_origin(kind) is tuple:
        return lambda said: tuple(map(_reader(inner[0]), said))
    if isinstance(kind, UnionType):
        return lambda said: None if said is None else _reader(inner[0])(said)
    return READERS.get(kind, lambda said: said)


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {one.name: _reader(hints[one.name]) for one in fields(kind)}
    return lambda said: kind(**{n: read(said[n]) for n, read in readers.items() if n in said})
