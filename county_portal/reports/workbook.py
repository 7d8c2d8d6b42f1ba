"""Figures as a workbook: real numbers, heads that stay in sight, and the same bytes each time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from county_portal.core import clock
from county_portal.reports.monthly import MonthlyReport, Stamp
from county_portal.reports.words import FIGURES, KINDS, STATES, UNCATEGORISED

Cell = str | int | Decimal | date | None
PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FONT = {"font_name": "仿宋", "font_size": 11}
FORMATS = {
    "title": {"font_name": "黑体", "font_size": 14},
    "note": {"font_name": "楷体", "font_size": 10},
    "head": {"font_name": "黑体", "bold": True, "border": 1, "text_wrap": True, "align": "center"},
    "text": {**FONT, "border": 1, "text_wrap": True, "valign": "vcenter"},
    "number": {**FONT, "border": 1, "num_format": "0"},
    "decimal": {**FONT, "border": 1, "num_format": "0.00"},
    "day": {**FONT, "border": 1, "num_format": "yyyy-mm-dd"},
}
HEADS_END = 3  # rows above the first figure


@dataclass(frozen=True)
class Sheet:
    """One table. widths: in characters."""

    name: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[Cell, ...]]


def to_xlsx(report: MonthlyReport, stamp: Stamp) -> bytes:
    """The figures of the report, a sheet for each of its tables."""
    title = f"{report.county}政府信息公开工作月报（{report.month.year}年{report.month.month}月）"
    note = f"{report.office}　数据截至{report.until}　数据摘要 {stamp.figures_hash}"
    sheets = [_totals(report), _units(report), _columns(report), _categories(report)]
    return write_book(title, note, [*sheets, _overdue(report)], made_at=stamp.made_at)


def write_book(title: str, note: str, sheets: Iterable[Sheet], *, made_at: datetime) -> bytes:
    """A workbook of tables, ready to print. Text stays text, whatever it begins with."""
    file = BytesIO()
    with Workbook(file, PLAIN) as book:
        created = made_at.astimezone(clock.COUNTY).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": title, "created": created})
        formats = {name: book.add_format(look) for name, look in FORMATS.items()}
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, (title, note), formats)
    return file.getvalue()


def _write_sheet(page: Any, sheet: Sheet, words: tuple[str, str], formats: dict[str, Any]) -> None:
    page.write_string(0, 0, f"{words[0]} {sheet.name}", formats["title"])
    page.write_string(1, 0, words[1], formats["note"])
    for column, (head, width) in enumerate(zip(sheet.heads, sheet.widths, strict=True)):
        page.set_column(column, column, width)
        page.write_string(2, column, head, formats["head"])
    for row, cells in enumerate(sheet.rows, HEADS_END):
        for column, cell in enumerate(cells):
            _write_cell(page, row, column, cell, formats)
    _set_page(page, sheet)


def _write_cell(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is None:
        page.write_blank(row, column, None, formats["text"])
    elif isinstance(cell, str):
        page.write_string(row, column, cell, formats["text"])
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, formats["day"])
    else:
        look = formats["number" if isinstance(cell, int) else "decimal"]
        page.write_number(row, column, float(cell), look)


def _set_page(page: Any, sheet: Sheet) -> None:
    """Heads stay in sight and come again on each page; the paper is A4, as wide as the table."""
    page.freeze_panes(HEADS_END, 0)
    page.repeat_rows(HEADS_END - 1)
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, HEADS_END - 1 + len(sheet.rows), len(sheet.heads) - 1)
    page.set_footer("&C第 &P 页 共 &N 页")


def _totals(report: MonthlyReport) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        (FIGURES[one.figure], one.now, one.before, one.change, one.rate) for one in report.changes
    ]
    now, before = report.totals, report.before
    rows.append(("按时公开率（%）", now.on_time_share, before.on_time_share, None, None))
    rows.append(("形成至公开中位数（工作日）", now.median_days, before.median_days, None, None))
    heads = ("指标", "本月", "上月", "增减", "增减率（%）")
    return Sheet("总体情况", heads, (30, 12, 12, 12, 12), rows)


def _units(report: MonthlyReport) -> Sheet:
    heads = (
        "编码",
        "单位",
        "类型",
        "报送",
        "公开",
        "上月公开",
        "退回",
        "不予采用",
        "按时公开",
        "逾期公开",
        "形成至公开中位数（工作日）",
    )
    rows = [
        (
            unit.code,
            unit.name,
            KINDS[unit.kind],
            unit.submitted,
            unit.published,
            unit.published_before,
            unit.returned,
            unit.declined,
            unit.on_time,
            unit.late,
            unit.median_days,
        )
        for unit in report.units
    ]
    return Sheet("各单位情况", heads, (10, 32, 16, *[10] * 7, 16), rows)


def _columns(report: MonthlyReport) -> Sheet:
    rows = [(one.name, one.under, one.count, one.share) for one in report.columns]
    heads = ("栏目", "上级栏目", "公开（件）", "占比（%）")
    return Sheet("各栏目情况", heads, (32, 24, 12, 12), rows)


def _categories(report: MonthlyReport) -> Sheet:
    rows = [
        (one.name or UNCATEGORISED, one.article, one.count, one.share) for one in report.categories
    ]
    heads = ("类别", "条款", "公开（件）", "占比（%）")
    return Sheet("主动公开类别", heads, (60, 12, 12, 12), rows)


def _overdue(report: MonthlyReport) -> Sheet:
    heads = ("标题", "单位", "形成日期", "公开时限", "公开日期", "所在环节", "逾期（日）")
    rows = [
        (
            one.title,
            one.unit,
            one.formed_on,
            one.due_on,
            one.published_on,
            STATES[one.state],
            one.days_over,
        )
        for one in report.overdue
    ]
    return Sheet("逾期情况", heads, (50, 28, 13, 13, 13, 12, 10), rows)
