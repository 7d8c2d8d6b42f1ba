"""What every table shares: the registry, moments in UTC, words from a list."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    text,
    type_coerce,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, registry

from county_portal.published.manifest import Manifest

M = TypeVar("M", bound=Manifest)

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class ManifestText(TypeDecorator[M]):
    """The stored text of a manifest, read as the kind it is of."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[M]) -> None:
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: Any | None, dialect: Dialect) -> M | None:
        return None if value is None else self.kind.read(value)


def read_as(kind: type[M]) -> hybrid_property[M]:
    """Declare what `manifest_text` says, typed, of a row and as a column of a query."""

    def manifest(self: Any) -> M:
        return kind.read(self.manifest_text)

    def column(cls: Any) -> ColumnElement[M]:
        return type_coerce(cls.manifest_text, ManifestText(kind)).label("manifest")

    return hybrid_property(manifest, expr=column)


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]


def unique_among(name: str, column: str, condition: str) -> Index:
    """Declare that a column is unique among the rows for which the condition holds."""
    rows = text(condition)
    return Index(name, column, unique=True, sqlite_where=rows, postgresql_where=rows)


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: Moment(),
            str: Text(),
            StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=_values),
        },
    )
