"""Months, quarters, half-years and years."""

from datetime import UTC, date, datetime

import pytest

from county_portal.core.errors import Refused
from county_portal.papers.figures.periods import Period, shift


@pytest.mark.parametrize(
    ("code", "first", "months", "last", "title", "kind"),
    [
        ("2026-02", date(2026, 2, 1), 1, date(2026, 2, 28), "2026年2月", "monthly"),
        ("2026-12", date(2026, 12, 1), 1, date(2026, 12, 31), "2026年12月", "monthly"),
        ("2026-Q1", date(2026, 1, 1), 3, date(2026, 3, 31), "2026年第一季度", "quarterly"),
        ("2026-Q4", date(2026, 10, 1), 3, date(2026, 12, 31), "2026年第四季度", "quarterly"),
        ("2026-H1", date(2026, 1, 1), 6, date(2026, 6, 30), "2026年上半年", "half_yearly"),
        ("2026-H2", date(2026, 7, 1), 6, date(2026, 12, 31), "2026年下半年", "half_yearly"),
        ("2028", date(2028, 1, 1), 12, date(2028, 12, 31), "2028年", "yearly"),
    ],
)
def test_a_code_names_a_period(
    code: str, first: date, months: int, last: date, title: str, kind: str
) -> None:
    period = Period.named(code)
    assert (period.first, period.months, period.last) == (first, months, last)
    assert (period.title, period.kind, period.code) == (title, kind, code)
    assert Period.holding(last, months) == period
    assert len(period.each_month) == months


@pytest.mark.parametrize(
    "code", ["", "2026-13", "2026-Q5", "2026-H3", "26-01", "2026-1", "x", "2026-Q"]
)
def test_anything_else_is_refused(code: str) -> None:
    with pytest.raises(Refused, match="Name a period such as 2026-10"):
        Period.named(code)


def test_the_period_before_and_the_year_before() -> None:
    assert Period.named("2026-01").before.code == "2025-12"
    assert Period.named("2026-Q1").before.code == "2025-Q4"
    assert Period.named("2026-H2").before.code == "2026-H1"
    assert Period.named("2026").before.code == "2025"
    assert Period.named("2026-Q3").year_before.code == "2025-Q3"
    assert shift(date(2026, 1, 1), -13) == date(2024, 12, 1)


def test_a_period_is_one_of_the_county() -> None:
    start, end = Period.named("2026-Q1").bounds
    assert start.astimezone(UTC) == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert end.astimezone(UTC) == datetime(2026, 3, 31, 16, tzinfo=UTC)
