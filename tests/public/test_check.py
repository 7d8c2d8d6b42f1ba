"""Checking a paper: the copy somebody holds against the register of issued ones."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from bs4 import BeautifulSoup

from county_portal.editorial.release import public_file, verify
from county_portal.models import PaperKind
from county_portal.office.base.extensions import db
from county_portal.office.base.files import keep_bytes, register_blob
from county_portal.office.desk import register as papers
from county_portal.published.schema import PaperLine
from tests.public.furniture import Visitor, check_page, make_site
from tests.published import writer
from tests.published.factory import SITE

ISSUED = b"%PDF-1.7 as issued"
GONE = b"%PDF-1.7 withdrawn since"
AT = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)


def line(content: bytes, name: str, withdrawn_at: datetime | None = None) -> PaperLine:
    digest = hashlib.sha256(content).hexdigest()
    return PaperLine(digest, "briefing", name, date(2026, 11, 1), AT, withdrawn_at)


@pytest.fixture
def visit(tmp_path):
    lines = (line(ISSUED, "政务信息2026年第46期"), line(GONE, "政务信息2026年第45期", AT))
    writer.build_public_file(tmp_path / "public", replace(SITE, papers=lines), [], [])
    return Visitor(make_site(tmp_path / "public"))


def send(visit: Visitor, content: bytes, name: str = "copy.pdf") -> BeautifulSoup:
    sent = {"file": (BytesIO(content), name)}
    answer = visit.client.post("/check", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 200
    page = BeautifulSoup(answer.data, "html.parser")
    check_page(page)
    return page


def test_the_page_asks_for_a_file_and_is_linked_from_everywhere(visit):
    assert visit.get("/").select_one("footer a[href='/check']")
    page = visit.get("/check")
    assert page.select_one("form[method=post] input[type=file]")
    assert not page.select(".alert")


def test_an_issued_paper_is_known_with_its_name_and_day(visit):
    page = send(visit, ISSUED, "46.pdf")
    assert "46.pdf: This is the paper as it was issued" in page.text
    assert "政务信息2026年第46期" in page.text
    assert "2026-11-02 09:30" in page.text


def test_a_letter_about_changes_is_called_one(tmp_path):
    letter = replace(line(ISSUED, "撤换函 青政办送函〔2026〕1号"), kind="deposit")
    writer.build_public_file(tmp_path / "public", replace(SITE, papers=(letter,)), [], [])
    page = send(Visitor(make_site(tmp_path / "public")), ISSUED)
    assert "Letter about changes" in page.select_one(".facts").text


def test_a_changed_byte_is_not_an_issued_paper(visit):
    page = send(visit, ISSUED.replace(b"as", b"AS"), "copy<1>.pdf")
    assert "not a paper this office has issued" in page.text
    assert page.select_one(".alert strong").text == "copy<1>.pdf"


def test_a_withdrawn_paper_says_so(visit):
    page = send(visit, GONE)
    assert "has been withdrawn" in page.text
    assert "not valid" in page.text


def test_no_file_is_a_sentence(visit):
    answer = visit.client.post("/check", data={})
    assert "Choose a file first" in answer.text


def test_the_register_goes_into_the_public_file_and_is_proved(app, cast):
    stored = keep_bytes(ISSUED)
    register_blob(stored, "application/pdf")
    papers.enter_paper(stored.sha256, PaperKind.BRIEFING, "政务信息2026年第3期", date(2026, 2, 28))
    papers.enter_paper(stored.sha256, PaperKind.BRIEFING, "twice", date(2026, 2, 28))
    db.session.commit()
    public_file.reconcile()
    visit = Visitor(make_site(app.config["COUNTY"].PUBLIC))
    assert "as it was issued" in send(visit, ISSUED).text
    assert verify.broken_promises() == []
    papers.withdraw_paper(stored.sha256)
    db.session.commit()
    public_file.reconcile()
    assert "has been withdrawn" in send(visit, ISSUED).text
    assert verify.broken_promises() == []
    papers.enter_paper(
        stored.sha256, PaperKind.BRIEFING, "as before", date(2026, 2, 28)
    )  # issued anew
    db.session.commit()
    public_file.reconcile()
    assert "as it was issued" in send(visit, ISSUED).text
