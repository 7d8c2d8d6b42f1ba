"""Circulars: what they say, on paper and in Word, and how they reach the leaders."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from county_portal.core import clock
from county_portal.core.errors import Missing, NotAllowed, Refused
from county_portal.models import (
    AuditRow,
    CircularReading,
    MadeReport,
    PaperKind,
    Person,
    State,
    UnitKind,
)
from county_portal.models import MadeCircular as CircularRow
from county_portal.office.base.extensions import db
from county_portal.office.desk import register
from county_portal.papers.circulars import circular
from county_portal.papers.circulars import services as circulars
from county_portal.papers.circulars.word import circular_docx
from county_portal.papers.figures.contents import MonthlyReport, Stamp, UnitFigures
from county_portal.papers.figures.figures import as_json, read_figures
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import closing, monthly, services
from tests.cast import Cast
from tests.factories import make_item
from tests.page import Page
from tests.papers.reports.county import random_county
from tests.papers.reports.reading import text_of

Browse = Callable[[Person | None], Page]
Statements = Callable[[], AbstractContextManager[list[str]]]
MARCH = date(2026, 3, 1)
STAMP = Stamp(datetime(2026, 5, 4, 1, 30, tzinfo=UTC), "ab" * 32, "cd" * 32)


def unit(name: str, submitted: int, published: int, **more: object) -> UnitFigures:
    words = {"kind": "township", "late": 0, "overdue": 0, "published_before": 0, **more}
    return UnitFigures(
        code=name,
        name=name,
        submitted=submitted,
        published=published,
        returned=0,
        declined=0,
        on_time=published - int(str(words["late"])),
        median_days=None,
        **words,  # type: ignore[arg-type]
    )


@pytest.fixture
def report(app: Flask) -> MonthlyReport:
    with clock.frozen("2026-05-04T09:00"):
        return monthly.build_report(MARCH)


def of(report: MonthlyReport, *units: UnitFigures) -> circular.Field:
    (field,) = circular.build_circular(replace(report, units=units)).fields
    return field


# What it says


def test_units_stand_by_what_was_published_and_equals_share_a_rank(report: MonthlyReport) -> None:
    field = of(report, unit("a", 1, 1), unit("b", 5, 4), unit("c", 4, 4), unit("d", 5, 4))
    assert [(one.rank, one.name) for one in field.places] == [
        (1, "b"),
        (1, "d"),
        (3, "c"),
        (4, "a"),
    ]


def test_who_is_first_and_last_is_named_and_who_reported_nothing_apart(
    report: MonthlyReport,
) -> None:
    units = [unit(f"u{n}", n, n) for n in range(9)]
    field = of(report, *units)
    assert field.first == ("u8", "u7", "u6")
    assert field.last == ("u3", "u2", "u1")
    assert [one.name for one in field.places if one.is_silent] == ["u0"]


def test_who_published_nothing_is_never_first_and_nobody_is_first_and_last(
    report: MonthlyReport,
) -> None:
    field = of(report, unit("a", 2, 0), unit("b", 1, 1))
    assert (field.first, field.last) == (("b",), ("a",))


def test_each_kind_is_ranked_by_itself(report: MonthlyReport) -> None:
    units = (unit("t", 1, 1), unit("d", 9, 9, kind="department"))
    made = circular.build_circular(replace(report, units=units))
    assert [(one.kind, [(p.rank, p.name) for p in one.places]) for one in made.fields] == [
        ("township", [(1, "t")]),
        ("department", [(1, "d")]),
    ]


def test_a_closed_unit_stands_below_with_what_it_did_and_without_a_rank(
    report: MonthlyReport,
) -> None:
    units = (
        unit("t", 1, 1),
        unit("gone", 2, 2, active=False),
        unit("left", 0, 0, overdue=1, active=False),
        unit("empty", 0, 0, published_before=3, active=False),
        unit("d", 4, 4, kind="department", active=False),
    )
    made = circular.build_circular(replace(report, units=units))
    township, _department = made.fields
    assert [(p.rank, p.name) for p in township.places] == [(1, "t"), (None, "gone"), (None, "left")]
    assert (township.first, township.last) == (("t",), ())
    blocks = list(circular.blocks(made))
    words = "".join(block.words for block in blocks)
    assert "全县4个单位中有3个单位报送信息" in words
    assert "公开信息居前的乡镇是：t（1件）；已停用的单位不排名次：gone、left。" in words
    assert "本月没有零报送的单位。" in words, "nothing is expected of a closed one"
    assert "left（逾期未公开1件）" in words
    tables = [block.rows for block in blocks if block.kind == "table"]
    assert [row[:4] for row in tables[0]] == [
        ("1", "t", "1", "1"),
        ("—", "gone", "2", "2"),
        ("—", "left", "0", "0"),
    ]
    assert "均没有公开的信息" not in words, "the closed department has published"
    assert [row[:4] for row in tables[1]] == [("—", "d", "4", "4")]


def test_the_figures_are_those_of_the_report(app: Flask) -> None:
    random_county(4)
    with clock.frozen("2026-06-10T09:00"):
        report = monthly.build_report(MARCH)
    made = circular.build_circular(report)
    for figure in ("submitted", "published", "returned", "late"):
        assert sum(getattr(one, figure) for one in made.places) == getattr(report.totals, figure)
    assert sum(one.overdue for one in made.places) == report.totals.overdue
    assert read_figures(circular.Circular, as_json(made)) == made


# Paper and Word


@pytest.fixture
def told(report: MonthlyReport) -> circular.Circular:
    units = [unit(f"甲{n}镇", n, n, late=min(n, 1), overdue=n % 2) for n in range(9)]
    units += [unit(f"乙{n}局", n, n, kind="department") for n in range(4)]
    return circular.build_circular(replace(report, units=tuple(units)))


def check_words(words: str, told: circular.Circular) -> None:
    for field in told.fields:
        for one in field.places:
            rate = one.on_time_share if one.published else "—"
            assert (
                f"{one.rank}{one.name}{one.submitted}{one.published}{one.returned}{one.late}"
                f"{one.overdue}{rate}" in words
            )
    assert "公开信息居前的乡镇是：甲8镇（8件）、甲7镇（7件）、甲6镇（6件）" in words
    assert "有报送而公开信息居后的乡镇是：甲3镇（3件）、甲2镇（2件）、甲1镇（1件）。" in words
    assert "本月零报送的单位有2个：甲0镇、乙0局。" in words
    assert "甲3镇（逾期公开1件、逾期未公开1件）" in words
    assert "甲2镇（逾期公开1件）" in words


def test_the_paper_says_all_of_it(told: circular.Circular) -> None:
    pdf = circular.circular_pdf(told, STAMP, as_json(told))
    words = re.sub(r"\s", "", text_of(pdf))
    check_words(re.sub(r"—\d+—", "", words), told)
    assert "关于2026年3月政府信息报送和公开情况的通报" in words
    assert words.index("2026年5月4日") > words.index("零报送情况")


def test_the_word_document_says_the_same_and_is_the_same_each_time(
    told: circular.Circular,
) -> None:
    def write() -> bytes:
        return circular_docx(
            circular.title_lines(told), circular.blocks(told), told.office, STAMP.made_here
        )

    content = write()
    document = Document(BytesIO(content))
    cells = [
        "".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows
    ]
    paragraphs = [one.text for one in document.paragraphs]
    check_words("".join([*cells, *paragraphs]), told)
    assert paragraphs[0].replace("\n", "") == "关于2026年3月政府信息报送和公开情况的通报"
    assert document.paragraphs[0].style.name == "简报标题"
    widths = [round(cell.width.mm) for cell in document.tables[0].rows[-1].cells]
    assert widths[:2] == [13, 56] and 152 <= sum(widths) <= 158
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    (section,) = document.sections
    assert [round(one.mm) for one in (section.top_margin, section.left_margin)] == [37, 28]
    assert write() == content


def test_calm_months_are_told_too(report: MonthlyReport) -> None:
    calm = circular.build_circular(replace(report, units=(unit("a", 1, 1),)))
    words = "".join(block.words for block in circular.blocks(calm))
    assert "本月没有零报送的单位。" in words
    assert "本月没有逾期公开和逾期未公开的信息。" in words


# Making, sending, reading


@pytest.fixture
def made(cast: Cast) -> MadeReport:
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen("2026-04-03T09:00"):
        closing.request_closing(MARCH, by=cast.he)
        db.session.commit()
        return closing.in_force(MARCH).report


def make(cast: Cast, made: MadeReport) -> CircularRow:
    with clock.frozen("2026-04-04T09:00"):
        return circulars.make_circular(made.id, asked_by=cast.he.id)


def test_a_circular_lies_on_each_leaders_desk_until_it_is_opened(
    cast: Cast, made: MadeReport, browse: Browse
) -> None:
    row = make(cast, made)
    db.session.commit()
    address = f"/circulars/{row.id}"
    with clock.frozen("2026-04-04T10:00"):
        clerk, leader = browse(cast.he), browse(cast.zhou)
        leader.get(address, status=404)
        assert not leader.get("/").select("form.notice")
        page = clerk.post(f"{address}/send")
        assert "It lies on the desk of each unit's leader." in page.text
        assert [cell.text for cell in page.select("[data-head='Read']")] == ["Not yet"]
        assert [one.name for one in register.issued() if one.kind is PaperKind.CIRCULAR] == [
            "关于2026年3月政府信息报送和公开情况的通报"
        ]
        notice = leader.get("/").select_one("form.notice")
        assert notice["action"] == f"{address}/read"
        with leader.raw(f"{address}/read", "POST", status=303) as answer:
            assert answer.headers["Location"] == f"{address}/pdf"
        with leader.raw(f"{address}/pdf") as answer:
            assert "通报" in text_of(answer.data)
        assert not leader.get("/").select("form.notice")
        assert "Not yet" not in clerk.get(address).text
        leader.raw(f"{address}/read", "POST", status=303)
    assert [one.person_id for one in db.session.scalars(select(CircularReading))] == [cast.zhou.id]


@pytest.mark.parametrize("address", ["/reports/", "/circulars/", "/"])
def test_a_list_leaves_the_figures_where_they_are(
    cast: Cast, made: MadeReport, browse: Browse, statements: Statements, address: str
) -> None:
    """They are as large as a county; a list asks for names and days."""
    row = make(cast, made)
    with clock.frozen("2026-04-04T10:00"):
        circulars.send_to_leaders(row, by=cast.he)
        db.session.commit()
        reader = browse(cast.zhou if address == "/" else cast.he)
        reader.get(address)
        with statements() as seen:
            page = reader.get(address)
    assert "2026" in page.text
    assert not [sql for sql in seen if re.search(r"\.figures\b", sql)]


def test_the_clerk_makes_one_from_the_report_and_sends_it_once(
    cast: Cast, made: MadeReport, browse: Browse
) -> None:
    with clock.frozen("2026-04-04T10:00"):
        clerk = browse(cast.he)
        ready = clerk.post(f"/circulars/of/{made.id}")
        assert "It is ready." in ready.text
        address = ready.select_one("main a.btn-primary")["href"]
        page = clerk.get(address)
        assert "not sent yet" in page.text
        assert "Reported nothing" in page.text
        with clerk.raw(f"{address}/docx") as answer:
            assert answer.data[:2] == b"PK"
        clerk.post(f"{address}/send")
        clerk.post(f"{address}/send", status=422)
        clerk.get(f"{address}/xlsx", status=404)
        assert "Circular 2026-03" in clerk.get("/circulars/").text
    rows = db.session.scalars(select(AuditRow).where(AuditRow.action == "circular.send")).all()
    assert [(row.actor, row.result) for row in rows] == [("he", "done")] * 3


def test_the_same_figures_make_no_second_circular(cast: Cast, made: MadeReport) -> None:
    first = make(cast, made)
    db.session.commit()
    assert make(cast, made).id == first.id


def test_a_period_that_is_not_over_has_no_circular(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    part = services.make_report(Period(MARCH))
    with pytest.raises(Refused, match="when the period is over"):
        circulars.request_circular(part, by=cast.he)


def test_only_the_clerk_sends_and_sees_what_was_not_sent(cast: Cast, made: MadeReport) -> None:
    row = make(cast, made)
    for person in (cast.lin, cast.zhou, cast.qian, cast.tang, cast.wu, cast.sys, cast.aud):
        with pytest.raises(NotAllowed):
            circulars.send_to_leaders(row, by=person)
        with pytest.raises((NotAllowed, Missing)):
            circulars.get(row.id, by=person)


def test_the_database_keeps_circulars(cast: Cast, made: MadeReport) -> None:
    make(cast, made)
    db.session.commit()
    for change in (
        "UPDATE circulars SET pdf = docx",
        "UPDATE circulars SET report_id = 9",
        "DELETE FROM circulars",
    ):
        with pytest.raises(DatabaseError, match="not to be changed"):
            db.session.execute(text(change))
        db.session.rollback()


def test_a_leader_reads_circulars_and_no_reports(
    cast: Cast, made: MadeReport, browse: Browse
) -> None:
    row = make(cast, made)
    db.session.commit()
    with clock.frozen("2026-04-04T10:00"):
        browse(cast.he).post(f"/circulars/{row.id}/send")
        leader = browse(cast.zhou)
        page = leader.get(f"/circulars/{row.id}")
        assert not page.select("form[action$='/send']")
        assert not page.select("a[href^='/reports/']")
        leader.get(f"/reports/{made.id}", status=403)
        browse(cast.lin).get("/circulars/", status=403)
    assert cast.farms.kind is UnitKind.TOWNSHIP
