"""Briefings: their mastheads, what each issue holds, its road, and what was frozen and printed."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base
from county_portal.models.editions import Edition
from county_portal.models.items import Revision
from county_portal.models.signed import BRIEFING, HandRow, HasHands, StepRow


class BriefingState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"

    @property
    def editable(self) -> bool:
        """Whether the briefing lies with its composers."""
        return self in {BriefingState.DRAFT, BriefingState.RETURNED}


class PartKind(StrEnum):
    """What stands in a briefing, in one order: a heading holds until the next one."""

    HEADING = "heading"
    ENTRY = "entry"
    NOTE = "note"


class BriefingHandKind(StrEnum):
    """What a person has done with a briefing. Nobody has two of them in one briefing."""

    COMPOSER = "composer"
    APPROVER = "approver"


class Masthead(Base):
    """One series of briefings: the words of its head and foot, and its own count."""

    __tablename__ = "mastheads"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    office: Mapped[str]  # the issuing body, in full
    mark: Mapped[str] = mapped_column(default="")  # printed above on the left, or nothing
    internal: Mapped[bool] = mapped_column(default=False)  # accepted items may stand in it too
    contents: Mapped[bool] = mapped_column(default=True)  # 本期要目 under the head
    foot_numbered: Mapped[bool] = mapped_column(default=False)  # the last page too has its number
    report_to: Mapped[str] = mapped_column(default="")  # 报
    send_to: Mapped[str] = mapped_column(default="")  # 送
    issue_to: Mapped[str] = mapped_column(default="")  # 发
    copies: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Briefing(HasHands, Base):
    """The working copy of an issue. What was approved is a FrozenBriefing, which never changes."""

    __tablename__ = "briefings"
    __table_args__ = (Index("ix_briefings_state_since", "state", "state_since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)  # of the form that made it
    masthead_id: Mapped[int] = mapped_column(ForeignKey("mastheads.id"), index=True)
    special: Mapped[bool] = mapped_column(default=False)  # 增刊: counted apart
    dated_on: Mapped[date | None]  # None: the day of approval
    note: Mapped[str] = mapped_column(default="")  # 按语 before everything else
    report_to: Mapped[str] = mapped_column(default="")
    send_to: Mapped[str] = mapped_column(default="")
    issue_to: Mapped[str] = mapped_column(default="")
    copies: Mapped[int] = mapped_column(default=1)
    state: Mapped[BriefingState] = mapped_column(default=BriefingState.DRAFT)
    state_since: Mapped[datetime]
    composer_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    masthead: Mapped[Masthead] = relationship(lazy="joined")
    composer: Mapped[Person] = relationship()
    hands: Mapped[list["BriefingHand"]] = relationship(lazy="selectin")
    parts: Mapped[list["BriefingPart"]] = relationship(
        order_by="BriefingPart.position, BriefingPart.id", cascade="all, delete-orphan"
    )
    frozen: Mapped["FrozenBriefing | None"] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def composed_by(self, person: Person) -> bool:
        """Tell whether the person has written in it."""
        composers = (row for row in self.hands if row.hand is not BriefingHandKind.APPROVER)
        return any(row.person_id == person.id for row in composers)


class BriefingHand(HandRow):
    """A person's hand in a briefing.

    No issue is frozen but by a person with an approver's hand, so the database
    itself keeps composer and approver apart.
    """

    __tablename__ = BRIEFING.hands
    kind = BRIEFING

    briefing_id: Mapped[int] = mapped_column(ForeignKey("briefings.id"), primary_key=True)
    hand: Mapped[BriefingHandKind] = mapped_column(server_default="composer")


class BriefingPart(Base):
    """A heading, an item's revision in words shortened for this issue, or an editor's note."""

    __tablename__ = "briefing_parts"
    __table_args__ = (
        CheckConstraint("(kind = 'entry') = (revision_id IS NOT NULL)", name="entry_has_revision"),
        UniqueConstraint("briefing_id", "revision_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    briefing_id: Mapped[int] = mapped_column(ForeignKey("briefings.id"), index=True)
    kind: Mapped[PartKind]
    position: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")  # clean HTML
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"), index=True)

    revision: Mapped[Revision | None] = relationship(lazy="selectin")


class BriefingStep(StepRow):
    """One step of a briefing on its road."""

    __tablename__ = BRIEFING.steps
    kind = BRIEFING

    briefing_id: Mapped[int] = mapped_column(ForeignKey("briefings.id"), index=True)
    was: Mapped[BriefingState]
    now: Mapped[BriefingState]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class FrozenBriefing(Base):
    """What was approved, to the byte, under a number that is never given again."""

    __tablename__ = BRIEFING.versions
    __table_args__ = (
        UniqueConstraint("masthead_id", "special", "year", "number"),
        CheckConstraint("length(content_hash) = 64", name="hash_length"),
        CheckConstraint("special = (total IS NULL)", name="only_regular_ones_in_total"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    briefing_id: Mapped[int] = mapped_column(ForeignKey("briefings.id"), unique=True)
    masthead_id: Mapped[int] = mapped_column(ForeignKey("mastheads.id"))
    special: Mapped[bool]
    year: Mapped[int]
    number: Mapped[int]  # of the year
    total: Mapped[int | None]  # since the series began; special issues are not counted in it
    dated_on: Mapped[date]
    content: Mapped[str] = mapped_column(
        deferred=True
    )  # canonical JSON of everything that is printed
    content_hash: Mapped[str]
    approved_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[datetime]

    approver: Mapped[Person] = relationship()
    printed: Mapped["PrintedBriefing | None"] = relationship(viewonly=True)


class PrintedBriefing(Edition, Base):
    """The files made of a frozen briefing."""

    __tablename__ = "printed_briefings"
    FORMS = {"pdf": "pdf", "docx": "docx"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    frozen_id: Mapped[int] = mapped_column(ForeignKey("frozen_briefings.id"), unique=True)
    pdf: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    docx: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    pages: Mapped[int]
    left_out: Mapped[str] = mapped_column(default="[]")  # JSON: titles of what could not be set
