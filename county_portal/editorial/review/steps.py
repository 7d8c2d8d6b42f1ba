"""The road from draft to publication, as a table.

The buttons, the server's check and the diagram in the handbook all come from
STEPS. Who may take a step stands under the same name in policy.py.
"""

from county_portal.core.errors import Refused
from county_portal.editorial.items.services import current_revision, live_publication, missing_parts
from county_portal.models import Hand, HandKind, Item, SignOff, State, StepTaken
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import Road, Step, require_released


def complete(item: Item) -> None:
    """Refuse the step unless everything the form asks for is there."""
    if missing_parts(item):
        raise Refused("Something is still missing; the list above the form says what")


def item_is_signed(item: Item) -> None:
    """Refuse unless the newest verdict on the current revision, hash and all, is release."""
    require_released(SignOff, current_revision(item))


def for_all(item: Item) -> None:
    """Refuse the step unless the current revision asks to be published."""
    if current_revision(item).manifest.attribute != "proactive":
        raise Refused("This item asks not to be published; return it, or decide as it asks")


def is_published(item: Item) -> None:
    """Refuse the step unless the public can read some version of the item now."""
    if live_publication(item) is None:
        raise Refused("This item is not on the public site")


def not_live(item: Item) -> None:
    """Refuse to decline a correction: declining is an end, and the old version stays.

    It is returned.
    """
    if live_publication(item) is not None:
        raise Refused("The public reads an earlier version of this; return it instead")


S = State
ON_THE_ROAD = (S.SUBMITTED, S.UNIT_APPROVED, S.ACCEPTED, S.REFERRED, S.SIGNED_OFF, S.ISSUED)
AT_REST = (S.PUBLISHED, S.CORRECTING, S.RETURNED, S.DECLINED, S.ON_REQUEST, S.WITHHELD)

STEPS = (
    Step(
        Do.ITEM_SUBMIT,
        (S.DRAFT, S.RETURNED, S.CORRECTING),
        S.SUBMITTED,
        guards=(complete,),
        hand=HandKind.AUTHOR,
    ),
    Step(Do.ITEM_RECALL, (S.SUBMITTED,), S.RETURNED),
    Step(Do.ITEM_APPROVE, (S.SUBMITTED,), S.UNIT_APPROVED, hand=HandKind.UNIT_LEADER),
    Step(Do.ITEM_ACCEPT, (S.UNIT_APPROVED,), S.ACCEPTED, hand=HandKind.EDITOR),
    Step(
        Do.ITEM_RETURN,
        (S.SUBMITTED, S.UNIT_APPROVED, S.ACCEPTED, S.SIGNED_OFF, S.ISSUED),
        S.RETURNED,
        needs_note=True,
    ),
    Step(Do.ITEM_DECLINE, (S.UNIT_APPROVED,), S.DECLINED, needs_note=True, guards=(not_live,)),
    # the confidentiality sign-off: five verdicts, one form
    Step(
        Do.ITEM_RELEASE,
        (S.ACCEPTED,),
        S.SIGNED_OFF,
        guards=(for_all, item_is_signed),
        hand=HandKind.OFFICER,
        form=True,
    ),
    Step(Do.ITEM_RELEASE_ON_REQUEST, (S.ACCEPTED,), S.ON_REQUEST, hand=HandKind.OFFICER, form=True),
    Step(Do.ITEM_WITHHOLD, (S.ACCEPTED,), S.WITHHELD, hand=HandKind.OFFICER, form=True),
    Step(Do.ITEM_REFER, (S.ACCEPTED,), S.REFERRED, hand=HandKind.OFFICER, form=True),
    Step(
        Do.ITEM_REASSESS,
        (S.REFERRED, S.ON_REQUEST, S.WITHHELD),
        S.ACCEPTED,
        needs_note=True,
    ),
    Step(
        Do.ITEM_ISSUE,
        (S.SIGNED_OFF,),
        S.ISSUED,
        guards=(for_all, item_is_signed),
        hand=HandKind.ISSUER,
        form=True,
    ),
    Step(
        Do.ITEM_PUBLISH,
        (S.ISSUED,),
        S.PUBLISHED,
        guards=(for_all, item_is_signed),
        form=True,
        by_itself=True,
    ),
    Step(Do.ITEM_CORRECT, (S.PUBLISHED,), S.CORRECTING, needs_note=True),
    Step(Do.ITEM_KEEP, (S.CORRECTING,), S.PUBLISHED, guards=(is_published,), form=True),
    Step(
        Do.ITEM_WITHDRAW,
        (*AT_REST, *ON_THE_ROAD),
        S.WITHDRAWN,
        needs_note=True,
        guards=(is_published,),
        form=True,
    ),
    Step(Do.ITEM_REWORK, (S.WITHDRAWN,), S.RETURNED, needs_note=True),
)
ROAD = Road(STEPS, Item, Hand, StepTaken, officer=HandKind.OFFICER, logged=str.strip)
