"""The road of a gazette: composed, printed, signed, issued, withdrawn; and who may not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.release import services as items_release
from county_portal.models import (
    AuditRow,
    Gazette,
    GazetteEdition,
    GazetteHand,
    GazetteHandKind,
    GazettePublication,
    GazetteSection,
    GazetteSignOff,
    GazetteState,
    IssuedPaper,
    Job,
    JobState,
    Role,
    State,
    Verdict,
)
from county_portal.office.base import files, jobs, settings
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import marks, release, selection, services
from county_portal.papers.gazettes.steps import edition_of
from county_portal.published.gazettes import GazetteManifest
from tests.factories import go, make_item, make_person
from tests.keys import PASSWORD, make_key
from tests.papers.gazettes.office import (
    ALL_CLEAR,
    COUNTY,
    MONTH,
    gazettes_told,
    in_month,
    issue_it,
    make_document,
    print_it,
    publish,
    sign_it,
    withdrawals_told,
)

DRAFT, FROZEN, SIGNED = GazetteState.DRAFT, GazetteState.FROZEN, GazetteState.SIGNED


@pytest.fixture
def draft(cast):
    """A draft with two documents."""
    make_document(cast, 1), make_document(cast, 2)
    gazette = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    return gazette


@pytest.fixture
def frozen(draft, cast):
    return print_it(draft, cast)


@pytest.fixture
def signed(frozen, cast):
    sign_it(frozen, cast)
    return frozen


# Composing


def test_a_draft_begins_with_every_text_that_waits(cast):
    first, second = make_document(cast, 1), make_document(cast, 2, GazetteSection.PERSONNEL)
    make_document(cast, 3, None)
    gazette = selection.compose_issue(MONTH, by=cast.he)
    assert [(text.item_id, text.section) for text in gazette.texts] == [
        (first.id, GazetteSection.COUNTY),
        (second.id, GazetteSection.PERSONNEL),
    ]
    assert marks.waiting_marks() == []
    assert selection.compose_issue(MONTH, by=cast.he) is gazette


def test_texts_are_moved_taken_out_and_put_in_again(cast, draft):
    one, two = (text.item_id for text in draft.texts)
    selection.move_text(draft, two, up=True, seen_version=draft.version, by=cast.he)
    assert [text.item_id for text in draft.texts] == [two, one]
    selection.move_text(draft, two, up=True, seen_version=draft.version, by=cast.he)
    assert [text.item_id for text in draft.texts] == [two, one], "the first stays the first"
    selection.take_out_text(draft, two, seen_version=draft.version, by=cast.he)
    assert [mark.item_id for mark in marks.waiting_marks()] == [two]
    selection.put_in(draft, two, GazetteSection.OTHER, seen_version=draft.version, by=cast.he)
    assert [text.item_id for text in draft.texts] == [one, two]
    with pytest.raises(Refused, match="not waiting"):
        selection.put_in(draft, two, GazetteSection.OTHER, seen_version=draft.version, by=cast.he)


def test_an_old_page_changes_nothing(cast, draft):
    seen = draft.version
    selection.take_out_text(draft, draft.texts[0].item_id, seen_version=seen, by=cast.he)
    for deed in (
        lambda: selection.take_out_text(
            draft, draft.texts[0].item_id, seen_version=seen, by=cast.he
        ),
        lambda: services.freeze_gazette(draft, seen_version=seen, by=cast.he),
    ):
        with pytest.raises(OutOfDate):
            deed()


def test_only_what_is_public_is_marked(cast):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    with pytest.raises(Refused, match="not on the public site"):
        marks.mark_item(item, GazetteSection.COUNTY, by=cast.he)


def test_a_month_that_has_not_begun_has_no_gazette(cast):
    with pytest.raises(Refused, match="not begun"):
        selection.compose_issue(MONTH + timedelta(days=40), by=cast.he)


def test_an_empty_gazette_is_not_printed(cast):
    gazette = selection.compose_issue(MONTH, by=cast.he)
    with pytest.raises(Refused, match="no text"):
        services.freeze_gazette(gazette, seen_version=gazette.version, by=cast.he)


# Printing


def test_what_is_printed_is_frozen_under_its_number(cast, frozen):
    assert (frozen.state, frozen.number, frozen.total) == (FROZEN, 1, 1)
    edition = edition_of(frozen)
    said = edition.manifest
    assert GazetteManifest.hash_of(said.text) == edition.content_hash
    assert [line.document_number for line in said.contents] == [
        "青政发〔2026〕1号",
        "青政发〔2026〕2号",
    ]
    assert said.pdf.sha256 == edition.pdf
    assert said.pdf.name == "青禾县人民政府公报（2026年第1期）.pdf"
    assert verify.broken_promises() == []


def test_a_number_is_kept_and_never_given_twice(cast, frozen):
    services.reopen_gazette(frozen, by=cast.he)
    db.session.commit()
    again = print_it(frozen, cast)
    assert (again.number, again.total) == (1, 1)
    make_document(cast, 3)
    other = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    assert (print_it(other, cast).number, other.total) == (2, 2)
    assert len(db.session.scalars(select(GazetteEdition)).all()) == 3


def test_a_draft_that_was_changed_meanwhile_is_not_frozen(cast, draft, app, waiting_queue):
    job_id = services.freeze_gazette(draft, seen_version=draft.version, by=cast.he).id
    db.session.commit()
    selection.take_out_text(draft, draft.texts[0].item_id, seen_version=draft.version, by=cast.he)
    db.session.commit()
    jobs.run_job(job_id)
    db.session.expire_all()
    assert db.session.get_one(Job, job_id).state is JobState.FAILED
    assert "changed while it was printed" in db.session.get_one(Job, job_id).error
    assert db.session.get_one(Gazette, draft.id).state is DRAFT


def test_a_text_withdrawn_before_printing_must_be_taken_out(cast, draft):
    go(draft.texts[0].item, State.WITHDRAWN)
    with pytest.raises(Refused, match="not public any more"):
        services.freeze_gazette(draft, seen_version=draft.version, by=cast.he)
    assert services.trouble(draft) == [draft.texts[0].item]


# Signing


def test_a_signed_gazette_is_issued_and_the_public_reads_it(cast, signed):
    issue_it(signed, cast)
    assert signed.state is GazetteState.PUBLISHED
    assert list(gazettes_told()) == ["2026-1"]
    assert verify.broken_promises() == []


def test_a_gazette_that_bears_the_office_s_signature_is_read_by_the_public(
    app, cast, tmp_path, monkeypatch
):
    monkeypatch.setattr(app.config["COUNTY"], "SIGNING_KEY", str(make_key(tmp_path)))
    monkeypatch.setattr(app.config["COUNTY"], "SIGNING_PASSWORD", PASSWORD)
    make_document(cast, 1)
    publish(cast)
    assert list(gazettes_told()) == ["2026-1"]
    assert verify.broken_promises() == []


def test_a_gazette_whose_file_is_not_what_was_signed_is_not_issued(cast, signed):
    files.blob_path(edition_of(signed).pdf).write_bytes(b"%PDF-1.7 something else")
    with pytest.raises(Refused, match="not what was signed"):
        issue_it(signed, cast)


def test_the_officer_may_return_it_with_a_reason(cast, frozen):
    edition = edition_of(frozen)
    silent = services.GazetteOpinion(Verdict.RETURN, edition.content_hash, ALL_CLEAR)
    with pytest.raises(Refused, match="Say why"):
        services.sign(frozen, silent, by=cast.wu)
    db.session.rollback()
    sign_it(frozen, cast, Verdict.RETURN)
    assert (frozen.state, frozen.edition_id) == (DRAFT, None)


def test_a_verdict_that_does_not_hold_together_is_refused(cast, frozen):
    shown = edition_of(frozen).content_hash
    for opinion, message in (
        ({"checks": {}}, "Answer every question"),
        ({"checks": {**ALL_CLEAR, "aggregation": False}}, "with an objection"),
        ({"verdict": Verdict.WITHHOLD}, "released or returned"),
    ):
        words = {"verdict": Verdict.RELEASE, "content_hash": shown, "checks": ALL_CLEAR, **opinion}
        with pytest.raises(Refused, match=message):
            services.sign(frozen, services.GazetteOpinion(**words), by=cast.wu)


def test_another_hash_than_the_one_on_the_road_is_not_signed(cast, frozen):
    with pytest.raises(OutOfDate):
        services.sign(
            frozen, services.GazetteOpinion(Verdict.RELEASE, "0" * 64, ALL_CLEAR), by=cast.wu
        )


def test_what_was_signed_is_void_once_it_is_opened_again(cast, signed):
    old = edition_of(signed).content_hash
    services.reopen_gazette(signed, by=cast.he)
    db.session.commit()
    with clock.frozen(clock.now() + timedelta(days=1)):
        again = print_it(signed, cast)
        assert edition_of(again).content_hash != old
        with pytest.raises(OutOfDate):
            services.issue_gazette(again, old, by=cast.tang)
        again.state = SIGNED
        with pytest.raises(Refused, match="has not signed"):
            services.issue_gazette(again, old, by=cast.tang)


def test_a_text_corrected_after_printing_stops_the_issue(cast, signed):
    item = signed.texts[0].item
    for state in (
        State.CORRECTING,
        State.SUBMITTED,
        State.UNIT_APPROVED,
        State.ACCEPTED,
        State.SIGNED_OFF,
        State.PUBLISHED,
    ):
        go(item, state)
    assert services.trouble(signed) == [item]
    with pytest.raises(Refused, match="corrected or withdrawn"):
        services.issue_gazette(signed, edition_of(signed).content_hash, by=cast.tang)


# People


def test_composer_officer_and_issuer_are_three_people(cast, frozen):
    both = make_person("both", Role.OFFICE_CLERK, Role.CONFIDENTIALITY_OFFICER, Role.ISSUER)
    services.reopen_gazette(frozen, by=both)
    db.session.commit()
    gazette = print_it(frozen, cast)
    shown = edition_of(gazette).content_hash
    with pytest.raises(NotAllowed):
        services.sign(gazette, services.GazetteOpinion(Verdict.RELEASE, shown, ALL_CLEAR), by=both)
    db.session.rollback()
    sign_it(gazette, cast)
    with pytest.raises(NotAllowed):
        services.issue_gazette(gazette, shown, by=both)


def test_the_officer_who_signed_does_not_issue(cast, frozen):
    wu = cast.wu
    sign_it(frozen, cast)
    wu.role_rows.append(type(wu.role_rows[0])(role=Role.ISSUER, branch=wu.branch))
    db.session.commit()
    with pytest.raises(NotAllowed):
        services.issue_gazette(frozen, edition_of(frozen).content_hash, by=wu)


def test_who_marked_a_text_neither_signs_nor_issues_the_gazette(cast):
    marker = make_person("marker", Role.EDITOR, Role.CONFIDENTIALITY_OFFICER, Role.ISSUER)
    marks.mark_item(make_document(cast, 1, None), COUNTY, by=marker)
    db.session.commit()
    gazette = print_it(selection.compose_issue(MONTH, by=cast.he), cast)
    assert gazette.hand_of(marker) is GazetteHandKind.COMPOSER
    shown = edition_of(gazette).content_hash
    with pytest.raises(NotAllowed):
        services.sign(
            gazette, services.GazetteOpinion(Verdict.RELEASE, shown, ALL_CLEAR), by=marker
        )
    db.session.rollback()
    sign_it(gazette, cast)
    with pytest.raises(NotAllowed):
        services.issue_gazette(gazette, shown, by=marker)
    _, row = road_rows(gazette)
    sign_off = db.session.scalars(select(GazetteSignOff.id)).one()
    refused(insert(GazettePublication).values(**row, sign_off_id=sign_off, issuer_id=marker.id))
    issue_it(gazette, cast)


def test_a_text_that_a_judge_of_the_gazette_marked_is_not_put_in(cast, frozen):
    cast.wu.role_rows.append(type(cast.wu.role_rows[0])(role=Role.EDITOR, branch=cast.wu.branch))
    sign_it(frozen, cast, Verdict.RETURN)
    late = make_document(cast, 9, None)
    marks.mark_item(late, COUNTY, by=cast.wu)
    with pytest.raises(Refused, match="somebody else must mark it"):
        selection.put_in(frozen, late.id, COUNTY, seen_version=frozen.version, by=cast.he)
    marks.mark_item(late, COUNTY, by=cast.qian)
    selection.put_in(frozen, late.id, COUNTY, seen_version=frozen.version, by=cast.he)


def test_who_marked_a_text_of_an_issue_does_not_sign_the_volume_either(cast):
    marker = make_person("marker", Role.EDITOR, Role.CONFIDENTIALITY_OFFICER)
    marks.mark_item(make_document(cast, 1, None), COUNTY, by=marker)
    db.session.commit()
    publish(cast)
    volume = print_it(selection.compose_volume(2026, by=cast.he), cast)
    shown = edition_of(volume).content_hash
    with pytest.raises(NotAllowed):
        services.sign(volume, services.GazetteOpinion(Verdict.RELEASE, shown, ALL_CLEAR), by=marker)


@pytest.mark.parametrize("name", ["lin", "zhou", "qian", "wu", "tang", "sys", "aud"])
def test_nobody_but_the_clerk_composes(cast, name):
    with pytest.raises(NotAllowed):
        selection.compose_issue(MONTH, by=getattr(cast, name))


# What the database itself refuses


def road_rows(gazette):
    """Rows as a program gone wrong would write them."""
    edition = edition_of(gazette)
    return edition, {
        "gazette_id": gazette.id,
        "edition_id": edition.id,
        "published_at": clock.now(),
        "key": gazette.key,
    }


def refused(statement, match="FOREIGN KEY"):
    with pytest.raises(IntegrityError, match=match):
        db.session.execute(statement)
    db.session.rollback()


def test_the_database_publishes_nothing_that_was_not_signed(cast, frozen):
    _, row = road_rows(frozen)
    db.session.add(
        GazetteHand(gazette_id=frozen.id, person_id=cast.tang.id, hand=GazetteHandKind.ISSUER)
    )
    db.session.commit()
    for sign_off in (1, 99):
        refused(
            insert(GazettePublication).values(**row, sign_off_id=sign_off, issuer_id=cast.tang.id)
        )


def test_the_database_publishes_nothing_that_was_returned(cast, frozen):
    edition, row = road_rows(frozen)
    sign_it(frozen, cast, Verdict.RETURN)
    db.session.add(
        GazetteHand(gazette_id=frozen.id, person_id=cast.tang.id, hand=GazetteHandKind.ISSUER)
    )
    db.session.commit()
    sign_off = db.session.scalars(select(GazetteSignOff.id)).one()
    words = {**row, "edition_id": edition.id, "sign_off_id": sign_off, "issuer_id": cast.tang.id}
    refused(insert(GazettePublication).values(**words))
    refused(insert(GazettePublication).values(**words, verdict="return"), "CHECK")


def test_the_database_lets_no_composer_sign_or_issue(cast, signed):
    edition, row = road_rows(signed)
    refused(
        insert(GazetteSignOff).values(
            gazette_id=signed.id,
            edition_id=edition.id,
            content_hash=edition.content_hash,
            officer_id=cast.he.id,
            verdict=Verdict.RELEASE,
            checks="{}",
            signed_at=clock.now(),
        )
    )
    sign_off = db.session.scalars(select(GazetteSignOff.id)).one()
    refused(insert(GazettePublication).values(**row, sign_off_id=sign_off, issuer_id=cast.he.id))
    refused(
        insert(GazettePublication).values(
            **row, sign_off_id=sign_off, issuer_id=cast.wu.id, hand="officer"
        ),
        "CHECK",
    )
    refused(
        insert(GazetteHand).values(
            gazette_id=signed.id, person_id=cast.he.id, hand=GazetteHandKind.ISSUER
        ),
        "gazette_hands_new",
    )


def test_the_database_keeps_one_edition_of_a_gazette_public(cast, signed):
    """A program gone wrong prints, signs and issues again what the public reads already."""
    issue_it(signed, cast)
    first = edition_of(signed)
    signed.state = DRAFT
    db.session.commit()
    with clock.frozen("2026-03-03T09:00"):
        again = print_it(signed, cast)
    sign_it(again, cast)
    edition, row = road_rows(again)
    assert edition.id != first.id
    sign_off = db.session.scalars(select(func.max(GazetteSignOff.id))).one()
    words = {**row, "sign_off_id": sign_off, "issuer_id": cast.tang.id}
    refused(insert(GazettePublication).values(**words), "one_live")
    paper = db.session.scalars(select(IssuedPaper)).one()
    copied = {"kind": paper.kind, "name": paper.name, "dated_on": paper.dated_on}
    refused(
        insert(IssuedPaper).values(**copied, sha256=edition.pdf, issued_at=clock.now()),
        "issued_papers_new",
    )
    release.end(release.live_gazette_publication(again), "It was wrong", cast.tang)
    db.session.execute(insert(GazettePublication).values(**words))
    db.session.execute(
        insert(IssuedPaper).values(**copied, sha256=edition.pdf, issued_at=clock.now())
    )


def test_the_database_keeps_a_sign_off_to_the_hash_that_was_printed(cast, frozen):
    edition, _ = road_rows(frozen)
    db.session.add(
        GazetteHand(gazette_id=frozen.id, person_id=cast.wu.id, hand=GazetteHandKind.OFFICER)
    )
    db.session.commit()
    refused(
        insert(GazetteSignOff).values(
            gazette_id=frozen.id,
            edition_id=edition.id,
            content_hash="0" * 64,
            officer_id=cast.wu.id,
            verdict=Verdict.RELEASE,
            checks="{}",
            signed_at=clock.now(),
        )
    )


CHANGES = (
    "UPDATE gazette_editions SET manifest = '{}'",
    "UPDATE gazette_editions SET pdf = pdf",
    "DELETE FROM gazette_editions",
    "UPDATE gazette_edition_items SET item_id = 99",
    "DELETE FROM gazette_edition_items",
    "UPDATE gazette_sign_offs SET verdict = 'release'",
    "DELETE FROM gazette_sign_offs",
    "UPDATE gazette_hands SET hand = 'issuer'",
    "DELETE FROM gazette_hands",
    "UPDATE gazette_publications SET published_at = '2020-01-01'",
    "DELETE FROM gazette_publications",
    "DELETE FROM gazette_endings",
    "UPDATE gazette_endings SET reason = ''",
)


def test_the_record_is_not_to_be_changed(cast, signed):
    issue_it(signed, cast)
    with public_file.lock():
        services.withdraw_gazette(signed, "It was wrong", by=cast.tang)
        db.session.commit()
    for statement in CHANGES:
        refused(text(statement), "not to be changed")


# Withdrawing


def test_a_withdrawn_gazette_is_gone_before_the_commit(cast):
    make_document(cast, 1)
    gazette = publish(cast)
    with public_file.lock():
        services.withdraw_gazette(gazette, "A page is upside down", by=cast.tang)
        assert gazettes_told() == {}
        db.session.commit()
    assert gazette.state is GazetteState.WITHDRAWN
    assert [one.reason for one in withdrawals_told().values()] == ["A page is upside down"]
    assert verify.broken_promises() == []


def test_a_withdrawal_that_was_not_committed_comes_back(cast):
    make_document(cast, 1)
    gazette = publish(cast)
    with public_file.lock():
        services.withdraw_gazette(gazette, "No", by=cast.tang)
        db.session.rollback()
    assert gazettes_told() == {}
    public_file.reconcile()
    assert list(gazettes_told()) == [gazette.key]


def test_a_withdrawal_wants_a_reason(cast):
    make_document(cast, 1)
    gazette = publish(cast)
    with pytest.raises(Refused, match="Say why"):
        services.withdraw_gazette(gazette, " ", by=cast.tang)


def test_no_gazette_keeps_showing_a_withdrawn_item(cast):
    item, _ = make_document(cast, 1), make_document(cast, 2)
    gazette = publish(cast)
    go(item, State.WITHDRAWN)
    assert gazettes_told() == {}
    assert gazette.state is GazetteState.WITHDRAWN
    ending = release.gazette_publications(gazette)[0].ending
    assert ending.item_id == item.id
    assert services.trouble(gazette) == [item]
    assert verify.broken_promises() == []


def test_a_gazette_without_the_withdrawn_text_goes_out_under_the_same_number(cast):
    item, _ = make_document(cast, 1), make_document(cast, 2)
    gazette = publish(cast)
    go(item, State.WITHDRAWN)
    services.reopen_gazette(gazette, by=cast.he)
    selection.take_out_text(gazette, item.id, seen_version=gazette.version, by=cast.he)
    db.session.commit()
    gazette = print_it(gazette, cast)
    sign_it(gazette, cast)
    issue_it(gazette, cast)
    assert (gazette.number, list(gazettes_told())) == (1, ["2026-1"])
    assert withdrawals_told() == {}
    assert verify.broken_promises() == []


# The log


def test_every_step_is_in_the_log_and_the_weighty_ones_are_anchored(cast, signed):
    issue_it(signed, cast)
    deeds = db.session.scalars(
        select(AuditRow.action).where(AuditRow.object == f"gazettes:{signed.id}")
    ).all()
    assert deeds == [
        "gazette.compose",
        "gazette.freeze",
        "gazette.freeze",
        "gazette.release",
        "gazette.issue",
    ]


def test_a_text_withdrawn_while_the_gazette_waits_for_the_press_stops_it(cast, waiting_queue):
    kept, gone = make_document(cast, 1), make_document(cast, 2)
    gazette = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    job = services.freeze_gazette(gazette, seen_version=gazette.version, by=cast.he)
    db.session.commit()
    items_release.withdraw_item(gone, "Wrong figures", by=cast.qian)
    db.session.commit()
    jobs.run_job(job.id)
    db.session.expire_all()
    assert "not public any more" in db.session.get_one(Job, job.id).error
    assert edition_of(db.session.get_one(Gazette, gazette.id)) is None
    assert kept.state is State.PUBLISHED


def test_total_numbers_go_on_when_the_office_moves_their_beginning(cast, waiting_queue):
    settings.store_setting("gazette_total_from", "10")
    totals = []
    for month in (3, 4, 5):
        if month == 5:
            settings.store_setting("gazette_total_from", "9")
        with in_month(month):
            make_document(cast, month)
            gazette = selection.compose_issue(date(2026, month, 1), by=cast.he)
        services.freeze_gazette(gazette, seen_version=gazette.version, by=cast.he)
        totals.append(gazette.total)
        db.session.commit()
    assert totals == [10, 11, 12]
