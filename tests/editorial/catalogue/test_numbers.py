"""Index numbers: the county's year, and never the same one twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from county_portal.core import clock
from county_portal.editorial.catalogue.numbers import draw
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.release import services as release
from county_portal.editorial.review import services as review
from county_portal.models import Counter, Publication, State
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from tests.factories import PUBLIC, go, make_item


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2026-12-31T15:59:59+00:00", "W01/2026-00001"),
        ("2026-12-31T16:00:00+00:00", "W01/2027-00001"),
        ("2026-12-31T23:59:59+00:00", "W01/2027-00001"),
        ("2027-01-01T00:00:00+00:00", "W01/2027-00001"),
    ],
)
def test_the_year_of_an_index_number_is_that_of_the_county_s_day(cast, moment, number):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    with clock.frozen(moment):
        go(item, State.PUBLISHED)
    assert item.index_number == number
    assert db.session.scalars(select(Publication.index_number)).all() == [number]


def test_what_the_timetable_publishes_on_new_year_s_eve_has_the_new_year_too(cast):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    midnight = clock.day_start(clock.today().replace(year=2027, month=1, day=1))
    with clock.frozen(midnight - timedelta(hours=1)):
        release.issue_item(item, by=cast.tang, publish_at=midnight)
        db.session.commit()
    with clock.frozen(midnight):
        release.publish_due()
        db.session.commit()
    assert item.index_number == "W01/2027-00001"


def test_each_unit_and_each_year_begins_with_one(cast):
    with clock.frozen("2026-12-31T23:00"):
        old = make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen("2027-01-01T01:00"):
        new = [make_item(author, state=State.PUBLISHED) for author in (cast.lin, cast.lin, cast.ma)]
    assert [one.index_number for one in (old, *new)] == [
        "W01/2026-00001",
        "W01/2027-00001",
        "W01/2027-00002",
        "F01/2027-00001",
    ]


def test_a_number_that_another_pattern_spelled_before_is_passed_over(cast):
    settings.store_setting("index_number_pattern", "{unit}/{year}-1{number}")
    first, second = (make_item(cast.lin, state=State.PUBLISHED) for _ in range(2))
    assert (first.index_number, second.index_number) == ("W01/2026-11", "W01/2026-12")
    settings.store_setting("index_number_pattern", "{unit}/{year}-{number}")
    while draw("index:W01:2026") < 10:
        pass
    third = make_item(cast.lin, state=State.PUBLISHED)
    assert (third.public_id, third.index_number) == (3, "W01/2026-13")
    assert verify.broken_promises() == []


def test_a_number_stays_with_its_item_when_the_pattern_and_the_year_change(cast):
    item = make_item(cast.lin, state=State.WITHDRAWN)
    settings.store_setting("index_number_pattern", "{year}/{unit}/{number}")
    with clock.frozen("2027-03-01T09:00"):
        review.take_plain_step(item, Do.ITEM_REWORK, by=cast.lin, note="The figures are right now")
        for state in PUBLIC:
            go(item, state)
        public_file.reconcile()
        assert (item.public_id, item.index_number) == (1, "W01/2026-00001")
        assert verify.broken_promises() == []


def test_a_publication_that_is_taken_back_draws_no_number(cast):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    release.issue_item(item, by=cast.tang)
    db.session.rollback()
    assert (
        db.session.scalars(select(Counter.series).where(Counter.series.like("index:%"))).all() == []
    )
    go(item, State.PUBLISHED)
    assert (item.public_id, item.index_number) == (1, "W01/2026-00001")
