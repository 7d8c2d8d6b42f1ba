"""Run every measurement, print one table, and write docs/performance.md.

python -m benchmarks [--data FOLDER] [--sizes 1200 30000] [--no-docs]
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from benchmarks import web
from benchmarks.servers import ROOT, Server, count, county, environment, server
from county_portal.core import clock
from county_portal.demo.people import PASSWORD

DOCUMENT = ROOT / "docs" / "performance.md"
OFFICE_PAGES = ("/", "/review/", "/items/")
TURNS = 15
LOOKS = 200
PAPERS = {  # what it is called, times typst kept running, times Chromium's print
    "briefing": ("Briefing", "stated", "< 1"),
    "month": ("Monthly report with charts and annex", "≤ 3.5", "< 1"),
    "year": ("The year's report", "≤ 4", "stated"),
}
KEPT = "\n## What each shortcut earns"  # this part of the page is written by hand
MONTHLY = 300  # items of a month, in the county whose reports are printed


@dataclass(frozen=True)
class Line:
    """One row of the table: what was measured, the figures, and what they should be."""

    what: str
    small: str
    large: str
    goal: str


def main() -> None:
    options = _options()
    small, large = (county(options.data, size) for size in options.sizes)
    lines = _public(*web.measure(small, large))
    lines += _office(_probe("office", small), _probe("office", large))
    lines.append(_office_memory(small, large))
    printed = county(options.data, MONTHLY * 14)
    lines += _paper(_probe("paper", printed))
    lines += _beside_the_press(printed)
    table = _table(lines, count(small), count(large))
    print(f"\n{_machine()}\n\n{table}")
    if not options.no_docs:
        page = PAGE.format(machine=_machine(), table=table, looks=LOOKS)
        DOCUMENT.write_text(page + "".join(DOCUMENT.read_text().partition(KEPT)[1:]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "bench")
    parser.add_argument("--sizes", type=int, nargs=2, default=(1200, 30000))
    parser.add_argument("--no-docs", action="store_true", help="leave docs/ alone")
    return parser.parse_args()


def _probe(name: str, data: Path) -> dict[str, Any]:
    """What a measurement in a process of its own has printed."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(
        command, env=environment(data), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _public(small: web.PublicFigures, large: web.PublicFigures) -> list[Line]:
    return [
        Line(
            "Bare Flask view (baseline), requests/s",
            f"{small.bare:.0f}",
            f"{large.bare:.0f}",
            "",
        ),
        Line(
            "Public item page ÷ bare Flask view",
            f"{small.item_ratio:.2f} ({small.item:.0f}/s)",
            f"{large.item_ratio:.2f} ({large.item:.0f}/s)",
            "≥ 0.70",
        ),
        Line(
            "Public column page ÷ bare Flask view",
            f"{small.column_ratio:.2f} ({small.column:.0f}/s)",
            f"{large.column_ratio:.2f} ({large.column:.0f}/s)",
            "≥ 0.70",
        ),
        Line(
            "Item page at the large size ÷ at the small",
            "1.00",
            f"{large.item / small.item:.2f}",
            "0.90–1.10",
        ),
        *(_search(name, small, large) for name in ("two", "four")),
        Line(
            "Resident memory, public process after the load",
            f"{small.resident:.0f} MB",
            f"{large.resident:.0f} MB",
            "stated",
        ),
    ]


def _search(name: str, small: web.PublicFigures, large: web.PublicFigures) -> Line:
    def said(figures: web.PublicFigures) -> str:
        p95 = getattr(figures, f"{name}_p95")
        return f"{p95 / figures.item_p95:.1f} ({p95:.1f} ms ÷ {figures.item_p95:.1f} ms)"

    what = f"Search for {name} characters, p95 ÷ item page p95, nothing kept from before"
    return Line(what, said(small), said(large), "< 5")


def _office(small: dict[str, float], large: dict[str, float]) -> list[Line]:
    lines = [
        Line(
            f"{name}: SQL statements (time)",
            f"{small[f'{key}_statements']} ({small[f'{key}_ms']} ms)",
            f"{large[f'{key}_statements']} ({large[f'{key}_ms']} ms)",
            "≤ 12, the same at both",
        )
        for key, name in (("desk", "My desk"), ("list", "Review list"))
    ]
    return [
        *lines,
        Line(
            "Publishing one item, from the issuer's word to visible",
            f"{small['publish_seconds']:.2f} s",
            f"{large['publish_seconds']:.2f} s",
            "≤ 2 s",
        ),
    ]


def _paper(figures: dict[str, dict[str, float]]) -> list[Line]:
    month, half, year = figures["month"], figures["half_year"], figures["year"]
    grows = _further(half, year) / _further(month, half)
    return [
        *(line for name in PAPERS for line in _printed(name, figures[name])),
        Line(
            "Time for each further item, half a year to the year ÷ the month to half a year",
            "",
            f"{grows:.2f} ({half['items']} items: {half['ours']:.2f} s)",
            "0.85–1.15",
        ),
    ]


def _further(less: dict[str, float], more: dict[str, float]) -> float:
    """Seconds for each item that one report has more than another; what both have falls out."""
    return (more["ours"] - less["ours"]) / (more["items"] - less["items"])


def _printed(name: str, one: dict[str, float]) -> list[Line]:
    """What is said of one paper: it was printed by three."""
    what, than_typst, than_chromium = PAPERS[name]
    full = f"{what}, {one['items']} items, {one['pages']} pages"
    beside_typst, beside_command = (
        f"{one['ours'] / one[other]:.1f} ({one['ours']:.2f} s ÷ {one[other]:.2f} s)"
        for other in ("typst", "typst_command")
    )
    beside_chromium = f"{one['ours'] / one['chromium']:.2f} (÷ {one['chromium']:.2f} s)"
    sizes = f"{one['our_bytes'] / one['chromium_bytes']:.2f} ({one['our_bytes'] / 2**20:.1f} MB)"
    return [
        Line(f"{full}: ÷ typst, started for each paper", "", beside_command, "stated"),
        Line(f"{what}: ÷ typst kept running", "", beside_typst, than_typst),
        Line(f"{what}: ÷ Chromium's print", "", beside_chromium, than_chromium),
        Line(f"{what}: bytes ÷ Chromium's", "", sizes, "< 1"),
        Line(f"{what}: memory of a press process", "", f"{one['memory_mb']:.0f} MB", "≤ 400 MB"),
        Line(f"{what}: longest silence of the bar", "", f"{one['silence']:.1f} s", "≤ 2 s"),
    ]


# The office while the press works


def _beside_the_press(data: Path) -> list[Line]:
    """How long people wait for pages while a long report is made, and for a stored report."""
    with server("office", data) as office:
        editor, clerk = _signed_in(office, "fuban.bj1"), _signed_in(office, "fuban.ws1")
        page = f"{office.address}/items/"
        quiet = _p95([_timed(editor, page) for _ in range(LOOKS)])
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "flask", "--app", "wsgi:office", "reports", "year"]
            words = [str(clock.today().year), f"{folder}/year.pdf"]
            process = subprocess.Popen([*command, *words], env=environment(data), cwd=ROOT)
            times = []
            while process.poll() is None:
                times.append(_timed(editor, page))
        if process.returncode:
            raise SystemExit("The year's report could not be made")
        stored = _stored_report(clerk, office)
        waits = [_timed(clerk, stored) for _ in range(20)]
    busy = _p95(times)
    return [
        Line(
            "List of items while the year's report is made, p95 ÷ p95 on a quiet machine",
            "",
            f"{busy / quiet:.1f} ({busy * 1000:.0f} ms ÷ {quiet * 1000:.0f} ms)",
            "≤ 2",
        ),
        Line("Download of a stored report, slowest", "", f"{max(waits) * 1000:.0f} ms", "≤ 50 ms"),
    ]


def _stored_report(clerk: OpenerDirector, office: Server) -> str:
    """The address of the newest report's PDF."""
    found = re.search(r'href="(/reports/\d+/pdf)"', _read(clerk, f"{office.address}/reports/"))
    if found is None:
        raise SystemExit("There is no stored report")
    return office.address + found[1]


def _timed(browser: OpenerDirector, address: str) -> float:
    start = time.perf_counter()
    with browser.open(address) as answer:
        answer.read()
    return time.perf_counter() - start


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


# Memory of the office


def _office_memory(small: Path, large: Path) -> Line:
    memory = []
    for data in (small, large):
        with server("office", data) as office:
            _work(office)
            memory.append(f"{office.resident:.0f} MB")
    return Line("Resident memory, office process after some work", *memory, "stated")


def _work(office: Server) -> None:
    """An editor signs in and turns some pages."""
    browser = _signed_in(office, "fuban.bj1")
    for _ in range(TURNS):
        for path in OFFICE_PAGES:
            _read(browser, office.address + path)


def _signed_in(office: Server, login: str) -> OpenerDirector:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = _read(browser, f"{office.address}/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    sent = {
        "login": login,
        "password": PASSWORD,
        "csrf_token": token[1] if token else "",
    }
    browser.open(f"{office.address}/sign-in", urlencode(sent).encode()).close()
    return browser


def _read(browser: OpenerDirector, address: str) -> str:
    with browser.open(address) as answer:
        text: str = answer.read().decode()
    return text


# What is printed


def _table(lines: list[Line], small: int, large: int) -> str:
    rows = [
        f"| Measured | {small:,} published | {large:,} published | Goal |",
        "|---|---|---|---|",
        *(f"| {one.what} | {one.small} | {one.large} | {one.goal} |" for one in lines),
    ]
    return "\n".join(rows)


def _machine() -> str:
    memory = next(
        int(line.split()[1])
        for line in Path("/proc/meminfo").read_text().splitlines()
        if line.startswith("MemTotal")
    )
    release = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory / 2**20:.1f} GB of memory, {release}, "
        f"Python {platform.python_version()}; load average at the end {load:.1f}."
    )


PAGE = """# Performance

Written by `make bench`, which builds two demonstration counties and measures both in one run.
Ratios are against a baseline measured in the same minutes on the same machine, so that they can
be compared from one machine to another; absolute figures cannot.

Machine: {machine}

{table}

How it is measured:

- Pages per second: `wrk`, one thread, eight connections, 200 item pages (all columns) asked for in
  turn, after each was asked for once; waitress with eight threads serves both counties' public
  sites and the bare view (`return "Hello"`) alike. Four rounds, all in turn; the best of each.
- Search: 150 words of two and 150 of four characters taken from titles, each searched once, and
  150 item pages, each asked for once, in turn, so that no answer was kept from before.
- Statements: what the database is asked while the page is made, session included, for a liaison,
  a unit leader, an editor, an officer, an issuer, and on the desk the clerk: the largest count of
  all looks, and the slowest person's best time of five.
- Publishing: from the issuer's word over commit, change of the public file and its rename until
  the item page answers with the item's title; the best of five.
- Paper: in a third county, of about 300 published items a month: monthly reports, the report of
  the year so far, and briefings of twelve items, each against typst with every heading, paragraph,
  table and picture of the same page, archival and tagged (PDF/A-3a) like ours, and against Debian's
  Chromium printing the same page with the same style sheets. Ours from the figures to the bound
  file, in processes that wait for work; theirs from the finished page: the browser warm, typst both
  as its command works, started for each paper, and kept running in a process that has set others
  before. The best of three months, of one year, of three briefings. Up to 340 items ours is to be
  faster than the browser's print. Memory is the highest of the larger press process.
- Beside the press: the editor's list of items over HTTP, {looks} times on a quiet machine, then as
  often as it goes while `flask reports year` makes the year's report. A stored report: the clerk's
  download over HTTP, the slowest of twenty.
"""


if __name__ == "__main__":
    main()
