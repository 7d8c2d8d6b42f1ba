"""An item as it is signed, on its way into the public file, and as its page shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from county_portal.published import search
from county_portal.published.kinds import IndexWords, Kind, ListTable
from county_portal.published.manifest import Manifest
from county_portal.published.schema import FileLine, ValidityLine, county_year, text_of_moment

NAME = "item"
DDL = """
CREATE TABLE items(
  public_id INTEGER PRIMARY KEY, index_number TEXT NOT NULL UNIQUE,
  column_slug TEXT NOT NULL, unit_code TEXT NOT NULL, category_code TEXT NOT NULL,
  formed_on TEXT NOT NULL, published_at TEXT NOT NULL, corrected_at TEXT,
  document_number TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL,
  validity TEXT NOT NULL, validity_on TEXT NOT NULL, validity_by INTEGER,
  expires_on TEXT NOT NULL
);
CREATE INDEX items_by_time ON items(
  published_at, public_id, column_slug, unit_code, category_code
);
CREATE INDEX items_by_column ON items(
  column_slug, published_at, public_id, unit_code, category_code
);
CREATE INDEX items_by_unit ON items(
  unit_code, published_at, public_id, column_slug, category_code
);
CREATE INDEX items_by_category ON items(
  category_code, published_at, public_id, column_slug, unit_code
);
CREATE INDEX items_by_formation ON items(
  formed_on, public_id, column_slug, unit_code, category_code, published_at
);
CREATE INDEX items_by_validity ON items(
  validity, published_at, public_id, column_slug, unit_code, category_code
);
CREATE INDEX items_by_changer ON items(validity_by) WHERE validity_by IS NOT NULL;
"""


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

    kind: ClassVar = NAME

    @property
    def key(self) -> str:
        return str(self.public_id)

    @property
    def number(self) -> int:
        return self.public_id


def _check(entry: PublicEntry, item: ItemManifest) -> None:
    if not item.column_slug or item.formed_on is None:
        raise ValueError(f"Item {entry.public_id} has no column or no date of formation")


def _row(entry: PublicEntry, item: ItemManifest) -> tuple[object, ...]:
    """Build the row that the lists read of an item."""
    validity = entry.validity
    return (
        entry.public_id,
        entry.index_number,
        item.column_slug,
        item.unit_code,
        item.category_code,
        item.formation_day.isoformat(),
        text_of_moment(entry.published_at),
        text_of_moment(entry.corrected_at) if entry.corrected_at else None,
        item.document_number,
        item.title,
        item.summary,
        validity.state,
        validity.since_on.isoformat() if validity.since_on else "",
        validity.by,
        validity.expires_on.isoformat() if validity.expires_on else "",
    )


def _index(entry: PublicEntry, item: ItemManifest) -> IndexWords:
    """Collect title, everything else people search for, and filters, as tokens."""
    rest = [item.summary, item.document_number, *item.keywords, search.plain_text(item.body)]
    facets = (
        search.facet("u", item.unit_code),
        search.facet("c", item.column_slug),
        search.facet("y", str(county_year(entry.published_at))),
    )
    given = search.tokens(item.title), search.tokens("\n".join(rest))
    return IndexWords(*given, " ".join(facets))


ITEM = Kind(
    name=NAME,
    manifest=ItemManifest,
    check=_check,
    files=lambda item: item.files,
    title=lambda item: item.title,
    lists=(ListTable("items", key="public_id", ddl=DDL, row=_row),),
    index=_index,
    text=lambda item: search.plain_text(item.body),
)
