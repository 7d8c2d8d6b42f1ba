"""The log: one chained row per deed or refusal. Nothing here points at other tables."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from county_portal.models.base import Base


class AuditRow(Base):
    """Kept as text, so that a row can be hashed again in a hundred years."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(index=True)  # UTC, ISO 8601
    actor: Mapped[str] = mapped_column(index=True)  # login, or what was typed, or "system"
    unit: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    object: Mapped[str] = mapped_column(index=True)  # table:id
    address: Mapped[str]
    result: Mapped[str]  # done or refused
    details: Mapped[str]  # canonical JSON
    previous: Mapped[str]
    hash: Mapped[str]
