"""What the lines of the return form count in the records, and what the form before it said."""

import json
from collections import Counter
from datetime import date

from sqlalchemy import func, select

from county_portal.models import Item, MadeReport, Publication, Revision, SignOff, Verdict
from county_portal.office.base.extensions import db
from county_portal.papers.figures.periods import Period
from county_portal.papers.figures.records import first_publication_id, moment_within, signed_word

# Source: Open Government Information Regulations (2019), art. 20 (1); art. 20 (5) and 21.
NORMATIVE = frozenset({"20-01"})
SERVICES = frozenset({"20-05", "21-county-02"})


def counted(span: Period) -> dict[str, int]:
    """Count, by its code, each indicator that the records hold, over the span."""
    kinds = _first_publications(span)
    published = sum(kinds.values())
    return {
        "01": published,
        "02": published,  # nobody can submit without a text, and it is published with it
        "03": sum(kinds[one] for one in NORMATIVE),
        "04": sum(kinds[one] for one in SERVICES),
        "09": _on_request(span),
    }


def year_until(period: Period) -> Period:
    """Return the span from the year's first day to the last of the period."""
    return Period(date(period.last.year, 1, 1), period.last.month)


def _first_publications(span: Period) -> Counter[str | None]:
    """Count items published for the first time, by the category signed then."""
    query = (
        select(signed_word("category", "code"))
        .select_from(Item)
        .join(Publication, Publication.id == first_publication_id())
        .join(Revision, Revision.id == Publication.revision_id)
        .where(moment_within(Item.first_published_at, span))
    )
    return Counter(db.session.scalars(query))


def _on_request(span: Period) -> int:
    """Count items that the officer found to be for applicants only."""
    query = select(func.count(SignOff.item_id.distinct())).where(
        SignOff.verdict == Verdict.RELEASE_ON_REQUEST, moment_within(SignOff.signed_at, span)
    )
    return db.session.scalar(query) or 0


def year_before(period: Period) -> int | None:
    """Return what the report before this one gave as published in the year. None: there is no such.

    Nothing, if the period begins the year.
    """
    earlier = period.before
    if earlier.last.year != period.last.year:
        return 0
    query = select(MadeReport.figures).where(
        MadeReport.kind == earlier.kind, MadeReport.month == earlier.first
    )
    figures = db.session.scalar(query.order_by(MadeReport.id.desc()).limit(1))
    stored = json.loads(figures)["figures"] if figures else {}
    if stored.get("until") != earlier.last.isoformat() or not stored.get("this_year"):
        return None
    return int(stored["this_year"]["published"])
