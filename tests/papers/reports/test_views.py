"""The reports as the clerk meets them: choose a month, watch, read, download."""

import hashlib
from collections.abc import Callable
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.datastructures import Headers

from county_portal.core import clock
from county_portal.models import AuditRow, Job, JobState, MadeReport, Person, State
from county_portal.office.base.extensions import db
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import services
from tests.cast import Cast
from tests.factories import make_item
from tests.page import Page
from tests.papers.reports.reading import text_of

Browse = Callable[[Person | None], Page]


@pytest.fixture
def clerk(cast: Cast, browse: Browse) -> Page:
    make_item(cast.lin, state=State.PUBLISHED, title="Dikes checked")
    return browse(cast.he)


def links(soup: BeautifulSoup) -> dict[str, str]:
    return {link.text.strip(): str(link["href"]) for link in soup.select("main a")}


def fetch(page: Page, address: str, **headers: str) -> tuple[bytes, Headers]:
    """A file, and what the server says of it."""
    with page.raw(address, headers=headers) as answer:
        return answer.data, answer.headers


def make(clerk: Page, month: str = "2026-03") -> dict[str, str]:
    """Ask for a report and wait until it is ready: what the page then leads to."""
    ready = clerk.post("/reports/", {"period": month, "annex": "y"})
    assert "It is ready." in ready.text
    return links(ready)


def test_the_first_page_says_what_to_do(cast: Cast, browse: Browse) -> None:
    page = browse(cast.he).get("/reports/")
    assert "Choose a period and make the first" in page.text
    assert [option["value"] for option in page.select("#period option")] == [
        "2026-03",
        "2026-Q1",
        "2026-H1",
        "2026",
    ]


def test_a_report_is_made_read_and_downloaded(clerk: Page) -> None:
    found = make(clerk)
    page = clerk.get(found["Open the report"])
    assert "Report 2026-03" in page.text
    assert "The period was not over." in page.text
    pdf, headers = fetch(clerk, found["Download as PDF"])
    assert headers["Content-Type"] == "application/pdf"
    assert "filename*=UTF-8''%E6%94%BF" in headers["Content-Disposition"]
    assert "政府信息公开工作月报" in text_of(pdf)
    assert fetch(clerk, found["Download as workbook"])[0][:2] == b"PK"


def test_downloading_again_gives_the_same_bytes(clerk: Page, cast: Cast, browse: Browse) -> None:
    found = make(clerk)
    first, headers = fetch(clerk, found["Download as PDF"])
    made = db.session.scalars(select(MadeReport)).one()
    assert headers["ETag"] == f'"{made.pdf}"'
    assert hashlib.sha256(first).hexdigest() == made.pdf
    with clock.frozen("2026-06-01T10:00"):
        assert fetch(browse(cast.he), found["Download as PDF"])[0] == first
    known = {"If-None-Match": headers["ETag"]}
    with clerk.raw(found["Download as PDF"], status=304, headers=known) as answer:
        assert answer.data == b""


def test_making_it_again_with_the_same_figures_makes_nothing_new(clerk: Page) -> None:
    assert make(clerk) == make(clerk)
    assert db.session.scalar(select(func.count(MadeReport.id))) == 1
    assert db.session.scalar(select(func.count(Job.id))) == 2


def test_other_figures_make_another_report_and_keep_the_first(clerk: Page, cast: Cast) -> None:
    first = make(clerk)
    make_item(cast.ma, state=State.PUBLISHED, title="Seed given out")
    assert make(clerk)["Open the report"] != first["Open the report"]
    totals = [services.report_figures(one).totals for one in db.session.scalars(select(MadeReport))]
    assert [one.published for one in totals] == [1, 2]


def test_two_clicks_are_one_job(app: object, cast: Cast) -> None:
    month = Period(clock.today().replace(day=1))
    one = services.request_report(month, by=cast.he)
    two = services.request_report(month, by=cast.he)
    assert one is two
    db.session.rollback()


def test_a_month_that_is_not_offered_is_refused(clerk: Page) -> None:
    page = clerk.post("/reports/", {"period": "2026-04"}, status=422)
    assert "Not a valid choice" in page.text
    assert db.session.scalar(select(func.count(Job.id))) == 0


def test_making_a_report_is_written_into_the_log(clerk: Page) -> None:
    make(clerk)
    made = db.session.scalars(select(MadeReport)).one()
    rows = db.session.scalars(select(AuditRow).where(AuditRow.action == "report.make")).all()
    assert [row.actor for row in rows] == ["he", "he"]
    assert made.figures_hash in rows[1].details
    earlier = select(AuditRow.hash).where(AuditRow.seq == rows[0].seq)
    assert made.audit_head == db.session.scalar(earlier)


def test_the_clerk_stops_the_work(clerk: Page, cast: Cast, browse: Browse) -> None:
    words = '{"period": "2026-03", "asked_by": null}'
    job = Job(
        key="reports.make:2026-03:7", task=services.TASK, arguments=words, asked_at=clock.now()
    )
    db.session.add(job)
    db.session.commit()
    address = f"/work/{job.id}"
    browse(cast.qian).post(f"{address}/stop", status=403)
    page = clerk.get(address)
    assert page.select_one("#progress form")["action"] == f"{address}/stop"
    assert "The work was stopped." in clerk.post(f"{address}/stop").text
    assert db.session.get_one(Job, job.id).state is JobState.CANCELLED
    clerk.post(f"{address}/stop", status=422)
    assert db.session.scalar(select(func.count(MadeReport.id))) == 0


def test_an_editor_reads_reports_and_makes_none(clerk: Page, cast: Cast, browse: Browse) -> None:
    found = make(clerk)
    editor = browse(cast.qian)
    assert not editor.get("/reports/").select("form[action='/reports/']")
    editor.get(found["Open the report"])
    fetch(editor, found["Download as PDF"])
    editor.post("/reports/", {"period": "2026-03"}, status=403)


@pytest.mark.parametrize("name", ["lin", "zhou", "wu", "sys", "sec", "aud"])
def test_nobody_else_comes_in(clerk: Page, cast: Cast, browse: Browse, name: str) -> None:
    found = make(clerk)
    other = browse(getattr(cast, name))
    for address in ["/reports/", *found.values()]:
        other.raw(address, status=403)


def test_what_is_not_there_is_missing(clerk: Page) -> None:
    make(clerk)
    clerk.get("/reports/99", status=404)
    clerk.get("/reports/99/pdf", status=404)
    clerk.get("/reports/1/docx", status=404)


def test_the_workbook_opens(clerk: Page) -> None:
    content, _headers = fetch(clerk, make(clerk)["Download as workbook"])
    assert load_workbook(BytesIO(content)).sheetnames == [
        "总体情况",
        "近十二个月",
        "各单位情况",
        "各栏目情况",
        "主动公开类别",
        "保密审查情况",
        "公开时效情况",
        "公开信息清单",
    ]
