"""The road of a briefing, from draft to a numbered issue, as a table."""

from county_portal.core.errors import Refused
from county_portal.models import (
    Briefing,
    BriefingHand,
    BriefingHandKind,
    BriefingState,
    BriefingStep,
    PartKind,
)
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import Road, Step, seen_note
from county_portal.papers.briefings.sources import unfit_entries

S = BriefingState


def holds_something(briefing: Briefing) -> None:
    """Refuse a briefing without an entry, or with an entry or heading that has no title."""
    entries = [part for part in briefing.parts if part.kind is PartKind.ENTRY]
    if not entries:
        raise Refused("There is no item in this briefing yet; add the first")
    if not all(part.title.strip() for part in briefing.parts if part.kind is not PartKind.NOTE):
        raise Refused("A heading or an item has no title")


def all_may_stand(briefing: Briefing) -> None:
    """Refuse unless every entry is of a version that may still be shown to these readers."""
    for fault in unfit_entries(briefing):
        raise fault.refusal


STEPS = (
    Step(
        Do.BRIEFING_SUBMIT,
        (S.DRAFT, S.RETURNED),
        S.SUBMITTED,
        guards=(holds_something, all_may_stand),
    ),
    Step(Do.BRIEFING_RECALL, (S.SUBMITTED,), S.DRAFT),
    Step(
        Do.BRIEFING_APPROVE,
        (S.SUBMITTED,),
        S.APPROVED,
        guards=(holds_something, all_may_stand),
        hand=BriefingHandKind.APPROVER,
    ),
    Step(Do.BRIEFING_RETURN, (S.SUBMITTED,), S.RETURNED, needs_note=True),
    Step(Do.BRIEFING_WITHDRAW, (S.APPROVED,), S.WITHDRAWN, needs_note=True),
)
ROAD = Road(STEPS, Briefing, BriefingHand, BriefingStep, logged=seen_note)
