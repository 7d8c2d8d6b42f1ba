"""The gazette as the public reads it: an electronic table of contents, and the PDF behind it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from county_portal.published.schema import FileLine, moment_of

if TYPE_CHECKING:
    from county_portal.published.reader import Site

HASH_DOMAIN = b"county-portal/gazette/v1\0"
COLUMNS = "manifest, published_at"


@dataclass(frozen=True)
class GazetteEntry:
    """One live, signed edition on its way into the public file."""

    key: str
    manifest: str
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

    late: it belongs to an earlier month or year, and was written down after that was printed.
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
class PublicGazette:
    """Everything the page of a gazette shows. number and total: 0 for a bound volume.

    front: pages of the PDF before its page 1.
    """

    key: str
    kind: str
    year: int
    month: date
    number: int
    total: int
    name: str
    publisher: str
    made_on: date
    pages: int
    front: int
    contents: tuple[ContentsLine, ...]
    changes: tuple[ChangeLine, ...]
    parts: tuple[PartLine, ...]
    pdf: FileLine
    content_hash: str
    published_at: datetime | None

    @classmethod
    def from_manifest(cls, manifest: str, published_at: datetime | None = None) -> "PublicGazette":
        """The gazette as its page will show it. Raises ValueError for what is no manifest."""
        said = json.loads(manifest)
        try:
            return cls(
                **{name: said[name] for name in ("key", "kind", "year", "number", "total")},
                name=said["name"],
                publisher=said["publisher"],
                month=date.fromisoformat(said["month"]),
                made_on=date.fromisoformat(said["made_on"]),
                pages=said["pdf"]["pages"],
                front=said["pdf"]["front"],
                contents=tuple(ContentsLine(**line) for line in said["contents"]),
                changes=tuple(ChangeLine(**_dated(line, "since_on")) for line in said["changes"]),
                parts=tuple(PartLine(**_dated(line, "month")) for line in said["parts"]),
                pdf=_file(said["pdf"]),
                content_hash=hash_of(manifest),
                published_at=published_at,
            )
        except (KeyError, TypeError) as fault:
            raise ValueError("This is not the manifest of a gazette") from fault

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


def _dated(line: dict[str, Any], name: str) -> dict[str, Any]:
    return {**line, name: date.fromisoformat(line[name])}


def _file(pdf: dict[str, Any]) -> FileLine:
    return FileLine(
        position=1,
        key="pdf",
        name=pdf["name"],
        media_type="application/pdf",
        size=pdf["size"],
        sha256=pdf["sha256"],
        inline=False,
    )


def hash_of(manifest: str) -> str:
    """The content hash of a gazette's manifest: what an officer signs. It covers the PDF's hash."""
    return hashlib.sha256(HASH_DOMAIN + manifest.encode()).hexdigest()


# Questions to the public file


def gazettes(site: "Site") -> tuple[PublicGazette, ...]:
    """Every gazette, the newest first; the bound volume stands after the issues of its year."""
    rows = site.ask(
        f"SELECT {COLUMNS} FROM gazettes"  # noqa: S608
        " ORDER BY year DESC, kind, number DESC"
    )
    return tuple(PublicGazette.from_manifest(row[0], moment_of(row[1])) for row in rows)


def gazette(site: "Site", key: str) -> PublicGazette | None:
    rows = site.ask(f"SELECT {COLUMNS} FROM gazettes WHERE key = ?", key)  # noqa: S608
    return PublicGazette.from_manifest(rows[0][0], moment_of(rows[0][1])) if rows else None


def withdrawal(site: "Site", key: str) -> GazetteWithdrawal | None:
    rows = site.ask("SELECT withdrawn_at, reason FROM gazette_withdrawals WHERE key = ?", key)
    return GazetteWithdrawal(key, moment_of(rows[0][0]), rows[0][1]) if rows else None


def has_any(site: "Site") -> bool:
    """Whether there is a gazette to lead to."""
    return bool(site.ask("SELECT EXISTS (SELECT 1 FROM gazettes)")[0][0])
