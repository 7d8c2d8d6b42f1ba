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
from county_portal.papers.figures import contents as lines
from county_portal.papers.figures.contents import MonthlyReport, Stamp
from county_portal.papers.figures.figures import as_json, figures_hash, read_figures, share_of
from county_portal.papers.figures.paper_terms import BUCKETS, FIGURES, GROUNDS, STATES, VERDICTS
from county_portal.papers.figures.periods import shift
from county_portal.papers.reports import annex, monthly
from county_portal.papers.reports.workbook_sheets import to_xlsx
from tests.papers.reports.county import random_county
from tests.papers.reports.reading import text_of

FORMULA = '=HYPERLINK("http://x.example","1")'


@pytest.fixture(scope="module")
def report() -> MonthlyReport:
    """Sixty units, thirty columns: as large as the county, every figure another."""
    numbers = iter(range(1001, 9999))
    units = tuple(
        lines.UnitFigures(
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
        lines.ColumnFigures(
            slug=f"c{n}",
            name=f"栏目{n:02}",
            under="上级" if n % 4 else "",
            count=next(numbers),
            share=share_of(n, 97),
            last_on=date(2026, 10, 1 + n) if n % 5 else None,
            update_days=None if n % 7 == 0 else 30,
            overdue_by=next(numbers) if n % 5 else None,
        )
        for n in range(30)
    )
    categories = tuple(
        lines.CategoryFigures(f"20-{n}", f"类别{n:02}", f"20({n})", next(numbers), share_of(n, 93))
        for n in range(15)
    )
    overdue = tuple(
        lines.OverdueLine(
            title=f"关于第{n:02}号事项的通知",
            unit=f"县属单位{n:02}",
            formed_on=date(2026, 8, 1 + n),
            due_on=date(2026, 9, 1 + n),
            published_on=None if n % 2 else date(2026, 10, 1 + n),
            days_over=200 + n,
            state=list(STATES)[n % len(STATES)] if n % 2 else "published",
            reason=f"原因{n:02}" if n % 3 else "",
        )
        for n in range(20)
    )
    totals, before, year_before = (some_totals(numbers) for _ in range(3))
    return MonthlyReport(
        month=date(2026, 10, 1),
        until=date(2026, 10, 31),
        county="青禾县",
        office="青禾县人民政府办公室",
        totals=totals,
        before=before,
        year_before=year_before,
        changes=tuple(monthly._changes(totals, before, year_before)),
        units=units,
        columns=columns,
        categories=(*categories, lines.CategoryFigures("", "", "", next(numbers), share_of(5, 93))),
        overdue=overdue,
        course=tuple(
            lines.MonthCount(shift(date(2025, 11, 1), n), next(numbers), next(numbers))
            for n in range(12)
        ),
        this_year=lines.MonthCount(date(2026, 1, 1), next(numbers), next(numbers)),
        review=lines.ReviewFigures(
            **{name: next(numbers) for name in VERDICTS},
            median_days=Decimal("2.5"),
            grounds=tuple(lines.GroundCount(ground, next(numbers)) for ground in GROUNDS),
        ),
        buckets=tuple(
            lines.Bucket(name, next(numbers), share_of(n, 91)) for n, name in enumerate(BUCKETS)
        ),
        corrections=tuple(after(n) for n in range(3)),
        withdrawals=tuple(after(n) for n in range(3, 6)),
        adjustments=(
            lines.Adjustment(date(2026, 8, 1), "late", next(numbers), next(numbers)),
            lines.Adjustment(date(2026, 9, 1), "published", next(numbers), 7),
        ),
        remarks=("国庆假期后集中公开。", "县水利局更换信息员。"),
        annex=tuple(
            lines.AnnexGroup(f"栏目{group:02}", "上级" if group else "", some_published(group))
            for group in range(4)
        ),
    )


def after(n: int) -> lines.Afterwards:
    return lines.Afterwards(f"事后{n}", f"单位{n}", f"A01/{n}", date(2026, 10, 1 + n), f"有误{n}")


def some_published(group: int) -> tuple[lines.PublishedLine, ...]:
    """Fifty, a hundred, two hundred and fifty, one."""
    return tuple(
        lines.PublishedLine(
            index_number=f"QH{group}/2026-{n:05}",
            title=f"第{group}组第{n}件",
            unit=f"县属单位{n % 60:02}",
            formed_on=date(2026, 9, 1 + n % 30),
            published_on=date(2026, 10, 1 + n % 31),
        )
        for n in range((50, 100, 250, 1)[group])
    )


def some_totals(numbers: Iterator[int]) -> lines.Totals:
    counts = {name: next(numbers) for name in FIGURES}
    return lines.Totals(
        **counts, on_time_share=share_of(next(numbers), 9999), median_days=Decimal("12.5")
    )


def stamp_of(report: MonthlyReport) -> Stamp:
    made_at = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
    return Stamp(made_at, figures_hash(as_json(report)), "a3" * 32)


@pytest.fixture(scope="module")
def pdf(office: Flask, report: MonthlyReport) -> bytes:
    with office.app_context():
        return monthly.report_pdf(report, stamp_of(report))


def words_of(pdf: bytes) -> str:
    """The text without the spaces and line ends that the page puts into it."""
    return re.sub(r"\s", "", text_of(pdf))


def told(rate: Decimal | None) -> str:
    return "—" if rate is None else f"{rate:+}%"


def test_every_figure_stands_on_the_paper(report: MonthlyReport, pdf: bytes) -> None:
    text = words_of(pdf)
    for one in report.changes:
        row = (
            f"{FIGURES[one.figure]}{one.now}{one.before}{one.change:+d}{told(one.rate)}"
            f"{one.year_before}{told(one.year_rate)}"
        )
        assert row.replace("-", "−") in text
    for one in report.units:
        days = "—" if one.median_days is None else one.median_days
        assert (
            f"{one.name}{one.submitted}{one.published}{one.published_before}{one.returned}"
            f"{one.declined}{one.on_time}{one.late}{days}" in text
        )
    for one in report.columns:
        days = one.update_days or "—"
        over = "—" if one.overdue_by is None else one.overdue_by
        assert f"{one.name}{one.count}{one.share}{one.last_on or '空白'}{days}{over}" in text
    for one in report.categories:
        name, article = one.name or "未归入法定类别", one.article or "—"
        assert f"{name}{article}{one.count}{one.share}" in text
    for one in report.overdue:
        where = f"{one.published_on}公开" if one.published_on else STATES[one.state]
        why = f"原因：{one.reason}" if one.reason else ""
        assert (
            f"{one.title}（{one.unit}），{one.formed_on}形成，时限{one.due_on}，{where}，"
            f"逾期{one.days_over}日。{why}" in text
        )


def test_the_other_sections_stand_on_the_paper(report: MonthlyReport, pdf: bytes) -> None:
    text, review = words_of(pdf), report.review
    assert review is not None
    assert f"共作出保密审查意见{review.reviewed}件次：同意公开{review.release}件次，" in text
    assert (
        f"依申请公开{review.release_on_request}件次，不予公开{review.withhold}件次，"
        f"报请确定{review.refer}件次，退回{review.sent_back}件次。" in text
    )
    for one in review.grounds:
        assert f"{GROUNDS[one.ground]}{one.count}" in text
    for one in report.buckets:
        assert f"{BUCKETS[one.name]}{one.count}{one.share}" in text
    for name, rows in (("更正", report.corrections), ("撤回", report.withdrawals)):
        for one in rows:
            assert (
                f"{one.title}（{one.unit}，索引号{one.index_number}），{one.on}{name}。"
                f"原因：{one.why}" in text
            )
    for one in report.adjustments:
        row = f"{one.month.month}月{FIGURES[one.figure]}{one.known}{one.counted}{one.change:+d}"
        assert row.replace("-", "−") in text
    for paragraph in report.remarks:
        assert paragraph in text
    assert "报送" + "".join(f"{one.submitted}" for one in report.course) in text
    assert "公开" + "".join(f"{one.published}" for one in report.course) in text


def test_the_annex_lists_everything_in_parts_on_pages_of_their_own(
    report: MonthlyReport, pdf: bytes
) -> None:
    text, number = words_of(pdf), 0
    for group in report.annex:
        for one in group.lines:
            number += 1
            assert (
                f"{number}.{one.title}（{one.unit}，索引号{one.index_number}，"
                f"{one.formed_on}形成，{one.published_on}公开）" in text
            )
    parts = list(annex.sheets(report.annex))
    sizes = [sum(len(piece.lines) for piece in part) for part in parts]
    assert sizes == [150, 150, 101]
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [re.sub(r"\s", "", one.get_textpage().get_text_range()) for one in document]
    firsts = [f"{part[0].first}.{part[0].lines[0].title}（" for part in parts]
    for first in firsts:
        (page,) = (page for page in pages if first in page)
        assert page.index(first) < 60, "only headings stand above it"
    assert sum("（续）" in page for page in pages) == 1


def test_the_charts_are_drawn_on_the_paper(report: MonthlyReport, pdf: bytes) -> None:
    text = words_of(pdf)
    most = sorted(report.units, key=lambda one: -one.published)[:12]
    assert "".join(f"{one.name}{one.published}" for one in most[:1]) in text
    with pikepdf.open(BytesIO(pdf)) as document:
        first = b"".join(
            pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page))
            for page in document.pages[:3]
        )
    assert first.count(b" l\n") > 20, "lines from point to point"


def test_the_figures_are_attached(report: MonthlyReport, pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        (file,) = (one.get_file().read_bytes() for one in document.attachments.values())
    assert read_figures(MonthlyReport, file.decode()) == report


def test_the_first_page_says_it_in_words(report: MonthlyReport, pdf: bytes) -> None:
    totals, text = report.totals, words_of(pdf)
    assert f"报送信息{totals.submitted}件；公开发布{totals.published}件" in text
    assert f"按时公开率{totals.on_time_share}%" in text
    assert f"月末尚有{totals.overdue}件信息超过公开时限仍未公开" in text
    assert "2026年11月2日" in text


def test_a_month_that_is_not_over_says_so(office: Flask, report: MonthlyReport) -> None:
    part = replace(report, until=date(2026, 10, 12))
    with office.app_context():
        text = words_of(monthly.report_pdf(part, stamp_of(part)))
    assert "2026年10月（截至2026年10月12日）" in text
    assert "月末" not in text


def test_nothing_late_is_said_too(office: Flask, report: MonthlyReport) -> None:
    calm = replace(report, overdue=(), totals=replace(report.totals, overdue=0))
    with office.app_context():
        text = words_of(monthly.report_pdf(calm, stamp_of(calm)))
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
        assert monthly.report_pdf(report, stamp_of(report)) == pdf


def test_pages_are_a4_and_numbered_and_repeat_the_heads(pdf: bytes) -> None:
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) >= 6
        texts = [re.sub(r"\s", "", one.get_textpage().get_text_range()) for one in document]
        sizes = {(round(one.get_width()), round(one.get_height())) for one in document}
    assert sizes == {(595, 842)}
    for number, text in enumerate(texts, 1):
        assert f"—{number}—" in text
    head = "序号单位报送公开上月公开退回不予采用按时公开逾期公开中位数"
    with_units = [text for text in texts if re.search(r"\d+县属单位\d\d\d{28}", text)]
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
        text = words_of(monthly.report_pdf(replace(report, overdue=lines), stamp_of(report)))
    assert re.sub(r"\s", "", hostile) in text
    assert "root:" not in text


def test_a_counted_month_prints(app: Flask) -> None:
    random_county(9, items=40)
    with clock.frozen("2026-06-10T09:00"):
        counted = monthly.build_report(date(2026, 3, 1))
    text = words_of(monthly.report_pdf(counted, stamp_of(counted)))
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
        median = "—" if one.median_days is None else float(one.median_days)
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
    assert [row[2:4] for row in columns] == [
        (one.count, float(one.share)) for one in report.columns
    ]
    categories = rows_of(content, "主动公开类别")
    assert [row[2:] for row in categories] == [
        (one.count, float(one.share)) for one in report.categories
    ]
    overdue = rows_of(content, "逾期情况")
    assert overdue[0][2] == datetime(2026, 8, 1)  # noqa: DTZ001 (a date without a time)
    assert [row[6] for row in overdue] == [one.days_over for one in report.overdue]
    assert [row[7] or "" for row in overdue] == [one.reason for one in report.overdue]
    changes = rows_of(content, "总体情况")
    assert [(*row[1:3], row[5]) for row in changes[: len(report.changes)]] == [
        (one.now, one.before, one.year_before) for one in report.changes
    ]
    course = rows_of(content, "近十二个月")
    assert [row[1:] for row in course] == [(one.submitted, one.published) for one in report.course]
    review = dict(rows_of(content, "保密审查情况"))
    assert report.review is not None
    for name, word in VERDICTS.items():
        assert review[word] == getattr(report.review, name)
    times = rows_of(content, "公开时效情况")
    assert [row[1] for row in times] == [one.count for one in report.buckets]
    for name, rows in (("更正", report.corrections), ("撤回", report.withdrawals)):
        cells = rows_of(content, f"{name}情况")
        assert [(row[0], row[4]) for row in cells] == [(one.title, one.why) for one in rows]
    moved = rows_of(content, "以前月份数据调整")
    assert [row[2:] for row in moved] == [
        (one.known, one.counted, one.change) for one in report.adjustments
    ]
    listed = [one.index_number for group in report.annex for one in group.lines]
    assert [row[3] for row in rows_of(content, "公开信息清单")] == listed


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
    assert all(sheet.print_area for sheet in book)
    with clock.frozen("2027-01-01T00:00"):
        assert to_xlsx(report, stamp_of(report)) == content
