"""Papers the office has issued: what somebody who holds a copy may check it against."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from county_portal.models.base import Base


class PaperKind(StrEnum):
    BRIEFING = "briefing"
    REPORT = "report"
    CIRCULAR = "circular"
    GAZETTE = "gazette"
    DEPOSIT = "deposit"


class IssuedPaper(Base):
    """One paper, known by the SHA-256 of its file. What it says is not here."""

    __tablename__ = "issued_papers"

    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), primary_key=True)
    kind: Mapped[PaperKind]
    name: Mapped[str]  # as it is called on paper
    dated_on: Mapped[date]
    issued_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
