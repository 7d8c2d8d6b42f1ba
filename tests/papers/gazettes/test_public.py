"""Gazettes and the public file: what verify sees, what reconcile puts right, what is bound."""

import logging
import shutil
from dataclasses import replace
from datetime import date

import pytest
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import select

from county_portal.core.errors import Refused
from county_portal.editorial.release import public_file, verify
from county_portal.models import (
    GazetteEditionPart,
    GazetteState,
    IssuedPaper,
    State,
)
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import release, selection, services
from county_portal.papers.gazettes.steps import edition_of
from county_portal.published import schema
from county_portal.published.gazettes import GAZETTE
from county_portal.published.writing import writer
from tests.editorial.release.test_attacks import go_round_the_guards
from tests.factories import go
from tests.papers.gazettes.office import (
    gazettes_told,
    in_month,
    issue_it,
    make_document,
    print_it,
    publish,
    repeal,
    sign_it,
    withdrawals_told,
)

PUBLIC_FORGERIES = (
    "UPDATE manifests SET manifest = replace(manifest, '通知', '密令') WHERE kind = 'gazette'",
    "UPDATE entries SET content_hash = printf('%064d', 7) WHERE kind = 'gazette'",
    "UPDATE entries SET published_at = '2020-01-01T00:00:00.000000Z' WHERE kind = 'gazette'",
    "UPDATE files SET sha256 = printf('%064d', 7) WHERE kind = 'gazette'",
    "UPDATE entries SET key = '2026-9' WHERE kind = 'gazette'",
    "UPDATE entries SET kind = 'circular' WHERE kind = 'gazette'",
    "DELETE FROM entries WHERE kind = 'gazette'",
    "DELETE FROM manifests WHERE kind = 'gazette'",
    "INSERT INTO manifests SELECT kind, '2026-9', manifest FROM manifests WHERE kind = 'gazette'",
    "INSERT INTO withdrawals VALUES('gazette', '2026-8', '', '2020-01-01T00:00:00.000000Z', 'x')",
)


def on_the_public_file(app, statement):
    file = sqlite.connect(str(schema.site_path(app.config["COUNTY"].PUBLIC)))
    file.execute(statement)
    file.commit()
    file.close()


def test_verify_sees_every_forgery_in_the_public_file(cast, app):
    make_document(cast, 1)
    publish(cast)
    assert verify.broken_promises() == []
    path = schema.site_path(app.config["COUNTY"].PUBLIC)
    clean = path.read_bytes()
    for statement in PUBLIC_FORGERIES:
        on_the_public_file(app, statement)
        assert verify.broken_promises() != [], statement
        path.write_bytes(clean)
    assert verify.broken_promises() == []


def test_reconcile_puts_forged_gazettes_right(cast, app):
    make_document(cast, 1)
    publish(cast)
    on_the_public_file(app, PUBLIC_FORGERIES[0])
    on_the_public_file(app, PUBLIC_FORGERIES[4])
    on_the_public_file(app, PUBLIC_FORGERIES[9])
    assert public_file.reconcile()
    assert verify.broken_promises() == []
    assert not public_file.reconcile()


def test_a_lost_public_file_is_built_again_with_its_gazettes(cast, app):
    make_document(cast, 1)
    publish(cast)
    schema.site_path(app.config["COUNTY"].PUBLIC).unlink()
    public_file.reconcile()
    assert list(gazettes_told()) == ["2026-1"]
    assert verify.broken_promises() == []


def test_a_pdf_that_was_changed_on_the_disk_never_goes_out(app, cast, caplog):
    make_document(cast, 1)
    gazette = selection.compose_issue(date(2026, 3, 1), by=cast.he)
    db.session.commit()
    gazette = print_it(gazette, cast)
    sign_it(gazette, cast)
    path = files.blob_path(edition_of(gazette).pdf)
    was = path.read_bytes()
    path.write_bytes(b"x" * len(was))
    with pytest.raises(Refused, match="not what was signed"):
        issue_it(gazette, cast)
    db.session.rollback()
    path.write_bytes(was)
    issue_it(gazette, cast)
    assert list(gazettes_told()) == ["2026-1"]
    path.write_bytes(b"x" * len(was))
    shutil.rmtree(app.config["COUNTY"].PUBLIC)
    with caplog.at_level(logging.ERROR):
        public_file.reconcile()
    assert gazettes_told() == {}
    assert "left out of the public file" in caplog.text
    said = {fault.where: fault.what for fault in verify.broken_promises()}
    assert said["gazette:2026-1"] == "is live and is not in the public file"
    path.write_bytes(was)
    public_file.reconcile()
    assert list(gazettes_told()) == ["2026-1"]
    assert verify.broken_promises() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gazette_sign_offs SET verdict = 'return'",
        "UPDATE gazette_sign_offs SET content_hash = printf('%064d', 7)",
        "UPDATE gazette_editions SET manifest = '{}', content_hash = printf('%064d', 7)",
    ],
)
def test_who_goes_round_the_guards_of_the_database_publishes_nothing(cast, statement):
    make_document(cast, 1)
    publish(cast)
    go_round_the_guards(statement)
    public_file.reconcile()
    assert gazettes_told() == {}
    assert any("no release was signed" in fault.what for fault in verify.broken_promises())


def test_verify_sees_an_edition_that_is_not_tied_to_one_of_its_texts(cast):
    """Without that row its withdrawal would not take the gazette along."""
    make_document(cast, 1), make_document(cast, 2)
    publish(cast)
    assert verify.broken_promises() == []
    go_round_the_guards("DELETE FROM gazette_edition_items WHERE item_id = 1")
    assert any("not tied to a text" in fault.what for fault in verify.broken_promises())


def test_verify_sees_two_live_editions_of_one_gazette(cast):
    make_document(cast, 1)
    publish(cast)
    go_round_the_guards(
        "INSERT INTO gazette_editions SELECT 99, gazette_id, manifest, content_hash, pdf, made_by,"
        " made_at FROM gazette_editions",
        "INSERT INTO gazette_sign_offs SELECT 99, gazette_id, 99, content_hash, officer_id, hand,"
        " verdict, checks, opinion, signed_at FROM gazette_sign_offs",
        "INSERT INTO gazette_publications SELECT 99, gazette_id, 99, 99, verdict, issuer_id, hand,"
        " key, published_at FROM gazette_publications",
    )
    said = {fault.where: fault.what for fault in verify.broken_promises()}
    assert said["gazette:2026-1"] == "two editions of it are live"


def test_verify_sees_two_hands_of_one_person(cast):
    make_document(cast, 1)
    publish(cast)
    go_round_the_guards(
        f"UPDATE gazette_hands SET hand = 'composer' WHERE person_id = {cast.wu.id}"
    )
    assert any("two desks of one thing" in fault.what for fault in verify.broken_promises())


def test_an_ending_that_was_never_written_still_hides_a_withdrawn_text(cast):
    """Were the item withdrawn behind the program's back, the gazette would go all the same."""
    item = make_document(cast, 1)
    publish(cast)
    go_round_the_guards(
        "UPDATE publications SET ended_at = published_at, ending = 'withdrawn', reason = 'x'"
        f" WHERE item_id = {item.id}"
    )
    public_file.reconcile()
    assert gazettes_told() == {}


def test_repeals_of_the_month_are_taken_from_the_findings(cast):
    old, other, new = (
        make_document(cast, 1, None),
        make_document(cast, 2, None),
        make_document(cast, 3),
    )
    repeal(old, "青政发〔2026〕3号", cast)
    repeal(other, "青政发〔2026〕3号", cast, since=date(2026, 2, 27))
    gazette = publish(cast)
    said = edition_of(gazette).manifest
    assert [(line.document_number, line.by) for line in said.changes] == [
        ("青政发〔2026〕1号", "青政发〔2026〕3号")
    ]
    assert said.changes[0].by_public_id == new.public_id
    assert [line.public_id for line in said.contents] == [new.public_id]


def test_a_gazette_goes_with_a_text_that_it_only_names(cast):
    old, _ = make_document(cast, 1, None), make_document(cast, 3)
    repeal(old, "青政发〔2026〕3号", cast)
    gazette = publish(cast)
    go(old, State.WITHDRAWN)
    assert gazette.state is GazetteState.WITHDRAWN
    assert gazettes_told() == {}


# The bound volume


@pytest.fixture
def bound(cast):
    """Two issues of the year and the volume that holds them, all published."""
    make_document(cast, 1)
    first = publish(cast)
    with in_month(4):
        make_document(cast, 2)
        second = publish(cast, date(2026, 4, 1))
        volume = selection.compose_volume(2026, by=cast.he)
        db.session.commit()
        volume = print_it(volume, cast)
        sign_it(volume, cast)
        issue_it(volume, cast)
        yield first, second, volume


def test_a_bound_volume_holds_what_its_issues_hold(cast, bound):
    first, second, volume = bound
    said = edition_of(volume).manifest
    assert [(part.key, part.number, part.total) for part in said.parts] == [
        ("2026-1", 1, 1),
        ("2026-2", 2, 2),
    ]
    hashes = [edition_of(one).content_hash for one in (first, second)]
    assert [part.content_hash for part in said.parts] == hashes
    assert [(line.part, line.document_number) for line in said.contents] == [
        ("2026-1", "青政发〔2026〕1号"),
        ("2026-2", "青政发〔2026〕2号"),
    ]
    assert said.contents[0].page < said.contents[1].page
    assert sorted(gazettes_told()) == ["2026-1", "2026-2", "2026-volume"]
    assert len(db.session.scalars(select(GazetteEditionPart)).all()) == 2
    assert selection.compose_volume(2026, by=cast.he) is volume
    assert verify.broken_promises() == []


def test_a_bound_volume_goes_with_any_of_its_issues_and_any_of_its_texts(cast, bound):
    first, _, volume = bound
    with public_file.lock():
        services.withdraw_gazette(first, "It was wrong", by=cast.tang)
        db.session.commit()
    assert volume.state is GazetteState.WITHDRAWN
    assert list(gazettes_told()) == ["2026-2"]
    assert sorted(withdrawals_told()) == ["2026-1", "2026-volume"]
    assert verify.broken_promises() == []


def test_withdrawing_an_item_ends_issue_and_volume_at_once(cast, bound):
    first, second, volume = bound
    item = first.texts[0].item
    go(item, State.WITHDRAWN)
    states = [one.state.value for one in (first, second, volume)]
    assert states == ["withdrawn", "published", "withdrawn"]
    assert list(gazettes_told()) == ["2026-2"]
    assert verify.broken_promises() == []


def test_a_year_without_issues_is_not_bound(cast):
    with pytest.raises(Refused, match="No issue of this year"):
        selection.compose_volume(2025, by=cast.he)


# The register of issued papers


def test_a_copy_of_the_gazette_can_be_checked_against_the_register(cast):
    make_document(cast, 1)
    gazette = publish(cast)
    row = db.session.scalars(select(IssuedPaper)).one()
    assert row.sha256 == edition_of(gazette).pdf
    assert row.name == "青禾县人民政府公报（2026年第1期）"
    assert row.withdrawn_at is None
    with public_file.lock():
        services.withdraw_gazette(gazette, "It was wrong", by=cast.tang)
        db.session.commit()
    assert row.withdrawn_at is not None
    public_file.reconcile()
    assert verify.broken_promises() == []


def test_a_gazette_goes_out_under_its_own_key_only(cast, app):
    make_document(cast, 1)
    publish(cast)
    (entry,) = release.gazette_entries()
    changes = writer.Changes(put=(replace(entry, key="2026-9"),))
    with pytest.raises(writer.Unfit, match="2026-1"):
        writer.apply(public_file.folder(), changes, kinds=[GAZETTE], blobs=public_file.blobs())
    assert list(gazettes_told()) == ["2026-1"]
