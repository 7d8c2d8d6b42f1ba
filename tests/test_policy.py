"""The permissions as a table. Rows: action and the item's state. Columns: the cast.

Every cell is one test: Y may, . may not. The item is Lin's, of the unit Water.
Each desk before the row's state was served by somebody outside the cast.
"""

import pytest

from county_portal.extensions import db
from county_portal.models import Briefing, BriefingHand, BriefingState, Role, State
from county_portal.policy import RULES, Do, can, viewable_items
from tests.factories import make_item, make_person

MATRIX = """
                                      lin zhou ma qian wu tang he sys sec aud gone
item.view               draft         Y   Y    .  .    .  .    .  .   .   .   .
item.view               submitted     Y   Y    .  Y    Y  Y    Y  .   .   .   .
item.view               returned      Y   Y    .  Y    Y  Y    Y  .   .   .   .
item.view               published     Y   Y    .  Y    Y  Y    Y  .   .   .   .
item.create             draft         Y   Y    Y  .    .  .    .  .   .   .   .
item.edit               draft         Y   Y    .  .    .  .    .  .   .   .   .
item.edit               submitted     .   .    .  .    .  .    .  .   .   .   .
item.edit               returned      Y   Y    .  .    .  .    .  .   .   .   .
item.edit               correcting    Y   Y    .  .    .  .    .  .   .   .   .
item.edit               published     .   .    .  .    .  .    .  .   .   .   .
item.amend              submitted     .   .    .  .    .  .    .  .   .   .   .
item.amend              unit_approved .   .    .  Y    .  .    .  .   .   .   .
item.amend              accepted      .   .    .  .    .  .    .  .   .   .   .
item.amend              signed_off    .   .    .  .    .  .    .  .   .   .   .
item.submit             draft         Y   Y    .  .    .  .    .  .   .   .   .
item.recall             submitted     Y   Y    .  .    .  .    .  .   .   .   .
item.approve            submitted     .   Y    .  .    .  .    .  .   .   .   .
item.accept             unit_approved .   .    .  Y    .  .    .  .   .   .   .
item.return             submitted     .   Y    .  .    .  .    .  .   .   .   .
item.return             unit_approved .   .    .  Y    .  .    .  .   .   .   .
item.return             accepted      .   .    .  .    Y  .    .  .   .   .   .
item.return             signed_off    .   .    .  .    .  Y    .  .   .   .   .
item.return             published     .   .    .  .    .  .    .  .   .   .   .
item.decline            unit_approved .   .    .  Y    .  .    .  .   .   .   .
item.release            accepted      .   .    .  .    Y  .    .  .   .   .   .
item.release_on_request accepted      .   .    .  .    Y  .    .  .   .   .   .
item.withhold           accepted      .   .    .  .    Y  .    .  .   .   .   .
item.refer              accepted      .   .    .  .    Y  .    .  .   .   .   .
item.reassess           referred      .   .    .  .    Y  .    .  .   .   .   .
item.issue              signed_off    .   .    .  .    .  Y    .  .   .   .   .
item.publish            issued        .   .    .  .    .  Y    .  .   .   .   .
item.correct            published     Y   Y    .  Y    .  Y    .  .   .   .   .
item.keep               correcting    Y   Y    .  Y    .  Y    .  .   .   .   .
item.withdraw           published     .   .    .  Y    Y  Y    .  .   .   .   .
item.rework             withdrawn     Y   Y    .  Y    .  Y    .  .   .   .   .
item.remark             submitted     Y   Y    .  Y    Y  Y    Y  .   .   .   .
column.manage           draft         .   .    .  Y    .  .    .  .   .   .   .
unit.manage             draft         .   .    .  .    .  .    .  Y   .   .   .
person.manage           draft         .   .    .  .    .  .    .  Y   .   .   .
role.manage             draft         .   .    .  .    .  .    .  .   Y   .   .
calendar.manage         draft         .   .    .  .    .  .    Y  Y   .   .   .
setting.manage          draft         .   .    .  .    .  .    .  Y   .   .   .
report.make             draft         .   .    .  .    .  .    Y  .   .   .   .
report.read             draft         .   .    .  Y    .  Y    Y  .   .   .   .
report.close            draft         .   .    .  .    .  .    Y  .   .   .   .
report.reopen           draft         .   .    .  .    .  .    Y  .   .   .   .
circular.send           draft         .   .    .  .    .  .    Y  .   .   .   .
circular.read           draft         .   Y    .  Y    .  Y    Y  .   .   .   .
deposit.read            draft         .   .    .  Y    .  Y    Y  .   .   .   .
deposit.make            draft         .   .    .  .    .  .    Y  .   .   .   .
deposit.part            draft         Y   Y    .  Y    .  Y    Y  .   .   .   .
deposit.hand_over       draft         Y   Y    .  .    .  .    Y  .   .   .   .
unit.list               draft         Y   Y    .  Y    .  Y    Y  .   .   .   .
validity.change         published     .   .    .  Y    .  Y    .  .   .   .   .
gazette.read            draft         .   .    .  Y    Y  Y    Y  .   .   .   .
gazette.mark            published     .   .    .  Y    .  .    Y  .   .   .   .
gazette.compose         draft         .   .    .  .    .  .    Y  .   .   .   .
gazette.freeze          draft         .   .    .  .    .  .    Y  .   .   .   .
gazette.reopen          draft         .   .    .  .    .  .    Y  .   .   .   .
gazette.release         draft         .   .    .  .    Y  .    .  .   .   .   .
gazette.return          draft         .   .    .  .    Y  .    .  .   .   .   .
gazette.issue           draft         .   .    .  .    .  Y    .  .   .   .   .
gazette.withdraw        draft         .   .    .  Y    Y  Y    .  .   .   .   .
briefing.read           draft         .   .    .  Y    .  Y    Y  .   .   .   .
briefing.compose        draft         .   .    .  .    .  .    Y  .   .   .   .
briefing.edit           draft         .   .    .  .    .  .    Y  .   .   .   .
briefing.edit           returned      .   .    .  .    .  .    Y  .   .   .   .
briefing.edit           submitted     .   .    .  .    .  .    .  .   .   .   .
briefing.submit         draft         .   .    .  .    .  .    Y  .   .   .   .
briefing.recall         submitted     .   .    .  .    .  .    Y  .   .   .   .
briefing.approve        submitted     .   .    .  .    .  Y    .  .   .   .   .
briefing.return         submitted     .   .    .  .    .  Y    .  .   .   .   .
briefing.withdraw       submitted     .   .    .  .    .  Y    .  .   .   .   .
masthead.manage         draft         .   .    .  .    .  .    Y  .   .   .   .
audit.read              draft         .   .    .  .    .  .    .  .   .   Y   .
"""
HEADER, *ROWS = (line.split() for line in MATRIX.strip().splitlines())


@pytest.fixture
def bystanders(cast):
    """Leader, editor, officer and issuer outside the cast, newer and so taken before its people."""
    return [
        make_person("leader2", Role.UNIT_LEADER, unit=cast.water),
        make_person("editor2", Role.EDITOR, unit=cast.office),
        make_person("officer2", Role.CONFIDENTIALITY_OFFICER, unit=cast.office),
        make_person("issuer2", Role.ISSUER, unit=cast.office),
    ]


def thing_of(cast, action, state):
    """Lin's item in that state; what is done with briefings is done with one that He composes."""
    if action.startswith("briefing."):
        return Briefing(state=BriefingState(state), hands=[BriefingHand(person_id=cast.he.id)])
    return make_item(cast.lin, state=State(state))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_matrix(cast, bystanders, row):
    action, state, *marks = row
    thing = thing_of(cast, action, state)
    found = {name: can(getattr(cast, name), Do(action), thing) for name in HEADER}
    assert found == {name: mark == "Y" for name, mark in zip(HEADER, marks, strict=True)}


def test_every_action_has_a_rule_and_a_row():
    assert set(RULES) == set(Do) == {Do(row[0]) for row in ROWS}


def test_an_action_without_a_rule_is_refused(cast):
    assert not can(cast.lin, "item.burn")  # type: ignore[arg-type]


def test_the_query_and_the_rule_agree(cast, bystanders):
    items = [make_item(author, state=state) for author in (cast.lin, cast.ma) for state in State]
    for person in vars(cast).values():
        listed = set(db.session.scalars(viewable_items(person)))
        allowed = {item for item in items if can(person, Do.ITEM_VIEW, item)}
        assert listed == allowed, person.name
