"""The confidentiality officer's work in a period, from the sign-offs."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.workdays import WorkCalendar
from county_portal.models import Ground, Item, SignOff, State, StepTaken, Verdict
from county_portal.office.base.extensions import db
from county_portal.papers.figures.contents import GroundCount, ReviewFigures
from county_portal.papers.figures.figures import middle
from county_portal.papers.figures.periods import Period
from county_portal.papers.figures.records import moment_within


@dataclass(frozen=True)
class Review:
    """One verdict. took: working days since the item came to the officer's desk."""

    item_id: int
    unit_id: int
    at: datetime
    verdict: Verdict
    ground: Ground | None
    took: int | None


def read_reviews(period: Period, calendar: WorkCalendar) -> tuple[Review, ...]:
    """Read every verdict of the period, in the order in which they were signed."""
    came = (
        select(func.max(StepTaken.at))
        .where(
            StepTaken.item_id == SignOff.item_id,
            StepTaken.now == State.ACCEPTED,
            StepTaken.at <= SignOff.signed_at,
        )
        .correlate(SignOff)
        .scalar_subquery()
    )
    query = (
        select(
            SignOff.item_id,
            Item.unit_id,
            SignOff.signed_at,
            SignOff.verdict,
            SignOff.ground,
            came.label("came"),
        )
        .join(Item, Item.id == SignOff.item_id)
        .where(moment_within(SignOff.signed_at, period))
        .order_by(SignOff.signed_at, SignOff.id)
    )
    return tuple(
        Review(item_id, unit_id, at, verdict, ground, _took(came_at, at, calendar))
        for item_id, unit_id, at, verdict, ground, came_at in db.session.execute(query)
    )


def _took(came: datetime | None, signed: datetime, calendar: WorkCalendar) -> int | None:
    if came is None:
        return None
    return calendar.between(clock.county_day(came), clock.county_day(signed))


def figures(reviews: tuple[Review, ...]) -> ReviewFigures:
    """Count how many verdicts of each kind; an item that came twice is counted twice."""
    verdicts = Counter(one.verdict for one in reviews)
    grounds = Counter(one.ground for one in reviews if one.verdict is Verdict.WITHHOLD)
    return ReviewFigures(
        reviewed=len(reviews),
        release=verdicts[Verdict.RELEASE],
        release_on_request=verdicts[Verdict.RELEASE_ON_REQUEST],
        withhold=verdicts[Verdict.WITHHOLD],
        refer=verdicts[Verdict.REFER],
        sent_back=verdicts[Verdict.RETURN],
        median_days=middle(one.took for one in reviews if one.took is not None),
        grounds=tuple(
            GroundCount(ground.value, grounds[ground]) for ground in Ground if grounds[ground]
        ),
    )
