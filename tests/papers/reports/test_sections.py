"""The sections beyond the totals, against a slow recount of a random county."""

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest
from flask import Flask
from sqlalchemy import select

from county_portal.core import clock
from county_portal.models import (
    Ending,
    Ground,
    Publication,
    Revision,
    SignOff,
    State,
    StepTaken,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import calendar
from county_portal.papers.figures.contents import MonthlyReport
from county_portal.papers.figures.figures import as_json, read_figures
from county_portal.papers.figures.periods import Period, shift
from county_portal.papers.reports import monthly
from county_portal.published.items import ItemManifest
from tests.cast import Cast
from tests.factories import go, make_column, make_item, sign
from tests.papers.reports.county import random_county

PERIODS = ("2026-03", "2026-04", "2026-Q1", "2026-Q2", "2026-H1", "2026")
LATER = "2027-01-10T09:00"


def built(code: str, when: str = LATER) -> MonthlyReport:
    period = Period.named(code)
    with clock.frozen(when):
        return monthly.build_report(period.first, period.months)


def inside(moment: object, period: Period) -> bool:
    return moment is not None and period.first <= clock.county_day(moment) <= period.last  # type: ignore[arg-type]


def words_of(publication: Publication) -> ItemManifest:
    return db.session.get_one(Revision, publication.revision_id).manifest


def publications() -> dict[int, list[Publication]]:
    """Every item's, the first first."""
    found: dict[int, list[Publication]] = {}
    for one in db.session.scalars(select(Publication).order_by(Publication.id)):
        found.setdefault(one.item_id, []).append(one)
    return found


@pytest.mark.parametrize("seed", [1, 6])
def test_each_section_equals_a_slow_recount_for_every_kind_of_period(app: Flask, seed: int) -> None:
    random_county(seed)
    for code in PERIODS:
        report, period = built(code), Period.named(code)
        check_times(report, period)
        check_reviews(report, period)
        check_afterwards(report, period)
        check_columns(report, period)
        check_course(report)
        assert read_figures(MonthlyReport, as_json(report)) == report


def check_times(report: MonthlyReport, period: Period) -> None:
    took: Counter[str] = Counter()
    listed = set()
    for rows in publications().values():
        if inside(rows[0].published_at, period):
            words, day = words_of(rows[0]), clock.county_day(rows[0].published_at)
            days = calendar().between(words.formation_day, day)
            place = next((n for n, limit in enumerate((5, 10, 15, 20)) if days <= limit), 4)
            took[("0-5", "6-10", "11-15", "16-20", "21-")[place]] += 1
            listed.add((words.column_name, words.title, rows[0].index_number, day))
    assert {one.name: one.count for one in report.buckets if one.count} == +took
    assert {
        (group.name, one.title, one.index_number, one.published_on)
        for group in report.annex
        for one in group.lines
    } == listed
    assert sum(len(group.lines) for group in report.annex) == report.totals.published


def check_reviews(report: MonthlyReport, period: Period) -> None:
    verdicts: Counter[Verdict] = Counter()
    days = []
    for one in db.session.scalars(select(SignOff)):
        if inside(one.signed_at, period):
            verdicts[one.verdict] += 1
            came = [
                step.at
                for step in db.session.scalars(
                    select(StepTaken).where(StepTaken.item_id == one.item_id)
                )
                if step.now is State.ACCEPTED and step.at <= one.signed_at
            ]
            if came:
                start, end = clock.county_day(max(came)), clock.county_day(one.signed_at)
                days.append(calendar().between(start, end))
    assert report.review is not None
    assert report.review.reviewed == verdicts.total()
    assert report.review.release == verdicts[Verdict.RELEASE]
    middle = Decimal(str(median(days))).quantize(Decimal("0.1")) if days else None
    assert report.review.median_days == middle


def check_afterwards(report: MonthlyReport, period: Period) -> None:
    corrected, withdrawn = set(), set()
    for rows in publications().values():
        for place, one in enumerate(rows):
            if place and inside(one.published_at, period):
                corrected.add((one.index_number, clock.county_day(one.published_at)))
            if one.ending is Ending.WITHDRAWN and inside(one.ended_at, period):
                withdrawn.add((one.index_number, clock.county_day(one.ended_at)))
    assert {(one.index_number, one.on) for one in report.corrections} == corrected
    assert {(one.index_number, one.on) for one in report.withdrawals} == withdrawn
    assert len(report.corrections) == report.totals.corrected
    assert len(report.withdrawals) == report.totals.withdrawn


def check_columns(report: MonthlyReport, period: Period) -> None:
    fed: dict[str, date] = {}
    for rows in publications().values():
        for one in rows:
            day = clock.county_day(one.published_at)
            if day <= period.last:
                slug = words_of(one).column_slug
                for place in (slug, "column-1") if slug == "column-4" else (slug,):
                    fed[place] = max(day, fed.get(place, day))
    for one in report.columns:
        assert one.last_on == fed.get(one.slug)
        if one.last_on is None:
            assert one.overdue_by is None
        else:
            age = (report.until - one.last_on).days
            assert one.overdue_by == max(0, age - (one.update_days or 0))


def check_course(report: MonthlyReport) -> None:
    assert [one.month for one in report.course] == [
        shift(report.period.last.replace(day=1), n) for n in range(-11, 1)
    ]
    parts = [one for one in report.course if one.month in report.period.each_month]
    for figure in ("submitted", "published", "on_time", "late", "returned", "declined"):
        assert sum(getattr(one, figure) for one in parts) == getattr(report.totals, figure)
    assert report.this_year is not None
    year = [one for one in report.course if one.month.year == report.period.last.year]
    assert report.this_year.published == sum(one.published for one in year)


def test_a_year_is_its_quarters_and_a_quarter_its_months(app: Flask) -> None:
    random_county(3)
    for whole, parts in (
        ("2026", ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")),
        ("2026-H1", ("2026-Q1", "2026-Q2")),
        ("2026-Q1", ("2026-01", "2026-02", "2026-03")),
    ):
        together, apart = built(whole), [built(one) for one in parts]
        for figure in ("submitted", "published", "on_time", "late", "returned", "declined"):
            assert getattr(together.totals, figure) == sum(
                getattr(one.totals, figure) for one in apart
            )
        assert together.totals.overdue == apart[-1].totals.overdue
        assert together.columns[0].last_on == apart[-1].columns[0].last_on


def test_the_same_month_a_year_before_stands_beside_if_records_were_kept(cast: Cast) -> None:
    make_column("notices")
    with clock.frozen("2025-02-10T10:00"):
        make_item(cast.lin, state=State.SUBMITTED, formed_on=date(2025, 2, 3))
    with clock.frozen("2025-03-10T10:00"):
        make_item(cast.lin, state=State.PUBLISHED, formed_on=date(2025, 3, 3))
    for _ in range(3):
        make_item(cast.lin, state=State.PUBLISHED)
    report = built("2026-03")
    published = next(one for one in report.changes if one.figure == "published")
    assert (published.now, published.year_before, published.year_rate) == (3, 1, Decimal("200.00"))
    assert built("2026-01").year_before is None, "nothing was recorded in January 2025"
    assert built("2026").year_before is None, "it would be the period before"
    assert built("2026").before.published == 1


def test_the_officers_verdicts_are_counted_with_their_grounds(cast: Cast) -> None:
    make_item(cast.lin, state=State.WITHHELD)
    make_item(cast.lin, state=State.ON_REQUEST)
    make_item(cast.lin, state=State.REFERRED)
    make_item(cast.ma, state=State.PUBLISHED)
    slow = make_item(cast.ma, state=State.ACCEPTED)
    with clock.frozen("2026-03-05T10:00"):
        sign(slow, Verdict.RETURN)
    review = built("2026-03").review
    assert review is not None
    assert review.reviewed == 5
    assert (review.release, review.release_on_request, review.withhold) == (1, 1, 1)
    assert (review.refer, review.sent_back) == (1, 1)
    assert [(one.ground, one.count) for one in review.grounds] == [
        (Ground.PROCESS_INFORMATION.value, 1)
    ]
    assert review.median_days == Decimal("0.0")


def test_a_correction_and_a_withdrawal_say_why(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen("2026-04-02T10:00"):
        for step in (
            State.CORRECTING,
            State.SUBMITTED,
            State.UNIT_APPROVED,
            State.ACCEPTED,
            State.SIGNED_OFF,
            State.PUBLISHED,
        ):
            go(item, step)
    with clock.frozen("2026-04-03T10:00"):
        go(item, State.WITHDRAWN)
    report = built("2026-04")
    (correction,), (withdrawal,) = report.corrections, report.withdrawals
    assert (correction.title, correction.why) == ("Flood plan", "A figure is wrong")
    assert (withdrawal.on, withdrawal.why) == (date(2026, 4, 3), "It was wrong")


def test_a_column_is_overdue_by_the_days_beyond_its_rule(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)  # on 2 March, into a column of 14 days
    make_column("empty")
    fed, empty = built("2026-03").columns
    assert (fed.last_on, fed.update_days, fed.overdue_by) == (date(2026, 3, 2), 14, 15)
    assert (empty.last_on, empty.overdue_by) == (None, None)
    assert built("2026-03", "2026-03-10T09:00").columns[0].overdue_by == 0


def test_a_column_is_fed_by_what_is_below_it(cast: Cast) -> None:
    above = make_column("above")
    make_column("notices", parent_id=above.id)
    make_item(cast.lin, state=State.PUBLISHED)
    first, second = built("2026-03").columns
    assert (first.slug, first.count, first.last_on) == ("above", 0, second.last_on)


def test_a_report_without_the_list_is_the_same_otherwise(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(LATER):
        bare = monthly.build_report(date(2026, 3, 1), annex=False)
    assert bare.annex == ()
    assert bare.totals == built("2026-03").totals


def test_figures_of_the_first_reports_still_read(cast: Cast) -> None:
    """Reports made before there were more sections are opened like all others."""
    make_item(cast.lin, state=State.PUBLISHED)
    report = built("2026-03")
    words = json.loads(as_json(report))
    for name in ("months", "year_before", "course", "this_year", "review", "buckets", "annex"):
        del words["figures"][name]
    for line in words["figures"]["units"]:
        del line["overdue"]
    old = read_figures(MonthlyReport, json.dumps(words))
    assert (old.months, old.review, old.course, old.annex) == (1, None, (), ())
    assert old.totals == report.totals
    assert old.units[0].overdue == 0


def test_the_last_day_counts_and_the_next_does_not(cast: Cast) -> None:
    with clock.frozen("2026-03-31T23:59:00+08:00"):
        make_item(cast.lin, state=State.PUBLISHED, formed_on=date(2026, 3, 30))
    assert built("2026-Q1").totals.published == 1
    assert built("2026-Q2").totals.published == 0
    assert built("2026-Q1").until + timedelta(days=1) == date(2026, 4, 1)
