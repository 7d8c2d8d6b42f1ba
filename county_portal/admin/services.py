"""What the system administrator decides and watches: settings, and background work."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from county_portal.core.errors import OutOfDate
from county_portal.models import Job, Person
from county_portal.office.base import audit, settings
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import recount_open
from county_portal.office.rules.policy import Do, require

PER_PAGE = 50
DEADLINE = "publish_within_workdays"


@dataclass(frozen=True)
class Jobs:
    """One page of the list of background work, newest first."""

    jobs: list[Job]
    number: int
    last: int

    @property
    def has_more(self) -> bool:
        return self.number < self.last


def find_jobs(page: int) -> Jobs:
    count = db.session.scalar(select(func.count()).select_from(Job)) or 0
    last = max(1, -(-count // PER_PAGE))
    number = min(max(1, page), last)
    query = select(Job).options(joinedload(Job.asker)).order_by(Job.id.desc())
    rows = db.session.scalars(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return Jobs(list(rows), number, last)


def settings_mark() -> str:
    """Changes when any setting changes."""
    return hashlib.sha256(repr(sorted(settings.values().items())).encode()).hexdigest()[:16]


def same_mark(seen: str) -> None:
    """Raise OutOfDate when a setting changed since the page was drawn."""
    if seen != settings_mark():
        raise OutOfDate("Somebody changed this since the page was drawn")


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
