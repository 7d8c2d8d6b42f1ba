"""Publishing, correcting and withdrawing: the only ways to and from the public file.

Publish: commit, then swap the file. Withdraw: swap, then commit. So whatever
breaks in between, the public reads too little and never too much; `reconcile`
then makes the file equal to the live publications.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Row, Select, select

from county_portal import audit, jobs, settings, workflow
from county_portal.catalogue.numbers import give_numbers
from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.extensions import db, writing
from county_portal.items.services import current_revision
from county_portal.models import (
    Attachment,
    Attribute,
    Category,
    Column,
    Ending,
    Hand,
    Item,
    Origin,
    Person,
    Publication,
    Revision,
    SignOff,
    State,
    StepTaken,
    Unit,
    Verdict,
)
from county_portal.policy import Do
from county_portal.published.schema import (
    CategoryLine,
    ColumnLine,
    Entry,
    SiteData,
    UnitLine,
    Withdrawal,
)
from county_portal.release import writer
from county_portal.review.services import carry_out, live_publication
from county_portal.review.steps import STEPS

# Deeds on the road


def issue(item: Item, *, by: Person, publish_at: datetime | None = None) -> None:
    """The issuer's word. Published at once, or by the timetable at `publish_at`."""
    step = workflow.check(STEPS, item, Do.ITEM_ISSUE, by=by)
    later = publish_at is not None and publish_at > clock.now()
    item.publish_at = publish_at if later else None
    carry_out(item, step, by=by)
    if not later:
        db.session.flush()
        publish(item, by=by)


def publish(item: Item, *, by: Person | None) -> Publication:
    """The signed and issued revision is live from now. by: None for the timetable.

    What the public saw before is superseded in the same transaction. The file
    is swapped after the commit, by `reconcile`.
    Source: server time only, State Council website checks (2019) 19.
    """
    step = next(step for step in STEPS if step.action is Do.ITEM_PUBLISH)
    if by is not None:
        workflow.check(STEPS, item, Do.ITEM_PUBLISH, by=by)
    elif item.state is not State.ISSUED:
        raise Refused("Only what was issued can be published")
    for guard in step.guards:
        guard(item)
    revision, moment = current_revision(item), clock.now()
    _end(item, Ending.SUPERSEDED, moment)
    give_numbers(item, clock.county_day(moment).year)
    item.first_published_at = item.first_published_at or moment
    item.publish_at = None
    publication = Publication(
        item_id=item.id,
        revision_id=revision.id,
        sign_off_id=_release_of(revision).id,
        issuer_id=_issuer_of(item),
        public_id=item.public_id,
        index_number=item.index_number,
        published_at=moment,
    )
    db.session.add(publication)
    carry_out(item, step, by=by)
    return publication


def withdraw(item: Item, reason: str, *, by: Person) -> None:
    """The public no longer reads the item, from before this returns. Wants `release_lock` held.

    The file is swapped first; the caller commits. A page stays that says when and why.
    """
    step = workflow.check(STEPS, item, Do.ITEM_WITHDRAW, by=by, note=reason)
    moment = clock.now()
    _end(item, Ending.WITHDRAWN, moment, reason=reason.strip(), by=by)
    item.publish_at = None
    carry_out(item, step, by=by, note=reason)
    db.session.flush()
    gone = Withdrawal(item.public_id or 0, item.index_number or "", moment, reason.strip())
    writer.apply(_folder(), writer.Changes(withdrawals=(gone,)), blobs=_blobs())


def keep(item: Item, *, by: Person) -> None:
    """Give up a correction: the working copy is again what the public reads."""
    step = workflow.check(STEPS, item, Do.ITEM_KEEP, by=by)
    live = live_publication(item)
    if live is None:
        raise Refused("This item is not on the public site")
    revision = db.session.get_one(Revision, live.revision_id)
    _restore(item, revision)
    item.revision_number = revision.number
    carry_out(item, step, by=by)


def publish_due() -> int:
    """Publish what was issued for a time that has come. How many."""
    due = select(Item).where(
        Item.state == State.ISSUED, (Item.publish_at <= clock.now()) | Item.publish_at.is_(None)
    )
    published = 0
    for item in db.session.scalars(due.order_by(Item.publish_at, Item.id)).all():
        try:
            publish(item, by=None)
            published += 1
        except Refused as error:
            audit.record(None, "timetable.publish", item, refused=error.message)
    return published


def _end(
    item: Item, ending: Ending, moment: datetime, reason: str = "", by: Person | None = None
) -> None:
    live = live_publication(item)
    if live is not None:
        live.ended_at, live.ending, live.reason = moment, ending, reason
        live.ended_by = by.id if by else None
        db.session.flush()


def _release_of(revision: Revision) -> SignOff:
    """The sign-off that lets this revision out. The guard `signed` has seen it."""
    query = select(SignOff).where(
        SignOff.revision_id == revision.id, SignOff.verdict == Verdict.RELEASE
    )
    return db.session.scalars(query.order_by(SignOff.id.desc()).limit(1)).one()


def _issuer_of(item: Item) -> int:
    """Who issued the item this time: the last to take the step."""
    query = (
        select(Hand.person_id)
        .join(StepTaken, (StepTaken.person_id == Hand.person_id) & (StepTaken.item_id == item.id))
        .where(Hand.item_id == item.id, StepTaken.action == Do.ITEM_ISSUE.value)
    )
    return db.session.scalars(query.order_by(StepTaken.id.desc()).limit(1)).one()


def _restore(item: Item, revision: Revision) -> None:
    said, inside = json.loads(revision.manifest), json.loads(revision.inside)
    for name in ("title", "summary", "body", "document_number", "source"):
        setattr(item, name, said[name])
    item.keywords = " ".join(said["keywords"])
    item.attribute, item.origin = Attribute(said["attribute"]), Origin(said["origin"])
    item.formed_on = datetime.fromisoformat(said["formed_on"]).date()
    item.column = db.session.scalars(
        select(Column).where(Column.slug == said["column"]["slug"])
    ).one()
    code = said["category"]["code"] if said["category"] else None
    item.category = db.session.scalar(select(Category).where(Category.code == code))
    item.responsible_unit = db.session.scalar(select(Unit).where(Unit.code == said["unit"]["code"]))
    item.note = inside["note"]
    _restore_files(item, said["files"], inside["originals"])


def _restore_files(
    item: Item, public: list[dict[str, Any]], originals: list[dict[str, Any]]
) -> None:
    """The attachments of the revision again, no others."""
    renditions = {file["key"]: file for file in public}
    here = {one.key: one for one in item.attachments}
    for key in here.keys() - {original["key"] for original in originals}:
        item.attachments.remove(here[key])
        db.session.delete(here[key])
    for position, original in enumerate(originals):
        one = here.get(str(original["key"])) or _attachment_again(item, original)
        file = renditions.get(one.key)
        one.name, one.position, one.original = str(original["name"]), position, original["sha256"]
        if file:
            one.rendition, one.rendition_type = file["sha256"], file["media_type"]
            one.rendition_size, one.inline = file["size"], file["inline"]


def _attachment_again(item: Item, original: dict[str, Any]) -> Attachment:
    one = Attachment(
        item_id=item.id,
        key=original["key"],
        size=original["size"],
        uploaded_by=item.author_id,
        uploaded_at=clock.now(),
    )
    item.attachments.append(one)
    return one


# The public file


@contextmanager
def release_lock() -> Iterator[None]:
    """Nobody else decides what the public file should hold while this is held.

    Without it a reconcile that read the tables just before a withdrawal could
    put back what the withdrawal has just taken out.
    """
    path = current_app.config["COUNTY"].DATA / "release.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def reconcile() -> bool:
    """The public file holds the live publications and nothing else. Whether it had to change.

    Call it with no transaction open: after a commit, at start, every minute.
    """
    with release_lock(), writing(ahead=False):
        db.session.rollback()
        writer.sweep(_folder())
        changes = _differences()
        if changes is not None:
            db.session.rollback()
            return _apply(changes)
        entries = list(live_entries())
        site, gone = site_data(), list(withdrawn())
        db.session.rollback()
        writer.build(_folder(), site, entries, gone, blobs=_blobs())
        return True


def _apply(changes: writer.Changes) -> bool:
    if changes == writer.Changes():
        return False
    writer.apply(_folder(), changes, blobs=_blobs())
    return True


def _differences() -> writer.Changes | None:
    """What the public file lacks or has too much of. None: there is no file to change."""
    if not writer.is_current(_folder()):
        return None
    have, told = writer.listed(_folder()), writer.withdrawals_in(_folder())
    lines = db.session.execute(_live(Publication.public_id, Revision.content_hash))
    want: dict[int, str] = dict(lines.all())
    gone = {one.public_id: one for one in withdrawn()}
    site = site_data()
    return writer.Changes(
        site=None if writer.says(_folder(), "reference") == _mark(site) else site,
        put=tuple(live_entries({key for key, value in want.items() if have.get(key) != value})),
        remove=tuple(sorted((have.keys() - want.keys()) - gone.keys())),
        withdrawals=tuple(one for key, one in sorted(gone.items()) if told.get(key) != one),
    )


def _live(*what: Any) -> Select[Any]:
    found: Select[Any] = (
        select(*what)
        .select_from(Publication)
        .join(Revision, Revision.id == Publication.revision_id)
        .join(Item, Item.id == Publication.item_id)
        .where(Publication.ended_at.is_(None))
    )
    return found


def live_entries(only: set[int] | None = None) -> Iterator[Entry]:
    """What the public file should hold. only: these public ids."""
    columns = (
        Publication.public_id,
        Publication.index_number,
        Publication.published_at,
        Item.first_published_at,
        Revision.manifest,
        Revision.content_hash,
    )
    query = _live(*columns).order_by(Publication.public_id)
    if only is not None:
        query = query.where(_among(only))
    for row in db.session.execute(query.execution_options(yield_per=500)):
        yield _entry(row)


def _among(ids: set[int]) -> ColumnElement[bool]:
    return Publication.public_id.in_(sorted(ids))


def _entry(row: Row[Any]) -> Entry:
    first = row.first_published_at
    return Entry(
        public_id=row.public_id,
        index_number=row.index_number,
        manifest=row.manifest,
        content_hash=row.content_hash,
        published_at=first,
        corrected_at=row.published_at if row.published_at != first else None,
    )


def withdrawn() -> Iterator[Withdrawal]:
    """Items that were public and are not, each with its last reason."""
    live = select(Publication.item_id).where(Publication.ended_at.is_(None))
    query = select(Publication).where(
        Publication.ending == Ending.WITHDRAWN, Publication.item_id.not_in(live)
    )
    last = {one.public_id: one for one in db.session.scalars(query.order_by(Publication.id))}
    for one in last.values():
        yield Withdrawal(one.public_id, one.index_number, one.ended_at or clock.now(), one.reason)


def site_data() -> SiteData:
    """The site's own words and its reference tables, as the office keeps them."""
    site = SiteData(
        settings=_site_settings(),
        units=tuple(
            UnitLine(unit.code, unit.name, unit.kind.value, unit.position)
            for unit in db.session.scalars(select(Unit).order_by(Unit.position, Unit.code))
        ),
        columns=tuple(_column_lines()),
        categories=tuple(
            CategoryLine(one.code, one.name, one.article, one.position)
            for one in db.session.scalars(select(Category).order_by(Category.position))
        ),
    )
    said = {**site.settings, "reference": _mark(site)}
    return SiteData(said, site.units, site.columns, site.categories)


def _site_settings() -> dict[str, str]:
    said = settings.values()
    names = ("site_name", "site_domain", "site_id_code", "host_unit")
    contact = f"{said['contact_address']} {said['contact_phone']}"
    return {**{name: said[name] for name in names}, "contact": contact}


def _column_lines() -> Iterator[ColumnLine]:
    """The open columns, in site order."""
    columns = db.session.scalars(select(Column).order_by(Column.position, Column.id)).all()
    slugs = {column.id: column.slug for column in columns}
    codes = dict(db.session.execute(select(Unit.id, Unit.code)).all())
    for one in columns:
        if one.open:
            yield ColumnLine(
                slug=one.slug,
                name=one.name,
                parent=slugs.get(one.parent_id) if one.parent_id else None,
                kind=one.kind.value,
                description=one.description,
                unit_code=codes[one.unit_id],
                position=one.position,
            )


def _mark(site: SiteData) -> str:
    """Changes when anything around the items changes."""
    said = {name: text for name, text in site.settings.items() if name != "reference"}
    words = repr((sorted(said.items()), site.units, site.columns, site.categories))
    return hashlib.sha256(words.encode()).hexdigest()


def _folder() -> Path:
    folder: Path = current_app.config["COUNTY"].PUBLIC
    return folder


def _blobs() -> Path:
    blobs: Path = current_app.config["COUNTY"].blobs
    return blobs


jobs.every_minute(publish_due)
jobs.every_minute(reconcile)
