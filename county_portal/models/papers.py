"""Papers the office has issued: what somebody who holds a copy may check it against."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from county_portal.models.base import Base, unique_among


class PaperKind(StrEnum):
    BRIEFING = "briefing"
    REPORT = "report"
    CIRCULAR = "circular"
    GAZETTE = "gazette"
    DEPOSIT = "deposit"


class IssuedPaper(Base):
    """One paper, known by the SHA-256 of its file. What it says is not here.

    Of a gazette of one number, one paper stands: another takes its place when it is withdrawn.
    """

    __tablename__ = "issued_papers"
    __table_args__ = (
        unique_among(
            "uq_issued_papers_gazette", "name", "kind = 'gazette' AND withdrawn_at IS NULL"
        ),
    )

    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), primary_key=True)
    kind: Mapped[PaperKind]
    name: Mapped[str]  # as it is called on paper
    dated_on: Mapped[date]
    issued_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
