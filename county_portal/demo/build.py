"""Building the demonstration county: all of it in one transaction, then the public file."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.demo.briefings import brief
from county_portal.demo.bulk import Bulk
from county_portal.demo.county import found
from county_portal.demo.deposits import deposit
from county_portal.demo.gazettes import begin_gazette, finish_gazette
from county_portal.demo.hours import OfficeHours
from county_portal.demo.ledger import Ledger
from county_portal.demo.papers import make_papers
from county_portal.demo.people import PASSWORD, people
from county_portal.demo.reports_made import close_last_month, send_circular
from county_portal.demo.story import Story
from county_portal.editorial.release.public_file import reconcile
from county_portal.models import AuditRow, Column, Item, Person, Role, Unit
from county_portal.office.base import audit
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, writing
from county_portal.office.desk import deadlines

MONTHS = 14
FEWEST, MOST = 1, 100_000
Say = Callable[[str], None]


def is_empty() -> bool:
    """Tell whether the database holds nothing that somebody put there."""
    kept = (Unit.id, Person.id, Column.id, Item.id, AuditRow.seq)
    return all(db.session.scalar(select(one).limit(1)) is None for one in kept)


def is_demo() -> bool:
    """Tell whether the county in the database is the demonstration's."""
    first = select(AuditRow.action).order_by(AuditRow.seq).limit(1)
    return db.session.scalar(first) == "demo.found"


def build_county(seed: int, items: int, say: Say) -> None:
    """Build 青禾县 with this many items, the same each time for the same seed and the same day.

    Raises Refused if the database holds anything else, or for too few or too many items.
    """
    if not FEWEST <= items <= MOST:
        raise Refused(
            "The number of items must lie between %(low)s and %(high)s", low=FEWEST, high=MOST
        )
    if not is_empty():
        raise Refused("The database already holds a county; the demonstration needs an empty one")
    db.session.rollback()
    end = clock.now()
    say("Making the papers")
    papers = make_papers()
    with writing():
        with clock.frozen(clock.day_start(first_day(end)) + timedelta(hours=8)):
            county = found(papers)
        hours = OfficeHours(deadlines.calendar(), first_day(end), end)
        say(f"Telling the story of {items} items")
        ledger = Ledger()
        bulk = Bulk(county, deadlines.calendar(), ledger)
        for deed in Story(seed, items, hours).happenings():
            bulk.play(deed)
            if ledger.is_full:
                ledger.flush()
        bulk.finish()
        db.session.commit()
    audit.drop_anchor(current_settings(), ledger.last)
    say("Composing the briefings")
    with writing():
        brief()
        db.session.commit()
    say("Closing last month")
    report_id = close_last_month()
    db.session.commit()
    send_circular(report_id)
    db.session.commit()
    say("Putting the deposit together")
    with writing():
        deposit()
        db.session.commit()
    say("Printing the gazette")
    job_id = begin_gazette()
    db.session.commit()
    finish_gazette(job_id)
    db.session.commit()
    say("Writing the public file")
    reconcile()


def first_day(end: datetime) -> date:
    """Return the first day of the story: fourteen months before the last."""
    day = clock.county_day(end)
    months = day.year * 12 + day.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, min(day.day, 28))


def accounts() -> list[str]:
    """List who can sign in to look around, one line for each person, after the password."""
    prefixes = ("liuxi.", "jiaoyu.", "fuban.b", "fuban.q", "fuban.ws", "sanyuan.")
    lines = (
        f"  {person.login:<12} {person.name} ({TITLES[person.role]})"
        for person in people()
        if person.login.startswith(prefixes)
    )
    return [f"Password of everybody: {PASSWORD}", *lines]


TITLES = {
    Role.LIAISON: "liaison",
    Role.UNIT_LEADER: "unit leader",
    Role.EDITOR: "editor",
    Role.CONFIDENTIALITY_OFFICER: "confidentiality officer",
    Role.ISSUER: "issuer",
    Role.OFFICE_CLERK: "office clerk",
    Role.SYSTEM_ADMINISTRATOR: "system administrator",
    Role.SECURITY_ADMINISTRATOR: "security administrator",
    Role.AUDITOR: "auditor",
}
