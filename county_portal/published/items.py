"""An item as it is signed, on its way into the public file, and as its page shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from county_portal.published.manifest import Manifest
from county_portal.published.schema import FileLine, ValidityLine


@dataclass(frozen=True)
class ColumnName:
    """A column as it was called when the item was handed over."""

    slug: str
    name: str


@dataclass(frozen=True)
class CodedName:
    """A category or a unit as it was called when the item was handed over."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ItemManifest(Manifest):
    """The public face of one version of an item. The fields are compared in this order.

    An unfinished item may lack its column, category and date of formation.
    """

    DOMAINS: ClassVar = {1: b"county-portal/manifest/v1\0"}

    item: int
    revision: int
    title: str
    summary: str
    column: ColumnName | None
    category: CodedName | None
    unit: CodedName
    attribute: str
    formed_on: date | None
    document_number: str
    origin: str
    source: str
    keywords: tuple[str, ...]
    body: str
    files: tuple[FileLine, ...]

    @property
    def column_slug(self) -> str:
        return self.column.slug if self.column else ""

    @property
    def column_name(self) -> str:
        return self.column.name if self.column else ""

    @property
    def category_code(self) -> str:
        return self.category.code if self.category else ""

    @property
    def category_name(self) -> str:
        return self.category.name if self.category else ""

    @property
    def unit_code(self) -> str:
        return self.unit.code

    @property
    def unit_name(self) -> str:
        return self.unit.name

    @property
    def formation_day(self) -> date:
        """Return the date of formation of what is finished. Raises ValueError if there is none."""
        if self.formed_on is None:
            raise ValueError("This item has no date of formation")
        return self.formed_on

    @property
    def content_source(self) -> str:
        """Whom the words come from: the other body if there is one, else the unit."""
        return self.source or self.unit_name

    @property
    def attachments(self) -> tuple[FileLine, ...]:
        """The files to offer for download: not the pictures that stand in the text."""
        return tuple(file for file in self.files if not file.inline)

    def file_with(self, key: str) -> FileLine | None:
        return next((file for file in self.files if file.key == key), None)


@dataclass(frozen=True, kw_only=True)
class PublicItem(ItemManifest):
    """Everything one item's page shows: `PublicItem(**vars(manifest), …)`.

    The hash is empty for what was not handed over, the rest for what was not published.
    """

    content_hash: str = ""
    public_id: int | None = None
    index_number: str = ""
    published_at: datetime | None = None
    corrected_at: datetime | None = None


@dataclass(frozen=True)
class PublicEntry:
    """One live, signed manifest on its way into the public file.

    public_id ascends with publication: a later item has a larger one.
    """

    public_id: int
    index_number: str
    manifest_text: str
    content_hash: str
    published_at: datetime
    corrected_at: datetime | None = None
    validity: ValidityLine = ValidityLine()
