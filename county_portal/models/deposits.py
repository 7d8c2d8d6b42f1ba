"""Deposits to the archive and the library: what was handed over, to whom, and what changed since.

Source: Open Government Information Regulations (2019), art. 25.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person, Unit
from county_portal.models.base import Base
from county_portal.models.catalogue import Publication
from county_portal.models.editions import Edition


class Receiver(StrEnum):
    """Who is given what was published.

    Source: Open Government Information Regulations (2019), art. 25.
    """

    ARCHIVE = "archive"
    LIBRARY = "library"


class Deposit(Base):
    """The county's deposit of one month, as it was put together. Nothing in it changes later.

    Until its packages are made, what the public reads instead of one of its texts is added.
    """

    __tablename__ = "deposits"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        CheckConstraint("since_on <= until_on", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    number: Mapped[int]
    month: Mapped[date] = mapped_column(unique=True)  # its first day
    since_on: Mapped[date]
    until_on: Mapped[date]  # both days included
    due_on: Mapped[date]
    words: Mapped[str]  # JSON: names and addresses as they were then
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]

    maker: Mapped[Person | None] = relationship()
    parts: Mapped[list["DepositPart"]] = relationship(order_by="DepositPart.position")


class DepositPart(Base):
    """One unit's part of a deposit. A part without lines is a zero return."""

    __tablename__ = "deposit_parts"
    __table_args__ = (
        UniqueConstraint("deposit_id", "unit_id"),
        UniqueConstraint("deposit_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deposit_id: Mapped[int] = mapped_column(ForeignKey("deposits.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    position: Mapped[int]
    unit_code: Mapped[str]
    unit_name: Mapped[str]
    contact: Mapped[str]
    phone: Mapped[str]
    texts: Mapped[int]  # how many lines it was made with

    deposit: Mapped[Deposit] = relationship(viewonly=True)
    unit: Mapped[Unit] = relationship()


class DepositLine(Base):
    """That a publication is deposited, and in which part: in one, unless it was left out of it."""

    __tablename__ = "deposit_lines"
    __table_args__ = (UniqueConstraint("part_id", "position"),)

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("deposit_parts.id"))
    position: Mapped[int]

    publication: Mapped[Publication] = relationship()


class DepositOmission(Base):
    """That no package holds a text of a part: it could not be set, or had ended by then."""

    __tablename__ = "deposit_omissions"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("deposit_parts.id"), primary_key=True)


class DepositSupplement(Base):
    """That a text left out of one part is in a later one: once for each time it was left out."""

    __tablename__ = "deposit_supplements"
    __table_args__ = (
        UniqueConstraint("part_id", "position"),
        ForeignKeyConstraint(
            ["publication_id", "omitted_from"],
            ["deposit_omissions.publication_id", "deposit_omissions.part_id"],
        ),
    )

    publication_id: Mapped[int] = mapped_column(primary_key=True)
    omitted_from: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("deposit_parts.id"))
    position: Mapped[int]


class DepositPackage(Edition, Base):
    """The package of a deposit or of one unit's part, as it is handed over, to the byte."""

    __tablename__ = "deposit_packages"
    FORMS = {"zip": "blob"}  # noqa: RUF012

    deposit_id: Mapped[int] = mapped_column(ForeignKey("deposits.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)  # empty: the whole county
    blob: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    contents: Mapped[str] = mapped_column(deferred=True)  # JSON: the manifest that lies in it


class Handover(Base):
    """That a part was handed over. A later row about the same receiver corrects an earlier one."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("part_id", "receiver", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("deposit_parts.id"))
    receiver: Mapped[Receiver]
    number: Mapped[int]  # 1, and one more with each correction
    handed_on: Mapped[date]
    handed_by: Mapped[str]
    received_by: Mapped[str]
    receipt_number: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]

    recorder: Mapped[Person] = relationship()


class DepositLetter(Base):
    """A letter that says which deposited texts were replaced or withdrawn."""

    __tablename__ = "deposit_letters"
    __table_args__ = (UniqueConstraint("year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    number: Mapped[int]
    words: Mapped[str]  # JSON: names and addresses as they were then
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]

    maker: Mapped[Person | None] = relationship()
    lines: Mapped[list["DepositLetterLine"]] = relationship(order_by="DepositLetterLine.position")


class DepositLetterLine(Base):
    """One text that the receivers hold and that is no longer live: told once, never twice."""

    __tablename__ = "deposit_letter_lines"
    __table_args__ = (
        UniqueConstraint("letter_id", "position"),
        ForeignKeyConstraint(["replaced_by"], ["publications.id"]),
    )

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("deposit_letters.id"))
    position: Mapped[int]
    replaced_by: Mapped[int | None] = mapped_column(index=True)  # None: it was withdrawn

    publication: Mapped[Publication] = relationship(foreign_keys=[publication_id])
    replacement: Mapped[Publication | None] = relationship(foreign_keys=[replaced_by])


class DepositLetterPaper(Edition, Base):
    """The letter as it was printed."""

    __tablename__ = "deposit_letter_papers"
    FORMS = {"pdf": "blob"}  # noqa: RUF012

    letter_id: Mapped[int] = mapped_column(ForeignKey("deposit_letters.id"), primary_key=True)
    blob: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
