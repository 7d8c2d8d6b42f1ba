"""Attempts on the public file from behind: through the disk, the tables and the timetable."""

import logging
from datetime import timedelta

import pytest
from pysqlite3 import dbapi2 as sqlite

from county_portal.core import clock
from county_portal.editorial.items import attachments
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.release import services as release
from county_portal.models import AuditRow, Item, Publication, State
from county_portal.office.base import audit, files
from county_portal.office.base.extensions import db
from county_portal.published import schema
from tests.editorial.documents import corpus
from tests.factories import go, make_item
from tests.forging import go_round_the_guards
from tests.published import writer


@pytest.fixture
def public(app):
    return lambda: set(writer.item_hashes(app.config["COUNTY"].PUBLIC))


def issued(cast, **more):
    """An item that goes out in an hour."""
    item = make_item(cast.lin, state=State.SIGNED_OFF, **more)
    release.issue_item(item, by=cast.tang, publish_at=clock.now() + timedelta(hours=1))
    db.session.commit()
    return item


def an_hour_later():
    return clock.frozen(clock.now() + timedelta(hours=1))


# Through the disk


def attached(cast, folder):
    """An issued item with a file, and the file's rendition on the disk."""
    item = make_item(cast.lin)
    corpus.plain_pdf(folder / "plan.pdf", pages=1)
    db.session.rollback()
    with (folder / "plan.pdf").open("rb") as stream:
        received = attachments.receive_attachment(stream, "plan.pdf")
    one = attachments.add(item, received, key="aaaaaaaa", by=cast.lin)
    db.session.commit()
    path = files.blob_path(one.rendition)
    for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
        go(item, state)
    release.issue_item(item, by=cast.tang, publish_at=clock.now() + timedelta(hours=1))
    db.session.commit()
    return item, path


def test_a_rendition_that_was_changed_on_the_disk_never_goes_out(
    cast, app, public, caplog, tmp_path
):
    item, path = attached(cast, tmp_path)
    other = issued(cast)
    was = path.read_bytes()
    path.write_bytes(b"x" * len(was))
    with an_hour_later(), caplog.at_level(logging.ERROR):
        assert release.publish_due() == 2
        db.session.commit()
        public_file.reconcile()
    assert public() == {other.public_id}
    assert list((app.config["COUNTY"].PUBLIC / "files").glob("??/*")) == []
    assert "left out of the public file" in caplog.text
    said = {fault.where: fault.what for fault in verify.broken_promises()}
    assert said[f"item:{item.public_id}"] == "is live and is not in the public file"
    path.write_bytes(was)
    public_file.reconcile()
    assert public() == {item.public_id, other.public_id}
    assert verify.broken_promises() == []


def test_the_office_is_told_what_the_public_site_does_not_show(cast, browse, tmp_path):
    item, path = attached(cast, tmp_path)
    was = path.read_bytes()
    path.write_bytes(b"x" * len(was))
    with an_hour_later():
        release.publish_due()
        db.session.commit()
        public_file.reconcile()
        page = browse(cast.lin).get(f"/review/{item.id}")
        jobs_page = browse(cast.sys).get("/jobs")
        assert "the public site does not show it" in page.select_one(".alert-danger").text
        assert not page.select(f'a[href$="/items/{item.public_id}"]')
        assert "not on the public site: 1" in jobs_page.select_one(".alert-danger").text
        path.write_bytes(was)
        public_file.reconcile()
        page = browse(cast.lin).get(f"/review/{item.id}")
        assert page.select(f'a[href$="/items/{item.public_id}"]')
        assert not page.select(".alert-danger")
        assert not browse(cast.sys).get("/jobs").select(".alert-danger")


def test_one_unfit_item_does_not_stop_a_build_from_nothing(cast, app, public, tmp_path):
    item, path = attached(cast, tmp_path)
    other = issued(cast)
    path.unlink()
    with an_hour_later():
        release.publish_due()
        db.session.commit()
        schema.site_path(app.config["COUNTY"].PUBLIC).unlink(missing_ok=True)
        public_file.reconcile()
    assert public() == {other.public_id}
    assert item.state is State.PUBLISHED


# Through the tables


def test_a_publication_without_its_sign_off_reaches_nobody(cast, public):
    item = make_item(cast.lin, state=State.PUBLISHED)
    assert public() == {item.public_id}
    go_round_the_guards("UPDATE sign_offs SET verdict = 'return'")
    public_file.reconcile()
    assert public() == set()
    assert any("no release was signed" in fault.what for fault in verify.broken_promises())


def test_words_changed_under_a_sign_off_reach_nobody(cast, public):
    make_item(cast.lin, state=State.PUBLISHED)
    forged = "replace(manifest, 'Flood plan', 'Secret plan')"
    go_round_the_guards(
        f"UPDATE revisions SET manifest = {forged}, content_hash = printf('%064d', 7)"
    )
    public_file.reconcile()
    assert public() == set()
    assert verify.broken_promises() != []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE items SET title = 'Never signed'",
        "UPDATE items SET summary = 'Never signed'",
        "UPDATE items SET published_at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE items SET index_number = 'X'",
        "UPDATE units SET name = 'Never signed'",
        "UPDATE site SET value = 'Never signed' WHERE key = 'site_name'",
        "INSERT INTO files VALUES('item', '1', 9, 'feed', 'x.pdf', 'application/pdf', 3, 'ab', 0)",
        "UPDATE words SET words = x'00'",
        "INSERT INTO search(rowid, title, body, facets) VALUES(1, 'never', 'signed', '')",
    ],
)
def test_verify_reads_every_table_of_the_public_file(cast, app, statement):
    make_item(cast.lin, state=State.PUBLISHED)
    assert verify.broken_promises() == []
    file = sqlite.connect(str(schema.site_path(app.config["COUNTY"].PUBLIC)))
    file.execute(statement)
    file.commit()
    file.close()
    assert verify.broken_promises() != []


# Through the timetable


def test_one_item_that_cannot_go_out_keeps_no_other_back_and_is_told_once(cast, public):
    stuck, fine = issued(cast), issued(cast)
    db.session.rollback()
    go_round_the_guards(f"UPDATE sign_offs SET verdict = 'return' WHERE item_id = {stuck.id}")
    with an_hour_later():
        for _ in range(3):
            release.publish_due()
            db.session.commit()
    public_file.reconcile()
    assert public() == {fine.public_id}
    assert db.session.get_one(Item, stuck.id).state is State.ISSUED
    told = db.select(AuditRow).where(AuditRow.action == "timetable.publish")
    assert len(db.session.scalars(told).all()) == 1


def test_what_the_database_refuses_leaves_no_anchor_and_stops_nobody(cast, app):
    """A number that is taken already: the publication breaks in the middle."""
    first = make_item(cast.lin, state=State.PUBLISHED)
    stuck, fine = issued(cast), issued(cast)
    stuck.public_id, stuck.index_number = 7, "W01/2026-00007"
    db.session.commit()
    taken = (
        "INSERT INTO publications SELECT 99, item_id, revision_id, sign_off_id, verdict, issuer_id,"
        " hand, 7, index_number, published_at, published_at, 'superseded', '', NULL"
        " FROM publications"
    )
    theirs = f"(SELECT id FROM revisions WHERE item_id = {stuck.id})"
    go_round_the_guards(taken, f"UPDATE publications SET revision_id = {theirs} WHERE id = 99")
    with an_hour_later():
        assert release.publish_due() == 1
        db.session.commit()
    assert db.session.get_one(Item, fine.id).state is State.PUBLISHED
    assert db.session.get_one(Item, stuck.id).state is State.ISSUED
    assert audit.broken_chain(app.config["COUNTY"]) == []
    assert db.session.scalar(db.select(Publication.id).where(Publication.item_id == first.id))


def test_an_item_can_be_taken_down_while_the_public_file_is_lost(cast, app, public):
    item = make_item(cast.lin, state=State.PUBLISHED)
    schema.site_path(app.config["COUNTY"].PUBLIC).unlink()
    go(item, State.WITHDRAWN)
    public_file.reconcile()
    assert public() == set()
    assert verify.broken_promises() == []


def test_verify_names_a_file_that_lies_in_public_and_belongs_to_nothing(cast, app):
    make_item(cast.lin, state=State.PUBLISHED)
    public_file.reconcile()
    stray = app.config["COUNTY"].PUBLIC / "files" / "ab" / ("ab" + "0" * 62)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"Never signed")
    said = {fault.where: fault.what for fault in verify.broken_promises()}
    assert said == {"file:ab0000000000": "a file lies in the public folder that nothing live names"}
    public_file.reconcile()
    assert verify.broken_promises() == []
