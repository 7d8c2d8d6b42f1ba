"""What all reports share: shares, medians, and figures kept as text that reads back the same."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import MISSING, Field, asdict, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Figures = TypeVar("Figures")

PREFIX = b"county-portal/figures/v1\0"
HUNDREDTH = Decimal("0.01")


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with two decimals, rounded half up; None of nothing. Shares need not add up."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(HUNDREDTH, ROUND_HALF_UP)


def middle(numbers: Iterable[int]) -> Decimal | None:
    """The median with one decimal; None of nothing."""
    known = list(numbers)
    return Decimal(str(median(known))).quantize(Decimal("0.1")) if known else None


def as_json(report: Any) -> str:
    """The figures of a dataclass in one spelling only: numbers exact, dates as ISO 8601."""
    words = {"kind": type(report).__name__, "figures": asdict(report)}
    return json.dumps(words, default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(kind: type[Figures], text: str) -> Figures:
    """The dataclass that `as_json` wrote. Raises ValueError if it was another."""
    words = json.loads(text)
    if words["kind"] != kind.__name__:
        raise ValueError(f"These are figures of {words['kind']}, not of {kind.__name__}")
    report: Figures = _read(kind, words["figures"])
    return report


def figures_hash(text: str) -> str:
    return hashlib.sha256(PREFIX + text.encode()).hexdigest()


def _read(kind: Any, words: Any) -> Any:
    """The value of type `kind` that JSON spelled as `words`."""
    if isinstance(kind, UnionType):  # something or None
        return None if words is None else _read(get_args(kind)[0], words)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], word) for word in words)
    if kind is date:
        return date.fromisoformat(words)
    if kind is Decimal:
        return Decimal(words)
    if hasattr(kind, "__dataclass_fields__"):
        hints = get_type_hints(kind)
        return kind(
            **{
                one.name: _read(hints[one.name], words[one.name])
                for one in fields(kind)
                if not _came_later(one, words)
            }
        )
    return words


def _came_later(field: Field[Any], words: dict[str, Any]) -> bool:
    """Whether the figures are older than the field: it then has its default."""
    return field.name not in words and field.default is not MISSING
