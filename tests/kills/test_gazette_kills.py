"""The server is killed while it issues and withdraws gazettes: never too much is public."""

from datetime import date
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from county_portal.editorial.release import public_file, verify
from county_portal.models import Gazette, GazetteState, Item
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import selection
from county_portal.papers.gazettes.steps import edition_of
from tests.cast import Cast
from tests.kills.web import Browser, Server, signed_in
from tests.papers.gazettes.office import (
    gazettes_told,
    in_month,
    make_document,
    print_it,
    sign_it,
)
from tests.published.writer import item_hashes

# The stage, whether the gazette is published then, and whether the public reads it already.
ISSUING = (
    ("before commit INSERT INTO gazette_publications", False, False),
    ("after commit INSERT INTO gazette_publications", True, False),
    ("before rename */site.sqlite", True, False),
    ("after rename */site.sqlite", True, True),
)
# The stage, whether it is still published then, and whether the public still reads it.
WITHDRAWING = (
    ("before rename */site.sqlite", True, True),
    ("after rename */site.sqlite", True, False),
    ("before commit INSERT INTO gazette_endings", True, False),
    ("after commit INSERT INTO gazette_endings", False, False),
)
pytestmark = [pytest.mark.slow, pytest.mark.browser]


def issues(cast: Cast, count: int) -> list[tuple[int, int]]:
    """So many gazettes in as many months that are signed, each with the item it prints."""
    made = []
    for month in range(3, 3 + count):
        with in_month(month):
            item = make_document(cast, month)
            gazette = selection.compose_issue(date(2026, month, 1), by=cast.he)
            db.session.commit()
            sign_it(print_it(gazette, cast), cast)
            made.append((gazette.id, item.id))
    public_file.reconcile()
    db.session.rollback()
    return made


def issue(browser: Browser, gazette_id: int) -> int:
    digest = edition_of(db.session.get_one(Gazette, gazette_id)).content_hash
    db.session.rollback()
    form = urlencode({"csrf_token": browser.csrf, "content_hash": digest}).encode()
    return browser.send("POST", f"/office/gazettes/{gazette_id}/issue", form)[0]


def withdraw(browser: Browser, place: str) -> int:
    form = urlencode({"csrf_token": browser.csrf, "note": "It was wrong"}).encode()
    return browser.send("POST", f"/office/{place}/withdraw", form)[0]


def published() -> set[int]:
    db.session.rollback()
    query = select(Gazette.id).where(Gazette.state == GazetteState.PUBLISHED)
    ids = set(db.session.scalars(query))
    db.session.rollback()
    return ids


def is_read(gazette_id: int) -> bool:
    key = db.session.get_one(Gazette, gazette_id).key
    db.session.rollback()
    return key in gazettes_told()


def holds() -> None:
    """After what the worker does when it starts, every promise is kept."""
    public_file.reconcile()
    assert len(gazettes_told()) == len(published())
    assert verify.broken_promises() == []
    db.session.rollback()


def test_what_is_issued_is_public_whole_and_what_is_withdrawn_is_gone_first(
    app: Flask, cast: Cast, server: Server
) -> None:
    made = issues(cast, len(ISSUING))
    (issuer,) = signed_in(server, "issuer9")
    for (gazette_id, _), (stage, counts, read) in zip(made, ISSUING, strict=True):
        server.start(stage)
        assert issue(issuer, gazette_id) == 0, stage
        server.died()
        assert (gazette_id in published()) == counts, stage
        assert is_read(gazette_id) == read, stage
        holds()
    server.start()
    assert issue(issuer, made[0][0]) == 303
    server.kill()
    holds()
    for (gazette_id, _), (stage, counts, read) in zip(made, WITHDRAWING, strict=True):
        server.start(stage)
        assert withdraw(issuer, f"gazettes/{gazette_id}") == 0, stage
        server.died()
        assert (gazette_id in published()) == counts, stage
        assert is_read(gazette_id) == read, stage
        holds()


def test_a_gazette_goes_with_its_item_in_one_swap(app: Flask, cast: Cast, server: Server) -> None:
    made = issues(cast, 2)
    (issuer,) = signed_in(server, "issuer9")
    server.start()
    assert [issue(issuer, gazette_id) for gazette_id, _ in made] == [303, 303]
    server.kill()
    for (gazette_id, item_id), (stage, _, read) in zip(made, WITHDRAWING[:2], strict=True):
        number = db.session.get_one(Item, item_id).public_id
        server.start(stage)
        assert withdraw(issuer, f"review/{item_id}") == 0, stage
        server.died()
        assert gazette_id in published(), stage
        assert is_read(gazette_id) == read, stage
        assert (number in item_hashes(app.config["COUNTY"].PUBLIC)) == read, stage
        holds()
