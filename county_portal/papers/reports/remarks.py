"""What the clerk writes about a period: remarks, and why items were late."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from county_portal.core.errors import Refused, require_unchanged
from county_portal.models import LateReason, Person, ReportRemark, Unit
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require
from county_portal.papers.figures import records, sections
from county_portal.papers.figures.contents import OverdueLine
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports.monthly import remark_of
from county_portal.papers.reports.services import closing_of

WORDS_LENGTH = 4000  # characters


@dataclass(frozen=True)
class Noted:
    """What is written down of a period. seen: changes when any of it does."""

    period: Period
    words: str
    late: tuple[OverdueLine, ...]
    seen: str


def noted(period: Period, *, by: Person) -> Noted:
    """Return the remarks of the period and its late items, each with the reason known so far."""
    require(by, Do.REPORT_MAKE)
    if period.months == 1 and closing_of(period.first):
        raise Refused("This month is closed; open it again before you write")
    counted = records.read_records(period)
    names = {unit.id: unit.name for unit in db.session.scalars(select(Unit))}
    late = tuple(sections.overdue(counted, names))
    row = remark_of(period)
    remark = row.words if row else ""
    typed = "\0".join([remark, *(f"{one.item}={one.reason}" for one in late if one.reason)])
    return Noted(period, remark, late, hashlib.sha256(typed.encode()).hexdigest()[:16])


def write_remarks(
    period: Period, words: str, reasons: dict[int, str], *, seen: str, by: Person
) -> None:
    """Keep the remarks and the reasons. Raises OutOfDate if somebody wrote meanwhile."""
    now = noted(period, by=by)
    require_unchanged(now.seen, seen)
    row = remark_of(period)
    if row is None:
        db.session.add(ReportRemark(kind=period.kind, month=period.first, words=words))
    else:
        row.words = words
    known = {one.item: one.reason for one in now.late}
    changed = [item for item, reason in reasons.items() if known.get(item, reason) != reason]
    for item in changed:
        _give_reason(item, reasons[item])
    audit.record(by, Do.REPORT_MAKE, f"period:{period.code}", remarks=words, reasons=len(changed))


def _give_reason(item_id: int, reason: str) -> None:
    row = db.session.get(LateReason, item_id)
    if row is None:
        db.session.add(LateReason(item_id=item_id, reason=reason))
    else:
        row.reason = reason
