"""Papers of the road: the release form of a publication, and an item as a printed sheet.

Source: Regulations on the Law on Guarding State Secrets (2024), art. 42 (each text is reviewed
before it is published); the form's fields are practice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from markupsafe import Markup
from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.html.clean import clean, with_addresses
from county_portal.editorial.items.manifest import inside_of, manifest_of
from county_portal.editorial.items.services import find_revision, get_item
from county_portal.editorial.sheets.review_sheet import (
    Level,
    here,
    level_of,
    officer_of,
    sheet_number,
)
from county_portal.models import Item, Person, Publication, Revision, SignOff, StepTaken
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.base.files import blob_path
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import thread_of
from county_portal.printing.pdf import print_paper, render_html, render_pdf
from county_portal.published.items import ItemManifest, PublicItem


@dataclass(frozen=True)
class Stage:
    """One desk's word, and the version it was given on. level: None if nobody has said it."""

    level: Level | None
    revision: int | None
    content_hash: str


@dataclass(frozen=True)
class ReleaseForm:
    """发布审批表: one publication, with every level that let it through. Moments: county time."""

    number: str
    published_at: datetime
    by_timetable: bool
    index_number: str
    manifest: ItemManifest
    due_on: date | None
    corrects: datetime | None  # when the version it took the place of was published
    ended_at: datetime | None
    ending: str
    reason: str
    sign_off: str  # the number of the confidentiality review sheet
    author: Stage
    leader: Stage
    editor: Stage
    officer: Stage
    issuer: Stage
    content_hash: str


@dataclass(frozen=True)
class Said:
    """One line of the thread. at: county time; name: empty for the timetable."""

    deed: str
    name: str
    unit: str
    at: datetime
    revision: int
    note: str


@dataclass(frozen=True)
class ItemSheet:
    """稿件打印单: what an item says, and everything that was said about it."""

    item: PublicItem
    body: Markup
    pictures: Mapping[str, Path]
    state: str
    state_since: datetime
    unit: str
    author: str
    revision: int  # 0: it has not been handed over
    working_copy: bool  # what is being written, not what was handed over
    due_on: date | None
    due_provisional: bool
    note: str
    ground: str
    ground_note: str
    index_number: str
    thread: tuple[Said, ...]
    printed_at: datetime
    printed_by: str


# The release form


def item_publications(item: Item) -> list[Publication]:
    """Return every publication of the item, newest first."""
    query = select(Publication).where(Publication.item_id == item.id)
    return list(db.session.scalars(query.order_by(Publication.id.desc())))


def get_publication(publication_id: int, *, by: Person) -> Publication:
    """Return the publication, for somebody who may see its item. Raises Missing otherwise."""
    publication = fetch_row(Publication, publication_id)
    get_item(publication.item_id, by=by)
    return publication


def release_form(publication: Publication) -> ReleaseForm:
    """Return the form of a publication.

    The version it shows, the road to it, and what came after.
    """
    revision = db.session.get_one(Revision, publication.revision_id)
    sign_off = db.session.get_one(SignOff, publication.sign_off_id)
    thread = thread_of(StepTaken, publication.item_id)
    steps = [step for step in thread if step.at <= publication.published_at]
    last = next((step for step in reversed(steps) if step.action == Do.ITEM_PUBLISH), None)
    hashes = _hashes(publication.item_id)
    item = db.session.get_one(Item, publication.item_id)
    return ReleaseForm(
        number=sheet_number(publication.id, publication.published_at),
        published_at=here(publication.published_at),
        by_timetable=last is not None and last.person is None,
        index_number=publication.index_number,
        manifest=revision.manifest,
        corrects=_before(publication),
        ended_at=here(publication.ended_at) if publication.ended_at else None,
        ending=publication.ending.value if publication.ending else "",
        reason=publication.reason,
        sign_off=sheet_number(sign_off.id, sign_off.signed_at),
        due_on=item.publish_due_on,
        author=_stage(steps, Do.ITEM_SUBMIT, hashes),
        leader=_stage(steps, Do.ITEM_APPROVE, hashes),
        editor=_stage(steps, Do.ITEM_ACCEPT, hashes),
        officer=Stage(officer_of(sign_off), revision.number, sign_off.content_hash),
        issuer=_stage(steps, Do.ITEM_ISSUE, hashes),
        content_hash=revision.content_hash,
    )


def _hashes(item_id: int) -> dict[int, str]:
    query = select(Revision.number, Revision.content_hash).where(Revision.item_id == item_id)
    return dict(db.session.execute(query).all())


def _stage(steps: Sequence[StepTaken], action: Do, hashes: dict[int, str]) -> Stage:
    step = next((one for one in reversed(steps) if one.action == action and one.person), None)
    if step is None:
        return Stage(None, None, "")
    return Stage(level_of(step), step.revision_number, hashes[step.revision_number])


def _before(publication: Publication) -> datetime | None:
    """Return when the version was published whose place this one took."""
    query = select(Publication.published_at).where(
        Publication.item_id == publication.item_id, Publication.id < publication.id
    )
    replaced_at = db.session.scalar(query.order_by(Publication.id.desc()).limit(1))
    return here(replaced_at) if replaced_at else None


def release_pdf(form: ReleaseForm) -> bytes:
    return render_pdf("editorial/review/release_form.html", form=form)


# The item as a sheet


def item_sheet(item: Item, *, by: Person) -> ItemSheet:
    """Return what the item says now.

    Its unit sees what is being written, others what was handed over.
    """
    own = by.unit_id == item.unit_id
    working_copy = item.revision_number == 0 or (item.state.editable and own)
    revision = None if working_copy else find_revision(item, item.revision_number)
    inside = revision.inside if revision else inside_of(item)
    manifest = revision.manifest if revision else manifest_of(item, item.revision_number)
    shown = PublicItem(**vars(manifest), content_hash=revision.content_hash if revision else "")
    pictures = {one.key: blob_path(one.sha256) for one in shown.files if one.inline}
    places = {key: f"picture:{key}" for key in pictures}
    return ItemSheet(
        item=shown,
        body=Markup(with_addresses(clean(shown.body), places.get)),  # noqa: S704 (cleaned here)
        pictures=pictures,
        state=item.state.value,
        state_since=here(item.state_since),
        unit=item.unit.name,
        author=item.author.name,
        revision=item.revision_number,
        working_copy=working_copy,
        due_on=item.publish_due_on,
        due_provisional=item.due_provisional,
        note=inside.note,
        ground=inside.ground or "",
        ground_note=inside.ground_note,
        index_number=item.index_number or "",
        thread=tuple(_said(step) for step in thread_of(StepTaken, item.id)),
        printed_at=here(clock.now()),
        printed_by=by.name,
    )


def _said(step: StepTaken) -> Said:
    level = level_of(step)
    return Said(
        deed=step.action,
        name=level.name if level else "",
        unit=level.unit if level else "",
        at=here(step.at),
        revision=step.revision_number,
        note=step.note,
    )


def item_pdf(sheet: ItemSheet) -> bytes:
    html = render_html("editorial/review/item_sheet.html", sheet=sheet)
    return print_paper(html, pictures=sheet.pictures).pdf
