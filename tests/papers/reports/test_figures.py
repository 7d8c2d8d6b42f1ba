"""Shares, medians, and figures as text."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from county_portal.papers.figures.figures import (
    as_json,
    figures_hash,
    middle,
    read_figures,
    share_of,
)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_rounded_half_up_to_two_decimals(part: int, whole: int) -> None:
    exact, told = Fraction(part * 100, whole), Fraction(share_of(part, whole))
    assert -share_of(part, whole).as_tuple().exponent == 2
    assert Fraction(-1, 200) < told - exact <= Fraction(1, 200)


def test_the_half_goes_up_and_there_is_no_share_of_nothing() -> None:
    assert share_of(1, 800) == Decimal("0.13")  # 0.125
    assert share_of(1, 3) == Decimal("33.33")
    assert share_of(2, 3) == Decimal("66.67")
    assert share_of(-1, 800) == Decimal("-0.13")
    assert share_of(0, 0) is None
    assert str(share_of(0, 7)) == "0.00"
    assert str(share_of(7, 7)) == "100.00"


@given(st.lists(st.integers(0, 500)))
def test_the_middle_is_the_median(numbers: list[int]) -> None:
    found = middle(numbers)
    assert (found is None) == (not numbers)
    assert found is None or found == Decimal(str(median(numbers)))


@dataclass(frozen=True)
class Part:
    name: str
    on: date | None
    amount: Decimal | None


@dataclass(frozen=True)
class Whole:
    number: int
    amount: Decimal
    part: Part
    parts: tuple[Part, ...]


amounts = st.decimals(allow_nan=False, allow_infinity=False)
parts = st.builds(Part, st.text(), st.none() | st.dates(), st.none() | amounts)
wholes = st.builds(Whole, st.integers(), amounts, parts, st.lists(parts, max_size=4).map(tuple))


@given(wholes)
def test_figures_go_to_text_and_back(whole: Whole) -> None:
    text = as_json(whole)
    again = read_figures(Whole, text)
    assert again == whole
    assert as_json(again) == text
    assert figures_hash(as_json(again)) == figures_hash(text)


@given(wholes, wholes)
def test_other_figures_have_another_hash(one: Whole, two: Whole) -> None:
    same = as_json(one) == as_json(two)
    assert (figures_hash(as_json(one)) == figures_hash(as_json(two))) == same
