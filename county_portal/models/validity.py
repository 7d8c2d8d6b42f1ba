"""Whether a published document still holds: one row for each change, never altered."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base
from county_portal.models.items import Item


class ValidityState(StrEnum):
    IN_FORCE = "in_force"
    AMENDED = "amended"
    EXPIRED = "expired"
    REPEALED = "repealed"


class Validity(Base):
    """What the office found of a document's validity; `catalogue.validity` says which counts."""

    __tablename__ = "validities"
    __table_args__ = (
        CheckConstraint("by_item_id IS NULL OR by_item_id <> item_id", name="not_by_itself"),
        CheckConstraint(
            "by_item_id IS NULL OR state IN ('amended', 'repealed')", name="by_another_text"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    state: Mapped[ValidityState]
    since_on: Mapped[date] = mapped_column(index=True)
    by_item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    ground: Mapped[str] = mapped_column(default="")  # stays inside the office: nobody signed it
    set_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime]

    item: Mapped[Item] = relationship(foreign_keys=[item_id])
    by_item: Mapped[Item | None] = relationship(foreign_keys=[by_item_id])
    setter: Mapped[Person] = relationship()
