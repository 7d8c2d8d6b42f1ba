"""A kind that nobody but its own folder knows goes the whole way, and comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import false, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateTable

from county_portal.app import FEATURES, create_office, create_public
from county_portal.core import clock
from county_portal.core.errors import NotAllowed
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.release import services as items
from county_portal.models import State
from county_portal.office.base.extensions import db
from county_portal.office.rules import releasable
from county_portal.public.site import KINDS
from tests.cast import Cast
from tests.conftest import FOR_TESTS, settings_for
from tests.factories import make_item
from tests.forging import go_round_the_guards
from tests.third_kind.notices import (
    FEATURE,
    NOTICES,
    RELEASABLE,
    TABLES,
    TRIGGERS,
    Notice,
    NoticeManifest,
    compose,
    issue_notice,
    sign_notice,
    withdraw_notice,
)

WORDS = "停水公告"
WITH_NOTICES = {"kinds": (*KINDS, NOTICES), "features": (*FEATURES, FEATURE)}


@pytest.fixture
def office(app: Flask, cast: Cast) -> Iterator[Flask]:
    """The office with the tables of the kind, and the kind."""
    for table in TABLES:
        db.session.execute(CreateTable(table))
    for trigger in TRIGGERS:
        db.session.execute(text(trigger))
    db.session.commit()
    known = app.extensions[releasable.EXTENSION]
    with patch.dict(known, {"notice": RELEASABLE}):
        yield app


@pytest.fixture
def reader(office: Flask) -> FlaskClient:
    """A browser on a public site that knows the kind."""
    words = {"TESTING": True, "BABEL_DEFAULT_LOCALE": "en"}
    return create_public(office.config["COUNTY"], **WITH_NOTICES, **words).test_client()


def published(cast: Cast, key: str = "a", **more: Any) -> Notice:
    notice = compose(key, f"{WORDS}之{key}", "明日检修，全天停水。", by=cast.lin, **more)
    sign_notice(notice, by=cast.wu)
    issue_notice(notice, by=cast.tang)
    db.session.commit()
    public_file.reconcile()
    assert verify.broken_promises() == []
    return notice


def told(reader: FlaskClient, address: str) -> set[bool]:
    """Whether search, feed and site map lead there."""
    places = ("/search?q=停水", "/feed.xml", "/sitemap/2026.xml")
    return {address in reader.get(place).text for place in places}


def test_it_goes_to_page_search_feed_and_map_and_comes_back(reader, cast):
    notice = published(cast)
    published(cast, "b")
    assert WORDS in reader.get("/notices/a").text
    assert told(reader, "/notices/a") == {True}
    with public_file.lock():
        withdraw_notice(notice, "日期写错了", by=cast.qian)
        assert reader.get("/notices/a").status_code == 410
        db.session.commit()
    assert "日期写错了" in reader.get("/notices/a").text
    assert told(reader, "/notices/a") == {False}
    assert told(reader, "/notices/b") == {True}
    assert public_file.reconcile() is False
    assert verify.broken_promises() == []


def test_it_goes_with_the_item_it_names_before_that_is_committed(reader, cast):
    named = make_item(cast.ma, state=State.PUBLISHED)
    published(cast, names=[named])
    with public_file.lock():
        items.withdraw_item(named, "It was wrong", by=cast.tang)
        assert reader.get("/notices/a").status_code == 410
        db.session.commit()
    assert "所引文件已撤回" in reader.get("/notices/a").text
    assert public_file.reconcile() is False
    assert verify.broken_promises() == []


def test_a_chain_goes_with_its_first_link(reader, cast):
    named = make_item(cast.ma, state=State.PUBLISHED)
    second = published(cast, "b", names=[published(cast, names=[named])])
    published(cast, "c", names=[second])
    published(cast, "d")
    with public_file.lock():
        items.withdraw_item(named, "It was wrong", by=cast.tang)
        assert {reader.get(f"/notices/{key}").status_code for key in "abc"} == {410}
        db.session.commit()
    assert reader.get("/notices/d").status_code == 200
    assert public_file.reconcile() is False
    assert verify.broken_promises() == []


def test_what_rests_on_nothing_public_is_not_live_whatever_its_own_rows_say(reader, cast):
    """The rule of what is live is asked apart from the endings that withdrawing writes."""
    named = make_item(cast.ma, state=State.PUBLISHED)
    second = published(cast, "b", names=[published(cast, names=[named])])
    published(cast, "c", names=[second])
    published(cast, "d")
    with patch.object(items, "end_what_rests_on", return_value=()), public_file.lock():
        items.withdraw_item(named, "It was wrong", by=cast.tang)
        db.session.commit()
    faults = {fault.where for fault in verify.broken_promises()}
    assert faults == {"notice:a", "notice:b", "notice:c"}
    assert public_file.reconcile() is True
    assert {reader.get(f"/notices/{key}").status_code for key in "abc"} == {404}
    assert reader.get("/notices/d").status_code == 200
    assert verify.broken_promises() == []


def test_verify_asks_the_file_itself_whether_what_it_holds_may_rest_there(office, cast):
    named = make_item(cast.ma, state=State.PUBLISHED)
    published(cast, names=[named])
    with patch.object(releasable, "_lacks", return_value=false()):
        with patch.object(items, "end_what_rests_on", return_value=()), public_file.lock():
            items.withdraw_item(named, "It was wrong", by=cast.tang)
            db.session.commit()
        assert [fault.where for fault in verify.broken_promises()] == ["notice:a"]


def test_people_and_database_keep_to_what_every_kind_keeps_to(office, cast):
    notice = compose("a", WORDS, "", by=cast.wu)
    with pytest.raises(NotAllowed):
        sign_notice(notice, by=cast.wu)
    db.session.rollback()
    published(cast)
    for statement in (
        "UPDATE notice_texts SET manifest = '{}'",
        "DELETE FROM notice_sign_offs",
        "UPDATE notice_hands SET hand = 'issuer'",
        "INSERT OR REPLACE INTO notice_publications SELECT * FROM notice_publications",
        "INSERT INTO notice_publications SELECT 9, 1, 'release', 1, 'issuer', published_at,"
        " notice_id, 9, 9, 'c' FROM notice_publications",
    ):
        with pytest.raises(DatabaseError):
            db.session.execute(text(statement))
        db.session.rollback()


def test_verify_knows_its_hashes_its_sign_offs_and_its_people(office, cast):
    published(cast)
    go_round_the_guards(
        "UPDATE notice_texts SET content_hash = printf('%064d', 7)",
        "UPDATE notice_hands SET hand = 'composer' WHERE hand = 'officer'",
    )
    where = {fault.where for fault in verify.broken_promises()}
    assert where >= {"notice_texts:1", "notice_publications:1", "notice_sign_offs:1", "notice:a"}


def test_a_release_of_other_bytes_makes_nothing_live(reader, cast):
    published(cast)
    go_round_the_guards("UPDATE notice_sign_offs SET content_hash = printf('%064d', 7)")
    assert public_file.reconcile() is True
    assert reader.get("/notices/a").status_code == 404


def test_a_step_says_since_when_the_thing_stands_where_it_does(office, cast):
    notice = compose("a", WORDS, "", by=cast.lin)
    with clock.frozen("2026-03-03T10:00"):
        sign_notice(notice, by=cast.wu)
        assert notice.state_since == clock.now()


def test_an_unfit_one_keeps_no_other_back(reader, cast, caplog):
    with patch.object(NoticeManifest, "hash_of", lambda text: "7" * 64):
        notice = compose("z", WORDS, "", by=cast.lin)
    sign_notice(notice, by=cast.wu)
    issue_notice(notice, by=cast.tang)
    item = make_item(cast.ma, state=State.ISSUED)
    items.publish_item(item, by=None)
    db.session.commit()
    public_file.reconcile()
    assert reader.get(f"/items/{item.public_id}").status_code == 200
    assert reader.get("/notices/z").status_code == 404
    assert "left out of the public file" in caplog.text


def test_a_start_with_one_half_of_a_kind_fails(tmp_path):
    settings = settings_for(tmp_path)
    for halves in (
        {"kinds": WITH_NOTICES["kinds"]},
        {"features": WITH_NOTICES["features"]},
    ):
        with pytest.raises(RuntimeError, match="notice"):
            create_office(settings, **halves, **FOR_TESTS)
        with pytest.raises(RuntimeError, match="notice"):
            create_public(settings, **halves)
    create_office(settings, **WITH_NOTICES, **FOR_TESTS)


def test_a_site_that_does_not_know_the_kind_shows_nothing_of_it(reader, cast, caplog):
    published(cast)
    words = {"TESTING": True, "BABEL_DEFAULT_LOCALE": "en"}
    other = create_public(reader.application.config["COUNTY"], **words).test_client()
    assert other.get("/notices/a").status_code == 404
    page = other.get("/search?q=停水")
    assert page.status_code == 200
    assert "/notices/" not in page.text
    assert "unknown kind: notice" in caplog.text


def test_an_office_that_does_not_know_the_kind_takes_it_off_the_site(reader, cast):
    published(cast)
    with without_notices():
        assert [fault.where for fault in verify.broken_promises()] == ["notice:a"]
        assert public_file.reconcile() is True
    assert reader.get("/notices/a").status_code == 404


@contextmanager
def without_notices() -> Iterator[None]:
    known = current_app.extensions[releasable.EXTENSION]
    with patch.dict(known):
        known.pop("notice")
        yield
