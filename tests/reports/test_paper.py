"""The monthly report on paper and as a workbook, read back by machine."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from openpyxl import load_workbook

from county_portal.core import clock
from county_portal.reports import monthly
from county_portal.reports.figures import as_json, figures_hash, share
from county_portal.reports.monthly import MonthlyReport, Stamp
from county_portal.reports.words import FIGURES, STATES
from county_portal.reports.workbook import to_xlsx
from tests.reports.county import random_county
from tests.reports.reading import text_of

FORMULA = '=HYPERLINK("http://x.example","1")'


@pytest.fixture(scope="module")
def report() -> MonthlyReport:
    """Sixty units, thirty columns: as large as the county, every figure another."""
    numbers = iter(range(1001, 9999))
    units = tuple(
        monthly.UnitLine(
            code=f"U{n:02}",
            name=f"县属单位{n:02}",
            kind=["township", "department", "public_body"][n % 3],
            submitted=next(numbers),
            published=next(numbers),
            published_before=next(numbers),
            returned=next(numbers),
            declined=next(numbers),
            on_time=next(numbers),
            late=next(numbers),
            median_days=None if n % 7 == 0 else Decimal(n) + Decimal("0.5"),
        )
        for n in range(60)
    )
    columns = tuple(
        monthly.ColumnLine(
            f"c{n}", f"栏目{n:02}", "上级" if n % 4 else "", next(numbers), share(n, 97)
        )
        for n in range(30)
    )
    categories = tuple(
        monthly.CategoryLine(f"20-{n}", f"类别{n:02}", f"20({n})", next(numbers), share(n, 93))
        for n in range(15)
    )
    overdue = tuple(
        monthly.OverdueLine(
            title=f"关于第{n:02}号事项的通知",
            unit=f"县属单位{n:02}",
            formed_on=date(2026, 8, 1 + n),
            due_on=date(2026, 9, 1 + n),
            published_on=None if n % 2 else date(2026, 10, 1 + n),
            days_over=200 + n,
            state=list(STATES)[n % len(STATES)] if n % 2 else "published",
        )
        for n in range(20)
    )
    totals, before = some_totals(numbers), some_totals(numbers)
    return MonthlyReport(
        month=date(2026, 10, 1),
        until=date(2026, 10, 31),
        county="青禾县",
        office="青禾县人民政府办公室",
        totals=totals,
        before=before,
        changes=tuple(monthly._changes(totals, before)),
        units=units,
        columns=columns,
        categories=(*categories, monthly.CategoryLine("", "", "", next(numbers), share(5, 93))),
        overdue=overdue,
    )


def some_totals(numbers: Iterator[int]) -> monthly.Totals:
    counts = {name: next(numbers) for name in FIGURES}
    return monthly.Totals(
        **counts, on_time_share=share(next(numbers), 9999), median_days=Decimal("12.5")
    )


def stamp_of(report: MonthlyReport) -> Stamp:
    made_at = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
    return Stamp(made_at, figures_hash(as_json(report)), "a3" * 32)


@pytest.fixture(scope="module")
def pdf(office: Flask, report: MonthlyReport) -> bytes:
    with office.app_context():
        return monthly.to_pdf(report, stamp_of(report))


def words_of(pdf: bytes) -> str:
    """The text without the spaces and line ends that the page puts into it."""
    return re.sub(r"\s", "", text_of(pdf))


def test_every_figure_stands_on_the_paper(report: MonthlyReport, pdf: bytes) -> None:
    text = words_of(pdf)
    for one in report.changes:
        rate = "—" if one.rate is None else f"{one.rate:+}%"
        row = f"{FIGURES[one.figure]}{one.now}{one.before}{one.change:+d}{rate}"
        assert row.replace("-", "−") in text
    for one in report.units:
        days = "—" if one.median_days is None else one.median_days
        assert (
            f"{one.name}{one.submitted}{one.published}{one.published_before}{one.returned}"
            f"{one.declined}{one.on_time}{one.late}{days}" in text
        )
    for one in report.columns:
        assert f"{one.name}{one.count}{one.share}" in text
    for one in report.categories:
        name, article = one.name or "未归入法定类别", one.article or "—"
        assert f"{name}{article}{one.count}{one.share}" in text
    for one in report.overdue:
        where = one.published_on or STATES[one.state]
        row = f"{one.title}{one.unit}{one.formed_on}{one.due_on}{where}{one.days_over}"
        assert row in text


def test_the_first_page_says_it_in_words(report: MonthlyReport, pdf: bytes) -> None:
    totals, text = report.totals, words_of(pdf)
    assert f"报送信息{totals.submitted}件；公开发布{totals.published}件" in text
    assert f"按时公开率{totals.on_time_share}%" in text
    assert f"月末尚有{totals.overdue}件信息超过公开时限仍未公开" in text
    assert "2026年11月2日" in text


def test_a_month_that_is_not_over_says_so(office: Flask, report: MonthlyReport) -> None:
    part = replace(report, until=date(2026, 10, 12))
    with office.app_context():
        text = words_of(monthly.to_pdf(part, stamp_of(part)))
    assert "2026年10月（截至2026年10月12日）" in text
    assert "月末" not in text


def test_nothing_late_is_said_too(office: Flask, report: MonthlyReport) -> None:
    calm = replace(report, overdue=(), totals=replace(report.totals, overdue=0))
    with office.app_context():
        text = words_of(monthly.to_pdf(calm, stamp_of(calm)))
    assert "本月没有逾期公开的信息，月末没有超过公开时限仍未公开的信息。" in text


def test_the_proof_stands_at_the_foot(report: MonthlyReport, pdf: bytes) -> None:
    text = words_of(pdf)
    assert f"数据摘要：{figures_hash(as_json(report))}" in text
    assert "日志链首：" + "a3" * 32 in text
    assert "制表时间：2026-11-0209:30" in text


def test_the_same_report_is_the_same_bytes(
    office: Flask, report: MonthlyReport, pdf: bytes
) -> None:
    with office.app_context(), clock.frozen("2027-01-01T00:00"):
        assert monthly.to_pdf(report, stamp_of(report)) == pdf


def test_pages_are_a4_and_numbered_and_repeat_the_heads(pdf: bytes) -> None:
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) >= 6
        texts = [re.sub(r"\s", "", one.get_textpage().get_text_range()) for one in document]
        sizes = {(round(one.get_width()), round(one.get_height())) for one in document}
    assert sizes == {(595, 842)}
    for number, text in enumerate(texts, 1):
        assert f"—{number}—" in text
    head = "序号单位报送公开上月公开退回不予采用按时公开逾期公开中位数"
    with_units = [text for text in texts if "县属单位" in text and "逾期（日）" not in text]
    assert len(with_units) > 1
    assert all(head in text for text in with_units)


def test_fonts_are_embedded_and_cut_down(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        fonts = {
            str(font.BaseFont): font.DescendantFonts[0].FontDescriptor
            for page in document.pages
            for font in page.Resources.Font.values()
        }
        assert str(document.docinfo.Title) == "青禾县政府信息公开工作月报（2026年10月）"
        assert str(document.docinfo.CreationDate).startswith("D:2026110")
        assert all("/FontFile3" in one or "/FontFile2" in one for one in fonts.values())
    assert all(re.match(r"/[A-Z]{6}\+", name) for name in fonts)
    assert {"FandolFang", "FandolHei"} <= {name.split("+")[1] for name in fonts}


def test_what_people_wrote_is_text_on_paper(office: Flask, report: MonthlyReport) -> None:
    hostile = '<img src="file:///etc/passwd"><b>粗</b> & {{ 7 * 7 }}'
    lines = (replace(report.overdue[0], title=hostile),)
    with office.app_context():
        text = words_of(monthly.to_pdf(replace(report, overdue=lines), stamp_of(report)))
    assert re.sub(r"\s", "", hostile) in text
    assert "root:" not in text


def test_a_counted_month_prints(app: Flask) -> None:
    random_county(9, items=40)
    with clock.frozen("2026-06-10T09:00"):
        counted = monthly.build(date(2026, 3, 1))
    text = words_of(monthly.to_pdf(counted, stamp_of(counted)))
    for one in counted.units:
        assert f"{one.name.replace(' ', '')}{one.submitted}{one.published}" in text


# The workbook


def rows_of(content: bytes, name: str) -> list[tuple]:
    return list(load_workbook(BytesIO(content))[name].iter_rows(min_row=4, values_only=True))


def test_the_workbook_holds_real_numbers(report: MonthlyReport) -> None:
    content = to_xlsx(report, stamp_of(report))
    units = rows_of(content, "各单位情况")
    assert len(units) == len(report.units)
    for row, one in zip(units, report.units, strict=True):
        median = None if one.median_days is None else float(one.median_days)
        assert (row[0], row[1]) == (one.code, one.name)
        assert row[3:] == (
            one.submitted,
            one.published,
            one.published_before,
            one.returned,
            one.declined,
            one.on_time,
            one.late,
            median,
        )
    columns = rows_of(content, "各栏目情况")
    assert [row[2:] for row in columns] == [(one.count, float(one.share)) for one in report.columns]
    categories = rows_of(content, "主动公开类别")
    assert [row[2:] for row in categories] == [
        (one.count, float(one.share)) for one in report.categories
    ]
    overdue = rows_of(content, "逾期情况")
    assert overdue[0][2] == datetime(2026, 8, 1)  # noqa: DTZ001 (a date without a time)
    assert [row[6] for row in overdue] == [one.days_over for one in report.overdue]
    changes = rows_of(content, "总体情况")
    assert [row[1:3] for row in changes[: len(report.changes)]] == [
        (one.now, one.before) for one in report.changes
    ]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", FORMULA, "http://x.example", "007"])
def test_text_in_the_workbook_is_never_a_formula(report: MonthlyReport, start: str) -> None:
    lines = (replace(report.overdue[0], title=start, unit=start),)
    content = to_xlsx(replace(report, overdue=lines), stamp_of(report))
    cell = load_workbook(BytesIO(content))["逾期情况"].cell(4, 1)
    assert (cell.value, cell.data_type, cell.hyperlink) == (start, "s", None)


def test_the_heads_stay_in_sight_and_the_same_report_is_the_same_bytes(
    report: MonthlyReport,
) -> None:
    content = to_xlsx(report, stamp_of(report))
    book = load_workbook(BytesIO(content))
    assert {sheet.freeze_panes for sheet in book} == {"A4"}
    assert {sheet.print_title_rows for sheet in book} == {"$3:$3"}
    with clock.frozen("2027-01-01T00:00"):
        assert to_xlsx(report, stamp_of(report)) == content
