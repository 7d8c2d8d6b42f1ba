"""What a briefing says, as plain data: frozen at approval, and all that paper is made of."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from county_portal.core.html.clean import image_keys
from county_portal.core.typed_json import from_json
from county_portal.models import Briefing, BriefingPart, PartKind
from county_portal.office.desk import editions
from county_portal.papers.figures.figures import copy_fields

FORM = 1  # the version of this form is part of the hash, so old briefings stay checkable
PREFIX = b"county-portal/briefing/v1\0"


@dataclass(frozen=True)
class BriefingPiece:
    """A heading, an entry or a note. An entry names the revision its words were taken from."""

    id: int
    kind: str
    title: str
    body: str
    unit: str = ""
    item: int | None = None
    revision: int | None = None  # its number
    content_hash: str = ""  # of the revision
    pictures: tuple[tuple[str, str], ...] = ()  # key in the text, SHA-256 of the file


@dataclass(frozen=True)
class IssueNumber:
    """What an issue is called. total: special issues have none."""

    year: int
    number: int
    total: int | None


@dataclass(frozen=True)
class Content:
    """Everything that is printed. Without `number` it is a draft, without `dated_on` undated."""

    masthead: str
    office: str
    mark: str
    special: bool
    number: IssueNumber | None
    dated_on: date | None
    contents: bool
    foot_numbered: bool
    note: str
    pieces: tuple[BriefingPiece, ...]
    report_to: str
    send_to: str
    issue_to: str
    copies: int

    def as_json(self) -> str:
        """Write the content as JSON, in one spelling only."""
        return editions.spell_json(asdict(self) | {"form": FORM})


def read_content(text: str) -> Content:
    """Read the content that `as_json` wrote.

    Raises ValueError for a form this program does not know.
    """
    fields: dict[str, Any] = json.loads(text)
    form = fields.pop("form")
    if form != FORM:
        raise ValueError(f"This briefing was frozen in form {form}")
    return from_json(Content, fields)


def content_hash(text: str) -> str:
    return editions.edition_hash(PREFIX, text)


def content_of(
    briefing: Briefing, number: IssueNumber | None = None, dated_on: date | None = None
) -> Content:
    """Return the briefing as it stands now. dated_on: the day of approval, if none was chosen."""
    masthead = briefing.masthead
    return copy_fields(
        Content,
        briefing,
        masthead=masthead.name,
        office=masthead.office,
        mark=masthead.mark,
        number=number,
        dated_on=briefing.dated_on or dated_on,
        contents=masthead.contents,
        foot_numbered=masthead.foot_numbered,
        pieces=tuple(_piece(part) for part in briefing.parts),
    )


def _piece(part: BriefingPart) -> BriefingPiece:
    if part.kind is not PartKind.ENTRY or part.revision is None:
        return BriefingPiece(part.id, part.kind.value, part.title, part.body)
    manifest = part.revision.manifest
    keys = set(image_keys(part.body))
    return BriefingPiece(
        part.id,
        part.kind.value,
        part.title,
        part.body,
        unit=manifest.unit_name,
        item=part.revision.item_id,
        revision=part.revision.number,
        content_hash=part.revision.content_hash,
        pictures=tuple((f.key, f.sha256) for f in manifest.files if f.key in keys),
    )
