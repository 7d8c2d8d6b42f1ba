"""The gazette and its bound volume: what they hold, who signed and issued which bytes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base, read_as
from county_portal.models.editions import Edition
from county_portal.models.items import Item
from county_portal.models.signed import (
    GAZETTE,
    HandRow,
    HasHands,
    PublicationRow,
    SignOffRow,
    StepRow,
)
from county_portal.published.gazettes import GazetteManifest


class GazetteSection(StrEnum):
    COUNTY = "county"
    OFFICE = "office"
    PERSONNEL = "personnel"
    OTHER = "other"


class GazetteKind(StrEnum):
    ISSUE = "issue"
    VOLUME = "volume"


class GazetteState(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"
    SIGNED = "signed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class GazetteHandKind(StrEnum):
    """What a person has done with a gazette. Nobody has two of them in one gazette."""

    COMPOSER = "composer"  # or has marked one of its texts
    OFFICER = "officer"
    ISSUER = "issuer"


class GazetteMark(Base):
    """That a published item is meant for the gazette, and under which heading."""

    __tablename__ = "gazette_marks"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    section: Mapped[GazetteSection]
    marked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    marked_at: Mapped[datetime]

    item: Mapped[Item] = relationship()
    marker: Mapped[Person] = relationship()


class Gazette(HasHands, Base):
    """A monthly issue, or the bound volume of a year: the working copy and where it stands."""

    __tablename__ = "gazettes"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        CheckConstraint("(number IS NULL) = (total IS NULL)", name="numbered_twice"),
        CheckConstraint("kind = 'issue' OR number IS NULL", name="volumes_have_no_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[GazetteKind]
    year: Mapped[int] = mapped_column(index=True)
    month: Mapped[date]  # the first day of the month; of a volume: of the year
    number: Mapped[int | None]  # within the year; drawn when it is first frozen
    total: Mapped[int | None] = mapped_column(unique=True)
    state: Mapped[GazetteState] = mapped_column(default=GazetteState.DRAFT)
    state_since: Mapped[datetime]
    edition_id: Mapped[int | None]  # the edition that is on the road now
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    hands: Mapped[list["GazetteHand"]] = relationship(lazy="selectin")
    texts: Mapped[list["GazetteText"]] = relationship(
        order_by="GazetteText.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def key(self) -> str:
        """Its name in public addresses; empty before it has a number."""
        if self.kind is GazetteKind.VOLUME:
            return f"{self.year}-volume"
        return f"{self.year}-{self.number}" if self.number else ""


class GazetteText(Base):
    """One text chosen for a gazette, and its place in it."""

    __tablename__ = "gazette_texts"
    __table_args__ = (UniqueConstraint("gazette_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    section: Mapped[GazetteSection]
    position: Mapped[int]

    item: Mapped[Item] = relationship()


class GazetteHand(HandRow):
    """A person's hand in a gazette."""

    __tablename__ = GAZETTE.hands
    __table_args__ = GAZETTE.hand_keys()
    kind = GAZETTE

    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), primary_key=True)
    hand: Mapped[GazetteHandKind]


class GazetteStep(StepRow):
    """One step of a gazette on its road, and the edition it left on it."""

    __tablename__ = GAZETTE.steps
    __table_args__ = (GAZETTE.same_thing(),)
    kind = GAZETTE
    repeats = ("edition_id",)

    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    edition_id: Mapped[int | None]
    was: Mapped[GazetteState]
    now: Mapped[GazetteState]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class GazetteEdition(Edition, Base):
    """A gazette as it was printed: the manifest names every text, its page, and the PDF's hash."""

    __tablename__ = GAZETTE.versions
    __table_args__ = GAZETTE.version_keys()

    id: Mapped[int] = mapped_column(primary_key=True)
    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    manifest_text: Mapped[str] = mapped_column("manifest")
    manifest = read_as(GazetteManifest)  # everything the public would get
    content_hash: Mapped[str]
    pdf: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))

    maker: Mapped[Person] = relationship()


class GazetteEditionItem(Base):
    """That an edition prints a revision of an item."""

    __tablename__ = "gazette_edition_items"
    __table_args__ = (
        ForeignKeyConstraint(["revision_id", "item_id"], ["revisions.id", "revisions.item_id"]),
    )

    edition_id: Mapped[int] = mapped_column(ForeignKey("gazette_editions.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, index=True)
    revision_id: Mapped[int]


class GazetteEditionPart(Base):
    """That the edition of a bound volume holds an edition of an issue."""

    __tablename__ = "gazette_edition_parts"

    edition_id: Mapped[int] = mapped_column(ForeignKey("gazette_editions.id"), primary_key=True)
    part_id: Mapped[int] = mapped_column(
        ForeignKey("gazette_editions.id"), primary_key=True, index=True
    )


class GazetteSignOff(SignOffRow):
    """The officer's verdict on the hash of an edition."""

    __tablename__ = GAZETTE.sign_offs
    __table_args__ = (
        *GAZETTE.sign_off_keys(),
        CheckConstraint("verdict IN ('release', 'return')", name="verdict"),
    )
    kind = GAZETTE

    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    edition_id: Mapped[int] = mapped_column(index=True)


class GazettePublication(PublicationRow):
    """That a signed edition went to the public. Live until it has an ending."""

    __tablename__ = GAZETTE.publications
    __table_args__ = GAZETTE.publication_keys()
    kind = GAZETTE

    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    edition_id: Mapped[int] = mapped_column(unique=True)
    key: Mapped[str]

    ending: Mapped["GazetteEnding | None"] = relationship()


class GazetteEnding(Base):
    """That a published gazette was taken off the site, when and why. There is no way back."""

    __tablename__ = "gazette_endings"

    publication_id: Mapped[int] = mapped_column(
        ForeignKey("gazette_publications.id"), primary_key=True
    )
    ended_at: Mapped[datetime]
    reason: Mapped[str]  # as the public reads it
    ended_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))  # it went with this item

    person: Mapped[Person] = relationship()
    item: Mapped[Item | None] = relationship()
