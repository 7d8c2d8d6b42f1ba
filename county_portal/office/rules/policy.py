"""Who may do what: the one page to read first.

RULES holds a row for each action: who may ever do it (a role), and what must
hold between this person and this thing. Both halves must hold. An action
without a row is refused, and so is everybody whose account is closed.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from county_portal.core.errors import NotAllowed
from county_portal.models import (
    Briefing,
    Column,
    GazetteHandKind,
    HandKind,
    Item,
    OpenTo,
    Person,
    Role,
    State,
    Unit,
    UnitKind,
)


class Do(StrEnum):
    """Every action, as <thing>.<deed>."""

    ITEM_VIEW = "item.view"
    ITEM_CREATE = "item.create"
    ITEM_EDIT = "item.edit"
    ITEM_AMEND = "item.amend"
    ITEM_SUBMIT = "item.submit"
    ITEM_RECALL = "item.recall"
    ITEM_APPROVE = "item.approve"
    ITEM_ACCEPT = "item.accept"
    ITEM_RETURN = "item.return"
    ITEM_DECLINE = "item.decline"
    ITEM_RELEASE = "item.release"
    ITEM_RELEASE_ON_REQUEST = "item.release_on_request"
    ITEM_WITHHOLD = "item.withhold"
    ITEM_REFER = "item.refer"
    ITEM_REASSESS = "item.reassess"
    ITEM_ISSUE = "item.issue"
    ITEM_PUBLISH = "item.publish"
    ITEM_CORRECT = "item.correct"
    ITEM_KEEP = "item.keep"
    ITEM_WITHDRAW = "item.withdraw"
    ITEM_REWORK = "item.rework"
    ITEM_REMARK = "item.remark"
    COLUMN_MANAGE = "column.manage"
    UNIT_MANAGE = "unit.manage"
    PERSON_MANAGE = "person.manage"
    ROLE_MANAGE = "role.manage"
    CALENDAR_MANAGE = "calendar.manage"
    SETTING_MANAGE = "setting.manage"
    REPORT_MAKE = "report.make"
    REPORT_READ = "report.read"
    REPORT_CLOSE = "report.close"
    REPORT_REOPEN = "report.reopen"
    CIRCULAR_SEND = "circular.send"
    CIRCULAR_READ = "circular.read"
    DEPOSIT_READ = "deposit.read"
    DEPOSIT_MAKE = "deposit.make"
    DEPOSIT_PART = "deposit.part"
    DEPOSIT_HAND_OVER = "deposit.hand_over"
    UNIT_LIST = "unit.list"
    VALIDITY_CHANGE = "validity.change"
    GAZETTE_READ = "gazette.read"
    GAZETTE_MARK = "gazette.mark"
    GAZETTE_COMPOSE = "gazette.compose"
    GAZETTE_FREEZE = "gazette.freeze"
    GAZETTE_REOPEN = "gazette.reopen"
    GAZETTE_RELEASE = "gazette.release"
    GAZETTE_RETURN = "gazette.return"
    GAZETTE_ISSUE = "gazette.issue"
    GAZETTE_WITHDRAW = "gazette.withdraw"
    BRIEFING_READ = "briefing.read"
    BRIEFING_COMPOSE = "briefing.compose"
    BRIEFING_EDIT = "briefing.edit"
    BRIEFING_SUBMIT = "briefing.submit"
    BRIEFING_RECALL = "briefing.recall"
    BRIEFING_APPROVE = "briefing.approve"
    BRIEFING_RETURN = "briefing.return"
    BRIEFING_WITHDRAW = "briefing.withdraw"
    MASTHEAD_MANAGE = "masthead.manage"
    AUDIT_READ = "audit.read"


LIAISON = frozenset({Role.LIAISON})
LEADER = frozenset({Role.UNIT_LEADER})
EDITOR = frozenset({Role.EDITOR})
OFFICER = frozenset({Role.CONFIDENTIALITY_OFFICER})
ISSUER = frozenset({Role.ISSUER})
CLERK = frozenset({Role.OFFICE_CLERK})
SYSTEM = frozenset({Role.SYSTEM_ADMINISTRATOR})
SECURITY = frozenset({Role.SECURITY_ADMINISTRATOR})
AUDITOR = frozenset({Role.AUDITOR})
CENTRAL = EDITOR | OFFICER | ISSUER | CLERK
EDITORIAL = LIAISON | LEADER | CENTRAL

# On whose desk an item lies, by its state, once it has left its unit's liaisons.
DESKS: dict[State, frozenset[Role]] = {
    State.SUBMITTED: LEADER,
    State.UNIT_APPROVED: EDITOR,
    State.ACCEPTED: OFFICER,
    State.REFERRED: OFFICER,
    State.SIGNED_OFF: ISSUER,
    State.ISSUED: ISSUER,
}

Rule = tuple[frozenset[Role], Callable[[Person, Any], bool]]


def always(person: Person, thing: object) -> bool:
    return True


def own_unit(person: Person, item: Item) -> bool:
    return item.unit_id == person.unit_id


def may_see(person: Person, item: Item) -> bool:
    """Allow an item to be seen by its unit, and once handed over by the county office.

    Keep in step with `viewable_items`; a test compares the two.
    """
    if person.has_any(LIAISON | LEADER) and own_unit(person, item):
        return True
    return person.has_any(CENTRAL) and item.revision_number > 0


def own_and_free(kind: HandKind) -> Callable[[Person, Item], bool]:
    """Allow it to people of the own unit who have no other hand in it."""
    return lambda person, item: own_unit(person, item) and free(person, item, kind)


def seen_and_free(kind: HandKind) -> Callable[[Person, Item], bool]:
    """Visible to the person, and no other hand of theirs in it."""
    return lambda person, item: may_see(person, item) and free(person, item, kind)


def free(person: Person, item: Item, kind: HandKind) -> bool:
    """Tell whether the person has no hand in the item yet, or only this one."""
    return item.hand_of(person) in {None, kind}


def own_and_editable(person: Person, item: Item) -> bool:
    return item.state.editable and own_and_free(HandKind.AUTHOR)(person, item)


def on_the_editors_desk(person: Person, item: Item) -> bool:
    """Allow no change after acceptance: what is signed is what was accepted."""
    return item.state is State.UNIT_APPROVED and seen_and_free(HandKind.EDITOR)(person, item)


def own_or_central(person: Person, item: Item) -> bool:
    """Allow liaisons to act on their own unit's items, the county office on all handed over."""
    return (person.has_any(LIAISON) and own_unit(person, item)) or (
        person.has_any(EDITOR | ISSUER) and item.revision_number > 0
    )


def no_other_hand(kind: GazetteHandKind) -> Callable[[Person, Any], bool]:
    """Composer, officer and issuer of one gazette are different people. None: a new one."""
    return lambda person, gazette: gazette is None or gazette.hand_of(person) in {None, kind}


def may_return(person: Person, item: Item) -> bool:
    """Tell whether it lies on the person's desk: nobody sends back from another's desk."""
    if not person.has_any(DESKS.get(item.state, frozenset())):
        return False
    return own_unit(person, item) if item.state is State.SUBMITTED else may_see(person, item)


def of_own_unit_or_county(person: Person, thing: Any) -> bool:
    """Allow what concerns one unit to it, and to the county office, which answers for all."""
    return person.has_any(CLERK | EDITOR | ISSUER) or bool(thing.unit_id == person.unit_id)


def of_own_unit_or_clerk(person: Person, thing: Any) -> bool:
    return person.has_any(CLERK) or bool(thing.unit_id == person.unit_id)


def being_composed(person: Person, briefing: Briefing) -> bool:
    return briefing.state.editable


def not_composed_by(person: Person, briefing: Briefing) -> bool:
    """Refuse whoever has written in a briefing: they do not judge it."""
    return not briefing.composed_by(person)


RULES: dict[Do, Rule] = {
    # what                      who ever may        and only if
    Do.ITEM_VIEW: (EDITORIAL, may_see),
    Do.ITEM_CREATE: (LIAISON, always),
    Do.ITEM_EDIT: (LIAISON, own_and_editable),
    Do.ITEM_AMEND: (EDITOR, on_the_editors_desk),
    Do.ITEM_SUBMIT: (LIAISON, own_and_free(HandKind.AUTHOR)),
    Do.ITEM_RECALL: (LIAISON, own_and_free(HandKind.AUTHOR)),
    Do.ITEM_APPROVE: (LEADER, own_and_free(HandKind.UNIT_LEADER)),
    Do.ITEM_ACCEPT: (EDITOR, seen_and_free(HandKind.EDITOR)),
    Do.ITEM_RETURN: (LEADER | EDITOR | OFFICER | ISSUER, may_return),
    Do.ITEM_DECLINE: (EDITOR, may_see),
    Do.ITEM_RELEASE: (OFFICER, seen_and_free(HandKind.OFFICER)),
    Do.ITEM_RELEASE_ON_REQUEST: (OFFICER, seen_and_free(HandKind.OFFICER)),
    Do.ITEM_WITHHOLD: (OFFICER, seen_and_free(HandKind.OFFICER)),
    Do.ITEM_REFER: (OFFICER, seen_and_free(HandKind.OFFICER)),
    Do.ITEM_REASSESS: (OFFICER, seen_and_free(HandKind.OFFICER)),
    Do.ITEM_ISSUE: (ISSUER, seen_and_free(HandKind.ISSUER)),
    Do.ITEM_PUBLISH: (ISSUER, seen_and_free(HandKind.ISSUER)),
    Do.ITEM_CORRECT: (LIAISON | EDITOR | ISSUER, own_or_central),
    Do.ITEM_KEEP: (LIAISON | EDITOR | ISSUER, own_or_central),
    Do.ITEM_WITHDRAW: (EDITOR | OFFICER | ISSUER, may_see),
    Do.ITEM_REWORK: (LIAISON | EDITOR | ISSUER, own_or_central),
    Do.ITEM_REMARK: (EDITORIAL, may_see),
    Do.COLUMN_MANAGE: (EDITOR, always),
    Do.UNIT_MANAGE: (SYSTEM, always),
    Do.PERSON_MANAGE: (SYSTEM, always),
    Do.ROLE_MANAGE: (SECURITY, always),
    Do.CALENDAR_MANAGE: (SYSTEM | CLERK, always),
    Do.SETTING_MANAGE: (SYSTEM, always),
    Do.REPORT_MAKE: (CLERK, always),
    Do.REPORT_READ: (CLERK | EDITOR | ISSUER, always),
    Do.REPORT_CLOSE: (CLERK, always),
    Do.REPORT_REOPEN: (CLERK, always),
    Do.CIRCULAR_SEND: (CLERK, always),
    Do.CIRCULAR_READ: (LEADER | CLERK | EDITOR | ISSUER, always),
    Do.DEPOSIT_READ: (CLERK | EDITOR | ISSUER, always),
    Do.DEPOSIT_MAKE: (CLERK, always),
    Do.DEPOSIT_PART: (LIAISON | LEADER | CLERK | EDITOR | ISSUER, of_own_unit_or_county),
    Do.DEPOSIT_HAND_OVER: (LIAISON | LEADER | CLERK, of_own_unit_or_clerk),
    Do.UNIT_LIST: (LIAISON | LEADER | CLERK | EDITOR | ISSUER, of_own_unit_or_county),
    Do.VALIDITY_CHANGE: (EDITOR | ISSUER, may_see),
    Do.GAZETTE_READ: (CENTRAL, always),
    Do.GAZETTE_MARK: (CLERK | EDITOR, may_see),
    Do.GAZETTE_COMPOSE: (CLERK, no_other_hand(GazetteHandKind.COMPOSER)),
    Do.GAZETTE_FREEZE: (CLERK, no_other_hand(GazetteHandKind.COMPOSER)),
    Do.GAZETTE_REOPEN: (CLERK, no_other_hand(GazetteHandKind.COMPOSER)),
    Do.GAZETTE_RELEASE: (OFFICER, no_other_hand(GazetteHandKind.OFFICER)),
    Do.GAZETTE_RETURN: (OFFICER, no_other_hand(GazetteHandKind.OFFICER)),
    Do.GAZETTE_ISSUE: (ISSUER, no_other_hand(GazetteHandKind.ISSUER)),
    Do.GAZETTE_WITHDRAW: (EDITOR | OFFICER | ISSUER, always),
    Do.BRIEFING_READ: (CLERK | EDITOR | ISSUER, always),
    Do.BRIEFING_COMPOSE: (CLERK, always),
    Do.BRIEFING_EDIT: (CLERK, being_composed),
    Do.BRIEFING_SUBMIT: (CLERK, always),
    Do.BRIEFING_RECALL: (CLERK, always),
    Do.BRIEFING_APPROVE: (ISSUER, not_composed_by),
    Do.BRIEFING_RETURN: (ISSUER, not_composed_by),
    Do.BRIEFING_WITHDRAW: (ISSUER, always),
    Do.MASTHEAD_MANAGE: (CLERK, always),
    Do.AUDIT_READ: (AUDITOR, always),
}


def can(person: Person, action: Do, thing: object = None) -> bool:
    """Tell whether `person` may do `action` to `thing`. An action with no rule: never."""
    if action not in RULES or not person.active:
        return False
    roles, holds = RULES[action]
    return person.has_any(roles) and holds(person, thing)


def require(person: Person, action: Do, thing: object = None) -> None:
    """Return if `person` may; raise NotAllowed if not."""
    if not can(person, action, thing):
        raise NotAllowed("You may not do this")


def may_ever(person: Person, action: Do) -> bool:
    """Tell whether the person's roles allow `action` on some thing."""
    return action in RULES and person.active and person.has_any(RULES[action][0])


def require_role(person: Person, action: Do) -> None:
    """Return if the person's roles allow `action` on some thing; raise NotAllowed if on none."""
    if not may_ever(person, action):
        raise NotAllowed("You may not do this")


def viewable_items(person: Person) -> Select[Item]:
    """Return every item for which `can(person, Do.ITEM_VIEW, item)`, as a query."""
    seen = []
    if person.has_any(LIAISON | LEADER):
        seen.append(Item.unit_id == person.unit_id)
    if person.has_any(CENTRAL):
        seen.append(Item.revision_number > 0)
    return select(Item).where(or_(false(), *seen) if person.active else false())


def columns_open_to(unit: Unit) -> Select[Column]:
    """Return the open columns to which the liaisons of `unit` may submit, in site order."""
    kinds = {UnitKind.TOWNSHIP: OpenTo.TOWNSHIPS, UnitKind.DEPARTMENT: OpenTo.DEPARTMENTS}
    listed = and_(Column.open_to == OpenTo.LISTED, Column.submitters.any(Unit.id == unit.id))
    allowed = [Column.open_to == OpenTo.ALL, listed]
    if unit.kind in kinds:
        allowed.append(Column.open_to == kinds[unit.kind])
    return select(Column).where(Column.open, or_(*allowed)).order_by(Column.position, Column.id)
