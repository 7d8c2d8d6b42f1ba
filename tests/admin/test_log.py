"""Reading the log."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from county_portal.admin import log
from county_portal.core import clock
from county_portal.core.errors import NotAllowed
from county_portal.models import AuditRow
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do


def write(count=1, by=None, action="test.deed", **details):
    for number in range(count):
        audit.record(by, action, f"things:{number}", **details)
    db.session.commit()


def shown(page):
    return [int(cell.text) for cell in page.select("tbody th")]


def test_the_newest_row_stands_first_with_its_words(browse, cast):
    write(by=cast.lin, action=Do.ITEM_SUBMIT, note="<b>a note</b>")
    row = browse(cast.aud).get("/log").select_one("tbody tr")
    assert "Submit" in row.text
    assert "lin" in row.text
    assert "<b>a note</b>" in row.text
    assert "2026-03-02 09:00:00" in row.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor=lin", {1}),
        ("action=item", {1, 2}),
        ("action=item.view", {2}),
        ("thing=things:0", {1, 2, 3}),
        ("result=refused", {4}),
        ("since=2026-03-03", {3}),
        ("until=2026-03-02", {1, 2, 4}),
        ("since=2026-03-02&until=2026-03-02&actor=ma", {2, 4}),
        ("since=yesterday&result=maybe", {1, 2, 3, 4}),
        ("actor=%25", set()),
    ],
)
def test_rows_are_found_by_who_what_and_when(browse, cast, query, found):
    write(by=cast.lin, action=Do.ITEM_CREATE)
    write(by=cast.ma, action=Do.ITEM_VIEW)
    with clock.frozen("2026-03-03T00:00"):
        write(action="other")
    audit.record_refusal(cast.ma, "some.page")
    assert set(shown(browse(cast.aud).get(f"/log?{query}"))) == found


def test_a_long_log_has_older_pages(browse, cast):
    write(log.PER_PAGE + 5)
    page = browse(cast.aud)
    first = page.get("/log")
    assert shown(first) == list(range(105, 5, -1))
    second = page.get(first.select_one("a[rel=next]")["href"])
    assert shown(second) == [5, 4, 3, 2, 1]
    assert second.select_one("a[rel=next]") is None


def test_the_table_holds_the_rows_of_the_search_and_is_itself_logged(browse, cast, monkeypatch):
    monkeypatch.setattr(log, "CHUNK", 2)
    write(5, by=cast.lin, note="=cmd()")
    write(by=cast.ma)
    answer = browse(cast.aud).raw("/log/export", "POST", data={"actor": "lin"})
    text = answer.get_data(as_text=True)
    assert text.startswith("\N{BYTE ORDER MARK}seq,at,actor")
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\N{BYTE ORDER MARK}"))))
    assert [row["seq"] for row in rows] == ["5", "4", "3", "2", "1"]
    assert answer.headers["Content-Disposition"] == "attachment; filename=log-2026-03-02.csv"
    newest = db.session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()))
    assert (newest.action, newest.actor, newest.details) == (
        "audit.export",
        "aud",
        '{"search":"actor=lin"}',
    )


def test_the_table_of_a_search_by_every_word_can_be_taken_out(browse, cast):
    write(2, by=cast.lin)
    words = {"actor": "lin", "action": "item", "thing": "items:7", "result": "done"}
    days = {"since": "2026-03-01", "until": "2026-03-02"}
    answer = browse(cast.aud).raw("/log/export", "POST", data={**words, **days})
    assert answer.status_code == 200
    newest = db.session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()))
    assert newest.action == "audit.export"
    assert "thing=items:7" in newest.details


def test_details_are_read_in_words_and_what_was_comes_before_what_is(browse, cast):
    audit.record(cast.zhou, Do.ITEM_APPROVE, "items:7", was="submitted", now="unit_approved")
    audit.record(cast.qian, Do.ITEM_AMEND, "items:7", revision=2, hash="ab" * 32, active=True)
    db.session.commit()
    rows = browse(cast.aud).get("/log").select("td.said")
    assert "Was: Waiting for unit approval; Now: Waiting for editorial review" in said(rows[1])
    assert "Hash: abababababab…" in said(rows[0])
    assert "In use: yes" in said(rows[0])


def said(cell):
    return " ".join(cell.get_text().split())


@given(st.text(max_size=20))
def test_no_cell_is_a_formula(text):
    cell = log.safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'")


def test_only_the_auditor_reads_the_log(browse, cast):
    for person in (cast.lin, cast.qian, cast.wu, cast.tang, cast.he, cast.sys, cast.sec):
        with pytest.raises(NotAllowed):
            log.find_rows(log.LogSearch(), before=None, by=person)
        browse(person).get("/log", status=403)
        browse(person).post("/log/export", status=403)
