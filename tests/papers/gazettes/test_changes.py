"""Repeals and expiries: each in one issue and one bound volume, with its true day."""

import json
from datetime import date

import pytest

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.editorial.catalogue import validity
from county_portal.models import State, ValidityState
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import selection
from county_portal.papers.gazettes.steps import edition_of
from county_portal.published.gazettes import GazetteManifest
from tests.factories import go
from tests.papers.gazettes.office import (
    MONTH,
    in_month,
    issue_it,
    make_document,
    print_it,
    publish,
    repeal,
    sign_it,
)


def changes_in(gazette):
    said = edition_of(gazette).manifest
    return [(line.document_number, line.since_on, line.late) for line in said.changes]


def expire(item, cast, since):
    finding = validity.Finding(ValidityState.EXPIRED, since)
    validity.change(item, finding, seen_id=validity.newest_id(item), by=cast.qian)
    db.session.commit()


def bind(year, cast):
    volume = selection.compose_volume(year, by=cast.he)
    db.session.commit()
    volume = print_it(volume, cast)
    sign_it(volume, cast)
    issue_it(volume, cast)
    return volume


def test_what_is_written_down_late_is_listed_once_in_the_next_issue_with_its_day(cast, citizen):
    early = make_document(cast, 1, None, formed_on=date(2026, 1, 5))
    old, _ = make_document(cast, 2, None), make_document(cast, 3)
    expire(early, cast, date(2026, 2, 10))
    assert changes_in(publish(cast)) == [], "what ended before the first issue is in none"
    expire(old, cast, date(2026, 3, 2))
    with in_month(5):
        expire(early, cast, date(2026, 5, 1))
        make_document(cast, 4)
        second = publish(cast, date(2026, 5, 1))
        assert changes_in(second) == [
            ("青政发〔2026〕2号", date(2026, 3, 2), True),
            ("青政发〔2026〕1号", date(2026, 5, 1), False),
        ]
        shown = [" ".join(li.text.split()) for li in citizen.get("/gazette/2026-2").select("li")]
        assert [("recorded late" in line) for line in shown if "Expired" in line] == [True, False]
    with in_month(6):
        make_document(cast, 5)
        assert changes_in(publish(cast, date(2026, 6, 1))) == []


def test_what_comes_after_printing_is_listed_by_the_next_issue(cast):
    old, _ = make_document(cast, 1, None), make_document(cast, 2)
    expire(old, cast, date(2026, 3, 20))
    assert changes_in(publish(cast)) == [], "on the second of March it has not come"
    with in_month(4):
        make_document(cast, 3)
        assert changes_in(publish(cast, date(2026, 4, 1))) == [
            ("青政发〔2026〕1号", date(2026, 3, 20), True)
        ]


def test_what_a_withdrawn_issue_listed_is_listed_by_the_next(cast):
    old, new = make_document(cast, 1, None), make_document(cast, 2)
    repeal(old, "", cast, ground="As decided")
    first = publish(cast)
    assert len(changes_in(first)) == 1
    go(new, State.WITHDRAWN)
    with in_month(4):
        make_document(cast, 3)
        assert len(changes_in(publish(cast, date(2026, 4, 1)))) == 1


def test_a_list_that_became_wrong_is_not_issued(cast):
    old, _ = make_document(cast, 1, None), make_document(cast, 2)
    expire(old, cast, date(2026, 3, 2))
    gazette = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    gazette = print_it(gazette, cast)
    sign_it(gazette, cast)
    back = validity.Finding(ValidityState.IN_FORCE, date(2026, 3, 2))
    validity.change(old, back, seen_id=validity.newest_id(old), by=cast.qian)
    db.session.commit()
    with pytest.raises(Refused, match="does not stand any more"):
        issue_it(gazette, cast)


def test_a_gazette_signed_before_anything_was_marked_as_late_is_read(cast):
    old, _ = make_document(cast, 1, None), make_document(cast, 2)
    expire(old, cast, date(2026, 3, 2))
    said = json.loads(edition_of(publish(cast)).manifest_text)
    said["form"] = 1
    for line in said["changes"]:
        del line["late"]
    assert [line.late for line in GazetteManifest.read(json.dumps(said)).changes] == [False]


def test_a_bound_volume_lists_what_ended_in_its_year(cast):
    """By the truth at the end of the year, and what the volume before could not know."""
    first, second, third = (make_document(cast, number, None) for number in (1, 2, 3))
    make_document(cast, 4)
    expire(first, cast, date(2026, 3, 2))
    publish(cast)
    with clock.frozen("2027-01-20T09:00"):
        repeal(first, "", cast, date(2027, 1, 4), ground="As decided")
        expire(second, cast, date(2026, 11, 9))
        make_document(cast, 5)
        publish(cast, date(2027, 1, 1))
        assert changes_in(bind(2026, cast)) == [
            ("青政发〔2026〕1号", date(2026, 3, 2), False),
            ("青政发〔2026〕2号", date(2026, 11, 9), False),
        ]
        expire(third, cast, date(2026, 12, 1))
        assert changes_in(bind(2027, cast)) == [
            ("青政发〔2026〕3号", date(2026, 12, 1), True),
            ("青政发〔2026〕1号", date(2027, 1, 4), False),
        ]
