"""Counts by month over a long time, and when each column was last fed: no text is read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from county_portal.core import clock
from county_portal.models import Ending, Item, Publication, Revision, StepTaken
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.papers.figures.contents import MonthCount
from county_portal.papers.figures.periods import Period
from county_portal.papers.figures.records import moment_within, signed_word, submitted_before

FIGURES = tuple(field.name for field in fields(MonthCount) if field.name != "month")


def by_month(span: Period) -> dict[date, MonthCount]:
    """Return each month of the span that something happened in."""
    counts = {
        figure: Counter(clock.county_day(moment).replace(day=1) for moment in moments)
        for figure, moments in _moments(span).items()
    }
    return {
        month: MonthCount(month, **{figure: counts[figure][month] for figure in FIGURES})
        for month in span.each_month
    }


def _moments(span: Period) -> dict[str, list[datetime]]:
    """Select when each thing happened that is counted."""
    on_time, late = _publications(span)
    before = aliased(Publication)
    again = exists().where(before.item_id == Publication.item_id, before.id < Publication.id)
    return {
        "submitted": _times(
            StepTaken.at, span, StepTaken.action == Do.ITEM_SUBMIT, ~submitted_before()
        ),
        "published": on_time + late,
        "on_time": on_time,
        "late": late,
        "returned": _times(StepTaken.at, span, StepTaken.action == Do.ITEM_RETURN),
        "declined": _times(StepTaken.at, span, StepTaken.action == Do.ITEM_DECLINE),
        "corrected": _times(Publication.published_at, span, again),
        "withdrawn": _times(Publication.ended_at, span, Publication.ending == Ending.WITHDRAWN),
    }


def _times(moment: Any, span: Period, *where: ColumnElement[bool]) -> list[datetime]:
    return list(db.session.scalars(select(moment).where(moment_within(moment, span), *where)))


def _publications(span: Period) -> tuple[list[datetime], list[datetime]]:
    """Count first publications in time, and those too late."""
    at, due = Item.first_published_at, Item.publish_due_on
    on_time: list[datetime] = []
    late: list[datetime] = []
    rows: Any = db.session.execute(select(at, due).where(moment_within(at, span)))
    for moment, due_on in rows:
        is_late = due_on is not None and clock.county_day(moment) > due_on
        (late if is_late else on_time).append(moment)
    return on_time, late


def summed(months: Iterable[MonthCount], first: date) -> MonthCount:
    """Sum the counts of all these months, under the name of the first."""
    known = list(months)
    return MonthCount(
        first, **{figure: sum(getattr(one, figure) for one in known) for figure in FIGURES}
    )


def last_fed(until: date) -> dict[str, date]:
    """Return, by slug, the day on which each column last got something, corrections included.

    In the column that was signed then, whatever the item says now.
    """
    slug = signed_word("column", "slug")
    query = (
        select(slug, func.max(Publication.published_at))
        .join(Revision, Revision.id == Publication.revision_id)
        .where(Publication.published_at < clock.day_start(until + timedelta(days=1)))
        .group_by(slug)
    )
    return {name: clock.county_day(moment) for name, moment in db.session.execute(query)}
