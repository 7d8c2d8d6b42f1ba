"""The register of issued papers: hash, name and day, no word of what they say.

Papers that are marked as internal are not in it: the public site reads it.
"""

from datetime import date

from sqlalchemy import select

from county_portal.core import clock
from county_portal.models import IssuedPaper, PaperKind
from county_portal.office.base.extensions import db


def enter_paper(
    sha256: str, kind: PaperKind, name: str, dated_on: date, *, stands: bool = True
) -> None:
    """Enter the stored file as an issued paper.

    Entered again, it is the same one, and stands again.

    stands: False for one that is known and not in force yet; what stands already is left alone.
    """
    paper = db.session.get(IssuedPaper, sha256)
    if paper is None:
        now = clock.now()
        gone = None if stands else now
        db.session.add(
            IssuedPaper(
                sha256=sha256,
                kind=kind,
                name=name,
                dated_on=dated_on,
                issued_at=now,
                withdrawn_at=gone,
            )
        )
        db.session.flush()
    elif stands:
        paper.withdrawn_at = None


def stands(sha256: str) -> bool:
    """Tell whether the file is an issued paper that was not withdrawn."""
    paper = db.session.get(IssuedPaper, sha256)
    return paper is not None and paper.withdrawn_at is None


def withdraw_paper(sha256: str) -> None:
    """Tell whoever checks a copy that it was withdrawn. Nothing happens if it was never issued."""
    paper = db.session.get(IssuedPaper, sha256)
    if paper is not None and paper.withdrawn_at is None:
        paper.withdrawn_at = clock.now()
        db.session.flush()


def issued() -> list[IssuedPaper]:
    """Return all of them, the oldest first."""
    return list(db.session.scalars(select(IssuedPaper).order_by(IssuedPaper.issued_at)))
