"""The public file: its tables, and the plain data that goes in and comes out.

One SQLite file is the whole public site. `release` writes it, `public` reads it, and
nothing here knows the office: no model, no person, no state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from county_portal.core.clock import COUNTY

FORMAT = "5"
"""The form of the file and of its search tokens. A file of another form is built anew."""

FILE_NAME = "site.sqlite"
FILES_FOLDER = "files"

DDL = """
CREATE TABLE site(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE units(
  code TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE columns(
  slug TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT, kind TEXT NOT NULL,
  description TEXT NOT NULL, unit_code TEXT NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE categories(
  code TEXT PRIMARY KEY, name TEXT NOT NULL, article TEXT NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE papers(
  sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, dated_on TEXT NOT NULL,
  issued_at TEXT NOT NULL, withdrawn_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE entries(
  kind TEXT NOT NULL, key TEXT NOT NULL, content_hash TEXT NOT NULL, published_at TEXT NOT NULL,
  PRIMARY KEY(kind, key)
) WITHOUT ROWID;
CREATE TABLE manifests(
  kind TEXT NOT NULL, key TEXT NOT NULL, manifest TEXT NOT NULL, PRIMARY KEY(kind, key)
) WITHOUT ROWID;
CREATE TABLE files(
  kind TEXT NOT NULL, thing TEXT NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL,
  name TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
  inline INTEGER NOT NULL, PRIMARY KEY(kind, thing, key)
) WITHOUT ROWID;
CREATE INDEX files_by_hash ON files(sha256);
CREATE TABLE withdrawals(
  kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, withdrawn_at TEXT NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY(kind, key)
) WITHOUT ROWID;
CREATE TABLE words(
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, words BLOB NOT NULL,
  UNIQUE(kind, key)
);
CREATE VIRTUAL TABLE search USING fts5(title, body, facets, content='', tokenize='ascii');
"""


@dataclass(frozen=True)
class UnitLine:
    """A unit that publishes. `kind`: township, department or public_body."""

    code: str
    name: str
    kind: str = ""
    position: int = 0


@dataclass(frozen=True)
class ColumnLine:
    """A section of the site; `parent` is the slug of the column above it, if any."""

    slug: str
    name: str
    parent: str | None = None
    kind: str = ""
    description: str = ""
    unit_code: str = ""
    position: int = 0


@dataclass(frozen=True)
class CategoryLine:
    """A statutory category with the article it comes from."""

    code: str
    name: str
    article: str = ""
    position: int = 0


@dataclass(frozen=True)
class PaperLine:
    """An issued paper, by the hash of its file. withdrawn_at: None as long as it stands."""

    sha256: str
    kind: str
    name: str
    dated_on: date
    issued_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class SiteData:
    """Everything around the items: the site's own words, and its reference tables.

    Settings that pages show: site_name, site_domain, site_id_code, host_unit, contact,
    icp_number, police_number. One that is missing is not shown.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    units: tuple[UnitLine, ...] = ()
    columns: tuple[ColumnLine, ...] = ()
    categories: tuple[CategoryLine, ...] = ()
    papers: tuple[PaperLine, ...] = ()


@dataclass(frozen=True)
class Withdrawal:
    """A thing that was public and is not any more. name: how the page calls it, if by a number."""

    kind: str
    key: str
    name: str
    withdrawn_at: datetime
    reason: str


@dataclass(frozen=True)
class ValidityLine:
    """What the office found of a document's validity; all empty when it found nothing.

    state: in_force, amended, expired or repealed. by: public id of the live text that did it.
    expires_on: the day of an expiry to come.
    """

    state: str = ""
    since_on: date | None = None
    by: int | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class SignedFile:
    """A file whose bytes are signed. size: bytes."""

    name: str
    size: int
    sha256: str

    @property
    def path(self) -> str:
        """Where the bytes lie, under the folder of the public file."""
        return f"{FILES_FOLDER}/{self.sha256[:2]}/{self.sha256}"


@dataclass(frozen=True)
class FileLine(SignedFile):
    """A file that goes with a thing. inline: a picture within the text."""

    key: str
    media_type: str
    inline: bool


@dataclass(frozen=True)
class Listing:
    """One line of a list: enough to decide whether to open the item."""

    public_id: int
    index_number: str
    title: str
    summary: str
    document_number: str
    column_slug: str
    column_name: str
    unit_code: str
    unit_name: str
    category_code: str
    category_name: str
    formed_on: date
    published_at: datetime
    corrected_at: datetime | None
    validity: str = ""


def site_path(folder: Path) -> Path:
    return folder / FILE_NAME


def text_of_moment(moment: datetime) -> str:
    """Write a moment as the file holds it: UTC, exact, in an order that sorts."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def county_year(moment: datetime) -> int:
    return moment.astimezone(COUNTY).year


def year_bounds(year: str) -> tuple[str, str]:
    """Compute the first moment of a county year and of the next, as the file holds moments."""
    starts = (datetime(int(year) + more, 1, 1, tzinfo=COUNTY) for more in (0, 1))
    first, end = map(text_of_moment, starts)
    return first, end
