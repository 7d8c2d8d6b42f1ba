"""The sheets of a report's workbook: one for each section, real numbers throughout."""

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


def to_xlsx(report: MonthlyReport, stamp: Stamp) -> bytes:
    """The figures of the report, a sheet for each of its sections."""
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
    now, before, long_ago = report.totals, report.before, report.year_before
    rows.append(
        (
            "按时公开率（%）",
            now.on_time_share,
            before.on_time_share,
            None,
            None,
            long_ago.on_time_share if long_ago else None,
            None,
        )
    )
    rows.append(
        (
            "形成至公开中位数（工作日）",
            now.median_days,
            before.median_days,
            None,
            None,
            long_ago.median_days if long_ago else None,
            None,
        )
    )
    period = report.period
    heads = ("指标", period.this, period.earlier, "增减", "增减率（%）", "上年同期", "同比（%）")
    return WorkbookSheet("总体情况", heads, (30, 12, 12, 12, 12, 12, 12), rows)


def _course(report: MonthlyReport) -> WorkbookSheet:
    rows = [(f"{one.month:%Y-%m}", one.submitted, one.published) for one in report.course]
    return WorkbookSheet("近十二个月", ("月份", "报送", "公开"), (12, 12, 12), rows)


def _units(report: MonthlyReport) -> WorkbookSheet:
    heads = (
        "编码",
        "单位",
        "类型",
        "报送",
        "公开",
        f"{report.period.earlier}公开",
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
    return WorkbookSheet("各单位情况", heads, (10, 32, 16, *[10] * 7, 16), rows)


def _columns(report: MonthlyReport) -> WorkbookSheet:
    rows = [
        (
            one.name,
            one.under,
            one.count,
            one.share,
            one.last_on or "空白",
            one.update_days,
            one.overdue_by,
        )
        for one in report.columns
    ]
    heads = (
        "栏目",
        "上级栏目",
        "公开（件）",
        "占比（%）",
        "最近更新",
        "更新期限（日）",
        "超期（日）",
    )
    return WorkbookSheet("各栏目情况", heads, (32, 24, 12, 12, 13, 12, 12), rows)


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
    heads = (
        "标题",
        "单位",
        "形成日期",
        "公开时限",
        "公开日期",
        "所在环节",
        "逾期（日）",
        "原因",
    )
    rows = [
        (
            one.title,
            one.unit,
            one.formed_on,
            one.due_on,
            one.published_on,
            STATES[one.state],
            one.days_over,
            one.reason,
        )
        for one in report.overdue
    ]
    return WorkbookSheet("逾期情况", heads, (50, 28, 13, 13, 13, 12, 10, 40), rows)


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
