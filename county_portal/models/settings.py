"""What the office decides: data with a default that is right on the first day."""

from sqlalchemy.orm import Mapped, mapped_column

from county_portal.models.base import Base


class Setting(Base):
    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
