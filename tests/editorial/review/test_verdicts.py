"""What a verdict opens and what it does not, and whose hand a step is."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.editorial.items.services import current_revision
from county_portal.editorial.release import services as release
from county_portal.editorial.review import services as review
from county_portal.editorial.review.steps import ROAD
from county_portal.models import (
    Attribute,
    AuditRow,
    Ground,
    HandKind,
    Publication,
    Role,
    SignOff,
    State,
    StepTaken,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do
from tests.factories import PUBLIC, go, make_item, make_person, sign
from tests.forging import go_round_the_guards

NOT_RELEASED = [verdict for verdict in Verdict if verdict is not Verdict.RELEASE]
LATER = timedelta(hours=1)

# The guard


@pytest.mark.parametrize("verdict", NOT_RELEASED)
def test_a_verdict_that_does_not_release_opens_no_gate(cast, verdict):
    """The state was set by hand, as a program gone wrong would."""
    item = make_item(cast.lin, state=State.ACCEPTED)
    sign(item, verdict, by=cast.wu)
    item.state = State.SIGNED_OFF
    with pytest.raises(Refused, match="has not signed"):
        release.issue_item(item, by=cast.tang)
    item.state = State.ISSUED
    for person in (cast.tang, None):
        with pytest.raises(Refused, match="has not signed"):
            release.publish_item(item, by=person)
    assert db.session.scalars(select(Publication)).all() == []


@pytest.mark.parametrize("verdict", NOT_RELEASED)
def test_the_newest_verdict_on_a_version_counts(cast, verdict):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    item.state = State.ACCEPTED
    sign(item, verdict)
    item.state = State.SIGNED_OFF
    with pytest.raises(Refused, match="has not signed"):
        release.issue_item(item, by=cast.tang)


def test_the_verdict_stands_on_record_before_its_guard_looks(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    unsigned = workflow.take_step(ROAD, item, Do.ITEM_RELEASE, by=cast.wu)
    with pytest.raises(Refused, match="has not signed"), unsigned:
        pytest.fail("the step was taken")
    sign(item, Verdict.RELEASE, by=cast.wu)
    assert item.state is State.SIGNED_OFF


def test_a_verdict_whose_guard_refuses_is_taken_back_with_its_hand(cast):
    ground = {"ground": Ground.PROCESS_INFORMATION, "ground_note": "A working paper"}
    item = make_item(cast.lin, state=State.ACCEPTED, attribute=Attribute.WITHHELD, **ground)
    with pytest.raises(Refused, match="asks not to be published"):
        sign(item, Verdict.RELEASE, by=cast.wu)
    db.session.rollback()
    assert db.session.scalars(select(SignOff)).all() == []
    assert (item.state, item.hand_of(cast.wu)) == (State.ACCEPTED, None)


# Hands


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_of_the_officer_gives_an_officer_s_hand(cast, verdict):
    item = make_item(cast.lin, state=State.ACCEPTED)
    sign(item, verdict, by=cast.wu)
    assert item.hand_of(cast.wu) is HandKind.OFFICER


@pytest.mark.parametrize(
    ("state", "role"),
    [
        (State.SUBMITTED, Role.UNIT_LEADER),
        (State.UNIT_APPROVED, Role.EDITOR),
        (State.SIGNED_OFF, Role.ISSUER),
        (State.ISSUED, Role.ISSUER),
    ],
)
def test_a_return_from_another_desk_than_the_officer_s_gives_no_hand(cast, state, role):
    item = make_item(cast.lin, state=state)
    person = make_person("another", role, unit=cast.water)
    before = {row.person_id for row in item.hands}
    review.take_plain_step(item, Do.ITEM_RETURN, by=person, note="Name the river")
    db.session.commit()
    assert item.state is State.RETURNED
    assert {row.person_id for row in item.hands} == before
    revision = current_revision(item)
    row = {
        "item_id": item.id,
        "revision_id": revision.id,
        "content_hash": revision.content_hash,
        "officer_id": person.id,
        "verdict": Verdict.RETURN,
        "checks": "{}",
        "signed_at": clock.now(),
    }
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        db.session.execute(insert(SignOff).values(row))


def test_a_plain_return_from_the_officer_s_desk_is_no_verdict(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    review.take_plain_step(item, Do.ITEM_RETURN, by=cast.wu, note="Name the river")
    db.session.commit()
    assert (item.state, item.hand_of(cast.wu)) == (State.RETURNED, None)
    assert db.session.scalars(select(SignOff)).all() == []


# The timetable


def issue_for_later(item, by):
    release.issue_item(item, by=by, publish_at=clock.now() + LATER)
    db.session.commit()
    return item


def publish_due():
    with clock.frozen(clock.now() + LATER):
        count = release.publish_due()
        db.session.commit()
    return count


def test_the_timetable_acts_as_nobody(cast):
    item = issue_for_later(make_item(cast.lin, state=State.SIGNED_OFF), cast.tang)
    before = {row.person_id: row.hand for row in item.hands}
    assert publish_due() == 1
    row = db.session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
    assert (row.action, row.actor, row.unit) == ("item.publish", "system", "")
    step = db.session.scalars(select(StepTaken).order_by(StepTaken.id.desc())).first()
    assert (step.action, step.person_id) == ("item.publish", None)
    assert {row.person_id: row.hand for row in item.hands} == before


def test_the_timetable_publishes_by_the_hand_of_the_last_issuer(cast):
    item = issue_for_later(make_item(cast.lin, state=State.SIGNED_OFF), cast.tang)
    review.take_plain_step(item, Do.ITEM_RETURN, by=cast.tang, note="Wait for the meeting")
    for state in PUBLIC[:4]:
        go(item, state)
    second = make_person("second", Role.ISSUER, unit=cast.office)
    issue_for_later(item, second)
    assert publish_due() == 1
    assert db.session.scalars(select(Publication.issuer_id)).all() == [second.id]


def test_without_the_hand_of_an_issuer_the_timetable_publishes_nothing(cast):
    item = issue_for_later(make_item(cast.lin, state=State.SIGNED_OFF), cast.tang)
    go_round_the_guards("DELETE FROM hands WHERE hand = 'issuer'")
    assert publish_due() == 0
    assert item.state is State.ISSUED
    assert db.session.scalars(select(Publication)).all() == []


@pytest.mark.parametrize("name", ["lin", "wu", "he"])
def test_the_database_publishes_by_no_other_hand_than_an_issuer_s(cast, name):
    item = issue_for_later(make_item(cast.lin, state=State.SIGNED_OFF), cast.tang)
    sign_off = db.session.scalars(select(SignOff)).one()
    row = {
        "item_id": item.id,
        "revision_id": sign_off.revision_id,
        "sign_off_id": sign_off.id,
        "public_id": 1,
        "index_number": "W01/2026-00001",
        "published_at": clock.now(),
    }
    person = getattr(cast, name)
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        db.session.execute(insert(Publication).values(**row, issuer_id=person.id))
    db.session.rollback()
    db.session.execute(insert(Publication).values(**row, issuer_id=cast.tang.id))
