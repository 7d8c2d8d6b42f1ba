"""An item: one piece of government information, from draft to publication."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person, Unit
from county_portal.models.base import Base, read_as
from county_portal.models.catalogue import Category, Column
from county_portal.models.signed import ITEM, HandRow, HasHands
from county_portal.published.items import ItemManifest
from county_portal.published.manifest import from_json, to_json


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNIT_APPROVED = "unit_approved"
    ACCEPTED = "accepted"
    SIGNED_OFF = "signed_off"
    ISSUED = "issued"
    PUBLISHED = "published"
    RETURNED = "returned"
    CORRECTING = "correcting"
    DECLINED = "declined"
    ON_REQUEST = "on_request"
    WITHHELD = "withheld"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"

    @property
    def editable(self) -> bool:
        """Whether the item lies with its unit, to be written."""
        return self in {State.DRAFT, State.RETURNED, State.CORRECTING}


class Attribute(StrEnum):
    """Source: Open Government Information Regulations (2019), arts. 13-16."""

    PROACTIVE = "proactive"
    ON_REQUEST = "on_request"
    WITHHELD = "withheld"


class Origin(StrEnum):
    """Source: Open Government Information Regulations (2019), art. 10."""

    OWN = "own"
    OTHER_BODY = "other_body"
    JOINT = "joint"


class Ground(StrEnum):
    """Why something is not published.

    Source: Open Government Information Regulations (2019), arts. 14-16.
    """

    STATE_SECRET = "state_secret"  # noqa: S105
    LAW_FORBIDS = "law_forbids"
    FOUR_STABILITIES = "four_stabilities"
    THIRD_PARTY = "third_party"
    INTERNAL_AFFAIRS = "internal_affairs"
    PROCESS_INFORMATION = "process_information"
    ENFORCEMENT_FILE = "enforcement_file"


class HandKind(StrEnum):
    """What a person has done with an item. Nobody has two of them in one item."""

    AUTHOR = "author"
    UNIT_LEADER = "unit_leader"
    EDITOR = "editor"
    OFFICER = "officer"
    ISSUER = "issuer"


class Item(HasHands, Base):
    """The working copy. What others act on is a Revision, which never changes."""

    __tablename__ = "items"
    __table_args__ = (
        Index("ix_items_state_due", "state", "publish_due_on"),
        Index("ix_items_unit_state", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(
        unique=True
    )  # of the form that made it: sent twice, made once
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    state_since: Mapped[datetime]
    revision_number: Mapped[int] = mapped_column(default=0)  # 0: never handed over
    created_at: Mapped[datetime] = mapped_column(index=True)
    saved_at: Mapped[datetime]

    title: Mapped[str] = mapped_column(default="")
    column_id: Mapped[int | None] = mapped_column(ForeignKey("columns.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    attribute: Mapped[Attribute] = mapped_column(default=Attribute.PROACTIVE)
    ground: Mapped[Ground | None]
    ground_note: Mapped[str] = mapped_column(default="")
    formed_on: Mapped[date | None]
    document_number: Mapped[str] = mapped_column(default="")
    responsible_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    origin: Mapped[Origin] = mapped_column(default=Origin.OWN)
    source: Mapped[str] = mapped_column(default="")  # the other body, when the origin is not OWN
    summary: Mapped[str] = mapped_column(default="")
    keywords: Mapped[str] = mapped_column(default="")  # separated by spaces
    body: Mapped[str] = mapped_column(default="", deferred=True)
    wanted_at: Mapped[datetime | None]  # when the unit would like it published
    note: Mapped[str] = mapped_column(default="")  # to the reviewers; never published

    publish_due_on: Mapped[date | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    publish_at: Mapped[datetime | None] = mapped_column(index=True)  # set by the issuer
    public_id: Mapped[int | None] = mapped_column(unique=True)
    index_number: Mapped[str | None] = mapped_column(unique=True)
    first_published_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    responsible_unit: Mapped[Unit | None] = relationship(foreign_keys=[responsible_unit_id])
    author: Mapped[Person] = relationship()
    column: Mapped[Column | None] = relationship()
    category: Mapped[Category | None] = relationship()
    hands: Mapped[list["Hand"]] = relationship(lazy="selectin")
    attachments: Mapped[list["Attachment"]] = relationship(
        order_by="Attachment.position, Attachment.id"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Hand(HandRow):
    """A person's hand in an item."""

    __tablename__ = ITEM.hands
    __table_args__ = ITEM.hand_keys()
    kind = ITEM

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    hand: Mapped[HandKind]


@dataclass(frozen=True)
class Original:
    """A file as it was handed in. size: bytes."""

    key: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Inside:
    """What reviewers see of a revision and the public never does."""

    note: str = ""
    ground: str | None = None
    ground_note: str = ""
    wanted_at: datetime | None = None
    originals: tuple[Original, ...] = ()

    @property
    def text(self) -> str:
        return json.dumps(to_json(self), ensure_ascii=False, sort_keys=True)


class Revision(Base):
    """An immutable state of an item: what was handed over, to the byte."""

    __tablename__ = ITEM.versions
    __table_args__ = (UniqueConstraint("item_id", "number"), *ITEM.version_keys())

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    number: Mapped[int]
    manifest_text: Mapped[str] = mapped_column("manifest")
    manifest = read_as(ItemManifest)  # everything the public would get
    content_hash: Mapped[str]
    inside_text: Mapped[str] = mapped_column("inside", default="{}")
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]

    item: Mapped[Item] = relationship()
    maker: Mapped[Person] = relationship()

    @property
    def inside(self) -> Inside:
        return from_json(Inside, json.loads(self.inside_text))


class Blob(Base):
    """A stored file, known by the SHA-256 of its bytes."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]  # bytes
    media_type: Mapped[str]
    stored_at: Mapped[datetime]


class Attachment(Base):
    """An uploaded file of an item, and the rendition the public would get of it."""

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("item_id", "key"),
        ForeignKeyConstraint(["original"], ["blobs.sha256"]),
        ForeignKeyConstraint(["rendition"], ["blobs.sha256"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    key: Mapped[str]  # 8 random hex digits: its name in addresses
    name: Mapped[str]  # as people see it, with its ending
    position: Mapped[int] = mapped_column(default=0)
    inline: Mapped[bool] = mapped_column(default=False)  # a picture inside the text
    original: Mapped[str]
    rendition: Mapped[str | None]  # None: stays inside the office
    rendition_type: Mapped[str] = mapped_column(default="")
    size: Mapped[int]  # bytes of the original
    rendition_size: Mapped[int] = mapped_column(default=0)  # bytes
    remarks: Mapped[str] = mapped_column(default="")  # what the rendition leaves out, one per line
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    uploaded_at: Mapped[datetime]
