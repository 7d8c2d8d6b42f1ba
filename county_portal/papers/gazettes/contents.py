"""What a gazette holds: everything its paper prints, from the records, as plain data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.html.clean import clean
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteEditionPart,
    GazetteKind,
    GazettePublication,
    GazetteSection,
    Publication,
    Revision,
)
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.releasable import live
from county_portal.papers.gazettes.records import ValidityChange, changes_of, live_revisions
from county_portal.papers.gazettes.release import RELEASABLE
from county_portal.published.schema import FileLine


@dataclass(frozen=True)
class GazettePiece:
    """One text as it was published. place: its mark on the paper. part: key of its issue."""

    place: str
    part: str
    section: str
    item_id: int
    revision_id: int
    content_hash: str
    public_id: int
    index_number: str
    title: str
    document_number: str
    unit: str
    category: str
    category_name: str
    formed_on: date
    body: str
    files: tuple[FileLine, ...]

    @property
    def attachments(self) -> tuple[FileLine, ...]:
        """The files behind the text: not the pictures inside it."""
        return tuple(file for file in self.files if not file.inline)


@dataclass(frozen=True)
class GazettePart:
    """An issue, with its texts in order. edition_id: what a bound volume takes it from."""

    key: str
    number: int
    total: int
    month: date
    edition_id: int | None
    content_hash: str
    pieces: tuple[GazettePiece, ...]

    @property
    def place(self) -> str:
        """Its mark on the paper of a bound volume."""
        return f"part-{self.number}"

    @property
    def sections(self) -> tuple[tuple[str, tuple[GazettePiece, ...]], ...]:
        """The texts under their headings; a heading without texts is left out."""
        under = (
            (section.value, tuple(piece for piece in self.pieces if piece.section == section.value))
            for section in GazetteSection
        )
        return tuple((name, pieces) for name, pieces in under if pieces)


@dataclass(frozen=True)
class Paper:
    """Everything the pages print. An issue has one part, a bound volume one for each issue."""

    kind: str
    key: str
    name: str
    publisher: str
    statement: str
    year: int
    month: date
    number: int
    total: int
    made_on: date
    parts: tuple[GazettePart, ...]
    changes: tuple[ValidityChange, ...]

    @property
    def is_volume(self) -> bool:
        return self.kind == GazetteKind.VOLUME.value

    @property
    def pieces(self) -> tuple[GazettePiece, ...]:
        return tuple(piece for part in self.parts for piece in part.pieces)

    @property
    def title(self) -> str:
        """What the document is called, in full."""
        if self.is_volume:
            return f"{self.name}（{self.year}年合订本）"
        return f"{self.name}（{self.year}年第{self.number}期）"


def gazette_paper(gazette: Gazette) -> Paper:
    """Return the gazette as it would be printed now."""
    decided = settings.values()
    volume = gazette.kind is GazetteKind.VOLUME
    parts = tuple(_bound(gazette.year)) if volume else (_issue(gazette),)
    return Paper(
        kind=gazette.kind.value,
        key=gazette.key,
        name=decided["gazette_name"],
        publisher=decided["gazette_publisher"],
        statement=decided["gazette_statement"],
        year=gazette.year,
        month=gazette.month,
        number=gazette.number or 0,
        total=gazette.total or 0,
        made_on=clock.today(),
        parts=parts,
        changes=tuple(changes_of(gazette)),
    )


# The texts


def _issue(gazette: Gazette) -> GazettePart:
    """Return the chosen texts, each in the revision the public reads now; others are left out."""
    chosen = [(text.item_id, text.section) for text in gazette.texts]
    live = live_revisions(item_id for item_id, _ in chosen)
    pieces = [
        _piece(gazette.key, section.value, place, *live[item_id])
        for place, (item_id, section) in enumerate(chosen, 1)
        if item_id in live
    ]
    order = [section.value for section in GazetteSection]
    return _part(gazette, sorted(pieces, key=lambda piece: order.index(piece.section)))


def _part(
    gazette: Gazette, pieces: Iterable[GazettePiece], edition: GazetteEdition | None = None
) -> GazettePart:
    """Return the issue with these texts. edition: what a bound volume takes it from."""
    return GazettePart(
        key=gazette.key,
        number=gazette.number or 0,
        total=gazette.total or 0,
        month=gazette.month,
        edition_id=edition.id if edition else None,
        content_hash=edition.content_hash if edition else "",
        pieces=tuple(pieces),
    )


def _piece(
    part: str, section: str, place: int, publication: Publication, revision: Revision
) -> GazettePiece:
    manifest = revision.manifest
    return GazettePiece(
        place=f"text-{part}-{place}",
        part=part,
        section=section,
        item_id=publication.item_id,
        revision_id=revision.id,
        content_hash=revision.content_hash,
        public_id=publication.public_id,
        index_number=publication.index_number,
        title=manifest.title,
        document_number=manifest.document_number,
        unit=manifest.unit_name,
        category=manifest.category_code,
        category_name=manifest.category_name,
        formed_on=manifest.formed_on or date.min,
        body=clean(manifest.body),
        files=manifest.files,
    )


def _bound(year: int) -> Iterator[GazettePart]:
    """Yield the issues of a year that the public reads, in order, with their texts as signed."""
    query = (
        live(RELEASABLE, GazetteEdition, Gazette)
        .join(Gazette, Gazette.id == GazettePublication.gazette_id)
        .where(Gazette.kind == GazetteKind.ISSUE, Gazette.year == year)
    )
    rows = sorted(db.session.execute(query), key=lambda row: row[1].number)
    for edition, gazette in rows:
        yield _signed_part(gazette, edition)


def live_editions(year: int) -> set[int]:
    """Return the editions of the year's issues that the public reads."""
    return {part.edition_id for part in _bound(year) if part.edition_id}


def bound_editions(edition_id: int) -> set[int]:
    """Return the editions of issues that a bound volume's edition holds."""
    query = select(GazetteEditionPart.part_id).where(GazetteEditionPart.edition_id == edition_id)
    return set(db.session.scalars(query))


def _signed_part(gazette: Gazette, edition: GazetteEdition) -> GazettePart:
    contents = edition.manifest.contents
    hashes = {line.content_hash for line in contents}
    query = (
        select(Publication, Revision)
        .join(Revision, Revision.id == Publication.revision_id)
        .where(Revision.content_hash.in_(hashes))
    )
    signed = {revision.content_hash: (row, revision) for row, revision in db.session.execute(query)}
    pieces = (
        _piece(gazette.key, line.section, place, *signed[line.content_hash])
        for place, line in enumerate(contents, 1)
    )
    return _part(gazette, pieces, edition)


def named_items(paper: Paper) -> dict[int, int]:
    """Return every item the paper prints or names, with the revision it does so from."""
    named: dict[int, int] = {}
    for change in paper.changes:
        named[change.item_id] = change.revision_id
        if change.by_item_id and change.by_revision_id:
            named[change.by_item_id] = change.by_revision_id
    return named | {piece.item_id: piece.revision_id for piece in paper.pieces}
