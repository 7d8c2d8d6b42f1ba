"""What all reports share: shares, medians, and figures kept as text that reads back the same."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, TypeVar

from county_portal.core.typed_json import from_json
from county_portal.office.desk import editions

Figures = TypeVar("Figures")

PREFIX = b"county-portal/figures/v1\0"
HUNDREDTH = Decimal("0.01")


def share_of(part: int, whole: int) -> Decimal | None:
    """Per cent with two decimals, rounded half up; None of nothing. Shares need not add up."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(HUNDREDTH, ROUND_HALF_UP)


def middle(numbers: Iterable[int]) -> Decimal | None:
    """Return the median with one decimal; None of nothing."""
    known = list(numbers)
    return Decimal(str(median(known))).quantize(Decimal("0.1")) if known else None


def copy_fields(kind: type[Figures], thing: object, **others: object) -> Figures:
    """Return a dataclass of that kind with the values the thing has under the same names.

    others: fields that have other values, or that the thing has not.
    """
    names = [one.name for one in fields(kind) if one.name not in others]  # type: ignore[arg-type]
    return kind(**{name: getattr(thing, name) for name in names}, **others)


def as_json(report: Any) -> str:
    """Return the figures of a dataclass in one spelling only: numbers exact, dates as ISO 8601."""
    return editions.spell_json({"kind": type(report).__name__, "figures": asdict(report)})


def read_figures(kind: type[Figures], text: str) -> Figures:
    """Read the dataclass that `as_json` wrote. Raises ValueError if it was another."""
    stored = json.loads(text)
    if stored["kind"] != kind.__name__:
        raise ValueError(f"These are figures of {stored['kind']}, not of {kind.__name__}")
    return from_json(kind, stored["figures"])


def figures_hash(text: str) -> str:
    return editions.edition_hash(PREFIX, text)
