"""Reports that were made: their figures, their files, their hashes."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base


class MadeReport(Base):
    """One made report. Downloading it again gives the stored bytes."""

    __tablename__ = "made_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    month: Mapped[date]  # its first day
    figures: Mapped[str]  # canonical JSON of the dataclass
    figures_hash: Mapped[str]
    pdf: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    xlsx: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    audit_head: Mapped[str]  # hash of the log's last row when the report was made
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]

    maker: Mapped[Person | None] = relationship()
