"""The demonstration's reports: last month is closed, and its circular lies on the desks."""

from county_portal.demo.county import first_with
from county_portal.models import Role
from county_portal.papers.circulars import services as circulars
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import closing, services


def close_last_month() -> int:
    """Close last month as the clerk, in a transaction that is open still. Return its report."""
    period = Period(services.last_month())
    made = closing.close_in_background(
        progress=services.unwatched, period=period.code, asked_by=first_with(Role.OFFICE_CLERK).id
    )
    return int(str(made["report"]))


def send_circular(report_id: int) -> None:
    """Send the circular over a report; no leader has opened it."""
    row = circulars.make_circular(report_id, asked_by=first_with(Role.OFFICE_CLERK).id)
    circulars.send_to_leaders(row, by=first_with(Role.OFFICE_CLERK))
