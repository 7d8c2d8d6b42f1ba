"""An item's words on their way: what an author fills in, what is signed of it, and back again.

A field of the item is named in each of these three places, and nowhere else in Python.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.html.clean import clean, image_keys
from county_portal.models import (
    Attachment,
    Attribute,
    Category,
    Column,
    Ground,
    Inside,
    Item,
    Origin,
    Original,
    Revision,
    Unit,
)
from county_portal.office.base.extensions import db
from county_portal.published.items import CodedName, ColumnName, ItemManifest
from county_portal.published.schema import FileLine


@dataclass(frozen=True)
class Draft:
    """What an author fills in. Anything may still be missing."""

    title: str = ""
    column_id: int | None = None
    category_id: int | None = None
    attribute: Attribute = Attribute.PROACTIVE
    ground: Ground | None = None
    ground_note: str = ""
    formed_on: date | None = None
    document_number: str = ""
    responsible_unit_id: int | None = None
    origin: Origin = Origin.OWN
    source: str = ""
    summary: str = ""
    keywords: str = ""
    body: str = ""
    wanted_at: datetime | None = None
    note: str = ""


# What is signed


def manifest_of(item: Item, number: int) -> ItemManifest:
    """Return the manifest of the item as it stands now, as revision `number`.

    Wants column, category, unit and attachments loaded.
    """
    unit, column, category = item.responsible_unit or item.unit, item.column, item.category
    body = clean(item.body)
    return ItemManifest(
        form=ItemManifest.newest(),
        item=item.id,
        revision=number,
        title=item.title,
        summary=item.summary,
        column=ColumnName(column.slug, column.name) if column else None,
        category=CodedName(category.code, category.name) if category else None,
        unit=CodedName(unit.code, unit.name),
        attribute=item.attribute.value,
        formed_on=item.formed_on,
        document_number=item.document_number,
        origin=item.origin.value,
        source=item.source,
        keywords=tuple(item.keywords.split()),
        body=body,
        files=tuple(_file(one) for one in public_files(item, body)),
    )


def public_files(item: Item, body: str) -> list[Attachment]:
    """Return what the public gets.

    Attachments with a rendition, pictures only if the text shows them.
    """
    shown = set(image_keys(body))
    return [
        one for one in item.attachments if one.rendition and (not one.inline or one.key in shown)
    ]


def _file(one: Attachment) -> FileLine:
    return FileLine(
        key=one.key,
        name=one.name,
        media_type=one.rendition_type,
        size=one.rendition_size,
        sha256=one.rendition or "",
        inline=one.inline,
    )


def inside_of(item: Item) -> Inside:
    """Return what reviewers see of the item as it stands now, and the public never does."""
    return Inside(
        note=item.note,
        ground=item.ground.value if item.ground else None,
        ground_note=item.ground_note,
        wanted_at=item.wanted_at,
        originals=tuple(
            Original(one.key, one.name, one.original, one.size) for one in item.attachments
        ),
    )


# And back again


def public_words(manifest: ItemManifest, inside: Inside) -> dict[str, object]:
    """Return what was written, whatever columns, categories and units are called by now.

    What was left empty is missing, and so is what an older form did not ask for.
    """
    codes = {
        "column": manifest.column_slug,
        "category": manifest.category_code,
        "unit": manifest.unit_code,
    }
    fields = {**vars(manifest), **vars(inside), **codes, "form": None, "revision": None}
    return {name: word for name, word in fields.items() if word}


def restore(item: Item, revision: Revision) -> None:
    """Make the item say again what the revision says; what its form did not ask for is empty."""
    signed, inside = revision.manifest, revision.inside
    for name in ("title", "summary", "body", "document_number", "source"):
        setattr(item, name, getattr(signed, name) or "")
    item.keywords = " ".join(signed.keywords)
    item.attribute, item.origin = Attribute(signed.attribute), Origin(signed.origin)
    item.formed_on = signed.formation_day
    item.column = db.session.scalars(select(Column).where(Column.slug == signed.column_slug)).one()
    by_code = select(Category).where(Category.code == signed.category_code)
    item.category = db.session.scalar(by_code)
    item.responsible_unit = db.session.scalar(select(Unit).where(Unit.code == signed.unit_code))
    item.ground = Ground(inside.ground) if inside.ground else None
    item.ground_note, item.wanted_at = inside.ground_note, inside.wanted_at
    item.note = inside.note
    item.revision_number = revision.number
    _restore_files(item, signed, inside)


def _restore_files(item: Item, said: ItemManifest, inside: Inside) -> None:
    """Give the item the attachments of the revision again, no others."""
    here = {one.key: one for one in item.attachments}
    for key in here.keys() - {original.key for original in inside.originals}:
        item.attachments.remove(here[key])
        db.session.delete(here[key])
    for position, original in enumerate(inside.originals):
        attachment = here.get(original.key) or _attachment_again(item, original)
        attachment.name, attachment.position, attachment.original = (
            original.name,
            position,
            original.sha256,
        )
        if file := said.file_with(attachment.key):
            attachment.rendition, attachment.rendition_type = file.sha256, file.media_type
            attachment.rendition_size, attachment.inline = file.size, file.inline


def _attachment_again(item: Item, original: Original) -> Attachment:
    attachment = Attachment(
        item_id=item.id,
        key=original.key,
        size=original.size,
        uploaded_by=item.author_id,
        uploaded_at=clock.now(),
    )
    item.attachments.append(attachment)
    return attachment
