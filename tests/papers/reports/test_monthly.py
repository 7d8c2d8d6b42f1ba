"""The month's figures against a slow recount, and everything read back from paper."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest
from flask import Flask
from sqlalchemy import event, select

from county_portal.core import clock
from county_portal.models import (
    Column,
    Ending,
    Item,
    Publication,
    Revision,
    State,
    StepTaken,
    Unit,
    Verdict,
)
from county_portal.office.accounts import people
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import calendar
from county_portal.papers.figures import contents
from county_portal.papers.figures.contents import MonthlyReport
from county_portal.papers.figures.figures import as_json, read_figures, share_of
from county_portal.papers.reports import monthly
from tests.cast import Cast
from tests.factories import (
    go,
    make_calendar,
    make_category,
    make_column,
    make_item,
    make_unit,
    sign,
)
from tests.papers.reports.county import random_county

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LATER = "2026-06-10T09:00"


def at(day: str) -> str:
    return f"2026-{day}T10:00"


def built(month: date = MARCH, when: str = LATER) -> MonthlyReport:
    with clock.frozen(when):
        return monthly.build_report(month)


def line(report: MonthlyReport, unit: Unit) -> contents.UnitFigures:
    return next(one for one in report.units if one.code == unit.code)


# By cases


def test_a_published_item_is_counted_where_it_belongs(cast: Cast) -> None:
    category = make_category()
    make_item(cast.lin, state=State.PUBLISHED, category_id=category.id, title="Dikes")
    report = built()
    totals = report.totals
    assert (totals.submitted, totals.published, totals.on_time, totals.late) == (1, 1, 1, 0)
    assert totals.on_time_share == Decimal("100.00")
    assert totals.median_days == Decimal("3.0")  # Wednesday to Monday
    assert (line(report, cast.water).published, line(report, cast.farms).published) == (1, 0)
    (column,) = report.columns
    assert (column.slug, column.count, column.share) == ("notices", 1, Decimal("100.00"))
    assert [(one.code, one.count) for one in report.categories] == [("20-1", 1), ("", 0)]


def test_a_unit_that_was_entered_after_the_period_is_there_if_it_did_something(cast: Cast) -> None:
    with clock.frozen("2026-03-31T23:00"):
        make_unit("M01", "Entered in March")
    with clock.frozen("2026-04-01T09:00"):
        people.create_unit(people.UnitDraft(code="N01", name="Entered in April"), by=cast.sys)
        moved = make_unit("N02", "Took over an item")
        make_unit("N03", "Older than the records", created_at=None)
    assert {"M01", "N03"} <= {one.code for one in built().units}
    assert not {"N01", "N02"} & {one.code for one in built().units}
    assert {"N01", "N02"} <= {one.code for one in built(date(2026, 4, 1)).units}
    make_item(cast.lin, state=State.PUBLISHED).unit_id = moved.id
    db.session.commit()
    assert "N02" in {one.code for one in built().units}


def test_units_columns_and_categories_with_nothing_are_there_with_0(cast: Cast) -> None:
    make_column("notices")
    make_category()
    report = built()
    assert {(one.code, one.published, one.median_days) for one in report.units} == {
        ("W01", 0, None),
        ("F01", 0, None),
        ("A01", 0, None),
    }
    assert [(one.count, one.share) for one in report.columns] == [(0, None)]
    assert [one.count for one in report.categories] == [0, 0]
    assert report.totals.median_days is None
    assert report.overdue == ()


def test_a_closed_unit_and_column_are_there_only_if_they_did_something(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    make_column("empty", open=False)
    make_unit("X01", "Gone", active=False)
    used = db.session.scalars(select(Column).where(Column.slug == "notices")).one()
    used.open, cast.water.active = False, False
    db.session.commit()
    report = built()
    assert [one.slug for one in report.columns] == ["notices"]
    assert [one.code for one in report.units] == ["F01", "W01", "A01"]


def test_submitted_again_counts_once_and_each_return_counts(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.RETURNED)
    go(item, State.SUBMITTED)
    go(item, State.RETURNED)
    report = built()
    assert (report.totals.submitted, report.totals.returned) == (1, 2)
    assert line(report, cast.water).returned == 2


def test_submitted_in_one_month_and_again_in_the_next(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.RETURNED)
    with clock.frozen(at("04-02")):
        go(item, State.SUBMITTED)
    assert (built().totals.submitted, built(APRIL).totals.submitted) == (1, 0)


def test_declined_is_counted(cast: Cast) -> None:
    make_item(cast.ma, state=State.DECLINED)
    assert (built().totals.declined, line(built(), cast.farms).declined) == (1, 1)


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        ("2026-03-01T00:00:00+08:00", MARCH),
        ("2026-03-31T23:59:59+08:00", MARCH),
        ("2026-02-28T16:00:00+00:00", MARCH),
        ("2026-03-31T16:00:00+00:00", APRIL),
        ("2026-04-01T00:00:00+08:00", APRIL),
    ],
)
def test_a_month_is_a_month_of_the_county(cast: Cast, moment: str, month: date) -> None:
    with clock.frozen(moment):
        make_item(cast.lin, state=State.PUBLISHED, formed_on=date(2026, 2, 25))
    counted = {MARCH: built(MARCH).totals, APRIL: built(APRIL).totals}
    assert {when: (one.submitted, one.published) for when, one in counted.items()} == {
        MARCH: (1, 1) if month == MARCH else (0, 0),
        APRIL: (1, 1) if month == APRIL else (0, 0),
    }


def test_the_last_day_of_the_deadline_is_in_time_and_the_next_is_late(cast: Cast) -> None:
    on_time = make_item(cast.lin, state=State.SIGNED_OFF, formed_on=date(2026, 2, 25))
    late = make_item(cast.lin, state=State.SIGNED_OFF, title="Late", formed_on=date(2026, 2, 25))
    due = on_time.publish_due_on
    with clock.frozen(f"{due}T23:59"):
        go(on_time, State.PUBLISHED)
    with clock.frozen(f"{due + timedelta(days=1)}T00:01"):
        go(late, State.PUBLISHED)
    report = built()
    assert (report.totals.on_time, report.totals.late) == (1, 1)
    assert report.totals.on_time_share == Decimal("50.00")
    (overdue,) = report.overdue
    assert (overdue.title, overdue.days_over, overdue.state) == ("Late", 1, "published")


def test_what_lies_unpublished_is_overdue_as_it_lay_at_the_months_end(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.RETURNED, formed_on=date(2026, 2, 25), title="Waits")
    make_item(cast.lin, formed_on=date(2026, 2, 25), title="A draft nobody has seen")
    make_item(cast.lin, state=State.WITHHELD, formed_on=date(2026, 2, 25))
    with clock.frozen(at("04-02")):
        go(item, State.SUBMITTED)
    (overdue,) = built().overdue
    assert (overdue.title, overdue.state, overdue.published_on) == ("Waits", "returned", None)
    assert overdue.days_over == (date(2026, 3, 31) - item.publish_due_on).days
    assert built().totals.overdue == 1
    with clock.frozen(at("04-20")):
        for step in (State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF, State.PUBLISHED):
            go(item, step)
    assert [one.state for one in built().overdue] == ["returned"], "March stays as it was"
    assert [one.state for one in built(APRIL).overdue] == ["published"]
    assert built(APRIL).totals.overdue == 0


def test_a_correction_and_a_withdrawal_are_counted_apart(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(at("04-02")):
        go(item, State.CORRECTING)
        for step in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
            go(item, step)
        go(item, State.PUBLISHED)
        go(item, State.WITHDRAWN)
    april = built(APRIL).totals
    assert (april.submitted, april.published, april.corrected, april.withdrawn) == (0, 0, 1, 1)
    assert (built().totals.published, built().totals.corrected) == (1, 0)


def test_a_correction_under_way_moves_no_figure_of_the_past(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED)
    before = built()
    other = make_column("news-of-units")
    with clock.frozen(at("04-02")):
        go(item, State.CORRECTING)
        item.column_id, item.title, item.formed_on = other.id, "Otherwise", date(2026, 1, 5)
        db.session.commit()
    after = built()
    assert after.totals == before.totals
    assert {one.slug: one.count for one in after.columns} == {"notices": 1, "news-of-units": 0}


def test_a_month_that_is_not_over_counts_up_to_today(cast: Cast) -> None:
    make_item(cast.lin, state=State.SUBMITTED, formed_on=date(2026, 1, 5))
    report = built(MARCH, "2026-03-10T09:00")
    assert (report.until, report.partial) == (date(2026, 3, 10), True)
    assert [one.days_over for one in report.overdue] == [
        (date(2026, 3, 10) - report.overdue[0].due_on).days
    ]
    assert not built().partial


def test_the_month_before_stands_beside(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(at("04-02")):
        for _ in range(3):
            make_item(cast.lin, state=State.PUBLISHED, formed_on=date(2026, 3, 30))
    report = built(APRIL)
    published = next(one for one in report.changes if one.figure == "published")
    assert (published.now, published.before, published.change) == (3, 1, 2)
    assert published.rate == Decimal("200.00")
    assert line(report, cast.water).published_before == 1
    first = next(one for one in built().changes if one.figure == "published")
    assert (first.before, first.rate) == (0, None)


# By a slow recount of a random county


def recount(month: date) -> dict[str, object]:
    """The same figures, one row at a time."""
    calendar_ = calendar()
    inside = lambda moment: clock.county_day(moment).replace(day=1) == month  # noqa: E731
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    found: dict[str, Counter] = {
        name: Counter()
        for name in ("submitted", "returned", "declined", "published", "late", "column", "category")
    }
    took: dict[int, list[int]] = {}
    corrected = withdrawn = overdue = 0
    for item in db.session.scalars(select(Item)):
        steps = list(
            db.session.scalars(
                select(StepTaken).where(StepTaken.item_id == item.id).order_by(StepTaken.id)
            )
        )
        publications = list(
            db.session.scalars(
                select(Publication).where(Publication.item_id == item.id).order_by(Publication.id)
            )
        )
        submits = [one for one in steps if one.action == "item.submit"]
        if submits and inside(submits[0].at):
            found["submitted"][item.unit_id] += 1
        for name, action in (("returned", "item.return"), ("declined", "item.decline")):
            found[name][item.unit_id] += sum(
                one.action == action and inside(one.at) for one in steps
            )
        for place, one in enumerate(publications):
            if inside(one.published_at) and place == 0:
                day = clock.county_day(one.published_at)
                words = db.session.get(Revision, one.revision_id).manifest
                found["published"][item.unit_id] += 1
                found["late"][item.unit_id] += day > item.publish_due_on
                found["column"][words.column_slug] += 1
                found["category"][words.category_code] += 1
                took.setdefault(item.unit_id, []).append(calendar_.between(item.formed_on, day))
            elif inside(one.published_at):
                corrected += 1
            withdrawn += one.ending is Ending.WITHDRAWN and inside(one.ended_at)
        then = [one for one in steps if clock.county_day(one.at) <= last]
        published = [one for one in publications if clock.county_day(one.published_at) <= last]
        if then and not published and item.publish_due_on <= last:
            revision = next(
                one
                for one in db.session.scalars(select(Revision).where(Revision.item_id == item.id))
                if one.number == then[-1].revision_number
            )
            overdue += (
                then[-1].now is not State.DECLINED and revision.manifest.attribute == "proactive"
            )
    return {
        **found,
        "took": took,
        "corrected": corrected,
        "withdrawn": withdrawn,
        "overdue": overdue,
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_equal_a_slow_recount(app: Flask, seed: int) -> None:
    random_county(seed)
    for month in (date(2026, 2, 1), MARCH, APRIL, date(2026, 5, 1)):
        report, slow = built(month, "2026-07-01T09:00"), recount(month)
        totals, units = report.totals, {one.code: one for one in report.units}
        for unit in db.session.scalars(select(Unit)):
            assert units[unit.code].submitted == slow["submitted"][unit.id]
            assert units[unit.code].returned == slow["returned"][unit.id]
            assert units[unit.code].declined == slow["declined"][unit.id]
            assert units[unit.code].published == slow["published"][unit.id]
            assert units[unit.code].late == slow["late"][unit.id]
            days = slow["took"].get(unit.id)
            assert units[unit.code].median_days == (Decimal(str(median(days))) if days else None)
        assert {one.slug: one.count for one in report.columns if one.count} == +slow["column"]
        assert {one.code: one.count for one in report.categories if one.count} == +slow["category"]
        assert totals.corrected == slow["corrected"]
        assert totals.withdrawn == slow["withdrawn"]
        assert totals.overdue == slow["overdue"]
        assert len(report.overdue) == slow["overdue"] + totals.late
        check_sums(report)


def check_sums(report: MonthlyReport) -> None:
    """Counts add up."""
    totals = report.totals
    for figure in ("submitted", "published", "returned", "declined", "on_time", "late"):
        assert sum(getattr(one, figure) for one in report.units) == getattr(totals, figure)
    assert totals.on_time + totals.late == totals.published
    assert sum(one.count for one in report.columns) == totals.published
    assert sum(one.count for one in report.categories) == totals.published
    for one in [*report.columns, *report.categories]:
        assert one.share == share_of(one.count, totals.published)
    assert sum(one.published_before for one in report.units) == report.before.published


def test_the_number_of_queries_does_not_grow(app: Flask) -> None:
    def statements() -> int:
        seen: list[str] = []
        listen = lambda *words: seen.append(words[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        built()
        event.remove(db.engine, "before_cursor_execute", listen)
        db.session.rollback()
        return len(seen)

    make_calendar(2025, 2026)
    make_unit()
    few = statements()
    random_county(5)
    assert statements() == few <= 40


def test_the_figures_read_back_from_text_are_the_same(app: Flask) -> None:
    random_county(4)
    report = built()
    assert read_figures(MonthlyReport, as_json(report)) == report
    assert as_json(read_figures(MonthlyReport, as_json(report))) == as_json(report)


def test_figures_of_another_kind_are_not_taken(cast: Cast) -> None:
    with pytest.raises(ValueError, match="not of Totals"):
        read_figures(contents.Totals, as_json(built()))


def test_a_real_road_and_its_report(cast: Cast) -> None:
    """Once through the services: what the office does is what is counted."""
    item = make_item(cast.lin, state=State.ACCEPTED)
    sign(item, Verdict.RELEASE)
    go(item, State.PUBLISHED)
    make_item(cast.ma, state=State.WITHDRAWN)
    report = built()
    totals = report.totals
    assert (totals.submitted, totals.published, totals.withdrawn) == (2, 2, 1)
    check_sums(report)
