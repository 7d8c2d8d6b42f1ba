"""What happened to an item on its road: steps taken, and the confidentiality sign-offs."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base
from county_portal.models.items import Ground, Item, Revision, State


class Verdict(StrEnum):
    RELEASE = "release"
    RELEASE_ON_REQUEST = "release_on_request"
    WITHHOLD = "withhold"
    REFER = "refer"
    RETURN = "return"


class StepTaken(Base):
    """One step of an item on its road, with the remark that went with it."""

    __tablename__ = "steps_taken"
    __table_args__ = (Index("uq_steps_taken_token", "token", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    revision_number: Mapped[int]
    action: Mapped[str] = mapped_column(String(40), index=True)
    was: Mapped[State]
    now: Mapped[State]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: the timetable
    at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(default="")
    token: Mapped[str | None]  # of the form that said it: sent twice, said once

    person: Mapped[Person | None] = relationship()
    item: Mapped[Item] = relationship()


class SignOff(Base):
    """The officer's signed verdict on one content hash. Never changed, never removed.

    Source: Open Government Information Regulations (2019), art. 17.
    """

    __tablename__ = "sign_offs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["revision_id", "content_hash"], ["revisions.id", "revisions.content_hash"]
        ),
        ForeignKeyConstraint(["revision_id", "item_id"], ["revisions.id", "revisions.item_id"]),
        ForeignKeyConstraint(
            ["item_id", "officer_id", "hand"], ["hands.item_id", "hands.person_id", "hands.hand"]
        ),
        UniqueConstraint("id", "verdict", "revision_id"),
        CheckConstraint("hand = 'officer'", name="officer"),
        CheckConstraint(
            "verdict <> 'withhold' OR (ground IS NOT NULL AND next_review_on IS NOT NULL)",
            name="withheld_on_a_ground",
        ),
        CheckConstraint("verdict <> 'refer' OR referred_to <> ''", name="referred_to_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    revision_id: Mapped[int] = mapped_column(index=True)
    content_hash: Mapped[str]
    officer_id: Mapped[int]
    hand: Mapped[str] = mapped_column(String(40), default="officer")
    verdict: Mapped[Verdict]
    checks: Mapped[str]  # JSON: what the officer answered to each question
    ground: Mapped[Ground | None]
    next_review_on: Mapped[date | None]
    referred_to: Mapped[str] = mapped_column(default="")
    letter_number: Mapped[str] = mapped_column(default="")
    opinion: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime]

    item: Mapped[Item] = relationship(foreign_keys="SignOff.item_id", viewonly=True)
    revision: Mapped[Revision] = relationship(
        primaryjoin="SignOff.revision_id == Revision.id",
        foreign_keys="SignOff.revision_id",
        viewonly=True,
    )
    officer: Mapped[Person] = relationship(
        primaryjoin="SignOff.officer_id == Person.id",
        foreign_keys="SignOff.officer_id",
        viewonly=True,
    )
