"""What exactly is signed and shown: the public face of an item as canonical bytes."""

import json

from county_portal.core.html.clean import clean, image_keys
from county_portal.models import Attachment, Item

FORM = 1  # the version of this form is part of the hash, so old sign-offs stay checkable


def manifest_of(item: Item, number: int) -> str:
    """The manifest of the item as it stands now, as revision `number`.

    Wants column, category, unit and attachments loaded, and the column chosen.
    """
    unit = item.responsible_unit or item.unit
    body = clean(item.body)
    words = {
        "form": FORM,
        "item": item.id,
        "revision": number,
        "title": item.title,
        "summary": item.summary,
        "keywords": item.keywords.split(),
        "body": body,
        "column": {"slug": item.column.slug, "name": item.column.name} if item.column else None,
        "category": _category(item),
        "unit": {"code": unit.code, "name": unit.name},
        "origin": item.origin.value,
        "source": item.source,
        "attribute": item.attribute.value,
        "formed_on": item.formed_on.isoformat() if item.formed_on else None,
        "document_number": item.document_number,
        "files": [_file(one) for one in public_files(item, body)],
    }
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def public_files(item: Item, body: str) -> list[Attachment]:
    """What the public gets: attachments with a rendition, pictures only if the text shows them."""
    shown = set(image_keys(body))
    return [
        one for one in item.attachments if one.rendition and (not one.inline or one.key in shown)
    ]


def _category(item: Item) -> dict[str, str] | None:
    return {"code": item.category.code, "name": item.category.name} if item.category else None


def _file(one: Attachment) -> dict[str, object]:
    return {
        "key": one.key,
        "name": one.name,
        "media_type": one.rendition_type,
        "size": one.rendition_size,
        "sha256": one.rendition,
        "inline": one.inline,
    }
