"""Our paper beside typst's and Chromium's: the same pages, the same words, the same machine.

Monthly reports of some 300 items with their charts and annex, the year's report of some thousands,
and a briefing of twelve items.

python -m benchmarks.paper    (COUNTY_DATA says which county; prints JSON)
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from benchmarks import twin
from county_portal.app import create_office
from county_portal.core import clock
from county_portal.models import PartKind, Publication, Revision
from county_portal.office.base.config import FONTS, STATIC
from county_portal.office.base.extensions import db
from county_portal.papers.briefings import paper as briefings
from county_portal.papers.briefings.content import BriefingPiece, Content
from county_portal.papers.figures.periods import Period, shift
from county_portal.papers.reports import monthly
from county_portal.printing import pdf, process_pool

ROUNDS = 3
ENTRIES = 12
REPEATED = 0.02
WORDS = "\u2fff"  # beyond it: Han characters and their punctuation
STAMP = monthly.Stamp(datetime(2026, 1, 5, 1, 0, tzinfo=UTC), "0" * 64, "f" * 64)


@dataclass(frozen=True)
class Made:
    """One paper by three printers: the best seconds, and the bytes. items: how many it is of."""

    items: int
    pages: int
    ours: float
    typst: float
    typst_command: float
    chromium: float
    our_bytes: int
    chromium_bytes: int
    memory_mb: float  # the larger of our two processes, at its highest
    silence: float  # seconds: the longest between two signs of progress


@dataclass(frozen=True)
class Paper:
    """page: as HTML. make: our whole way to the PDF."""

    page: str
    make: Callable[[], bytes]


def main() -> None:
    app = create_office()
    with app.app_context(), app.test_request_context(), _browser() as browser:
        months = [Period(shift(clock.today().replace(day=1), -n)) for n in range(1, ROUNDS + 2)]
        year = Period(months[0].first.replace(month=1), 12)
        made = {
            "briefing": _compare([_briefing(n) for n in range(ROUNDS + 1)], ENTRIES, browser),
            "month": _compare(*_reports(months), browser),
            "year": _compare(*_reports([year] * 2), browser),
        }
        half, items = _reports([Period(year.first, 6)] * ROUNDS)
        between = {"items": items, "ours": min(_timed(paper.make) for paper in half)}
    figures = {name: asdict(one) for name, one in made.items()}
    json.dump({**figures, "half_year": between}, sys.stdout)


def _reports(periods: list[Period]) -> tuple[list[Paper], int]:
    """The reports, and how many items one of them is of."""
    reports = [monthly.build_report(period.first, period.months) for period in periods]
    items = statistics.mean(report.totals.published for report in reports[1:])
    papers = [
        Paper(monthly.report_page(report, STAMP), partial(monthly.report_pdf, report, STAMP))
        for report in reports
    ]
    return papers, round(items)


def _briefing(number: int) -> Paper:
    """Twelve published items as one briefing."""
    query = (
        select(Revision.manifest)
        .join(Publication, Publication.revision_id == Revision.id)
        .order_by(Publication.id)
        .offset(number * ENTRIES)
        .limit(ENTRIES)
    )
    pieces = tuple(
        BriefingPiece(
            id=place,
            kind=PartKind.ENTRY,
            title=one.title,
            body=one.body,
            unit=one.unit_name,
            pictures=(),
        )
        for place, one in enumerate(db.session.scalars(query))
    )
    content = Content(
        masthead="政务信息",
        office="青禾县人民政府办公室",
        mark="",
        special=False,
        number=None,
        dated_on=clock.today(),
        contents=True,
        foot_numbered=True,
        note="",
        pieces=pieces,
        report_to="县委、县政府领导",
        send_to="县直各单位",
        issue_to="各乡镇",
        copies=120,
    )
    return Paper(briefings.briefing_page(content), lambda: briefings.briefing_pdf(content).pdf)


def _compare(papers: list[Paper], items: int, browser: Page) -> Made:
    """The printers on the same papers, in turn: the first for warming up, each other one once.

    Ours begins with the figures or words, the others with the finished page.
    """
    ours, typst, command, chromium = [], [], [], []
    for paper in papers:
        ours.append(_timed(paper.make))
        source = twin.source_of(paper.page)
        typst.append(_timed(twin.compile_, source))
        command.append(_timed(twin.command, source))
        chromium.append(_timed(_chromium, browser, paper.page))
    paper = papers[-1]
    book, pictured = paper.make(), _chromium(browser, paper.page)
    _same_words(book, twin.compile_(twin.source_of(paper.page)))
    return Made(
        items=items,
        pages=len(pypdfium2.PdfDocument(book)),
        ours=min(ours[1:]),
        typst=min(typst[1:]),
        typst_command=min(command[1:]),
        chromium=min(chromium[1:]),
        our_bytes=len(book),
        chromium_bytes=len(pictured),
        memory_mb=max(map(_highest, process_pool.running())),
        silence=_silence(paper.page),
    )


def _timed(work: Callable[..., bytes], *what: Any) -> float:
    start = time.perf_counter()
    work(*what)
    return time.perf_counter() - start


def _silence(page: str) -> float:
    """The longest time in which whoever watches hears nothing new."""
    heard = [time.perf_counter()]
    last = [-1]

    def watch(share: float) -> None:
        if (percent := int(share * 100)) != last[0]:
            last[0] = percent
            heard.append(time.perf_counter())

    pdf.print_paper(page, watch=watch)
    return max(after - before for before, after in pairwise(heard))


def _highest(pid: int) -> float:
    """The most memory a process ever had, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(one for one in lines if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _same_words(one: bytes, other: bytes) -> None:
    """Both papers say the same, so neither was spared anything.

    But for heads of tables that each of them repeats on other pages.
    """
    ours = _han(one)
    missing = (ours - _han(other)).total() / ours.total()
    if missing > REPEATED:
        raise SystemExit(f"{missing:.1%} of the words are missing on typst's paper")


def _han(content: bytes) -> Counter[str]:
    document = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    return Counter(sign for sign in text if sign > WORDS)


# Chromium


@contextmanager
def _browser() -> Iterator[Page]:
    """Debian's Chromium, warm, with the faces of official paper."""
    fonts = {"FONTCONFIG_FILE": str(FONTS / "fonts.conf")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"],
            env={**os.environ, **fonts},
        )
        yield browser.new_page()
        browser.close()


def _chromium(browser: Page, page: str) -> bytes:
    """What the browser prints of the page, tagged, with the same style sheets."""
    based = page.replace("<head>", f'<head><base href="{STATIC.as_uri()}/">', 1)
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
        file.write(based)
        file.flush()
        browser.goto(Path(file.name).as_uri())
        printed: bytes = browser.pdf(prefer_css_page_size=True, tagged=True)
    return printed


if __name__ == "__main__":
    main()
