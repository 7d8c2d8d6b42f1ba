"""The traditional return form over the same figures."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select, update

from county_portal.core import clock
from county_portal.models import Item, MadeReport, State
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.papers.figures.contents import MonthlyReport, Stamp
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import closing, monthly, returns, services
from county_portal.papers.reports.returns import Return
from tests.cast import Cast
from tests.factories import make_category, make_item
from tests.papers.reports.county import random_county
from tests.papers.reports.reading import text_of

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
STAMP = Stamp(datetime(2026, 5, 4, 1, 30, tzinfo=UTC), "ab" * 32, "cd" * 32)


def april(app: Flask) -> MonthlyReport:
    random_county(7)
    with clock.frozen("2026-05-04T09:00"):
        return monthly.build_report(date(2026, 4, 1))


def line(form: Return, code: str) -> returns.ReturnLine:
    return next(one for one in form.lines if one.code == code)


def test_this_period_and_the_year_so_far_stand_side_by_side(app: Flask) -> None:
    report = april(app)
    form = returns.build_return(report, None)
    year = sum(one.published for one in report.course if one.month.year == 2026)
    assert report.totals.published < year
    for code in ("01", "02"):
        assert (line(form, code).now, line(form, code).this_year) == (report.totals.published, year)


def test_what_the_records_hold_is_counted_and_nothing_else(app: Flask) -> None:
    report = april(app)
    form = returns.build_return(report, None)
    assert [one.code for one in form.lines] == [f"{n:02}" for n in range(1, 36)]
    filled = [one.code for one in form.lines if not one.by_hand]
    assert filled == ["01", "02", "03", "04", "09"]
    assert all(one.this_year is None for one in form.lines if one.by_hand)


def test_documents_services_and_what_is_for_applicants_are_counted_by_what_was_signed(
    cast: Cast,
) -> None:
    made = [("20-01", 2, 2), ("20-05", 2, 3), ("21-county-02", 1, 3), ("20-04", 1, 3)]
    for code, count, month in made:
        kind = make_category(code=code, name=code)
        with clock.frozen(f"2026-{month:02}-10T09:00"):
            for _again in range(count):
                make_item(cast.lin, state=State.PUBLISHED, category_id=kind.id, formed_on=FEBRUARY)
    for _again in range(2):
        make_item(cast.lin, state=State.ON_REQUEST)
    db.session.execute(update(Item).values(category_id=None))  # the record moves, the form does not
    with clock.frozen("2026-04-02T09:00"):
        form = returns.build_return(monthly.build_report(date(2026, 3, 1)), None)
    known = {one.code: (one.now, one.this_year) for one in form.lines if not one.by_hand}
    assert known == {"01": (4, 6), "02": (4, 6), "03": (0, 2), "04": (3, 3), "09": (2, 2)}


def test_the_form_is_checked_against_the_report_and_the_one_before(cast: Cast) -> None:
    def checks(month: int, **changed: object) -> dict[str, bool | None]:
        report = replace(monthly.build_report(date(2026, month, 1)), **changed)
        return dict(returns.build_return(report, None).checks)

    with clock.frozen("2026-02-10T09:00"):
        make_item(cast.lin, state=State.PUBLISHED, formed_on=FEBRUARY)
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen("2026-04-02T09:00"):
        assert checks(3)["01本年累计＝上期累计（上期尚无报表）＋本期实际"] is None
        services.make_report(Period(FEBRUARY))
        db.session.commit()
        good = checks(3)
        assert good["01本年累计2＝上期累计1＋本期实际1"] is True
        assert good["01＝各单位合计1＝各类别合计1"] is True
        assert good["03＋04≤01"] is good["本期实际≤本年累计"] is True
        assert good["10＝11＋…＋16"] is good["17＝18＋19＋20"] is good["20＝21＋…＋31"] is None
        assert checks(3, units=())["01＝各单位合计0＝各类别合计1"] is False
        assert checks(1)["01本年累计0＝上期累计0＋本期实际0"] is True
        made = db.session.scalars(select(MadeReport)).one()
    with clock.frozen("2026-02-11T09:00"):
        # the report of February does not know it
        make_item(cast.lin, state=State.PUBLISHED, formed_on=FEBRUARY)
    with clock.frozen("2026-04-02T09:00"):
        assert made.month == FEBRUARY
        assert checks(3)["01本年累计3＝上期累计1＋本期实际1"] is False


def test_the_form_a_month_is_closed_with_says_what_it_would_say_today(cast: Cast) -> None:
    with clock.frozen("2026-02-10T09:00"):
        make_item(cast.lin, state=State.PUBLISHED, formed_on=FEBRUARY)
    make_item(cast.lin, state=State.PUBLISHED)

    def words(made: MadeReport) -> str:
        return re.sub(r"\s", "", text_of(editions.file_of(made, "return")[0].read_bytes()))

    with clock.frozen("2026-04-02T09:00"):
        early = services.make_report(Period(MARCH), asked_by=cast.he.id)
        db.session.commit()
        assert "上期尚无报表" in words(early)
        assert services.make_report(Period(MARCH), asked_by=None).id == early.id, "whoever asks"
        db.session.commit()
        services.make_report(Period(FEBRUARY))
        db.session.commit()
        settings.store_setting("contact_phone", "0999-1234567")
        db.session.commit()
    with clock.frozen("2026-04-05T09:00"):
        closing.request_closing(MARCH, by=cast.he)
        db.session.commit()
        closed = words(closing.in_force(MARCH).report)
    assert "01本年累计2＝上期累计1＋本期实际1（相符）" in closed
    assert "0999-1234567" in closed


@pytest.mark.parametrize(("parts", "holds"), [((3, 4), True), ((3, 5), False)])
def test_a_sum_is_checked_once_its_lines_have_figures(
    parts: tuple[int, int], *, holds: bool
) -> None:
    numbers = {"17": 7, "18": parts[0], "19": parts[1], "20": 0}
    lines = tuple(returns.ReturnLine(code, "", "", now, now) for code, now in numbers.items())
    assert returns._sum(lines, "17", ("18", "19", "20"))[1] is holds


def test_the_form_is_one_page_with_every_line(app: Flask) -> None:
    report = april(app)
    form = returns.build_return(report, None)
    pdf = returns.return_pdf(form, STAMP)
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
    text = re.sub(r"\s", "", text_of(pdf))
    for one in form.lines:
        figures = "＊" if one.by_hand else f"{one.now}{one.this_year}"
        assert f"{one.name.strip('　')}{one.unit}{one.code}{figures}" in text
    assert "政府信息公开情况统计表" in text
    assert "统计期间：2026年4月" in text
    assert "（相符）" in text
    assert "（不符）" not in text
    assert text.count("□相符□不符") == 4
    assert returns.return_pdf(form, STAMP) == pdf


def test_who_asked_for_it_filled_it_in(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    form = returns.build_return(monthly.build_report(date(2026, 3, 1)), cast.he)
    assert (form.filled_in_by, form.office) == ("He", "青禾县人民政府办公室")
