"""The road of a briefing: submitting, approving, numbering, freezing, returning, withdrawing."""

from typing import Any

from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import OutOfDate
from county_portal.core.html.clean import seen
from county_portal.editorial.catalogue.numbers import draw
from county_portal.models import (
    Briefing,
    BriefingHand,
    BriefingHandKind,
    BriefingStep,
    FrozenBriefing,
    Person,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.desk import register
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings.content import Number, content_of, hash_of
from county_portal.papers.briefings.mastheads import series, total_series
from county_portal.papers.briefings.printing import (
    check_printable,
    digest_of,
    request_preview,
    request_print,
)
from county_portal.papers.briefings.steps import STEPS


def take(
    briefing: Briefing,
    action: str,
    *,
    seen_version: int,
    by: Person,
    seen_digest: str = "",
    note: str = "",
) -> None:
    """One step on the road. What is approved is exactly what was read, masthead included.

    Raises what `workflow.check` raises, OutOfDate if the briefing changed since the page was
    drawn, and Refused for a number where there is no paper to bear it.
    """
    step = workflow.check(STEPS, briefing, action, by=by, note=note)
    if briefing.version != seen_version:
        raise OutOfDate("The briefing has changed since this page was drawn; read it again")
    if step.action is Do.BRIEFING_APPROVE and seen_digest != digest_of(briefing):
        raise OutOfDate("The briefing has changed since this page was drawn; read it again")
    if step.action is Do.BRIEFING_APPROVE:
        check_printable(briefing)  # no number is given to what has no paper
    was, told = briefing.state, seen(note).strip()
    if step.action is Do.BRIEFING_WITHDRAW and briefing.frozen and briefing.frozen.printed:
        register.withdraw(briefing.frozen.printed.pdf)
    frozen = _freeze(briefing, by) if step.action is Do.BRIEFING_APPROVE else None
    briefing.state, briefing.state_since = step.target, clock.now()
    db.session.add(
        BriefingStep(
            briefing_id=briefing.id,
            action=step.action.value,
            was=was,
            now=step.target,
            person_id=by.id,
            at=clock.now(),
            note=told,
        )
    )
    told_of: dict[str, Any] = {"was": was, "now": step.target, "note": told, **_named(frozen)}
    audit.record(by, step.action, briefing, **told_of)
    if step.action is Do.BRIEFING_SUBMIT:
        request_preview(briefing, by=by)


def road_of(briefing: Briefing) -> list[BriefingStep]:
    """Every step of the briefing, oldest first."""
    query = select(BriefingStep).where(BriefingStep.briefing_id == briefing.id)
    return list(db.session.scalars(query.order_by(BriefingStep.id)))


def _freeze(briefing: Briefing, by: Person) -> FrozenBriefing:
    """The numbers are drawn and the words stand still; paper is made of them in the background.

    The approver has a hand in the issue first: the database freezes nothing without.

    Source: the customs of 简报: numbered by the year of the printed day.
    """
    briefing.hands.append(BriefingHand(person_id=by.id, hand=BriefingHandKind.APPROVER))
    db.session.flush()
    day = briefing.dated_on or clock.today()
    drawn = draw(series(briefing.masthead, special=briefing.special, year=day.year))
    total = None if briefing.special else draw(total_series(briefing.masthead))
    content = content_of(briefing, Number(day.year, drawn, total), day).as_json()
    frozen = FrozenBriefing(
        briefing_id=briefing.id,
        masthead_id=briefing.masthead_id,
        special=briefing.special,
        year=day.year,
        number=drawn,
        total=total,
        dated_on=day,
        content=content,
        content_hash=hash_of(content),
        approved_by=by.id,
        approved_at=clock.now(),
    )
    db.session.add(frozen)
    db.session.flush()
    request_print(frozen, by=by)
    return frozen


def _named(frozen: FrozenBriefing | None) -> dict[str, object]:
    if frozen is None:
        return {}
    return {
        "year": frozen.year,
        "number": frozen.number,
        "total": frozen.total,
        "hash": frozen.content_hash,
    }
