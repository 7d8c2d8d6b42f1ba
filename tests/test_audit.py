"""The log: it holds, it is guarded by the database itself, and cuts show."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from county_portal.core import clock
from county_portal.editorial.release import verify
from county_portal.models import AuditRow, State
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from tests.factories import make_item
from tests.forging import go_round_the_guards


def settings(app):
    return app.config["COUNTY"]


@pytest.fixture
def log(app, cast):
    """A log with a whole road in it."""
    make_item(cast.lin, state=State.PUBLISHED)
    return app


def test_an_untouched_log_holds(log):
    assert audit.broken_chain(settings(log)) == []


def test_the_road_of_an_item_is_in_the_log_in_order(log):
    deeds = db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.seq)).all()
    road = ["item.create", "item.submit", "item.approve", "item.accept", "item.release"]
    assert [deed for deed in deeds if deed.startswith("item.")] == [
        *road,
        "item.issue",
        "item.publish",
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET actor = 'nobody' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "INSERT OR REPLACE INTO audit SELECT seq, at, 'nobody', unit, action, object, address,"
        " result, details, previous, hash FROM audit WHERE seq = 2",
        "INSERT INTO audit SELECT seq + 100, at, actor, unit, action, object, address, result,"
        " details, previous, hash FROM audit WHERE seq = 2",
        "UPDATE revisions SET manifest = '{}'",
        "DELETE FROM sign_offs",
        "UPDATE publications SET revision_id = revision_id + 1",
        "DELETE FROM publications",
        "UPDATE hands SET hand = 'officer'",
        "DELETE FROM hands",
        "UPDATE steps_taken SET note = ''",
    ],
)
def test_the_database_refuses_to_change_what_is_on_record(log, sql):
    with pytest.raises(DBAPIError, match="the record is not to be changed"):
        db.session.execute(text(sql))


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 2", "changed after it was written"),
        ("DELETE FROM audit WHERE seq = 2", "missing"),
        ("DELETE FROM audit WHERE seq > 3", "no longer holds the row that was anchored"),
        ("UPDATE audit SET details = '{}' WHERE seq = 2", "changed after it was written"),
        ("UPDATE audit SET previous = hash WHERE seq = 2", "does not follow"),
    ],
)
def test_whoever_goes_round_the_guards_is_seen(log, sql, words):
    go_round_the_guards(sql)
    assert any(words in fault.what for fault in audit.broken_chain(settings(log)))


ROW = {
    "seq": 7,
    "at": "2026-03-02T01:00:00.000+00:00",
    "actor": "lin",
    "unit": "W01",
    "action": "item.submit",
    "object": "items:1",
    "address": "192.0.2.7",
    "result": "done",
    "details": '{"now":"submitted"}',
    "previous": "a" * 64,
}


def test_the_hash_of_a_row_is_the_same_for_ever():
    known = "4c2acb86a84b1a7dcc2f5032ee6e544c85f6a0152d55b3cb62ec64c1e678ad7e"
    assert audit.row_hash(ROW) == known


@pytest.mark.parametrize(
    "name", sorted({column.name for column in AuditRow.__table__.c} - {"hash"})
)
def test_the_hash_of_a_row_covers_every_column(name):
    assert audit.row_hash({**ROW, name: "another"}) != audit.row_hash(ROW)


def rows_of_the_log():
    query = db.select(AuditRow.__table__).order_by(AuditRow.seq)
    return [dict(row) for row in db.session.execute(query).mappings()]


def write_instead(rows):
    """The log holds these rows and no others."""
    go_round_the_guards("DELETE FROM audit")
    db.session.execute(db.insert(AuditRow), rows)
    db.session.commit()


def test_a_row_that_was_changed_with_its_own_hash_breaks_the_chain_behind_it(log):
    rows = rows_of_the_log()
    changed, behind = rows[1], rows[2]
    changed["actor"] = "nobody"
    changed["hash"] = behind["previous"] = audit.row_hash(changed)
    write_instead(rows)
    found = audit.broken_chain(settings(log))
    assert [(fault.where, fault.what) for fault in found] == [
        ("audit:3", "the row was changed after it was written")
    ]


def mended(rows):
    """The rows with links and hashes that hold again."""
    previous = audit.START
    for row in rows:
        row["previous"] = previous
        row["hash"] = previous = audit.row_hash(row)
    return rows


@pytest.mark.parametrize("name", ["at", "actor", "object", "details"])
def test_a_log_rewritten_whole_with_mended_links_is_named_by_verify(log, name):
    write_instead(mended([{**row, name: "rewritten"} for row in rows_of_the_log()]))
    assert {fault.what for fault in verify.broken_promises()} == {
        "the log no longer holds the row that was anchored"
    }


def test_a_row_left_out_of_a_log_whose_links_were_mended_is_named_by_verify(log):
    kept = [row for row in rows_of_the_log() if row["action"] != "item.approve"]
    write_instead(mended([{**row, "seq": seq} for seq, row in enumerate(kept, 1)]))
    assert {fault.what for fault in verify.broken_promises()} == {
        "the log no longer holds the row that was anchored"
    }


def test_a_forged_anchor_and_a_missing_anchor_file_are_seen(log):
    path = audit.anchor_file(settings(log))
    kept = path.read_text()
    path.write_text(kept + f"9 2026-03-02T01:00:00+00:00 {'a' * 64} {'b' * 64}\n")
    assert any("not written by this" in fault.what for fault in audit.broken_chain(settings(log)))
    path.unlink()
    assert any("missing" in fault.what for fault in audit.broken_chain(settings(log)))


def test_a_deed_that_is_rolled_back_leaves_no_row_and_no_anchor(log):
    before = audit.head(), audit.anchor_file(settings(log)).read_text()
    audit.record(None, "item.publish", "items:1")
    db.session.rollback()
    assert (audit.head(), audit.anchor_file(settings(log)).read_text()) == before


def test_an_emptied_anchor_file_is_seen(log):
    audit.anchor_file(settings(log)).write_text("")
    assert any("missing" in fault.what for fault in audit.broken_chain(settings(log)))


def test_anchors_that_were_cut_off_are_seen_after_a_while_unless_the_timetable_was_faster(log):
    path = audit.anchor_file(settings(log))
    kept = path.read_text()
    audit.record(None, "item.publish", "items:1")
    db.session.commit()
    path.write_text(kept)  # a kill came between the commit and its anchor
    assert audit.broken_chain(settings(log)) == []
    with clock.frozen(clock.now() + audit.SPARED):
        assert [fault.what for fault in audit.broken_chain(settings(log))] == [
            "anchors are missing"
        ]
        assert (audit.catch_up(), audit.catch_up()) == (True, False)
        assert audit.broken_chain(settings(log)) == []


def test_the_hundredth_row_is_anchored_even_if_it_is_a_refusal(log):
    path, newest = audit.anchor_file(settings(log)), db.session.scalar(db.func.max(AuditRow.seq))
    lines = len(path.read_text().splitlines())
    for _ in range(newest, audit.ANCHOR_EVERY):
        audit.record_refusal(None, "session.start", named="nobody")
    assert len(path.read_text().splitlines()) == lines + 1
    assert audit.broken_chain(settings(log)) == []


def test_an_anchor_with_nonsense_in_it_is_a_fault_and_breaks_nothing(log):
    path = audit.anchor_file(settings(log))
    path.write_text(path.read_text() + "²² é\n\n")
    assert len(audit.broken_chain(settings(log))) == 2
