"""The gazette as the public reads it: an electronic table of contents, and the PDF behind it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from county_portal.published.manifest import Manifest
from county_portal.published.schema import SignedFile, moment_of

if TYPE_CHECKING:
    from county_portal.published.reader import Site

COLUMNS = "manifest, published_at"


@dataclass(frozen=True)
class GazetteEntry:
    """One live, signed edition on its way into the public file."""

    key: str
    manifest_text: str
    content_hash: str
    published_at: datetime


@dataclass(frozen=True)
class GazetteWithdrawal:
    """A gazette that was public and is not any more."""

    key: str
    withdrawn_at: datetime
    reason: str


@dataclass(frozen=True)
class ContentsLine:
    """A text of the gazette. page: where it begins in the PDF. part: key of its issue."""

    section: str
    title: str
    document_number: str
    public_id: int
    index_number: str
    content_hash: str
    page: int
    part: str = ""


@dataclass(frozen=True)
class ChangeLine:
    """A document that was repealed or expired. by: the text that repealed it.

    late: it belongs to an earlier month or year, and was written down after that was printed;
    form 1 did not ask, and nothing was late then.
    """

    state: str
    since_on: date
    title: str
    document_number: str
    public_id: int
    by: str
    by_public_id: int | None
    late: bool = False


@dataclass(frozen=True)
class PartLine:
    """An issue inside a bound volume. page: where it begins."""

    key: str
    number: int
    total: int
    month: date
    page: int
    content_hash: str


@dataclass(frozen=True)
class BoundFile(SignedFile):
    """The PDF of a gazette. front: its pages before page 1."""

    pages: int
    front: int

    media_type: ClassVar = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class GazetteWords(Manifest):
    """What a gazette says. number and total: 0 for a bound volume.

    It lies in the PDF as data, so it cannot name the PDF's hash.
    """

    DOMAINS: ClassVar = dict.fromkeys((1, 2), b"county-portal/gazette/v1\0")

    key: str
    kind: str
    year: int
    month: date
    number: int
    total: int
    name: str
    publisher: str
    made_on: date
    contents: tuple[ContentsLine, ...]
    changes: tuple[ChangeLine, ...]
    parts: tuple[PartLine, ...]


@dataclass(frozen=True, kw_only=True)
class GazetteManifest(GazetteWords):
    """A printed gazette: what it says, and which bytes it is."""

    pdf: BoundFile

    @property
    def title(self) -> str:
        """What the document is called, in full."""
        return self.pdf.name.removesuffix(".pdf")

    def texts(self, part: str = "") -> dict[str, list[ContentsLine]]:
        """The texts under their headings, in the order of the gazette. part: of this issue only."""
        found: dict[str, list[ContentsLine]] = {}
        for line in self.contents:
            if part in {"", line.part}:
                found.setdefault(line.section, []).append(line)
        return found


@dataclass(frozen=True, kw_only=True)
class PublicGazette(GazetteManifest):
    """Everything the page of a gazette shows."""

    published_at: datetime


# Questions to the public file


def gazettes(site: "Site") -> tuple[PublicGazette, ...]:
    """Every gazette, the newest first; the bound volume stands after the issues of its year."""
    rows = site.ask(
        f"SELECT {COLUMNS} FROM gazettes"  # noqa: S608
        " ORDER BY year DESC, kind, number DESC"
    )
    return tuple(_gazette(*row) for row in rows)


def gazette(site: "Site", key: str) -> PublicGazette | None:
    rows = site.ask(f"SELECT {COLUMNS} FROM gazettes WHERE key = ?", key)  # noqa: S608
    return _gazette(*rows[0]) if rows else None


def _gazette(text: str, published_at: str) -> PublicGazette:
    said = GazetteManifest.read(text)
    return PublicGazette(**vars(said), published_at=moment_of(published_at))


def withdrawal(site: "Site", key: str) -> GazetteWithdrawal | None:
    rows = site.ask("SELECT withdrawn_at, reason FROM gazette_withdrawals WHERE key = ?", key)
    return GazetteWithdrawal(key, moment_of(rows[0][0]), rows[0][1]) if rows else None


def has_gazettes(site: "Site") -> bool:
    """Whether there is a gazette to lead to."""
    return bool(site.ask("SELECT EXISTS (SELECT 1 FROM gazettes)")[0][0])
