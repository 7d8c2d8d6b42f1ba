"""The files of an item: the originals, which stay inside, and what the public gets of them."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from werkzeug.datastructures import FileStorage

from county_portal.core import clock
from county_portal.core.errors import Missing, OutOfDate, Refused
from county_portal.editorial.documents.kinds import FileType, identify
from county_portal.editorial.documents.renditions import Rendition, make_rendition
from county_portal.editorial.items.services import amended_revision, get_item, new_key, revisions_of
from county_portal.models import Attachment, Blob, HandKind, Item, Person
from county_portal.office.base import audit, files
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, can, require
from county_portal.office.rules.workflow import take_hand

NAME_LENGTH = 80  # characters, without the ending
# how the item's story tells what an editor did with a file
SIGNS = {"added": "+", "replaced": "↻", "renamed": "→", "removed": "−", "ordered": "⇅"}
_KEY = re.compile(r"[0-9a-f]{8}")
_NOT_IN_NAMES = re.compile(
    r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]'
)


@dataclass(frozen=True)
class Received:
    """An uploaded file that is safely kept, and its rendition, not yet part of an item."""

    name: str
    kind: FileType
    original: files.Stored
    rendition: Rendition | None
    shown: files.Stored | None


@dataclass(frozen=True)
class Limits:
    """How large files may be, in MB: one, and all of an item together."""

    file: int
    item: int


@dataclass(frozen=True)
class Served:
    """A kept file on its way to somebody who may see it."""

    name: str
    media_type: str
    sha256: str


# Before the transaction


def receive_attachment(stream: IO[bytes], name: str) -> Received:
    """Keep the upload and make its rendition. No transaction may be open: it can take long.

    Raises Refused for a file that is too large, cannot be read, or is of a type that does not go.
    """
    upload = files.receive_stream(stream, current_settings().FILE_BYTES)
    target = files.new_temporary()
    try:
        kind = identify(upload, name)
        rendition = make_rendition(upload, target, kind)
        shown = files.keep_file(target) if rendition else None
        original = files.keep_file(upload)
    finally:
        upload.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
    truthful = f"{_stem(name)}.{kind.value}"
    return Received(truthful, kind, original, rendition, shown)


def limits() -> Limits:
    return Limits(current_settings().FILE_BYTES // 2**20, current_settings().ITEM_BYTES // 2**20)


def _stem(name: str) -> str:
    """Return a name without its ending and what a name on disk or in an address cannot hold."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = " ".join(_NOT_IN_NAMES.sub(" ", PurePath(base).stem).split()).strip(". ")
    return stem[:NAME_LENGTH].strip() or "file"


def chosen(uploads: Iterable[FileStorage]) -> list[FileStorage]:
    """Return the files chosen in the form. Raises Refused when there are none."""
    named = [one for one in uploads if one.filename]
    if not named:
        raise Refused("Choose a file first")
    return named


def keys_for(sent: str, count: int) -> list[str]:
    """Return a key for each of `count` files of one form.

    The same form always gets the same keys.
    """
    first = sent if _KEY.fullmatch(sent) else new_key()
    later = (hashlib.sha256(f"{first}:{n}".encode()).hexdigest()[:8] for n in range(1, count))
    return [first, *later][:count]


# Changing the files of an item


def get_writable(item_id: int, *, seen_version: int, by: Person) -> Item:
    """Return the item, for somebody who may change its files.

    An author, or the editor whose desk has it.

    The editor's change is a revision, so it must be of the version that was seen.
    Raises OutOfDate, and what get_item raises.
    """
    item = get_item(item_id, by=by)
    if can(by, Do.ITEM_EDIT, item):
        return item
    require(by, Do.ITEM_AMEND, item)
    if item.version != seen_version:
        raise OutOfDate("Somebody changed this item while you were writing")
    return item


def has_all(item: Item, keys: Iterable[str]) -> bool:
    """Tell whether every key is there already: the form was sent twice."""
    return set(keys) <= {one.key for one in item.attachments}


def add(
    item: Item, received: Received, *, key: str, by: Person, inline: bool = False
) -> Attachment:
    """Make the received file part of the item. The same key twice adds it once.

    inline: a picture inside the text. Raises Refused when the item would have too much.
    """
    known = next((one for one in item.attachments if one.key == key), None)
    if known is not None:
        return known
    if inline and not (received.rendition and received.rendition.media_type.startswith("image/")):
        raise Refused("Only pictures (jpg, png) can stand inside the text")
    _check_total(item, received)
    attachment = Attachment(
        item_id=item.id,
        key=key,
        name=_unlike_others(received.name, item),
        position=max((other.position for other in item.attachments), default=0) + 1,
        inline=inline,
        uploaded_by=by.id,
        uploaded_at=clock.now(),
        **_content(received),
    )
    item.attachments.append(attachment)
    _changed(item, "added", attachment.name, by=by)
    return attachment


def replace(item: Item, key: str, received: Received, *, new: str, by: Person) -> Attachment:
    """Put the received file in the place and under the name of another.

    It gets a key of its own, so that what an earlier revision names stays what it was.
    """
    old = find_attachment(item, key)
    known = next((one for one in item.attachments if one.key == new), None)
    if known is not None:
        return known
    _check_total(item, received, instead_of=old)
    for name, value in _content(received).items():
        setattr(old, name, value)
    old.key, old.uploaded_by, old.uploaded_at = new, by.id, clock.now()
    old.name = f"{PurePath(old.name).stem}.{PurePath(received.name).suffix.lstrip('.')}"
    _changed(item, "replaced", old.name, by=by)
    return old


def rename(item: Item, key: str, name: str, *, by: Person) -> None:
    """Give the file another name; the ending stays, whatever was typed."""
    attachment = find_attachment(item, key)
    ending = PurePath(attachment.name).suffix
    typed = name.strip()
    stem = typed[: -len(ending)] if typed.lower().endswith(ending.lower()) else typed
    if not stem.strip():
        raise Refused("Enter a name for the file")
    fresh = f"{_stem(stem + ending)}{ending}"
    if fresh == attachment.name:
        return
    attachment.name = _unlike_others(fresh, item)
    _changed(item, "renamed", attachment.name, by=by)


def remove_attachment(item: Item, key: str, *, by: Person) -> None:
    """Take the file out of the item. Its bytes stay for the revisions that name it."""
    attachment = next((one for one in item.attachments if one.key == key), None)
    if attachment is None:
        return
    item.attachments.remove(attachment)
    db.session.delete(attachment)
    _changed(item, "removed", attachment.name, by=by)


def order(item: Item, keys: list[str], *, by: Person) -> None:
    """Put the files into the order of `keys`; files it does not name follow as they were."""
    order_of = {key: number for number, key in enumerate(keys)}
    before = [one.key for one in item.attachments]
    after = sorted(item.attachments, key=lambda one: order_of.get(one.key, len(order_of)))
    if [one.key for one in after] == before:
        return
    for number, one in enumerate(after, 1):
        one.position = number
    _changed(item, "ordered", "", by=by)


def move_attachment(item: Item, key: str, steps: int, *, by: Person) -> None:
    """Move one file up (-1) or down (1) among those that are listed."""
    listed = [one.key for one in item.attachments if not one.inline]
    here = listed.index(find_attachment(item, key).key)
    there = min(max(0, here + steps), len(listed) - 1)
    listed.insert(there, listed.pop(here))
    order(item, listed, by=by)


def find_attachment(item: Item, key: str) -> Attachment:
    """Return the item's file of that key. Raises Missing when the item has no such file."""
    for attachment in item.attachments:
        if attachment.key == key:
            return attachment
    raise Missing


def _content(received: Received) -> dict[str, object]:
    """Return what the row of an attachment says about its two files."""
    rendition, shown = received.rendition, received.shown
    original = files.register_blob(received.original, received.kind.media_type)
    if rendition is not None and shown is not None:
        files.register_blob(shown, rendition.media_type)
    return {
        "original": original.sha256,
        "size": received.original.size,
        "rendition": shown.sha256 if shown else None,
        "rendition_type": rendition.media_type if rendition else "",
        "rendition_size": shown.size if shown else 0,
        "remarks": "\n".join(rendition.notes) if rendition else "",
    }


def _check_total(item: Item, received: Received, instead_of: Attachment | None = None) -> None:
    total = sum(one.size for one in item.attachments if one is not instead_of)
    limit = current_settings().ITEM_BYTES
    if total + received.original.size > limit:
        raise Refused("All files of an item together may have %(limit)s MB", limit=limit // 2**20)


def _unlike_others(name: str, item: Item) -> str:
    """Return the name, with a number when the item has a file of that name."""
    taken = {one.name for one in item.attachments}
    path, number, free = PurePath(name), 1, name
    while free in taken:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    return free


def _changed(item: Item, deed: str, name: str, *, by: Person) -> None:
    """Write down what was done; on the editor's desk each change is a revision of its own."""
    if item.state.editable:
        take_hand(item, HandKind.AUTHOR, by=by)
        audit.record(by, Do.ITEM_EDIT, item, deed=deed, file=name)
        return
    db.session.flush()
    revision = amended_revision(item, f"{SIGNS[deed]} {name}", by=by)
    audit.record(by, Do.ITEM_AMEND, item, deed=deed, file=name, revision=revision.number)


# Reading


def served(item: Item, key: str, *, original: bool) -> Served:
    """Return the file behind an address; also one that only an earlier revision still names.

    Raises Missing when there is none, or when it has no rendition.
    """
    attachment = next((one for one in item.attachments if one.key == key), None)
    if attachment is None:
        return _of_a_revision(item, key, original=original)
    if original:
        return Served(attachment.name, _media_type(attachment.original), attachment.original)
    if attachment.rendition is None:
        raise Missing
    return Served(attachment.name, attachment.rendition_type, attachment.rendition)


def _of_a_revision(item: Item, key: str, *, original: bool) -> Served:
    for revision in revisions_of(item):
        for original_line in revision.inside.originals if original else revision.manifest.files:
            if original_line.key == key:
                return Served(
                    original_line.name, _media_type(original_line.sha256), original_line.sha256
                )
    raise Missing


def _media_type(sha256: str) -> str:
    return db.session.get_one(Blob, sha256).media_type
