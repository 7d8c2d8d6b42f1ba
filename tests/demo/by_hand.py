"""The same story by the services' own way: one deed, one call, with the clock there."""

from collections.abc import Callable
from typing import Any

from county_portal.core import clock
from county_portal.demo.county import County
from county_portal.demo.dossiers import Dossier, draft_of, repair
from county_portal.demo.plans import ADD_FILE, ADD_PICTURE, PlannedDeed
from county_portal.demo.texts.grammar import file_name
from county_portal.editorial.items import attachments
from county_portal.editorial.items import services as items
from county_portal.editorial.items.services import current_revision
from county_portal.editorial.release import public_file
from county_portal.editorial.release import services as release
from county_portal.editorial.review import services as review
from county_portal.models import Item, Person
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do

COMMITTED_EVERY = 50  # deeds; what is committed together does not change what is written
Deed = Callable[[Dossier, PlannedDeed, Person, County], Any]


class ByHand:
    def __init__(self, county: County) -> None:
        self.county = county
        self.open: dict[int, Dossier] = {}
        self.played = 0

    def play(self, one: PlannedDeed) -> None:
        by = self.county.people[one.deed.by] if one.deed.by else None
        with clock.frozen(one.at):
            if one.deed.what == Do.ITEM_CREATE:
                self._create(one, by)
            else:
                dossier = self.open[one.plan.number]
                DEEDS.get(one.deed.what, move)(dossier, one, by, self.county)
            self.played += 1
            if self.played % COMMITTED_EVERY == 0:
                db.session.commit()

    def _create(self, one: PlannedDeed, by: Person) -> None:
        words = Dossier(one.plan, Item(), one.plan.text(), list(one.plan.flaws))
        draft = draft_of(words, self.county)
        words.item = items.create_item(draft, token=one.plan.token, by=by)
        self.open[one.plan.number] = words


def edit(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    repair(dossier)
    item = dossier.item
    items.edit_item(item, draft_of(dossier, county), seen_version=item.version, by=by)


def amend(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    dossier.flaws.pop(0)
    item, draft = dossier.item, draft_of(dossier, county)
    items.amend_item(item, draft, seen_version=item.version, note=one.deed.note, by=by)


def add_file(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    paper = dossier.plan.files[one.deed.file]
    name = file_name(paper, dossier.text.title)
    key, inline = dossier.plan.key(one.deed.file), one.deed.what == ADD_PICTURE
    received = county.papers[paper]
    named = attachments.Received(
        name, received.kind, received.original, received.rendition, received.shown
    )
    attachments.add(dossier.item, named, key=key, by=by, inline=inline)
    dossier.picture = key if inline else dossier.picture
    assert files.blob_path(received.original.sha256).exists()


def sign_off(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    shown = current_revision(dossier.item).content_hash
    review.sign_off(dossier.item, county.opinion(one, shown), by=by)


def issue(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    release.issue_item(dossier.item, by=by, publish_at=one.publish_at)


def publish(dossier: Dossier, one: PlannedDeed, by: Person | None, county: County) -> None:
    assert release.publish_due() == 1


def withdraw(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    db.session.commit()
    public_file.reconcile()
    with public_file.lock():
        release.withdraw_item(dossier.item, one.deed.note, by=by)
        db.session.commit()


def remark(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    items.remark(dossier.item, one.deed.note, by=by)


def move(dossier: Dossier, one: PlannedDeed, by: Person, county: County) -> None:
    review.take_plain_step(dossier.item, one.deed.what, by=by, note=one.deed.note)


DEEDS: dict[str, Deed] = {
    Do.ITEM_EDIT: edit,
    ADD_FILE: add_file,
    ADD_PICTURE: add_file,
    Do.ITEM_AMEND: amend,
    Do.ITEM_REMARK: remark,
    Do.ITEM_RELEASE: sign_off,
    Do.ITEM_ISSUE: issue,
    Do.ITEM_PUBLISH: publish,
    Do.ITEM_WITHDRAW: withdraw,
}
