"""What happened to an item on its road: steps taken, and the confidentiality sign-offs."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.items import Ground, Item, Revision, State
from county_portal.models.signed import ITEM, SignOffRow, StepRow


class StepTaken(StepRow):
    """One step of an item on its road, or a remark."""

    __tablename__ = ITEM.steps
    __table_args__ = (Index("uq_steps_taken_token", "token", unique=True),)
    kind = ITEM
    repeats = ("revision_number",)

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    revision_number: Mapped[int]
    action: Mapped[str] = mapped_column(String(40), index=True)
    was: Mapped[State]
    now: Mapped[State]
    at: Mapped[datetime] = mapped_column(index=True)
    token: Mapped[str | None]  # of the form that said it: sent twice, said once

    item: Mapped[Item] = relationship()


class SignOff(SignOffRow):
    """The officer's verdict on the hash of a revision."""

    __tablename__ = ITEM.sign_offs
    __table_args__ = (
        *ITEM.sign_off_keys(),
        CheckConstraint(
            "verdict <> 'withhold' OR (ground IS NOT NULL AND next_review_on IS NOT NULL)",
            name="withheld_on_a_ground",
        ),
        CheckConstraint("verdict <> 'refer' OR referred_to <> ''", name="referred_to_somebody"),
    )
    kind = ITEM

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    revision_id: Mapped[int] = mapped_column(index=True)
    ground: Mapped[Ground | None]
    next_review_on: Mapped[date | None]
    referred_to: Mapped[str] = mapped_column(default="")
    letter_number: Mapped[str] = mapped_column(default="")

    item: Mapped[Item] = relationship(foreign_keys="SignOff.item_id", viewonly=True)
    revision: Mapped[Revision] = relationship(
        primaryjoin="SignOff.revision_id == Revision.id",
        foreign_keys="SignOff.revision_id",
        viewonly=True,
    )
