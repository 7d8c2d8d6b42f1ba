"""Reports that were made, months that were closed, circulars that were sent."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base, unique_among
from county_portal.models.editions import Edition


class MadeReport(Edition, Base):
    """One made report."""

    __tablename__ = "made_reports"
    FORMS = {"pdf": "pdf", "xlsx": "xlsx"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # of its period: monthly, quarterly, half_yearly, yearly
    month: Mapped[date]  # its first day
    figures: Mapped[str] = mapped_column(deferred=True)  # canonical JSON of the dataclass
    figures_hash: Mapped[str]
    pdf: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    xlsx: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    audit_head: Mapped[str]  # hash of the log's last row when the report was made
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    maker: Mapped[Person | None] = relationship()
    returns: Mapped["ReturnForm | None"] = relationship()

    @property
    def files(self) -> dict[str, str]:
        """The hashes of its files, by form; the first reports had no return form."""
        return super().files | ({"return": self.returns.pdf} if self.returns else {})


class ReturnForm(Base):
    """The traditional return form over the figures of a made report."""

    __tablename__ = "return_forms"

    report_id: Mapped[int] = mapped_column(ForeignKey("made_reports.id"), primary_key=True)
    pdf: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    figures_hash: Mapped[str | None]  # of what it says, whoever filled it in; None in the first


class ReportRemark(Base):
    """What the clerk writes into the report of a period."""

    __tablename__ = "report_remarks"
    __table_args__ = (UniqueConstraint("kind", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    month: Mapped[date]  # the first day of the period
    words: Mapped[str]  # paragraphs, one a line
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class LateReason(Base):
    """Why an item missed its deadline, as the clerk knows it."""

    __tablename__ = "late_reasons"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    reason: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ClosedMonth(Base):
    """That a month was closed with these figures, and whether it was opened again.

    At most one closing of a month is in force.
    """

    __tablename__ = "closed_months"
    __table_args__ = (
        CheckConstraint("(reopened_at IS NULL) = (reason = '')", name="reopened_with_a_reason"),
        unique_among("uq_closed_months_in_force", "month", "reopened_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]  # its first day
    figures: Mapped[str] = mapped_column(deferred=True)  # canonical JSON of what was frozen
    figures_hash: Mapped[str]
    report_id: Mapped[int] = mapped_column(ForeignKey("made_reports.id"), index=True)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: the timetable
    closed_at: Mapped[datetime]
    reopened_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reopened_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")

    report: Mapped[MadeReport] = relationship()
    closer: Mapped[Person | None] = relationship(foreign_keys=[closed_by])
    reopener: Mapped[Person | None] = relationship(foreign_keys=[reopened_by])


class MadeCircular(Edition, Base):
    """Who reported how much in a period, told to the leaders of all units."""

    __tablename__ = "circulars"
    FORMS = {"pdf": "pdf", "docx": "docx"}  # noqa: RUF012
    __table_args__ = (
        CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name="sent_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("made_reports.id"), index=True)
    figures: Mapped[str] = mapped_column(deferred=True)  # canonical JSON of the dataclass
    figures_hash: Mapped[str]
    pdf: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    docx: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    sent_at: Mapped[datetime | None] = mapped_column(index=True)

    report: Mapped[MadeReport] = relationship()
    maker: Mapped[Person | None] = relationship(foreign_keys=[made_by])
    sender: Mapped[Person | None] = relationship(foreign_keys=[sent_by])


class CircularReading(Base):
    """That a person opened a circular."""

    __tablename__ = "circular_readings"

    circular_id: Mapped[int] = mapped_column(ForeignKey("circulars.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    read_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
