"""The road of a gazette from draft to the public site, as a table."""

from sqlalchemy import select

from county_portal.core.errors import Refused
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteEditionItem,
    GazetteHand,
    GazetteHandKind,
    GazetteKind,
    GazetteSignOff,
    GazetteState,
    GazetteStep,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import Road, Step, require_released
from county_portal.papers.gazettes import contents, records, selection


def something_to_print(gazette: Gazette) -> None:
    """Refuse unless there are texts, and the public reads each of them."""
    if gazette.kind is GazetteKind.VOLUME:
        if gazette.year not in selection.years_to_bind():
            raise Refused("No issue of this year is on the public site")
        return
    if not gazette.texts:
        raise Refused("The gazette holds no text yet")
    live = records.live_revisions(text.item_id for text in gazette.texts)
    if len(live) < len(gazette.texts):
        raise Refused("A text is not public any more; take it out of the gazette")


def gazette_is_signed(gazette: Gazette) -> None:
    """Refuse unless the newest verdict on the edition on the road, hash and all, is release."""
    require_released(GazetteSignOff, edition_of(gazette))


def unchanged(gazette: Gazette) -> None:
    """Refuse unless everything the edition prints or names is still what the public reads."""
    if stale_items(gazette):
        raise Refused("A text was corrected or withdrawn since; open the gazette again")
    if gazette.kind is GazetteKind.VOLUME and not _parts_are_live(gazette):
        raise Refused("An issue was taken off the site since; open the gazette again")
    if _lists_too_much(gazette):
        raise Refused("A repeal or expiry it lists does not stand any more; open the gazette again")


def edition_of(gazette: Gazette) -> GazetteEdition | None:
    """Return the printed edition that is on the road now."""
    return db.session.get(GazetteEdition, gazette.edition_id) if gazette.edition_id else None


def stale_items(gazette: Gazette) -> list[int]:
    """Return items the edition prints or names in words the public no longer reads.

    Of a bound volume, which prints its issues as they were signed, only what was withdrawn.
    """
    query = select(GazetteEditionItem).where(GazetteEditionItem.edition_id == gazette.edition_id)
    rows = db.session.scalars(query).all()
    live = records.live_revisions(row.item_id for row in rows)
    as_signed = gazette.kind is GazetteKind.VOLUME
    return [
        row.item_id
        for row in rows
        if row.item_id not in live or (not as_signed and live[row.item_id][1].id != row.revision_id)
    ]


def _parts_are_live(gazette: Gazette) -> bool:
    return contents.bound_editions(gazette.edition_id or 0) == contents.live_editions(gazette.year)


def _lists_too_much(gazette: Gazette) -> bool:
    """Tell whether it was found since that something it lists as ended had not ended."""
    edition = db.session.get_one(GazetteEdition, gazette.edition_id)
    now = {(one.public_id, one.state, one.since_on) for one in records.changes_of(gazette)}
    return not now.issuperset(records.told_in(edition.manifest))


S, H = GazetteState, GazetteHandKind
JUDGED = (gazette_is_signed, unchanged)
STEPS = (
    Step(
        Do.GAZETTE_FREEZE,
        (S.DRAFT,),
        S.FROZEN,
        guards=(something_to_print,),
        hand=H.COMPOSER,
        form=True,
    ),
    Step(Do.GAZETTE_REOPEN, (S.FROZEN, S.SIGNED, S.WITHDRAWN), S.DRAFT, hand=H.COMPOSER),
    Step(Do.GAZETTE_RELEASE, (S.FROZEN,), S.SIGNED, guards=JUDGED, hand=H.OFFICER, form=True),
    Step(Do.GAZETTE_RETURN, (S.FROZEN,), S.DRAFT, needs_note=True, hand=H.OFFICER, form=True),
    Step(Do.GAZETTE_ISSUE, (S.SIGNED,), S.PUBLISHED, guards=JUDGED, hand=H.ISSUER, form=True),
    Step(Do.GAZETTE_WITHDRAW, (S.PUBLISHED,), S.WITHDRAWN, needs_note=True, form=True),
)
ROAD = Road(STEPS, Gazette, GazetteHand, GazetteStep, officer=H.OFFICER)
