"""Background work as people see it: state, progress, result."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.accounts import Person
from county_portal.models.base import Base


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in {JobState.WAITING, JobState.RUNNING}


class Job(Base):
    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # asked for twice, done once
    task: Mapped[str]
    arguments: Mapped[str]  # JSON
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING, index=True)
    progress: Mapped[int] = mapped_column(default=0)  # per cent
    doing: Mapped[str] = mapped_column(default="")  # English msgid of what is being done
    result: Mapped[str] = mapped_column(default="")  # JSON
    error: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    beat_at: Mapped[datetime | None]  # last sign of life of its worker
    done_at: Mapped[datetime | None]

    asker: Mapped[Person | None] = relationship()


class Lease(Base):
    """Which data folder, on which machine, background work is done in: one row."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    folder: Mapped[str]  # by its key, wherever it lies
    place: Mapped[str]  # the machine and the folder on it; empty: let go
    beat_at: Mapped[datetime]  # last sign of life from the place
    minute: Mapped[datetime | None]  # the last one whose timetable was begun
