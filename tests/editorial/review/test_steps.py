"""Proofs over the table of steps: they see every road, not a sample of roads."""

import pytest

from county_portal.editorial.review.services import STEP_OF_VERDICT
from county_portal.editorial.review.steps import STEPS
from county_portal.models import HandKind, State
from county_portal.office.base.config import ROOT
from county_portal.office.rules import labels
from county_portal.office.rules.policy import DESKS, RULES, Do
from county_portal.office.rules.workflow import Step


def reachable(steps: tuple[Step, ...], without: State | None = None) -> set[State]:
    """Every state the table leads to from DRAFT, with one state taken out of it."""
    reached, grown = {State.DRAFT}, True
    while grown:
        found = {s.target for s in steps if reached & set(s.sources)} - {without}
        grown = not found <= reached
        reached |= found
    return reached


GATES = [
    State.SUBMITTED,
    State.UNIT_APPROVED,
    State.ACCEPTED,
    State.SIGNED_OFF,
    State.ISSUED,
]


@pytest.mark.parametrize("gate", GATES)
def test_no_road_to_publication_goes_round(gate):
    assert State.PUBLISHED not in reachable(STEPS, without=gate)


def test_the_proof_sees_a_broken_table():
    shortcut = Step(Do.ITEM_PUBLISH, (State.RETURNED,), State.PUBLISHED)
    assert State.PUBLISHED in reachable((*STEPS, shortcut), without=State.SIGNED_OFF)


def test_every_state_can_be_reached():
    assert reachable(STEPS) == set(State)


def test_only_declining_is_an_end():
    left = {source for step in STEPS for source in step.sources if step.action != Do.ITEM_WITHDRAW}
    assert set(State) - left == {State.DECLINED}


def test_each_action_stands_once_and_has_a_rule_and_a_label():
    actions = [step.action for step in STEPS]
    assert len(actions) == len(set(actions))
    for action in actions:
        assert action in RULES
        assert labels.label(action)


def test_each_desk_has_a_step_that_leads_on_and_one_that_leads_back():
    for state in set(DESKS) - {State.REFERRED}:
        targets = {step.target for step in STEPS if state in step.sources}
        assert State.RETURNED in targets
        assert targets - {State.RETURNED, State.WITHDRAWN, State.DECLINED}


def test_every_verdict_has_its_step():
    assert set(STEP_OF_VERDICT.values()) <= {step.action for step in STEPS}


@pytest.mark.parametrize(
    ("action", "hand"),
    [
        (Do.ITEM_APPROVE, HandKind.UNIT_LEADER),
        (Do.ITEM_ACCEPT, HandKind.EDITOR),
        (Do.ITEM_RELEASE, HandKind.OFFICER),
        (Do.ITEM_ISSUE, HandKind.ISSUER),
    ],
)
def test_each_approval_takes_a_hand_of_its_own(action, hand):
    assert next(step.hand for step in STEPS if step.action is action) is hand


def test_the_diagram_in_the_handbook_is_the_table(app):
    drawn = app.test_cli_runner().invoke(args=["docs", "road"]).output
    assert drawn.strip() in (ROOT / "docs" / "road.md").read_text()
