"""Work and a timetable that leave a row in the log each time they are done."""

from flask import Flask

from county_portal.core import clock
from county_portal.models import Lease
from county_portal.office.base import audit, jobs
from county_portal.office.base.extensions import db, writing
from county_portal.office.base.leases import NAME

TASK, MINUTE = "tests.write", "tests.minute"


def write(*, progress: jobs.Progress, number: int) -> dict[str, object]:
    progress(10, "Writing")
    with writing():
        audit.record(None, TASK, f"jobs:{number}")
        db.session.flush()
    return {"number": number}


def write_minute() -> None:
    begun = db.session.get_one(Lease, NAME, populate_existing=True).minute
    audit.record(None, MINUTE, f"minutes:{begun or clock.now():%Y-%m-%d %H:%M}")


def make_known(office: Flask) -> None:
    """Give the application one task and one entry of the timetable more."""
    office.extensions["county_tasks"][TASK] = write
    office.extensions["county_timetable"] = (write_minute, *office.extensions["county_timetable"])
