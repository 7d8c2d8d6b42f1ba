"""The gazette as the public reads it: an electronic table of contents, and the PDF behind it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from county_portal.published.kinds import Kind
from county_portal.published.manifest import Manifest
from county_portal.published.schema import FileLine, SignedFile

NAME = "gazette"


@dataclass(frozen=True)
class GazetteEntry:
    """One live, signed edition on its way into the public file."""

    key: str
    manifest_text: str
    content_hash: str
    published_at: datetime

    kind: ClassVar = NAME
    number: ClassVar = 0


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
        """Group the texts by heading, in the order of the gazette. part: of this issue only."""
        headings: dict[str, list[ContentsLine]] = {}
        for line in self.contents:
            if part in {"", line.part}:
                headings.setdefault(line.section, []).append(line)
        return headings


def pdf_of(gazette: GazetteManifest) -> FileLine:
    """Describe the PDF as a file of the public site."""
    pdf = gazette.pdf
    return FileLine(pdf.name, pdf.size, pdf.sha256, "pdf", "application/pdf", inline=False)


def _check(entry: GazetteEntry, gazette: GazetteManifest) -> None:
    if gazette.key != entry.key:
        raise ValueError(f"The manifest of gazette {entry.key} is that of {gazette.key}")


GAZETTE = Kind(
    name=NAME,
    manifest=GazetteManifest,
    check=_check,
    files=lambda gazette: (pdf_of(gazette),),
    title=lambda gazette: gazette.title,
)
