"""The monthly report beside typst with the same tables and figures.

Five months of some 300 items each, then the same months with a list of 300 overdue items.

python -m benchmarks.paper    (COUNTY_DATA says which county; prints JSON)
"""

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import typst

from county_portal import create_office
from county_portal.config import FONTS
from county_portal.core import clock
from county_portal.reports import monthly, words
from county_portal.reports.monthly import MonthlyReport, Stamp

ITEMS = 300
ROUNDS = 5
WORDS = "\u2fff"  # beyond it: Han characters and their punctuation
STAMP = Stamp(datetime(2026, 1, 5, 1, 0, tzinfo=UTC), "0" * 64, "f" * 64)


def main() -> None:
    app = create_office()
    with app.app_context(), app.test_request_context():
        reports = [monthly.build(month) for month in _months(ROUNDS + 1)]
        figures = _compare("month", reports)
        figures |= _compare("list", [replace(one, overdue=_lines(one)) for one in reports])
        figures["items"] = round(statistics.mean(one.totals.published for one in reports[1:]))
    json.dump(figures, sys.stdout)


def _months(count: int) -> list[date]:
    """The first days of the last full months."""
    today = clock.today()
    months = (today.year * 12 + today.month - 1 - n for n in range(1, count + 1))
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _compare(name: str, reports: list[MonthlyReport]) -> dict[str, float]:
    """Both printers on the same reports, in turn: each month once, so nothing is remembered."""
    first, *others = reports
    _print(first), _compile(first)  # both have been used before they are timed
    ours, theirs = [], []
    for report in others:
        ours.append(_timed(_print, report))
        theirs.append(_timed(_compile, report))
    _same_items(others[0])
    return {
        f"{name}_ours": round(min(ours), 2),
        f"{name}_typst": round(min(theirs), 2),
        f"{name}_ratio": round(min(ours) / min(theirs), 1),
        f"{name}_pages": len(pypdfium2.PdfDocument(_print(others[0]))),
    }


def _lines(report: MonthlyReport) -> tuple[monthly.OverdueLine, ...]:
    """The report's overdue items over and over, until they are 300 with a number each."""
    if not report.overdue:
        raise SystemExit("The county has no overdue item in one of its months")
    many = report.overdue * (ITEMS // len(report.overdue) + 1)
    return tuple(
        replace(line, title=f"{line.title}（{place}）")
        for place, line in enumerate(many[:ITEMS], 1)
    )


def _timed(work: Callable[[MonthlyReport], bytes], report: MonthlyReport) -> float:
    start = time.perf_counter()
    work(report)
    return time.perf_counter() - start


def _print(report: MonthlyReport) -> bytes:
    return monthly.to_pdf(report, STAMP)


def _same_items(report: MonthlyReport) -> None:
    """Both papers name every unit and every item, so neither was spared anything."""
    names = [*(unit.name for unit in report.units), *(one.title for one in report.overdue)]
    wanted = Counter(c for name in names for c in name if c > WORDS)
    for pdf in (_print(report), _compile(report)):
        document = pypdfium2.PdfDocument(pdf)
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        found = Counter(c for c in text if c > WORDS)
        if missing := wanted - found:
            raise SystemExit(f"Words are missing on paper: {''.join(missing)}")


# The same paper for typst


HEAD = """
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm),
  numbering: "— 1 —")
#set text(font: ("FandolFang R", "Noto Serif CJK SC"), size: 15.75pt, lang: "zh")
#set par(justify: true, first-line-indent: 2em)
#show table: set text(size: 10.5pt)
"""


def _compile(report: MonthlyReport) -> bytes:
    made: bytes = typst.compile(_source(report).encode(), font_paths=[str(FONTS)])
    return made


def _source(report: MonthlyReport) -> str:
    t = report.totals
    parts = [
        HEAD,
        f"= 政府信息公开工作月报（{report.month.year}年{report.month.month}月）",
        f"全县各单位报送信息{t.submitted}件；公开发布{t.published}件，按时公开率{t.on_time_share}%；"
        f"退回{t.returned}次，不予采用{t.declined}件；更正{t.corrected}件，撤回{t.withdrawn}件。",
        _table(
            ("指标", "本月", "上月", "增减", "增减率"),
            (
                (words.FIGURES[one.figure], one.now, one.before, one.change, one.rate)
                for one in report.changes
            ),
        ),
        _table(
            ("单位", "报送", "公开", "上月公开", "退回", "不予采用", "按时", "逾期", "中位数"),
            (
                (
                    unit.name,
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
            ),
        ),
        _table(
            ("栏目", "公开（件）", "占比（%）"),
            ((one.name, one.count, one.share) for one in report.columns),
        ),
        _table(
            ("类别", "条款", "公开（件）", "占比（%）"),
            ((one.name, one.article, one.count, one.share) for one in report.categories),
        ),
        _table(
            ("标题", "单位", "形成日期", "公开时限", "公开日期或所在环节", "逾期（日）"),
            (
                (
                    one.title,
                    one.unit,
                    one.formed_on,
                    one.due_on,
                    one.published_on or words.STATES[one.state],
                    one.days_over,
                )
                for one in report.overdue
            ),
        ),
        f"数据摘要：{STAMP.figures_hash} 日志链首：{STAMP.audit_head}",
    ]
    return "\n\n".join(parts)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    first = ", ".join(f"[{_plain(cell)}]" for cell in head)
    lines = [", ".join(f"[{_plain(cell)}]" for cell in row) + "," for row in rows]
    widths = "(2fr, " + "1fr, " * (len(head) - 1) + ")"
    return "\n".join(
        [f"#table(columns: {widths}, stroke: (y: 0.2mm), table.header({first}),", *lines, ")"]
    )


def _plain(cell: object) -> str:
    """What a cell says, with nothing in it that typst would read as a sign."""
    return "".join(f"\\{c}" if c in r'\#*_$@<>[]~`"=-+/' else c for c in str(cell))


if __name__ == "__main__":
    main()
