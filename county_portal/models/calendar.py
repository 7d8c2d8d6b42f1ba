"""The county's working days, year by year, as the State Council announces them."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from county_portal.models.base import Base


class CalendarYear(Base):
    """A year whose holidays and make-up working days are entered in full."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(default="")


class CalendarDay(Base):
    """A weekday that is off, or a weekend day that is worked."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_years.year"))
    worked: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")
