"""What the system administrator decides and watches: settings, and background work."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from county_portal.core.errors import require_unchanged
from county_portal.core.paging import Page, fetch_page
from county_portal.models import Job, Person
from county_portal.office.base import audit, settings
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import recount_open
from county_portal.office.rules.policy import Do, require

PER_PAGE = 50
DEADLINE = "publish_within_workdays"


def find_jobs(page: int) -> Page[Job]:
    """Return the background work, the newest first."""
    query = select(Job).options(joinedload(Job.asker)).order_by(Job.id.desc())
    return fetch_page(db.session, query, page, PER_PAGE)


def settings_mark() -> str:
    """Return a mark that changes when any setting changes."""
    return hashlib.sha256(repr(sorted(settings.values().items())).encode()).hexdigest()[:16]


def same_mark(seen: str) -> None:
    """Raise OutOfDate when a setting changed since the page was drawn."""
    require_unchanged(settings_mark(), seen)


def decide_setting(key: str, new: str, *, by: Person) -> None:
    """Keep one decision, and what follows from it. Raises Refused for a value that cannot work."""
    require(by, Do.SETTING_MANAGE)
    was = settings.value(key)
    if new == was:
        return
    settings.store_setting(key, new)
    db.session.flush()
    if key == DEADLINE:
        recount_open()
    audit.record(by, Do.SETTING_MANAGE, f"settings:{key}", was=was, now=new)
