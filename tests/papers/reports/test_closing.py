"""Closing months: what is frozen, who may open it again, and what comes to light afterwards."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, Refused
from county_portal.models import (
    AuditRow,
    ClosedMonth,
    Item,
    Job,
    JobState,
    MadeReport,
    Person,
    State,
)
from county_portal.office.base import jobs, settings
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions, register
from county_portal.papers.figures.figures import read_figures
from county_portal.papers.figures.frozen_months import Frozen
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import closing, monthly, services
from tests.cast import Cast
from tests.factories import make_item
from tests.page import Page
from tests.papers.reports.reading import text_of

Browse = Callable[[Person | None], Page]
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def close(month: date, when: str, by: Person) -> ClosedMonth:
    """The month is closed, as the clerk does it."""
    with clock.frozen(when):
        closing.request_closing(month, by=by)
        db.session.commit()
    row = closing.closing_of(month)
    assert row is not None
    return row


@pytest.fixture
def published(cast: Cast) -> Item:
    """One item, published in time in March."""
    return make_item(cast.lin, state=State.PUBLISHED)


def made_late(item: Item) -> None:
    """A day off is entered afterwards, or a date corrected: the deadline was another."""
    item.publish_due_on = date(2026, 2, 26)
    db.session.commit()


def test_a_month_is_closed_with_its_report_and_its_figures(cast: Cast, published: Item) -> None:
    row = close(MARCH, "2026-04-03T09:00", cast.he)
    assert (row.month, row.closed_by, row.reopened_at) == (MARCH, cast.he.id, None)
    frozen = read_figures(Frozen, row.figures)
    assert frozen.totals == services.report_figures(row.report).totals
    assert (frozen.totals.published, frozen.totals.on_time) == (1, 1)
    rows = db.session.scalars(select(AuditRow).where(AuditRow.action == "report.close")).all()
    assert [one.actor for one in rows] == ["he", "he"]
    assert row.figures_hash in rows[1].details
    issued = {paper.sha256: paper.name for paper in register.issued()}
    assert issued == {
        row.report.pdf: "青禾县政府信息公开工作月报（2026年3月）",
        row.report.returns.pdf: "政府信息公开情况统计表（2026年3月）",
    }


def test_a_closed_month_gives_the_stored_bytes_whatever_happens_later(
    cast: Cast, published: Item
) -> None:
    row = close(MARCH, "2026-04-03T09:00", cast.he)
    path, sha256 = editions.file_of(row.report, "pdf")
    before, report_id = path.read_bytes(), row.report_id
    made_late(published)
    with clock.frozen("2026-06-01T09:00"):
        again = services.make_report(Period(MARCH))
        assert (again.id, editions.file_of(again, "pdf")[1]) == (report_id, sha256)
    assert path.read_bytes() == before


def test_what_came_to_light_later_is_an_adjustment_of_the_next_month_and_told_once(
    cast: Cast, published: Item
) -> None:
    close(MARCH, "2026-04-03T09:00", cast.he)
    made_late(published)
    with clock.frozen("2026-05-02T09:00"):
        april = monthly.build_report(APRIL)
    assert [(one.month, one.figure, one.known, one.counted) for one in april.adjustments] == [
        (MARCH, "on_time", 1, 0),
        (MARCH, "late", 0, 1),
    ]
    assert (april.before.on_time, april.before.late) == (1, 0), "March stands as it was closed"
    row = close(APRIL, "2026-05-05T09:00", cast.he)
    assert read_figures(Frozen, row.figures).adjustments == april.adjustments
    with clock.frozen("2026-06-02T09:00"):
        assert monthly.build_report(MAY).adjustments == ()
        published.publish_due_on = date(2026, 3, 25)
        db.session.commit()
        back = monthly.build_report(MAY).adjustments
    assert [(one.month, one.figure, one.change) for one in back] == [
        (MARCH, "on_time", 1),
        (MARCH, "late", -1),
    ]


def test_an_item_that_was_not_overdue_after_all_is_an_adjustment(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.SUBMITTED)  # due on 25 March
    close(MARCH, "2026-04-03T09:00", cast.he)
    item.publish_due_on = date(2026, 4, 20)
    db.session.commit()
    with clock.frozen("2026-05-02T09:00"):
        (moved,) = monthly.build_report(APRIL).adjustments
    assert (moved.month, moved.figure, moved.known, moved.counted) == (MARCH, "overdue", 1, 0)


def test_a_month_that_is_not_over_cannot_be_closed(cast: Cast, published: Item) -> None:
    with clock.frozen("2026-03-31T23:00"), pytest.raises(Refused, match="when it is over"):
        closing.request_closing(MARCH, by=cast.he)


def test_a_month_is_closed_once(cast: Cast, published: Item) -> None:
    close(MARCH, "2026-04-03T09:00", cast.he)
    with clock.frozen("2026-04-04T09:00"), pytest.raises(Refused, match="closed already"):
        closing.request_closing(MARCH, by=cast.he)


@pytest.mark.parametrize("name", ["lin", "zhou", "qian", "wu", "tang", "sys", "sec", "aud"])
def test_only_the_clerk_closes_and_opens(cast: Cast, published: Item, name: str) -> None:
    with clock.frozen("2026-04-03T09:00"):
        with pytest.raises(NotAllowed):
            closing.request_closing(MARCH, by=getattr(cast, name))
        with pytest.raises(NotAllowed):
            closing.reopen_month(MARCH, "Because", by=getattr(cast, name))


def test_opening_again_needs_a_reason_and_keeps_the_row(cast: Cast, published: Item) -> None:
    first = close(MARCH, "2026-04-03T09:00", cast.he)
    with clock.frozen("2026-04-04T09:00"):
        with pytest.raises(Refused, match="Say why"):
            closing.reopen_month(MARCH, "  ", by=cast.he)
        closing.reopen_month(MARCH, "A unit's figures were wrong", by=cast.he)
        db.session.commit()
    assert closing.closing_of(MARCH) is None
    made_late(published)
    second = close(MARCH, "2026-04-05T09:00", cast.he)
    assert second.report_id != first.report_id
    valid = {one.sha256 for one in register.issued() if one.withdrawn_at is None}
    assert valid == {second.report.pdf, second.report.returns.pdf}
    rows = closing.closings_of(MARCH)
    assert [one.id for one in rows] == [second.id, first.id]
    assert (rows[1].reason, rows[1].reopened_by) == ("A unit's figures were wrong", cast.he.id)
    (row,) = db.session.scalars(select(AuditRow).where(AuditRow.action == "report.reopen"))
    assert json.loads(row.details)["reason"] == "A unit's figures were wrong"


def test_a_month_before_a_closed_one_is_not_opened(cast: Cast, published: Item) -> None:
    close(MARCH, "2026-04-03T09:00", cast.he)
    close(APRIL, "2026-05-03T09:00", cast.he)
    with clock.frozen("2026-05-04T09:00"), pytest.raises(Refused, match="open that one first"):
        closing.reopen_month(MARCH, "Because", by=cast.he)


def test_the_database_keeps_what_was_closed(cast: Cast, published: Item) -> None:
    close(MARCH, "2026-04-03T09:00", cast.he)
    for change in (
        "UPDATE closed_months SET figures = '{}'",
        "UPDATE closed_months SET report_id = 7",
        "UPDATE closed_months SET closed_at = '2020-01-01'",
        "DELETE FROM closed_months",
        "UPDATE made_reports SET kind = 'yearly'",
        "DELETE FROM made_reports",
        "UPDATE return_forms SET pdf = ''",
    ):
        db.session.rollback()
        with pytest.raises(DatabaseError, match="not to be changed"):
            db.session.execute(text(change))
    db.session.rollback()


# By the timetable


def tick(when: str) -> list[ClosedMonth]:
    with clock.frozen(when):
        jobs.tick()
        return list(db.session.scalars(select(ClosedMonth).order_by(ClosedMonth.id)))


def test_the_timetable_closes_on_the_day_once_and_by_nobody(cast: Cast, published: Item) -> None:
    assert tick("2026-04-04T23:59") == []
    (row,) = tick("2026-04-05T00:01")
    assert (row.month, row.closed_by) == (MARCH, None)
    assert tick("2026-04-05T00:02") == [row]
    with clock.frozen("2026-04-06T09:00"):
        closing.reopen_month(MARCH, "A figure is missing", by=cast.he)
        db.session.commit()
    assert len(tick("2026-04-06T09:01")) == 1, "what the clerk opened stays open"


def test_the_office_decides_the_day(cast: Cast, published: Item) -> None:
    settings.store_setting("close_month_on_day", "12")
    db.session.commit()
    assert tick("2026-04-11T09:00") == []
    assert len(tick("2026-04-12T09:00")) == 1
    with pytest.raises(Refused):
        settings.store_setting("close_month_on_day", "31")


def test_months_that_the_timetable_missed_are_closed_the_oldest_first(
    cast: Cast, published: Item
) -> None:
    """The worker stood still until June. Nothing happened in April: it is closed all the same."""
    months = [[row.month for row in tick(f"2026-06-04T09:0{n}")] for n in range(4)]
    assert months == [[MARCH], [MARCH, APRIL], [MARCH, APRIL], [MARCH, APRIL]]
    assert [row.month for row in tick("2026-06-05T09:00")] == [MARCH, APRIL, MAY]


def test_a_month_that_fails_is_tried_again_next_day_before_later_ones(
    cast: Cast, published: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_things: object, **_more: object) -> MadeReport:
        raise RuntimeError("A broken font")

    with monkeypatch.context() as broken:
        broken.setattr(services, "make_report", fails)
        assert tick("2026-05-06T09:00") == tick("2026-05-06T09:01") == []
    assert tick("2026-05-06T09:02") == []
    assert [row.month for row in tick("2026-05-07T09:00")] == [MARCH]
    assert [row.month for row in tick("2026-05-07T09:01")] == [MARCH, APRIL]


def test_months_before_the_first_that_was_closed_are_left_to_the_clerk(
    cast: Cast, published: Item
) -> None:
    close(APRIL, "2026-05-03T09:00", cast.he)
    assert [row.month for row in tick("2026-05-06T09:00")] == [APRIL]


def test_a_month_without_records_is_not_closed(app: Flask, cast: Cast) -> None:
    assert tick("2026-04-05T09:00") == []
    assert db.session.scalars(select(Job).where(Job.task == closing.CLOSING)).all() == []


# Several months


def test_a_longer_report_says_which_of_its_months_are_open(cast: Cast, published: Item) -> None:
    """Of those that there are records of and that have begun."""
    with clock.frozen("2026-02-12T09:00"):
        make_item(cast.lin, state=State.PUBLISHED, formed_on=date(2026, 2, 11))
    close(MARCH, "2026-04-03T09:00", cast.he)
    with clock.frozen("2026-04-10T09:00"):
        assert monthly.build_report(date(2026, 1, 1), 3).open_months == (date(2026, 2, 1),)
        assert monthly.build_report(date(2026, 1, 1), 12).open_months == (date(2026, 2, 1), APRIL)
        assert monthly.build_report(MARCH).open_months == ()


def test_a_report_says_with_which_open_months_it_is_compared(cast: Cast, published: Item) -> None:
    with clock.frozen("2026-02-12T09:00"):
        make_item(cast.lin, state=State.PUBLISHED, formed_on=date(2026, 2, 11))
    with clock.frozen("2026-05-02T09:00"):
        assert monthly.build_report(MARCH).open_compared == (date(2026, 2, 1),)
        assert monthly.build_report(date(2026, 4, 1), 3).open_compared == (date(2026, 2, 1), MARCH)
        made = services.make_report(Period(MARCH))
        db.session.commit()
        words = text_of(editions.file_of(made, "pdf")[0].read_bytes())
    assert "用以比较的2026年2月尚未结账，数据可能变动。" in re.sub(r"\s", "", words)
    close(date(2026, 2, 1), "2026-05-02T09:00", cast.he)
    with clock.frozen("2026-05-02T09:00"):
        assert monthly.build_report(MARCH).open_compared == ()


# On the page


def test_the_clerk_closes_and_opens_on_the_page(
    cast: Cast, published: Item, browse: Browse
) -> None:
    with clock.frozen("2026-04-03T09:00"):
        clerk = browse(cast.he)
        clerk.post("/reports/", {"period": "2026-03", "annex": "y"})
        report = db.session.scalars(select(MadeReport.id)).one()
        page = clerk.get(f"/reports/{report}")
        assert page.select_one("form[action='/reports/months/2026-03/close']")
        clerk.post("/reports/months/2026-03/close")
        page = clerk.get(f"/reports/{report}")
        assert "Closed 2026-04-03 09:00 by He." in page.text
        assert page.h1.select_one(".tag").text == "Closed"
        assert not page.select("form[action='/reports/months/2026-03/close']")
        assert "Closed" in clerk.get("/reports/").select_one("tbody").text
        empty = clerk.post("/reports/months/2026-03/reopen", {"reason": " "}, status=422)
        assert "Say why; it stands in the log" in empty.text
        page = clerk.post("/reports/months/2026-03/reopen", {"reason": "A wrong figure"})
        assert "Opened again 2026-04-03 09:00 by He: A wrong figure" in page.text
        assert not page.h1.select(".tag")
        clerk.get("/reports/months/2026-03/reopen", status=404)
        browse(cast.qian).post("/reports/months/2026-03/close", status=403)


@pytest.mark.parametrize("code", ["2026-Q1", "2026", "2001-01", "2026-02", "2026-04", "nonsense"])
def test_only_a_month_that_is_over_and_has_records_has_an_address(
    cast: Cast, published: Item, browse: Browse, code: str
) -> None:
    with clock.frozen("2026-04-03T09:00"):
        clerk = browse(cast.he)
        clerk.post(f"/reports/months/{code}/close", status=404)
        clerk.get(f"/reports/months/{code}/reopen", status=404)
        clerk.post(f"/reports/months/{code}/reopen", {"reason": "A wrong figure"}, status=404)
        if code in {"2001-01", "2026-02", "nonsense"}:
            clerk.get(f"/reports/periods/{code}/remarks", status=404)
            clerk.post(f"/reports/periods/{code}/remarks", {"words": "Old"}, status=404)
        with pytest.raises(Refused, match="no records of this month"):
            closing.request_closing(date(2026, 2, 1), by=cast.he)
    assert db.session.scalars(select(ClosedMonth)).all() == []


def test_a_job_that_died_in_the_middle_closes_once(cast: Cast, published: Item) -> None:
    with clock.frozen("2026-04-03T09:00"):
        job = closing.request_closing(MARCH, by=cast.he)
        db.session.commit()
    with clock.frozen("2026-04-03T10:00"):
        job = db.session.get_one(Job, job.id)
        job.state, job.beat_at = JobState.RUNNING, clock.now() - timedelta(hours=1)
        db.session.commit()
        jobs.rescue()
    assert len(closing.closings_of(MARCH)) == 1
    assert db.session.get_one(Job, job.id).state is JobState.DONE
