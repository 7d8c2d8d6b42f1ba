"""Columns of the site, statutory categories, publications and the numbers they draw."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Unit
from county_portal.models.base import Base, unique_among
from county_portal.models.signed import ITEM, PublicationRow


class ColumnKind(StrEnum):
    NEWS = "news"
    NOTICE = "notice"
    POLICY = "policy"
    INTERPRETATION = "interpretation"
    DISCLOSURE = "disclosure"
    PERSONNEL = "personnel"
    PLANNING = "planning"
    INTERACTION = "interaction"


class OpenTo(StrEnum):
    """Whose liaisons may submit to a column."""

    ALL = "all"
    TOWNSHIPS = "townships"
    DEPARTMENTS = "departments"
    LISTED = "listed"


class Column(Base):
    """A section of the site. Its slug is part of public addresses and never changes."""

    __tablename__ = "columns"
    __table_args__ = (
        CheckConstraint("update_days IN (14, 30, 183, 365)", name="update_days"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="no_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    kind: Mapped[ColumnKind]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("columns.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    open_to: Mapped[OpenTo] = mapped_column(default=OpenTo.ALL)
    update_days: Mapped[int | None]  # calendar days; None: no rule
    position: Mapped[int] = mapped_column(default=0)
    open: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship()
    parent: Mapped["Column | None"] = relationship(remote_side=[id])
    submitters: Mapped[list[Unit]] = relationship(secondary="column_submitters")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ColumnSubmitter(Base):
    """A unit that may submit to a column whose `open_to` is LISTED."""

    __tablename__ = "column_submitters"

    column_id: Mapped[int] = mapped_column(ForeignKey("columns.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)


class Category(Base):
    """A statutory kind of proactive disclosure.

    Source: Open Government Information Regulations (2019), arts. 20 and 21.
    """

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    article: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Counter(Base):
    """The last number drawn of a series. Numbers only grow, so none is used twice."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Ending(StrEnum):
    """Why a publication is no longer live."""

    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Publication(PublicationRow):
    """That a signed revision went to the public, and until when."""

    __tablename__ = ITEM.publications
    __table_args__ = (
        *ITEM.publication_keys(),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended"),
        UniqueConstraint("public_id", "revision_id"),
        unique_among("uq_publications_live", "item_id", "ended_at IS NULL"),
    )
    kind = ITEM

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    revision_id: Mapped[int] = mapped_column(index=True)
    public_id: Mapped[int] = mapped_column(index=True)
    index_number: Mapped[str] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ending: Mapped[Ending | None]
    reason: Mapped[str] = mapped_column(default="")
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
