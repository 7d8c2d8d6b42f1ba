"""The road of a briefing: submitting, approving, numbering, freezing, returning, withdrawing."""

from county_portal.core import clock
from county_portal.core.errors import OutOfDate
from county_portal.editorial.catalogue.numbers import draw
from county_portal.models import Briefing, FrozenBriefing, Person
from county_portal.office.base.extensions import db
from county_portal.office.desk import register
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings.content import IssueNumber, content_hash, content_of
from county_portal.papers.briefings.mastheads import series, total_series
from county_portal.papers.briefings.printing import (
    check_printable,
    digest_of,
    request_preview,
    request_print,
)
from county_portal.papers.briefings.steps import ROAD


def take_briefing_step(
    briefing: Briefing,
    action: str,
    *,
    seen_version: int,
    by: Person,
    seen_digest: str = "",
    note: str = "",
) -> None:
    """Take one step on the road. What is approved is exactly what was read, masthead included.

    Raises what `workflow.take` raises, OutOfDate if the briefing changed since the page was
    drawn, and Refused for a number where there is no paper to bear it.
    """
    with workflow.take_step(ROAD, briefing, action, by=by, note=note) as taken:
        deed = taken.step.action
        stale = deed is Do.BRIEFING_APPROVE and seen_digest != digest_of(briefing)
        if stale or briefing.version != seen_version:
            raise OutOfDate("The briefing has changed since this page was drawn; read it again")
        if deed is Do.BRIEFING_APPROVE:
            check_printable(briefing)  # no number is given to what has no paper
            taken.told |= _named(_freeze(briefing, by))
        if deed is Do.BRIEFING_WITHDRAW and briefing.frozen and briefing.frozen.printed:
            register.withdraw_paper(briefing.frozen.printed.pdf)
    if deed is Do.BRIEFING_SUBMIT:
        request_preview(briefing, by=by)


def _freeze(briefing: Briefing, by: Person) -> FrozenBriefing:
    """Draw the numbers and freeze the words; paper is made of them in the background.

    The approver has a hand in the issue first: the database freezes nothing without.

    Source: the customs of 简报: numbered by the year of the printed day.
    """
    day = briefing.dated_on or clock.today()
    drawn = draw(series(briefing.masthead, special=briefing.special, year=day.year))
    total = None if briefing.special else draw(total_series(briefing.masthead))
    content = content_of(briefing, IssueNumber(day.year, drawn, total), day).as_json()
    frozen = FrozenBriefing(
        briefing_id=briefing.id,
        masthead_id=briefing.masthead_id,
        special=briefing.special,
        year=day.year,
        number=drawn,
        total=total,
        dated_on=day,
        content=content,
        content_hash=content_hash(content),
        approved_by=by.id,
        approved_at=clock.now(),
    )
    db.session.add(frozen)
    db.session.flush()
    request_print(frozen, by=by)
    return frozen


def _named(frozen: FrozenBriefing) -> dict[str, object]:
    return {
        "year": frozen.year,
        "number": frozen.number,
        "total": frozen.total,
        "hash": frozen.content_hash,
    }
