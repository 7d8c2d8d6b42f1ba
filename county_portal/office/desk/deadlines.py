"""Due dates of the county, counted on the calendar it keeps."""

from datetime import date

from sqlalchemy import select

from county_portal.core.workdays import Due, WorkCalendar
from county_portal.models import CalendarDay, CalendarYear, Item
from county_portal.office.base.extensions import db
from county_portal.office.base.settings import number


def calendar() -> WorkCalendar:
    """Return the working days as far as they are entered."""
    query = select(CalendarYear.year, CalendarDay.day, CalendarDay.worked)
    days = db.session.execute(query.outerjoin(CalendarDay)).all()
    return WorkCalendar.of(
        years=[year for year, _day, _worked in days],
        holidays=[day for _year, day, worked in days if day and not worked],
        makeup=[day for _year, day, worked in days if day and worked],
    )


def publish_due_on(formed_on: date) -> Due:
    """Return the last day on which information formed on `formed_on` is published in time.

    Source: Open Government Information Regulations (2019), art. 26.
    """
    return calendar().add(formed_on, number("publish_within_workdays"))


def set_due(item: Item) -> None:
    """Write the item's publication deadline into its row. That of a published one stands."""
    if item.first_published_at is not None:
        return
    due = publish_due_on(item.formed_on) if item.formed_on else None
    item.publish_due_on = due.on if due else None
    item.due_provisional = due.provisional if due else False


def recount_open() -> int:
    """Set the deadlines anew after the calendar changed; how many items have another date now."""
    changed = 0
    waiting = select(Item).where(Item.formed_on.is_not(None), Item.first_published_at.is_(None))
    for item in db.session.scalars(waiting):
        before = (item.publish_due_on, item.due_provisional)
        set_due(item)
        changed += before != (item.publish_due_on, item.due_provisional)
    return changed
