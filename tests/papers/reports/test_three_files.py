"""The paper, the workbook and the data attached to the paper are read back, and say the same."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook

from county_portal.core import clock
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.papers.circulars import circular
from county_portal.papers.figures.contents import MonthlyReport, Totals
from county_portal.papers.figures.figures import read_figures
from county_portal.papers.figures.paper_terms import BUCKETS, FIGURES, KINDS, UNCATEGORISED
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import services
from tests.cast import Cast
from tests.papers.reports.county import random_county
from tests.papers.reports.reading import text_of
from tests.printing.attached import data_of

Rows = dict[str, list[tuple]]


def read(code: str) -> tuple[MonthlyReport, Rows, str]:
    """What a machine finds in the data, in the sheets and in the words of the made report."""
    made = services.make_report(Period.named(code))
    db.session.commit()
    pdf = editions.file_of(made, "pdf")[0].read_bytes()
    book = load_workbook(BytesIO(editions.file_of(made, "xlsx")[0].read_bytes()))
    sheets = {one.title: list(one.iter_rows(min_row=4, values_only=True)) for one in book}
    attached = data_of(pdf)
    assert attached is not None
    return read_figures(MonthlyReport, attached), sheets, re.sub(r"\s", "", text_of(pdf))


def cell(value: object) -> object:
    """A figure as a workbook gives it back."""
    if value is None:
        return "—"
    return value if isinstance(value, int) else float(value)


def share(value: object) -> str:
    return value if isinstance(value, str) else f"{value:.2f}"


def days(value: object) -> str:
    return value if isinstance(value, str) else f"{value:.1f}"


def rate(value: object) -> str:
    if isinstance(value, str):
        return value
    return f"{value:+.2f}%" if value else "0.00%"


def signed(value: int) -> str:
    return f"{value:+d}" if value else "0"


def expected(report: MonthlyReport) -> Rows:
    """The rows of the sheets, made of the data."""
    past = (report.totals, report.before, report.year_before)

    def of(figure: str) -> tuple:
        now, before, long_ago = (cell(getattr(one, figure, None)) for one in past)
        return (now, before, "—", "—", long_ago, "—")

    return {
        "总体情况": [
            *(
                (
                    FIGURES[one.figure],
                    *map(cell, (one.now, one.before, one.change, one.rate)),
                    *map(cell, (one.year_before, one.year_rate)),
                )
                for one in report.changes
            ),
            ("按时公开率（%）", *of("on_time_share")),
            ("形成至公开中位数（工作日）", *of("median_days")),
        ],
        "近十二个月": [
            (f"{one.month:%Y-%m}", one.submitted, one.published) for one in report.course
        ],
        "各单位情况": [
            (
                *(one.code, one.name, KINDS[one.kind], one.submitted, one.published),
                *(one.published_before, one.returned, one.declined, one.on_time, one.late),
                cell(one.median_days),
            )
            for one in report.units
        ],
        "主动公开类别": [
            (one.name or UNCATEGORISED, one.article or "—", one.count, cell(one.share))
            for one in report.categories
        ],
        "公开时效情况": [(BUCKETS[one.name], one.count, cell(one.share)) for one in report.buckets],
    }


def on_paper(sheets: Rows, *, yearly: bool) -> Iterator[str]:
    """What the rows of the sheets look like in print."""
    *counts, on_time, median = sheets["总体情况"]
    for name, now, before, change, moved, long_ago, in_a_year in counts:
        rest = "" if yearly else f"{long_ago}{rate(in_a_year)}"
        yield f"{name}{now}{before}{signed(change)}{rate(moved)}{rest}".replace("-", "−")
    for look, row in ((share, on_time), (days, median)):
        rest = "" if yearly else f"{look(row[5])}—"
        yield f"{row[0]}{look(row[1])}{look(row[2])}——{rest}"
    for _code, name, _kind, *numbers, middle in sheets["各单位情况"]:
        yield f"{name}{''.join(map(str, numbers))}{days(middle)}"
    for name, _under, count, part, last_on, rule, over in sheets["各栏目情况"]:
        day = last_on if isinstance(last_on, str) else f"{last_on:%Y-%m-%d}"
        yield f"{name}{count}{share(part)}{day}{rule}{over}"
    for name, article, count, part in sheets["主动公开类别"]:
        yield f"{name}{article}{count}{share(part)}"
    if sheets["总体情况"][1][1]:
        yield from (f"{name}{n}{share(part)}" for name, n, part in sheets["公开时效情况"])
    for place in (1, 2):
        name = ("", "报送", "公开")[place]
        yield name + "".join(str(row[place]) for row in sheets["近十二个月"])


@pytest.mark.parametrize("code", ["2026-03", "2026-Q1", "2026", "2026-10"])
def test_data_workbook_and_paper_say_the_same(app: Flask, code: str) -> None:
    random_county(9)
    with clock.frozen("2027-01-10T09:00"):
        report, sheets, paper = read(code)
    for name, rows in expected(report).items():
        assert sheets[name] == rows, name
    assert [row[2:4] for row in sheets["各栏目情况"]] == [
        (one.count, cell(one.share)) for one in report.columns
    ]
    for line in on_paper(sheets, yearly=code == "2026"):
        assert re.sub(r"\s", "", line) in paper


def test_where_nothing_was_published_there_is_no_share_anywhere(cast: Cast, browse) -> None:
    with clock.frozen("2026-04-03T09:00"):
        report, sheets, paper = read("2026-03")
        made = services.make_report(Period.named("2026-03"))
        page = browse(cast.he).get(f"/reports/{made.id}")
    assert isinstance(report.totals, Totals)
    assert report.totals.on_time_share is None
    assert sheets["总体情况"][-2][1:] == ("—",) * 6
    assert {row[3] for row in sheets["主动公开类别"]} == {"—"}
    assert "按时公开0件、逾期公开0件，按时公开率—；" in paper
    assert "0.00" not in paper
    told = "".join(block.words for block in circular.blocks(circular.build_circular(report)))
    assert "按时公开0件，按时公开率—。" in told
    row = page.select_one("#county ~ .table-box").text
    assert "0.00" not in page.text
    assert "Share published on time (%)——" in re.sub(r"\s*\n\s*", "", row)
