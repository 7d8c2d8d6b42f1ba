"""The kernel under every road, on a small road of its own over the tables of items."""

import json

import pytest
from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.editorial.items.services import current_revision, make_revision
from county_portal.models import (
    AuditRow,
    Hand,
    HandKind,
    Item,
    PersonRole,
    Role,
    SignOff,
    State,
    StepTaken,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import Road, Step
from tests.factories import make_item, make_person

NOTE = "  It was \u202ewrong "


def titled(item: Item) -> None:
    if not item.title:
        raise Refused("Enter a title")


def released(item: Item) -> None:
    workflow.require_released(SignOff, current_revision(item))


S = State
STEPS = (
    Step(
        Do.ITEM_WITHDRAW,
        (S.DRAFT, S.ACCEPTED),
        S.WITHDRAWN,
        needs_note=True,
        guards=(titled,),
        hand=HandKind.OFFICER,
    ),
    Step(Do.ITEM_RELEASE, (S.ACCEPTED,), S.SIGNED_OFF, guards=(released,)),
    Step(Do.ITEM_PUBLISH, (S.ACCEPTED,), S.PUBLISHED, by_itself=True),
)
ROAD = Road(STEPS, Item, Hand, StepTaken, officer=HandKind.OFFICER, logged=str.upper)


def take(item, by, action=Do.ITEM_WITHDRAW, note=NOTE, verdict=None):
    with workflow.take_step(ROAD, item, action, by=by, note=note, verdict=verdict) as taken:
        taken.told["also"] = 1


def written() -> list[int]:
    """How many steps and lines of the log there are."""
    return [db.session.scalar(select(func.count()).select_from(t)) for t in (StepTaken, AuditRow)]


def verdict_on(item, officer, verdict=Verdict.RELEASE):
    revision = current_revision(item)
    return SignOff(
        item_id=item.id,
        revision_id=revision.id,
        content_hash=revision.content_hash,
        officer_id=officer.id,
        verdict=verdict,
        checks="{}",
        signed_at=clock.now(),
    )


def test_the_refusals_come_in_one_order(cast):
    """Everything is wrong at first; one thing after the other is put right."""
    item = make_item(cast.lin)
    item.state, item.title = State.DECLINED, ""
    workflow.take_hand(item, HandKind.AUTHOR, by=cast.wu)
    before = written()

    def refused(person, wrong, words, note=""):
        with pytest.raises(Refused, match=words) as refusal:
            take(item, person, note=note)
        assert refusal.type is wrong

    refused(cast.lin, NotAllowed, "may not")  # the role
    refused(cast.wu, OutOfDate, "moved this on")
    item.state = State.DRAFT
    refused(cast.wu, NotAllowed, "may not")  # the policy: it was never handed over
    item.revision_number = 1
    refused(cast.wu, Refused, "Say why", " \u202e ")
    refused(cast.wu, Refused, "1000", "x" * 1001)
    refused(cast.wu, NotAllowed, "may not", NOTE)  # another hand
    refused(cast.tang, Refused, "Enter a title", NOTE)
    assert written() == before
    item.title = "Water"
    take(item, cast.tang)
    assert (item.state, item.hand_of(cast.tang)) == (State.WITHDRAWN, HandKind.OFFICER)


def test_a_step_leaves_its_row_its_hand_the_state_and_one_line_of_the_log(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    steps, lines = written()
    with clock.frozen("2026-03-03T10:00"):
        take(item, cast.wu)
        moment = clock.now()
    db.session.commit()
    assert written() == [steps + 1, lines + 1]
    assert (item.state, item.state_since) == (State.WITHDRAWN, moment)
    assert item.hand_of(cast.wu) is HandKind.OFFICER
    row = workflow.thread_of(StepTaken, item.id)[-1]
    assert (row.action, row.was, row.now) == ("item.withdraw", State.ACCEPTED, State.WITHDRAWN)
    assert (row.person, row.at, row.note) == (cast.wu, moment, "It was wrong")
    assert row.revision_number == item.revision_number
    line = db.session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
    assert (line.action, line.actor, line.object) == (row.action, "wu", f"items:{item.id}")
    told = {"was": "accepted", "now": "withdrawn", "note": NOTE.upper(), "also": 1}
    assert json.loads(line.details) == told


def test_row_hand_state_and_log_are_one_transaction(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    before = written()
    take(item, cast.wu)
    db.session.rollback()
    assert written() == before
    assert (item.state, item.hand_of(cast.wu)) == (State.ACCEPTED, None)


def test_what_goes_wrong_while_the_step_is_taken_takes_nothing(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    before = written()
    with (
        pytest.raises(OutOfDate),
        workflow.take_step(ROAD, item, Do.ITEM_WITHDRAW, by=cast.wu, note=NOTE),
    ):
        raise OutOfDate("Read it again")
    assert (written(), item.state) == (before, State.ACCEPTED)


def test_the_verdict_stands_on_record_before_the_guard_and_gives_a_hand(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    with pytest.raises(Refused, match="has not signed"):
        take(item, cast.wu, Do.ITEM_RELEASE)
    assert item.hand_of(cast.wu) is None
    take(item, cast.wu, Do.ITEM_RELEASE, verdict=verdict_on(item, cast.wu))
    assert (item.state, item.hand_of(cast.wu)) == (State.SIGNED_OFF, HandKind.OFFICER)


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.WITHHOLD])
def test_the_newest_verdict_on_the_version_counts(cast, verdict):
    item = make_item(cast.lin, state=State.ACCEPTED)
    workflow.take_hand(item, HandKind.OFFICER, by=cast.wu)
    told = {"referred_to": "The bureau"} if verdict is Verdict.REFER else {}
    for one in (Verdict.RELEASE, verdict):
        row = verdict_on(item, cast.wu, one)
        for name, value in told.items():
            setattr(row, name, value)
        db.session.add(row)
        db.session.flush()
    assert [row.verdict for row in workflow.sign_offs_of(SignOff, item)] == [
        verdict,
        Verdict.RELEASE,
    ]
    if verdict is Verdict.RELEASE:
        assert workflow.require_released(SignOff, current_revision(item)) is row
    else:
        with pytest.raises(Refused, match="has not signed"):
            released(item)


def test_a_verdict_on_an_earlier_version_does_not_count(cast):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    released(item)
    make_revision(item, by=cast.qian)
    with pytest.raises(Refused, match="has not signed"):
        released(item)


def test_the_timetable_takes_the_steps_that_say_so_and_no_others(cast):
    item = make_item(cast.lin, state=State.ACCEPTED)
    with pytest.raises(NotAllowed):
        take(item, None)
    hands = len(item.hands)
    take(item, None, Do.ITEM_PUBLISH)
    assert item.state is State.PUBLISHED
    assert (workflow.thread_of(StepTaken, item.id)[-1].person, len(item.hands)) == (None, hands)


def test_what_waits_for_somebody_is_what_they_could_take(cast):
    items = [make_item(cast.lin, state=state) for state in (State.ACCEPTED, State.SUBMITTED)]
    mine = make_item(cast.lin, state=State.ACCEPTED)
    workflow.take_hand(mine, HandKind.EDITOR, by=cast.wu)
    cast.lin.role_rows.append(PersonRole(role=Role.CONFIDENTIALITY_OFFICER, branch=cast.lin.branch))
    gone = make_person("officer2", Role.CONFIDENTIALITY_OFFICER)
    gone.active = False
    db.session.commit()

    def waiting_for(person):
        query = select(Item.id).where(workflow.waits_for(ROAD, person, Do.ITEM_WITHDRAW))
        return set(db.session.scalars(query))

    assert waiting_for(cast.wu) == {items[0].id}
    assert waiting_for(cast.tang) == {items[0].id, mine.id}
    assert waiting_for(cast.lin) == set(), "the author has another hand in both"
    assert waiting_for(cast.he) == waiting_for(gone) == set()
