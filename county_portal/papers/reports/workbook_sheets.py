"""The sheets of a report's workbook: one for each section, real numbers throughout."""

from collections.abc import Callable, Iterable
from typing import Any

from county_portal.papers.figures.contents import Afterwards, MonthlyReport, Stamp
from county_portal.papers.figures.paper_terms import (
    BUCKETS,
    FIGURES,
    GROUNDS,
    KINDS,
    STATES,
    UNCATEGORISED,
    VERDICTS,
)
from county_portal.printing.workbook import Cell, WorkbookSheet, write_book

SheetColumn = tuple[str, int, Callable[[Any], Cell]]


def to_xlsx(report: MonthlyReport, stamp: Stamp) -> bytes:
    """Write the figures of the report, a sheet for each of its sections."""
    title = report.paper_title
    note = f"{report.office}　数据截至{report.until}　数据摘要 {stamp.figures_hash}"
    sheets = [
        _totals(report),
        _course(report),
        _units(report),
        _columns(report),
        _categories(report),
        _review(report),
        _times(report),
        _overdue(report),
        _afterwards("更正", report.corrections),
        _afterwards("撤回", report.withdrawals),
        _adjustments(report),
        WorkbookSheet("说明", ("说明",), (100,), [(one,) for one in report.remarks]),
        _annex(report),
    ]
    there = [sheet for sheet in sheets if sheet.rows]
    return write_book(title, note, there, made_at=stamp.made_at)


def _table(name: str, columns: Iterable[SheetColumn], lines: Iterable[Any]) -> WorkbookSheet:
    """Return a sheet with a row for each line. columns.

    Head, width in characters, cell of a line.
    """
    heads, widths, cells = zip(*columns, strict=True)
    return WorkbookSheet(name, heads, widths, [tuple(cell(one) for cell in cells) for one in lines])


def _totals(report: MonthlyReport) -> WorkbookSheet:
    rows: list[tuple[Cell, ...]] = [
        (
            FIGURES[one.figure],
            one.now,
            one.before,
            one.change,
            one.rate,
            one.year_before,
            one.year_rate,
        )
        for one in report.changes
    ]
    rows.append(_compared(report, "按时公开率（%）", "on_time_share"))
    rows.append(_compared(report, "形成至公开中位数（工作日）", "median_days"))
    period = report.period
    heads = ("指标", period.this, period.earlier, "增减", "增减率（%）", "上年同期", "同比（%）")
    return WorkbookSheet("总体情况", heads, (30, 12, 12, 12, 12, 12, 12), rows)


def _compared(report: MonthlyReport, head: str, figure: str) -> tuple[Cell, ...]:
    """Return the row of a share or a median: beside the earlier ones, without differences."""
    now, before = getattr(report.totals, figure), getattr(report.before, figure)
    year_before = getattr(report.year_before, figure) if report.year_before else None
    return head, now, before, None, None, year_before, None


def _course(report: MonthlyReport) -> WorkbookSheet:
    rows = [(f"{one.month:%Y-%m}", one.submitted, one.published) for one in report.course]
    return WorkbookSheet("近十二个月", ("月份", "报送", "公开"), (12, 12, 12), rows)


def _units(report: MonthlyReport) -> WorkbookSheet:
    columns: list[SheetColumn] = [
        ("编码", 10, lambda unit: unit.code),
        ("单位", 32, lambda unit: unit.name),
        ("类型", 16, lambda unit: KINDS[unit.kind]),
        ("报送", 10, lambda unit: unit.submitted),
        ("公开", 10, lambda unit: unit.published),
        (f"{report.period.earlier}公开", 10, lambda unit: unit.published_before),
        ("退回", 10, lambda unit: unit.returned),
        ("不予采用", 10, lambda unit: unit.declined),
        ("按时公开", 10, lambda unit: unit.on_time),
        ("逾期公开", 10, lambda unit: unit.late),
        ("形成至公开中位数（工作日）", 16, lambda unit: unit.median_days),
    ]
    return _table("各单位情况", columns, report.units)


def _columns(report: MonthlyReport) -> WorkbookSheet:
    columns: list[SheetColumn] = [
        ("栏目", 32, lambda column: column.name),
        ("上级栏目", 24, lambda column: column.under),
        ("公开（件）", 12, lambda column: column.count),
        ("占比（%）", 12, lambda column: column.share),
        ("最近更新", 13, lambda column: column.last_on or "空白"),
        ("更新期限（日）", 12, lambda column: column.update_days),
        ("超期（日）", 12, lambda column: column.overdue_by),
    ]
    return _table("各栏目情况", columns, report.columns)


def _categories(report: MonthlyReport) -> WorkbookSheet:
    rows = [
        (one.name or UNCATEGORISED, one.article or None, one.count, one.share)
        for one in report.categories
    ]
    heads = ("类别", "条款", "公开（件）", "占比（%）")
    return WorkbookSheet("主动公开类别", heads, (60, 12, 12, 12), rows)


def _review(report: MonthlyReport) -> WorkbookSheet:
    review = report.review
    if review is None:
        return WorkbookSheet("保密审查情况", ("指标", "件次"), (40, 12), [])
    rows: list[tuple[Cell, ...]] = [
        (words, getattr(review, name)) for name, words in VERDICTS.items()
    ]
    rows += [(f"不予公开理由：{GROUNDS[one.ground]}", one.count) for one in review.grounds]
    rows.append(("审查所用时间中位数（工作日）", review.median_days))
    return WorkbookSheet("保密审查情况", ("指标", "件次"), (46, 12), rows)


def _times(report: MonthlyReport) -> WorkbookSheet:
    rows = [(BUCKETS[one.name], one.count, one.share) for one in report.buckets]
    return WorkbookSheet(
        "公开时效情况", ("形成至公开", "公开（件）", "占比（%）"), (24, 12, 12), rows
    )


def _overdue(report: MonthlyReport) -> WorkbookSheet:
    columns: list[SheetColumn] = [
        ("标题", 50, lambda item: item.title),
        ("单位", 28, lambda item: item.unit),
        ("形成日期", 13, lambda item: item.formed_on),
        ("公开时限", 13, lambda item: item.due_on),
        ("公开日期", 13, lambda item: item.published_on),
        ("所在环节", 12, lambda item: STATES[item.state]),
        ("逾期（日）", 10, lambda item: item.days_over),
        ("原因", 40, lambda item: item.reason),
    ]
    return _table("逾期情况", columns, report.overdue)


def _afterwards(name: str, rows: tuple[Afterwards, ...]) -> WorkbookSheet:
    heads = ("标题", "单位", "索引号", f"{name}日期", "原因")
    cells = [(one.title, one.unit, one.index_number, one.on, one.why) for one in rows]
    return WorkbookSheet(f"{name}情况", heads, (50, 28, 20, 13, 50), cells)


def _adjustments(report: MonthlyReport) -> WorkbookSheet:
    heads = ("月份", "指标", "原数", "现数", "调整")
    rows = [
        (f"{one.month:%Y-%m}", FIGURES[one.figure], one.known, one.counted, one.change)
        for one in report.adjustments
    ]
    return WorkbookSheet("以前月份数据调整", heads, (12, 30, 12, 12, 12), rows)


def _annex(report: MonthlyReport) -> WorkbookSheet:
    heads = ("栏目", "标题", "单位", "索引号", "形成日期", "公开日期")
    rows = [
        (group.name, one.title, one.unit, one.index_number, one.formed_on, one.published_on)
        for group in report.annex
        for one in group.lines
    ]
    return WorkbookSheet("公开信息清单", heads, (24, 50, 28, 20, 13, 13), rows)
