"""What is kept of every kind of thing that is signed: hands, steps, verdicts, publications.

A kind is told by the names of its tables. Keys, checks and columns are the same for each.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship, synonym
from sqlalchemy.schema import Constraint

from county_portal.models.accounts import Person
from county_portal.models.base import Base

HAND = String(40)


class Verdict(StrEnum):
    RELEASE = "release"
    RELEASE_ON_REQUEST = "release_on_request"
    WITHHOLD = "withhold"
    REFER = "refer"
    RETURN = "return"


@dataclass(frozen=True)
class SignedKind:
    """The tables of a kind, and what its rows call the thing and the version they are about.

    Whoever composed it has no officer's hand, and whoever signed it no issuer's: sign-offs and
    publications point at a hand of the kind they need, of which a person has one.
    """

    thing_id: str
    versions: str
    hands: str
    steps: str
    version_id: str = ""
    sign_offs: str = ""
    publications: str = ""

    @property
    def records(self) -> tuple[str, ...]:
        """The tables whose rows never change."""
        names = (self.versions, self.hands, self.steps, self.sign_offs, self.publications)
        return tuple(name for name in names if name)

    def version_keys(self) -> tuple[Constraint, ...]:
        return (
            UniqueConstraint("id", "content_hash"),
            UniqueConstraint("id", self.thing_id),
            CheckConstraint("length(content_hash) = 64", name="hash_length"),
        )

    def hand_keys(self) -> tuple[Constraint, ...]:
        return (UniqueConstraint(self.thing_id, "person_id", "hand"),)

    def sign_off_keys(self) -> tuple[Constraint, ...]:
        return (
            self.same_thing(),
            self._key(self.versions, {self.version_id: "id", "content_hash": "content_hash"}),
            self._by_hand("officer_id"),
            UniqueConstraint("id", "verdict", self.version_id),
            CheckConstraint("hand = 'officer'", name="officer"),
        )

    def publication_keys(self) -> tuple[Constraint, ...]:
        signed = {"sign_off_id": "id", "verdict": "verdict", self.version_id: self.version_id}
        return (
            self.same_thing(),
            self._key(self.sign_offs, signed),
            self._by_hand("issuer_id"),
            CheckConstraint("verdict = 'release'", name="released"),
            CheckConstraint("hand = 'issuer'", name="issued"),
        )

    def same_thing(self) -> Constraint:
        """Build the condition that the version is one of this thing."""
        return self._key(self.versions, {self.version_id: "id", self.thing_id: self.thing_id})

    def _by_hand(self, person: str) -> Constraint:
        return self._key(
            self.hands, {self.thing_id: self.thing_id, person: "person_id", "hand": "hand"}
        )

    def _key(self, table: str, columns: dict[str, str]) -> Constraint:
        return ForeignKeyConstraint([*columns], [f"{table}.{name}" for name in columns.values()])


ITEM = SignedKind(
    thing_id="item_id",
    versions="revisions",
    hands="hands",
    steps="steps_taken",
    version_id="revision_id",
    sign_offs="sign_offs",
    publications="publications",
)
GAZETTE = SignedKind(
    thing_id="gazette_id",
    versions="gazette_editions",
    hands="gazette_hands",
    steps="gazette_steps",
    version_id="edition_id",
    sign_offs="gazette_sign_offs",
    publications="gazette_publications",
)
BRIEFING = SignedKind(
    thing_id="briefing_id",
    versions="frozen_briefings",
    hands="briefing_hands",
    steps="briefing_steps",
)


class HasHands:
    """A thing in which people have hands."""

    if TYPE_CHECKING:
        hands: Mapped[list[Any]]

    def hand_of(self, person: Person) -> StrEnum | None:
        """Return what this person has done with it so far, if anything that counts."""
        return next((row.hand for row in self.hands if row.person_id == person.id), None)


class OfThing(Base):
    """A row about a thing of a kind, whatever its column is called."""

    __abstract__ = True
    kind: ClassVar[SignedKind]

    @declared_attr
    def thing_id(cls) -> Mapped[int]:
        return synonym(cls.kind.thing_id)


class HandRow(OfThing):
    """That a person had a hand in a thing, and which: one row per person and thing."""

    __abstract__ = True

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id"), primary_key=True, index=True, sort_order=1
    )
    if TYPE_CHECKING:
        hand: Mapped[Any]

    @declared_attr
    def person(cls) -> Mapped[Person]:
        return relationship(Person)


class StepRow(OfThing):
    """One step of a thing on its road, with the reason that went with it.

    repeats: what else the row says of the thing, as it was after the step.
    """

    __abstract__ = True
    repeats: ClassVar[tuple[str, ...]] = ()

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: the timetable
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")

    @declared_attr
    def person(cls) -> Mapped[Person | None]:
        return relationship(Person)


class SignOffRow(OfThing):
    """The officer's signed verdict on one content hash. Never changed, never removed.

    Source: Open Government Information Regulations (2019), art. 17.
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    officer_id: Mapped[int]
    hand: Mapped[str] = mapped_column(HAND, default="officer")
    verdict: Mapped[Verdict]
    checks: Mapped[str]  # JSON: what the officer answered to each question
    opinion: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime]

    @declared_attr
    def version_id(cls) -> Mapped[int]:
        return synonym(cls.kind.version_id)

    @declared_attr
    def officer(cls) -> Mapped[Person]:
        return _named_in(cls, "officer_id")


class PublicationRow(OfThing):
    """That a signed version went to the public.

    The keys let in only a version that has a sign-off whose verdict is release, issued by
    somebody who had no other hand in the thing.
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_off_id: Mapped[int]
    verdict: Mapped[str] = mapped_column(HAND, default="release")
    issuer_id: Mapped[int]
    hand: Mapped[str] = mapped_column(HAND, default="issuer")
    published_at: Mapped[datetime] = mapped_column(index=True)

    @declared_attr
    def issuer(cls) -> Mapped[Person]:
        return _named_in(cls, "issuer_id")


def _named_in(row: Any, column: str) -> Mapped[Person]:
    """Relate the person in a column that is part of a key to the hands, not to the people."""
    name = f"{row.__name__}.{column}"
    return relationship(
        Person, primaryjoin=f"{name} == Person.id", foreign_keys=name, viewonly=True
    )
