"""Where the strokes of the pictures lie, and where the pages of the annex begin."""

from dataclasses import replace
from datetime import date

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from county_portal.core import clock
from county_portal.papers.figures import charts, paper_terms
from county_portal.papers.figures.contents import AnnexGroup, PublishedLine
from county_portal.papers.reports import annex, monthly
from tests.papers.reports.county import random_county

DAY = date(2026, 3, 1)


@given(st.integers(0, 10**6))
def test_the_scale_reaches_the_largest_number_in_few_round_steps(most: int) -> None:
    top, step = charts.scale(most)
    assert top >= most
    assert top % step == 0
    assert 1 <= top // step <= 5
    assert str(step).rstrip("0") in {"1", "2", "5"}


def test_bars_are_as_long_as_their_numbers_and_the_largest_comes_first(app: Flask) -> None:
    random_county(2)
    with clock.frozen("2026-06-10T09:00"):
        report = monthly.build_report(DAY)
    drawn = charts.charts_of(report, paper_terms.CHARTS)
    assert drawn.units is not None
    assert drawn.course is not None
    counts = {one.name: one.published for one in report.units}
    lengths = [(counts[bar.name], bar.length) for bar in drawn.units.bars]
    assert lengths == sorted(lengths, reverse=True)
    longest = charts.WIDTH - charts.LABEL - charts.VALUE
    most = max(counts.values())
    for count, length in lengths:
        assert abs(float(length) - longest * count / most) < 0.06
    numbers = [[number for _x, _y, number in one.points] for one in drawn.course.series]
    assert numbers == [
        [one.submitted for one in report.course],
        [one.published for one in report.course],
    ]


def test_nothing_is_no_picture(app: Flask) -> None:
    with clock.frozen("2026-06-10T09:00"):
        report = monthly.build_report(DAY)
    drawn = charts.charts_of(report, paper_terms.CHARTS)
    assert (drawn.units, drawn.columns, drawn.buckets) == (None, None, None)
    assert charts.charts_of(replace(report, course=()), paper_terms.CHARTS).course is None


@given(st.lists(st.integers(1, 400), max_size=30))
def test_the_parts_of_the_annex_hold_every_line_once_and_are_of_one_size(sizes: list[int]) -> None:
    groups = [
        AnnexGroup(f"{n}", "", tuple(PublishedLine(f"{i}", "", "", DAY, DAY) for i in range(size)))
        for n, size in enumerate(sizes)
    ]
    parts = list(annex.sheets(groups))
    pieces = [piece for part in parts for piece in part]
    listed = [(piece.name, line.index_number) for piece in pieces for line in piece.lines]
    assert listed == [(group.name, line.index_number) for group in groups for line in group.lines]
    number = 1
    for piece in pieces:
        assert piece.first == number
        number += len(piece.lines)
    lengths = [sum(len(piece.lines) for piece in part) for part in parts]
    assert all(length <= annex.MOST_ENTRIES for length in lengths)
    assert all(length > annex.PAGE_ENTRIES for length in lengths[:-1])
