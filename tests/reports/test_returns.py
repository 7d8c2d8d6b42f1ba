"""The traditional return form over the same figures."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import pytest
from flask import Flask

from county_portal.core import clock
from county_portal.models import State
from county_portal.reports import monthly, returns
from county_portal.reports.lines import MonthlyReport, Stamp
from county_portal.reports.returns import Return
from tests.cast import Cast
from tests.factories import make_item
from tests.reports.county import random_county
from tests.reports.reading import text_of

STAMP = Stamp(datetime(2026, 5, 4, 1, 30, tzinfo=UTC), "ab" * 32, "cd" * 32)


def april(app: Flask) -> MonthlyReport:
    random_county(7)
    with clock.frozen("2026-05-04T09:00"):
        return monthly.build(date(2026, 4, 1))


def line(form: Return, code: str) -> returns.ReturnLine:
    return next(one for one in form.lines if one.code == code)


def test_this_period_and_the_year_so_far_stand_side_by_side(app: Flask) -> None:
    report = april(app)
    form = returns.build(report, None)
    year = sum(one.published for one in report.course if one.month.year == 2026)
    assert report.totals.published < year
    for code in ("01", "02"):
        assert (line(form, code).now, line(form, code).this_year) == (report.totals.published, year)


def test_what_the_records_do_not_hold_stays_open(app: Flask) -> None:
    form = returns.build(april(app), None)
    assert [one.code for one in form.lines] == [f"{n:02}" for n in range(1, 36)]
    assert all(one.now is one.this_year is None for one in form.lines[2:])


def test_the_checks_hold_or_wait_for_figures(app: Flask) -> None:
    report = april(app)
    *sums, year = returns.build(report, None).checks
    assert sums == [
        ("10＝11＋…＋16", None),
        ("17＝18＋19＋20", None),
        ("20＝21＋…＋31", None),
    ]
    assert year[1] is True
    assert report.this_year is not None
    wrong = replace(report, this_year=replace(report.this_year, published=1))
    assert returns.build(wrong, None).checks[-1][1] is False


@pytest.mark.parametrize(("parts", "holds"), [((3, 4), True), ((3, 5), False)])
def test_a_sum_is_checked_once_its_lines_have_figures(
    parts: tuple[int, int], *, holds: bool
) -> None:
    numbers = {"17": 7, "18": parts[0], "19": parts[1], "20": 0}
    lines = tuple(returns.ReturnLine(code, "", "", now, now) for code, now in numbers.items())
    assert returns._sum(lines, "17", ("18", "19", "20"))[1] is holds


def test_the_form_is_one_page_with_every_line(app: Flask) -> None:
    report = april(app)
    form = returns.build(report, None)
    pdf = returns.to_pdf(form, STAMP)
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
    text = re.sub(r"\s", "", text_of(pdf))
    for one in form.lines:
        now = "—" if one.now is None else one.now
        year = "—" if one.this_year is None else one.this_year
        assert f"{one.name.strip('　')}{one.unit}{one.code}{now}{year}" in text
    assert "政府信息公开情况统计表" in text
    assert "统计期间：2026年4月" in text
    assert "（相符）" in text
    assert "不符" not in text
    assert returns.to_pdf(form, STAMP) == pdf


def test_who_asked_for_it_filled_it_in(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    form = returns.build(monthly.build(date(2026, 3, 1)), cast.he)
    assert (form.filled_in_by, form.office) == ("He", "青禾县人民政府办公室")
