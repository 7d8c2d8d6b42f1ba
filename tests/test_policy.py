"""The permissions as a table. Rows: action and the item's state. Columns: the cast.

Every cell is one test: Y may, . may not. The item is Lin's, of the unit Water.
Each desk before the row's state was served by somebody outside the cast.
"""

import pytest

from county_portal.editorial.sheets.year_list import Asked
from county_portal.models import (
    Briefing,
    BriefingHand,
    BriefingState,
    ClosedMonth,
    Deposit,
    DepositPart,
    Gazette,
    GazetteHand,
    GazetteHandKind,
    GazetteState,
    HandKind,
    MadeCircular,
    MadeReport,
    Role,
    State,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import RULES, Do, can, viewable_items
from county_portal.office.rules.workflow import take_hand
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
gazette.reopen          frozen        .   .    .  .    .  .    Y  .   .   .   .
gazette.release         frozen        .   .    .  .    Y  .    .  .   .   .   .
gazette.return          frozen        .   .    .  .    Y  .    .  .   .   .   .
gazette.issue           signed        .   .    .  .    .  Y    .  .   .   .   .
gazette.withdraw        published     .   .    .  Y    Y  Y    .  .   .   .   .
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
    """A desk of each kind outside the cast, newer and so taken before its people."""
    return [
        make_person("liaison2", Role.LIAISON, unit=cast.water),
        make_person("leader2", Role.UNIT_LEADER, unit=cast.water),
        make_person("editor2", Role.EDITOR, unit=cast.office),
        make_person("officer2", Role.CONFIDENTIALITY_OFFICER, unit=cast.office),
        make_person("issuer2", Role.ISSUER, unit=cast.office),
    ]


ALONE = {  # the services ask these of nothing in particular
    *(Do.COLUMN_MANAGE, Do.UNIT_MANAGE, Do.PERSON_MANAGE, Do.ROLE_MANAGE, Do.CALENDAR_MANAGE),
    *(Do.SETTING_MANAGE, Do.MASTHEAD_MANAGE, Do.AUDIT_READ, Do.ITEM_CREATE, Do.DEPOSIT_READ),
    *(Do.DEPOSIT_MAKE, Do.GAZETTE_READ, Do.GAZETTE_COMPOSE, Do.BRIEFING_READ, Do.BRIEFING_COMPOSE),
    *(action for action in Do if action.startswith(("report.", "circular."))),
}


KINDS = {  # what else is judged, made of the unit Water and of the clerk He who composes
    "gazette": lambda state, water, he: Gazette(
        state=GazetteState(state),
        hands=[GazetteHand(person_id=he.id, hand=GazetteHandKind.COMPOSER)],
    ),
    "briefing": lambda state, water, he: Briefing(
        state=BriefingState(state), hands=[BriefingHand(person_id=he.id)]
    ),
    "deposit": lambda state, water, he: Deposit(),
    Do.DEPOSIT_PART: lambda state, water, he: DepositPart(unit_id=water.id),
    Do.DEPOSIT_HAND_OVER: lambda state, water, he: DepositPart(unit_id=water.id),
    "report": lambda state, water, he: MadeReport(),
    Do.REPORT_CLOSE: lambda state, water, he: ClosedMonth(),
    Do.REPORT_REOPEN: lambda state, water, he: ClosedMonth(),
    "circular": lambda state, water, he: MadeCircular(),
    Do.UNIT_LIST: lambda state, water, he: Asked(water.id),
}


def thing_of(cast, action, state):
    """What the action is done with: a thing of its own kind, in that state; an item is Lin's."""
    kind = action.partition(".")[0]
    if kind in {"item", "validity"} or action == Do.GAZETTE_MARK:
        return make_item(cast.lin, state=State(state))
    make = KINDS.get(action) or KINDS.get(kind)
    return make(state, cast.water, cast.he) if make else None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_matrix(cast, bystanders, row):
    action, state, *marks = row
    thing = thing_of(cast, action, state)
    wanted = {name: mark == "Y" for name, mark in zip(HEADER, marks, strict=True)}
    assert {name: can(getattr(cast, name), Do(action), thing) for name in HEADER} == wanted
    if action in ALONE:
        assert {name: can(getattr(cast, name), Do(action)) for name in HEADER} == wanted


# Own hands: who has had another hand in the thing may not


OWN_HANDS = """
                                             none author unit_leader editor officer issuer
item.view               lin  submitted       Y    Y      Y           Y      Y       Y
item.edit               lin  draft           Y    Y      .           .      .       .
item.edit               lin  returned        Y    Y      .           .      .       .
item.edit               lin  correcting      Y    Y      .           .      .       .
item.amend              qian unit_approved   Y    .      .           Y      .       .
item.submit             lin  draft           Y    Y      .           .      .       .
item.submit             lin  returned        Y    Y      .           .      .       .
item.recall             lin  submitted       Y    Y      .           .      .       .
item.approve            zhou submitted       Y    .      Y           .      .       .
item.accept             qian unit_approved   Y    .      .           Y      .       .
item.return             zhou submitted       Y    Y      Y           Y      Y       Y
item.return             qian unit_approved   Y    Y      Y           Y      Y       Y
item.return             wu   accepted        Y    Y      Y           Y      Y       Y
item.return             tang signed_off      Y    Y      Y           Y      Y       Y
item.decline            qian unit_approved   Y    Y      Y           Y      Y       Y
item.release            wu   accepted        Y    .      .           .      Y       .
item.release_on_request wu   accepted        Y    .      .           .      Y       .
item.withhold           wu   accepted        Y    .      .           .      Y       .
item.refer              wu   accepted        Y    .      .           .      Y       .
item.reassess           wu   referred        Y    .      .           .      Y       .
item.issue              tang signed_off      Y    .      .           .      .       Y
item.publish            tang issued          Y    .      .           .      .       Y
item.correct            tang published       Y    Y      Y           Y      Y       Y
item.keep               qian correcting      Y    Y      Y           Y      Y       Y
item.withdraw           wu   published       Y    Y      Y           Y      Y       Y
item.rework             lin  withdrawn       Y    Y      Y           Y      Y       Y
item.remark             he   submitted       Y    Y      Y           Y      Y       Y
"""
GAZETTE_HANDS = """
                                 none composer officer issuer
gazette.read      he   published Y    Y        Y       Y
gazette.compose   he   draft     Y    Y        .       .
gazette.freeze    he   draft     Y    Y        .       .
gazette.reopen    he   frozen    Y    Y        .       .
gazette.release   wu   frozen    Y    .        Y       .
gazette.return    wu   frozen    Y    .        Y       .
gazette.issue     tang signed    Y    .        .       Y
gazette.withdraw  tang published Y    Y        Y       Y
"""
BRIEFING_HANDS = """
                                 none composer
briefing.read     he   submitted Y    Y
briefing.edit     he   draft     Y    Y
briefing.submit   he   draft     Y    Y
briefing.recall   he   submitted Y    Y
briefing.approve  tang submitted Y    .
briefing.return   tang submitted Y    .
briefing.withdraw tang approved  Y    Y
"""


def each_row(table):
    """Action, name, state and for each hand whether they may, for each row of a table of hands."""
    heads, *rows = (line.split() for line in table.strip().splitlines())
    read = [
        (action, name, state, {hand: mark == "Y" for hand, mark in zip(heads, marks, strict=True)})
        for action, name, state, *marks in rows
    ]
    ids = [f"{action}-{state}" for action, _, state, _ in read]
    return pytest.mark.parametrize(("action", "name", "state", "wanted"), read, ids=ids)


@each_row(OWN_HANDS)
def test_own_hands_in_an_item(cast, bystanders, action, name, state, wanted):
    """Everybody else who has served it so far is outside the cast, its author too."""
    item = make_item(bystanders[0], state=State(state))
    found = {}
    for hand in wanted:
        person = getattr(cast, name)
        assert item.hand_of(person) is None
        if hand != "none":
            take_hand(item, HandKind(hand), by=person)
        found[hand] = can(person, Do(action), item)
        db.session.rollback()
    assert found == wanted


@each_row(GAZETTE_HANDS)
def test_own_hands_in_a_gazette(cast, action, name, state, wanted):
    person, found = getattr(cast, name), {}
    for hand in wanted:
        gazette = Gazette(state=GazetteState(state), hands=[])
        if hand != "none":
            gazette.hands.append(GazetteHand(person_id=person.id, hand=GazetteHandKind(hand)))
        found[hand] = can(person, Do(action), gazette)
    assert found == wanted


@each_row(BRIEFING_HANDS)
def test_own_hands_in_a_briefing(cast, action, name, state, wanted):
    person, found = getattr(cast, name), {}
    for hand in wanted:
        hands = [] if hand == "none" else [BriefingHand(person_id=person.id)]
        briefing = Briefing(state=BriefingState(state), hands=hands)
        found[hand] = can(person, Do(action), briefing)
    assert found == wanted


def test_every_action_on_what_keeps_hands_has_its_row_of_hands():
    tables = OWN_HANDS + GAZETTE_HANDS + BRIEFING_HANDS
    tried = {word for word in tables.split() if "." in word.strip(".")}
    kept = {action for action in Do if action.startswith(("item.", "gazette.", "briefing."))}
    assert tried == kept - {Do.ITEM_CREATE, Do.BRIEFING_COMPOSE, Do.GAZETTE_MARK}


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
