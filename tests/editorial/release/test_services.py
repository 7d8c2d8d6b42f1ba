"""Publishing, correcting, withdrawing: what the public file holds after each."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.editorial.items import attachments
from county_portal.editorial.items import services as items
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.release import services as release
from county_portal.editorial.release.items import item_entries
from county_portal.editorial.review import services as review
from county_portal.models import (
    Attribute,
    AuditRow,
    Ground,
    Hand,
    HandKind,
    Publication,
    Role,
    SignOff,
    State,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.published.items import ItemManifest, PublicEntry
from tests.editorial.documents import corpus
from tests.factories import go, make_item, make_person, sign, somebody
from tests.published import writer


@pytest.fixture
def public(app):
    """What the public file holds: public id → content hash."""
    return lambda: writer.item_hashes(app.config["COUNTY"].PUBLIC)


def withdraw(item, by):
    with public_file.lock():
        release.withdraw_item(item, "Wrong figures", by=by)
        db.session.commit()


# On the way out


def test_a_published_item_is_in_the_public_file_with_the_hash_that_was_signed(cast, public):
    item = make_item(cast.lin, state=State.PUBLISHED)
    signed = db.session.scalars(db.select(SignOff.content_hash)).one()
    assert public() == {item.public_id: signed}
    assert verify.broken_promises() == []


def test_numbers_are_drawn_at_publication_and_follow_each_other(cast):
    drafts = [make_item(cast.lin) for _ in range(3)]
    first = make_item(cast.lin, state=State.PUBLISHED)
    second = make_item(cast.lin, state=State.PUBLISHED)
    assert [first.public_id, second.public_id] == [1, 2]
    assert [first.index_number, second.index_number] == ["W01/2026-00001", "W01/2026-00002"]
    assert {draft.index_number for draft in drafts} == {None}


def test_what_is_scheduled_goes_out_at_its_minute_and_not_before(cast, public):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    at = clock.now() + timedelta(hours=2)
    release.issue_item(item, by=cast.tang, publish_at=at)
    db.session.commit()
    assert (release.publish_due(), item.state) == (0, State.ISSUED)
    with clock.frozen(at):
        assert release.publish_due() == 1
        db.session.commit()
        public_file.reconcile()
    assert item.state is State.PUBLISHED
    assert item.first_published_at == at
    assert list(public()) == [item.public_id]
    assert verify.broken_promises() == []


def test_a_schedule_survives_that_the_issuer_left(cast):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    release.issue_item(item, by=cast.tang, publish_at=clock.now() + timedelta(hours=1))
    cast.tang.active = False
    db.session.commit()
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert release.publish_due() == 1


def test_issued_and_sent_back_is_not_published(cast, public):
    item = make_item(cast.lin, state=State.ISSUED)
    review.take_plain_step(
        item, Do.ITEM_RETURN, by=somebody(Role.ISSUER), note="Wait for the county meeting"
    )
    db.session.commit()
    with clock.frozen("2028-01-01"):
        assert release.publish_due() == 0
    assert item.publish_at is None
    assert public() == {}


# Nothing goes out that was not signed


def test_publishing_unsigned_is_refused(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    with pytest.raises(OutOfDate):
        release.issue_item(item, by=cast.tang)


def test_a_state_set_by_hand_does_not_help(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    item.state = State.SIGNED_OFF
    with pytest.raises(Refused, match="has not signed"):
        release.issue_item(item, by=cast.tang)


def test_what_is_signed_is_void_for_the_next_version(cast):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    review.take_plain_step(item, Do.ITEM_RETURN, by=cast.tang, note="A comma")
    review.take_plain_step(item, Do.ITEM_SUBMIT, by=cast.lin)
    db.session.commit()
    item.state = State.SIGNED_OFF
    with pytest.raises(Refused, match="has not signed"):
        release.issue_item(item, by=somebody(Role.ISSUER))


def test_words_changed_behind_the_sign_off_are_not_what_goes_out(cast, public):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    item.body = "<p>Something else</p>"
    release.issue_item(item, by=cast.tang)
    db.session.commit()
    public_file.reconcile()
    signed = db.session.scalars(db.select(SignOff.content_hash)).one()
    assert public() == {item.public_id: signed}


def test_a_later_verdict_on_the_same_version_counts(cast):
    item = make_item(cast.lin, state=State.ON_REQUEST)
    review.take_plain_step(item, Do.ITEM_REASSESS, by=cast.wu, note="The case is closed")
    sign(item, Verdict.RELEASE, by=cast.wu)
    assert item.state is State.SIGNED_OFF
    go(item, State.PUBLISHED)
    assert verify.broken_promises() == []


@pytest.mark.parametrize("attribute", [Attribute.ON_REQUEST, Attribute.WITHHELD])
def test_what_asks_not_to_be_published_cannot_be_released(cast, attribute):
    item = make_item(
        cast.lin,
        state=State.ACCEPTED,
        attribute=attribute,
        ground=Ground.PROCESS_INFORMATION,
        ground_note="A working paper",
    )
    with pytest.raises(Refused, match="asks not to be published"):
        sign(item, Verdict.RELEASE, by=cast.wu)


def test_the_database_takes_no_publication_without_a_release(cast):
    """The foreign keys alone, with the program out of the way."""
    item = make_item(cast.lin, state=State.WITHHELD)
    signed = db.session.scalars(db.select(SignOff)).one()
    db.session.add(Hand(item_id=item.id, person_id=cast.tang.id, hand=HandKind.ISSUER))
    db.session.flush()
    row = {
        "item_id": item.id,
        "revision_id": signed.revision_id,
        "sign_off_id": signed.id,
        "issuer_id": cast.tang.id,
        "public_id": 1,
        "index_number": "W01/2026-00001",
        "published_at": clock.now(),
    }
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Publication).values(row))


@pytest.mark.parametrize("state", [State.SUBMITTED, State.ACCEPTED])
def test_the_database_takes_no_sign_off_by_a_contributor(cast, state):
    item = make_item(cast.lin, state=state)
    revision = items.current_revision(item)
    row = {
        "item_id": item.id,
        "revision_id": revision.id,
        "content_hash": revision.content_hash,
        "officer_id": cast.lin.id,
        "verdict": Verdict.RELEASE,
        "checks": "{}",
        "signed_at": clock.now(),
    }
    with pytest.raises(IntegrityError):
        db.session.execute(insert(SignOff).values(row))


def test_the_database_takes_no_sign_off_of_other_bytes(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    revision = items.current_revision(item)
    db.session.add(Hand(item_id=item.id, person_id=cast.wu.id, hand=HandKind.OFFICER))
    db.session.flush()
    row = {
        "item_id": item.id,
        "revision_id": revision.id,
        "content_hash": ItemManifest.hash_of("{}"),
        "officer_id": cast.wu.id,
        "verdict": Verdict.RELEASE,
        "checks": "{}",
        "signed_at": clock.now(),
    }
    with pytest.raises(IntegrityError):
        db.session.execute(insert(SignOff).values(row))


@pytest.mark.parametrize("role", [Role.CONFIDENTIALITY_OFFICER, Role.ISSUER])
def test_one_person_with_every_role_still_sits_at_one_desk_of_an_item(cast, role):
    """The editor who accepted an item cannot sign or issue it, whatever other roles they hold."""
    both = make_person("both", Role.EDITOR, role, unit=cast.office)
    item = make_item(cast.lin, state=State.UNIT_APPROVED)
    review.take_plain_step(item, Do.ITEM_ACCEPT, by=both)
    db.session.commit()
    if role is Role.ISSUER:
        sign(item, Verdict.RELEASE, by=cast.wu)
        with pytest.raises(NotAllowed):
            release.issue_item(item, by=both)
    else:
        with pytest.raises(NotAllowed):
            sign(item, Verdict.RELEASE, by=both)


def test_signing_a_stale_page_is_refused(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    opinion = review.ItemOpinion(
        verdict=Verdict.RELEASE,
        content_hash="0" * 64,
        checks=dict.fromkeys(review.QUESTIONS, True),
    )
    with pytest.raises(OutOfDate, match="read it again"):
        review.sign_off(item, opinion, by=cast.wu)
    assert db.session.scalars(db.select(SignOff)).all() == []


# Corrections and withdrawals


def test_the_signed_version_stays_up_until_the_correction_is_signed(cast, public):
    item = make_item(cast.lin, state=State.CORRECTING)
    before = public()
    draft = items.Draft(
        title="Flood plan, corrected",
        summary=item.summary,
        body="<p>Corrected.</p>",
        column_id=item.column_id,
        formed_on=item.formed_on,
    )
    items.edit_item(item, draft, seen_version=item.version, by=cast.lin)
    db.session.commit()
    for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
        go(item, state)
        public_file.reconcile()
        assert public() == before
    go(item, State.PUBLISHED)
    assert public().keys() == before.keys()
    assert public() != before
    assert verify.broken_promises() == []


def test_a_correction_is_returned_and_never_declined(cast):
    item = make_item(cast.lin, state=State.CORRECTING)
    go(item, State.SUBMITTED)
    go(item, State.UNIT_APPROVED)
    editor = somebody(Role.EDITOR)
    with pytest.raises(Refused, match="return it instead"):
        review.take_plain_step(item, Do.ITEM_DECLINE, by=editor, note="No")
    review.take_plain_step(item, Do.ITEM_RETURN, by=editor, note="Name the source")
    assert item.state is State.RETURNED


def test_giving_up_a_correction_brings_back_the_published_words(cast, public):
    item = make_item(cast.lin, state=State.CORRECTING)
    before, title = public(), item.title
    draft = items.Draft(title="Never mind", column_id=item.column_id, formed_on=item.formed_on)
    items.edit_item(item, draft, seen_version=item.version, by=cast.lin)
    db.session.commit()
    release.keep_published(item, by=cast.lin)
    db.session.commit()
    assert (item.state, item.title) == (State.PUBLISHED, title)
    assert item.body == "<p>The dikes are checked before the rains.</p>"
    assert public() == before


def type_on(item, by, **words):
    """Somebody goes on writing: what is not named stays as the item has it."""
    same = ("title", "summary", "body", "column_id", "formed_on", "note")
    draft = items.Draft(**{**{name: getattr(item, name) for name in same}, **words})
    items.edit_item(item, draft, seen_version=item.version, by=by)
    db.session.commit()


def give_up(item, by):
    release.keep_published(item, by=by)
    db.session.commit()


def numbers(item):
    return [one.number for one in items.revisions_of(item)]


def test_what_was_written_of_a_correction_that_was_given_up_is_a_version_and_not_public(
    cast, public
):
    item = make_item(cast.lin, state=State.CORRECTING)
    before = public()
    type_on(item, cast.lin, title="Never mind", body="<p>Two dikes.</p>", note="By telephone")
    give_up(item, somebody(Role.EDITOR))
    kept, live = items.revisions_of(item)
    assert (kept.number, live.number, item.revision_number) == (2, 1, 1)
    said = kept.manifest
    assert (said.title, said.body) == ("Never mind", "<p>Two dikes.</p>")
    assert kept.inside.note == "By telephone"
    log = db.session.scalars(
        db.select(AuditRow.details).where(AuditRow.action == Do.ITEM_KEEP).order_by(AuditRow.seq)
    )
    assert json.loads(log.first()) == {"revision": 2, "hash": kept.content_hash}
    public_file.reconcile()
    assert public() == before
    assert verify.broken_promises() == []


def test_a_file_of_a_correction_that_was_given_up_can_still_be_fetched(cast, tmp_path):
    item = make_item(cast.lin, state=State.CORRECTING)
    db.session.rollback()
    with corpus.png(tmp_path / "dike.png").open("rb") as stream:
        received = attachments.receive_attachment(stream, "dike.png")
    one = attachments.add(item, received, key="aaaaaaaa", by=cast.lin)
    original, rendition = one.original, one.rendition
    db.session.commit()
    give_up(item, cast.lin)
    assert item.attachments == []
    assert attachments.served(item, "aaaaaaaa", original=True).sha256 == original
    assert attachments.served(item, "aaaaaaaa", original=False).sha256 == rendition


def test_a_correction_in_which_nothing_was_written_leaves_no_version(cast):
    item = make_item(cast.lin, state=State.CORRECTING, wanted_at=clock.now())
    item.column.name = "By another name"
    give_up(item, cast.lin)
    assert numbers(item) == [1]
    go(item, State.CORRECTING)
    type_on(item, cast.lin, title="Never mind", wanted_at=None)
    give_up(item, cast.lin)
    for _ in range(2):
        go(item, State.CORRECTING)
        give_up(item, cast.lin)
    assert numbers(item) == [2, 1]


def test_the_same_words_given_up_twice_are_one_version(cast):
    item = make_item(cast.lin, state=State.CORRECTING)
    for words in ("Never mind", "Never mind", "Once more"):
        type_on(item, cast.lin, title=words)
        give_up(item, cast.lin)
        go(item, State.CORRECTING)
    assert numbers(item) == [3, 2, 1]


def test_the_next_correction_begins_with_the_published_words_and_goes_its_whole_road(cast, public):
    item = make_item(cast.lin, state=State.CORRECTING)
    type_on(item, cast.lin, attribute=Attribute.WITHHELD, ground=Ground.STATE_SECRET)
    give_up(item, cast.lin)
    assert (item.attribute, item.ground) == (Attribute.PROACTIVE, None)
    go(item, State.CORRECTING)
    type_on(item, cast.lin, title="Another plan")
    for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
        go(item, state)
    assert item.revision_number == 3
    go(item, State.PUBLISHED)
    assert public() == {item.public_id: items.current_revision(item).content_hash}
    assert verify.broken_promises() == []


@pytest.mark.parametrize("missing", [{"column_id": None}, {"formed_on": None}, {"title": ""}])
def test_an_unfinished_correction_that_was_given_up_can_be_read_on_the_items_page(
    cast, browse, missing
):
    item = make_item(cast.lin, state=State.CORRECTING)
    type_on(item, cast.lin, body="<p>Two dikes.</p>", **missing)
    lin = browse(cast.lin)
    page = lin.post(f"/review/{item.id}/keep")
    assert "What was written is kept as version 2" in page.select_one("#messages").text
    assert "What was written is kept as version 2" in page.select_one(".thread").text
    lin.get(f"/review/{item.id}?revision=2")
    assert "Two dikes." in lin.get(f"/review/{item.id}/preview?revision=2").text
    assert "Two dikes." in lin.get(f"/review/{item.id}/compare?old=1&new=2").text


@pytest.mark.parametrize("end", [State.SUBMITTED, State.RETURNED, State.WITHDRAWN])
def test_no_other_step_takes_away_what_was_written_of_a_correction(cast, end):
    item = make_item(cast.lin, state=State.CORRECTING)
    type_on(item, cast.lin, title="Another plan")
    if end is State.RETURNED:
        go(item, State.SUBMITTED)
    go(item, end)
    if end is State.WITHDRAWN:
        review.take_plain_step(item, Do.ITEM_REWORK, by=cast.lin, note="Corrected figures")
    db.session.commit()
    assert item.title == "Another plan"


def test_a_withdrawal_is_out_of_the_file_before_it_is_committed(cast, public, app):
    item = make_item(cast.lin, state=State.PUBLISHED)
    with public_file.lock():
        release.withdraw_item(item, "Wrong figures", by=cast.tang)
        assert public() == {}
        db.session.commit()
    told = writer.withdrawals_in(app.config["COUNTY"].PUBLIC)
    assert told[item.public_id].reason == "Wrong figures"
    assert verify.broken_promises() == []


def test_a_withdrawal_that_failed_is_made_good_by_the_next_minute(cast, public):
    """The file was swapped, the commit never came: the tables are the truth."""
    item = make_item(cast.lin, state=State.PUBLISHED)
    before = public()
    with public_file.lock():
        release.withdraw_item(item, "Wrong figures", by=cast.tang)
    db.session.rollback()
    assert public() == {}
    public_file.reconcile()
    assert public() == before


def test_an_item_can_be_taken_down_while_its_correction_is_under_way(cast, public):
    item = make_item(cast.lin, state=State.CORRECTING)
    go(item, State.SUBMITTED)
    withdraw(item, cast.tang)
    assert item.state is State.WITHDRAWN
    assert public() == {}


def test_a_withdrawn_item_comes_back_only_by_the_whole_road(cast, public):
    item = make_item(cast.lin, state=State.WITHDRAWN)
    number = item.index_number
    review.take_plain_step(item, Do.ITEM_REWORK, by=cast.lin, note="Corrected figures")
    db.session.commit()
    for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
        go(item, state)
        public_file.reconcile()
        assert public() == {}
    go(item, State.PUBLISHED)
    assert list(public()) == [item.public_id]
    assert item.index_number == number
    assert verify.broken_promises() == []


def test_only_what_is_live_can_be_withdrawn(cast):
    item = make_item(cast.lin, state=State.RETURNED)
    with pytest.raises(Refused, match="not on the public site"):
        withdraw(item, cast.tang)


# The file and the tables


def test_a_lost_public_file_is_built_again_the_same(cast, public, app):
    for _ in range(3):
        make_item(cast.lin, state=State.PUBLISHED)
    make_item(cast.lin, state=State.WITHDRAWN)
    before = public()
    next(app.config["COUNTY"].PUBLIC.glob("site.sqlite")).unlink()
    assert verify.broken_promises() != []
    assert public_file.reconcile() is True
    assert public() == before
    assert verify.broken_promises() == []


def test_nothing_to_change_changes_nothing(cast):
    make_item(cast.lin, state=State.PUBLISHED)
    assert public_file.reconcile() is False


def test_verify_sees_a_public_file_that_says_too_much(cast, app):
    item = make_item(cast.lin, state=State.PUBLISHED)
    entry = next(item_entries())
    said = json.loads(entry.manifest_text) | {"title": "Never signed"}
    manifest = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    forged = PublicEntry(
        2,
        "W01/2026-00002",
        manifest,
        ItemManifest.hash_of(manifest),
        entry.published_at,
    )
    writer.apply(app.config["COUNTY"].PUBLIC, writer.Changes(put=(forged,)))
    assert [fault.where for fault in verify.broken_promises()] == ["item:2"]
    public_file.reconcile()
    assert verify.broken_promises() == []
    assert item.state is State.PUBLISHED
