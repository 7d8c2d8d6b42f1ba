"""The gazette and its bound volume: what they hold, who signed and issued which bytes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base
from county_portal.models.editions import Edition
from county_portal.models.items import Item
from county_portal.models.review import Verdict


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


class Gazette(Base):
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

    creator: Mapped[Person] = relationship()
    hands: Mapped[list["GazetteHand"]] = relationship(lazy="selectin")
    texts: Mapped[list["GazetteText"]] = relationship(
        order_by="GazetteText.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def hand_of(self, person: Person) -> GazetteHandKind | None:
        """What this person has done with the gazette so far, if anything that counts."""
        return next((row.hand for row in self.hands if row.person_id == person.id), None)

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


class GazetteHand(Base):
    """That a person had a hand in a gazette, and which: one row per person and gazette.

    Sign-offs and publications point here with the kind they need, so the
    database itself keeps composer, officer and issuer apart.
    """

    __tablename__ = "gazette_hands"
    __table_args__ = (UniqueConstraint("gazette_id", "person_id", "hand"),)

    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    hand: Mapped[GazetteHandKind]

    person: Mapped[Person] = relationship()


class GazetteEdition(Edition, Base):
    """A gazette as it was printed: the manifest names every text, its page, and the PDF's hash."""

    __tablename__ = "gazette_editions"
    __table_args__ = (
        UniqueConstraint("id", "content_hash"),
        UniqueConstraint("id", "gazette_id"),
        CheckConstraint("length(content_hash) = 64", name="hash_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    manifest: Mapped[str]  # canonical JSON of everything the public would get
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


class GazetteSignOff(Base):
    """The confidentiality officer's verdict on the hash of an edition. Never changed.

    Source: Open Government Information Regulations (2019), art. 17.
    """

    __tablename__ = "gazette_sign_offs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["edition_id", "content_hash"],
            ["gazette_editions.id", "gazette_editions.content_hash"],
        ),
        ForeignKeyConstraint(
            ["edition_id", "gazette_id"], ["gazette_editions.id", "gazette_editions.gazette_id"]
        ),
        ForeignKeyConstraint(
            ["gazette_id", "officer_id", "hand"],
            ["gazette_hands.gazette_id", "gazette_hands.person_id", "gazette_hands.hand"],
        ),
        UniqueConstraint("id", "verdict", "edition_id"),
        CheckConstraint("hand = 'officer'", name="officer"),
        CheckConstraint("verdict IN ('release', 'return')", name="verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    edition_id: Mapped[int] = mapped_column(index=True)
    content_hash: Mapped[str]
    officer_id: Mapped[int]
    hand: Mapped[str] = mapped_column(String(40), default="officer")
    verdict: Mapped[Verdict]
    checks: Mapped[str]  # JSON: what the officer answered to each question
    opinion: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime]

    officer: Mapped[Person] = relationship(
        primaryjoin="GazetteSignOff.officer_id == Person.id",
        foreign_keys="GazetteSignOff.officer_id",
        viewonly=True,
    )


class GazettePublication(Base):
    """That a signed edition went to the public. Live until it has an ending.

    The foreign keys let in only an edition that has a sign-off whose verdict is release,
    issued by somebody who neither composed nor signed it.
    """

    __tablename__ = "gazette_publications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["sign_off_id", "verdict", "edition_id"],
            ["gazette_sign_offs.id", "gazette_sign_offs.verdict", "gazette_sign_offs.edition_id"],
        ),
        ForeignKeyConstraint(
            ["edition_id", "gazette_id"], ["gazette_editions.id", "gazette_editions.gazette_id"]
        ),
        ForeignKeyConstraint(
            ["gazette_id", "issuer_id", "hand"],
            ["gazette_hands.gazette_id", "gazette_hands.person_id", "gazette_hands.hand"],
        ),
        CheckConstraint("verdict = 'release'", name="released"),
        CheckConstraint("hand = 'issuer'", name="issued"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gazette_id: Mapped[int] = mapped_column(ForeignKey("gazettes.id"), index=True)
    edition_id: Mapped[int] = mapped_column(unique=True)
    sign_off_id: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(40), default="release")
    issuer_id: Mapped[int]
    hand: Mapped[str] = mapped_column(String(40), default="issuer")
    key: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(index=True)

    ending: Mapped["GazetteEnding | None"] = relationship()
    issuer: Mapped[Person] = relationship(
        primaryjoin="GazettePublication.issuer_id == Person.id",
        foreign_keys="GazettePublication.issuer_id",
        viewonly=True,
    )


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
