"""The story, written into the database in bulk: the rows the services would have written.

One deed after the other, with the road's own table, the policy's own rules and the manifest's
own bytes; only the queries are spared. A test plays a story both ways and compares every row.
"""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from county_portal.core import clock
from county_portal.core.html.clean import clean
from county_portal.core.workdays import WorkCalendar
from county_portal.demo.county import County
from county_portal.demo.dossiers import Dossier, draft_of, repair
from county_portal.demo.ledger import Ledger
from county_portal.demo.plans import ADD_FILE, ADD_PICTURE, ItemPlan, PlannedDeed
from county_portal.demo.texts.grammar import file_name
from county_portal.editorial.items.attachments import Received
from county_portal.editorial.items.manifest import Draft, inside_of, manifest_of
from county_portal.editorial.review.services import STEP_OF_VERDICT, ItemOpinion, next_review
from county_portal.editorial.review.steps import ROAD
from county_portal.models import (
    Attachment,
    Ending,
    Ground,
    Hand,
    HandKind,
    Item,
    Origin,
    Person,
    Publication,
    Revision,
    SignOff,
    State,
    StepTaken,
    Verdict,
)
from county_portal.office.base import settings
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do, require
from county_portal.published.items import ItemManifest

STEP_OF = {step.action: step for step in ROAD.steps}


class Bulk:
    """Plays happenings in the order of time. `finish` writes what is left."""

    def __init__(self, county: County, calendar: WorkCalendar, ledger: Ledger) -> None:
        self.county, self.calendar, self.ledger = county, calendar, ledger
        self.pattern = settings.value("index_number_pattern")
        self.within = settings.number("publish_within_workdays")
        self.open: dict[int, Dossier] = {}
        self.counters: dict[str, int] = {}
        self.at = clock.now()

    def play(self, one: PlannedDeed) -> None:
        """Write the rows of one deed into the ledger."""
        self.at = one.at
        by = self.county.people[one.deed.by] if one.deed.by else None
        dossier = self.open.get(one.plan.number) or self._begin(one.plan)
        deed = DEEDS.get(one.deed.what, Bulk._move)
        deed(self, dossier, one, by)
        self.ledger.touch(dossier.item)
        if one.deed is one.plan.deeds[-1]:
            del self.open[one.plan.number]

    def finish(self) -> None:
        self.ledger.flush()
        self.ledger.write_counters(self.counters)
        self.ledger.move_sequences()

    # Writing

    def _begin(self, plan: ItemPlan) -> Dossier:
        unit = self.county.units[plan.unit.code]
        item = Item(
            id=self.ledger.next_id(Item),
            token=plan.token,
            unit_id=unit.id,
            author_id=self.county.people[plan.author].id,
            state=State.DRAFT,
            state_since=self.at,
            revision_number=0,
            created_at=self.at,
            due_provisional=False,
            version=1,
        )
        item.unit = item.responsible_unit = unit
        item.column = self.county.columns[plan.topic.column]
        item.category = self.county.category_of(plan)
        dossier = Dossier(plan, item, plan.text(), list(plan.flaws))
        self.open[plan.number] = dossier
        return dossier

    def _create(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        require(by, Do.ITEM_CREATE)
        self._write(dossier)
        self._hand(dossier.item, HandKind.AUTHOR, by)
        self._log(by, Do.ITEM_CREATE, dossier.item)

    def _write(self, dossier: Dossier) -> None:
        item, draft = dossier.item, draft_of(dossier, self.county)
        for name in Draft.__dataclass_fields__:
            setattr(item, name, getattr(draft, name))
        item.body = clean(draft.body)
        if item.origin is Origin.OWN:
            item.source = ""
        item.saved_at = self.at
        due = self.calendar.add(dossier.plan.formed_on, self.within)
        item.publish_due_on, item.due_provisional = due.on, due.provisional

    def _edit(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        """Bring the picture in the first time; later take the first flaw out."""
        require(by, Do.ITEM_EDIT, dossier.item)
        repair(dossier)
        self._write(dossier)
        self._hand(dossier.item, HandKind.AUTHOR, by)
        self._log(by, Do.ITEM_EDIT, dossier.item)

    def _add_file(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        item, number = dossier.item, one.deed.file
        paper = dossier.plan.files[number]
        name = file_name(paper, dossier.text.title)
        received = self.county.papers[paper]
        inline = one.deed.what == ADD_PICTURE
        row = {
            "id": self.ledger.next_id(Attachment),
            "item_id": item.id,
            "key": dossier.plan.key(number),
            "name": name,
            "position": len(item.attachments) + 1,
            "inline": inline,
            "uploaded_by": by.id,
            "uploaded_at": self.at,
            **_content(received),
        }
        self.ledger.add(Attachment, row)
        item.attachments.append(Attachment(**row))
        dossier.picture = row["key"] if inline else dossier.picture
        self._log(by, Do.ITEM_EDIT, item, deed="added", file=name)

    def _amend(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        item = dossier.item
        require(by, Do.ITEM_AMEND, item)
        dossier.flaws.pop(0)
        self._write(dossier)
        self._hand(item, HandKind.EDITOR, by)
        self._revise(dossier, by)
        self._step(dossier, Do.ITEM_AMEND, item.state, by, one.deed.note)
        self._log(by, Do.ITEM_AMEND, item, revision=dossier.newest, hash=dossier.hash)

    def _revise(self, dossier: Dossier, by: Person) -> None:
        item = dossier.item
        dossier.newest += 1
        text = manifest_of(item, dossier.newest).text
        dossier.hash = ItemManifest.hash_of(text)
        dossier.revision = self.ledger.next_id(Revision)
        row = {
            "id": dossier.revision,
            "item_id": item.id,
            "number": dossier.newest,
            "manifest": text,
            "content_hash": dossier.hash,
            "inside": inside_of(item).text,
            "made_by": by.id,
            "made_at": self.at,
        }
        self.ledger.add(Revision, row)
        item.revision_number = dossier.newest

    # Moving

    def _move(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        self._carry_out(dossier, Do(one.deed.what), by, one.deed.note)

    def _carry_out(self, dossier: Dossier, action: Do, by: Person | None, note: str = "") -> None:
        item, step = dossier.item, STEP_OF[action]
        if by:
            workflow.check_step(ROAD, item, action, by=by, note=note)
        was = item.state
        if step.hand and by:
            self._hand(item, step.hand, by)
        if action is Do.ITEM_SUBMIT and by:
            self._revise(dossier, by)
        if action is Do.ITEM_RETURN:
            item.publish_at = None
        item.state, item.state_since = State(step.target), self.at
        self._step(dossier, action, was, by, note)
        self._log(by, action, item, was=was, now=step.target, note=note.strip())

    def _remark(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        require(by, Do.ITEM_REMARK, dossier.item)
        self._step(dossier, Do.ITEM_REMARK, dossier.item.state, by, one.deed.note)
        self._log(by, Do.ITEM_REMARK, dossier.item)

    def _sign_off(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        item, opinion = dossier.item, self.county.opinion(one, dossier.hash)
        self._hand(item, HandKind.OFFICER, by)
        dossier.sign_off = self.ledger.next_id(SignOff)
        with clock.frozen(self.at):
            again_on = next_review(opinion)
        row = {
            "id": dossier.sign_off,
            "item_id": item.id,
            "revision_id": dossier.revision,
            "content_hash": dossier.hash,
            "officer_id": by.id,
            "verdict": opinion.verdict,
            "checks": json.dumps(opinion.checks, sort_keys=True),
            "ground": _ground(opinion),
            "next_review_on": again_on,
            "referred_to": opinion.referred_to,
            "letter_number": opinion.letter_number,
            "opinion": opinion.opinion,
            "signed_at": self.at,
        }
        self.ledger.add(SignOff, row)
        self._carry_out(dossier, STEP_OF_VERDICT[opinion.verdict], by, opinion.opinion)

    def _issue(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        dossier.item.publish_at = one.publish_at
        dossier.issuer = by.id
        self._carry_out(dossier, Do.ITEM_ISSUE, by)
        if one.publish_at is None:
            self._publish(dossier, one, by)

    def _publish(self, dossier: Dossier, one: PlannedDeed, by: Person | None) -> None:
        item = dossier.item
        self._end(dossier, Ending.SUPERSEDED)
        self._give_numbers(item)
        item.first_published_at = item.first_published_at or self.at
        item.publish_at = None
        dossier.live = {
            "id": self.ledger.next_id(Publication),
            "item_id": item.id,
            "revision_id": dossier.revision,
            "sign_off_id": dossier.sign_off,
            "issuer_id": dossier.issuer,
            "public_id": item.public_id,
            "index_number": item.index_number,
            "published_at": self.at,
            "ended_at": None,
            "ending": None,
            "reason": "",
            "ended_by": None,
        }
        self.ledger.add(Publication, dossier.live)
        self._carry_out(dossier, Do.ITEM_PUBLISH, by)

    def _withdraw(self, dossier: Dossier, one: PlannedDeed, by: Person) -> None:
        self._end(dossier, Ending.WITHDRAWN, one.deed.note.strip(), by)
        dossier.item.publish_at = None
        self._carry_out(dossier, Do.ITEM_WITHDRAW, by, one.deed.note)

    def _end(
        self, dossier: Dossier, ending: Ending, reason: str = "", by: Person | None = None
    ) -> None:
        if dossier.live:
            values = {"ended_at": self.at, "ending": ending, "reason": reason}
            ended_by = by.id if by else None
            self.ledger.change(Publication, dossier.live, **values, ended_by=ended_by)
            dossier.live = {}

    def _give_numbers(self, item: Item) -> None:
        if item.public_id is None:
            unit, year = self.county.codes[item.unit_id], clock.county_day(self.at).year
            item.public_id = self._draw("public_id")
            number = self._draw(f"index:{unit}:{year}")
            item.index_number = self.pattern.format(unit=unit, year=year, number=number)

    def _draw(self, series: str) -> int:
        self.counters[series] = self.counters.get(series, 0) + 1
        return self.counters[series]

    # What every deed leaves behind

    def _hand(self, item: Item, kind: StrEnum, by: Person) -> None:
        if item.hand_of(by) is None:
            row = {"item_id": item.id, "person_id": by.id, "hand": kind}
            self.ledger.add(Hand, row)
            item.hands.append(Hand(**row))

    def _step(self, dossier: Dossier, action: Do, was: State, by: Person | None, note: str) -> None:
        row = {
            "id": self.ledger.next_id(StepTaken),
            "item_id": dossier.item.id,
            "revision_number": dossier.item.revision_number,
            "action": action.value,
            "was": was,
            "now": dossier.item.state,
            "person_id": by.id if by else None,
            "at": self.at,
            "note": note.strip(),
        }
        self.ledger.add(StepTaken, row)

    def _log(self, by: Person | None, action: Do, item: Item, **details: object) -> None:
        login, unit = (by.login, self.county.codes[by.unit_id]) if by else ("system", "")
        self.ledger.log(self.at, login, unit, action.value, f"items:{item.id}", details)


def _content(received: Received) -> dict[str, Any]:
    rendition, stored = received.rendition, received.shown
    return {
        "original": received.original.sha256,
        "size": received.original.size,
        "rendition": stored.sha256 if stored else None,
        "rendition_type": rendition.media_type if rendition else "",
        "rendition_size": stored.size if stored else 0,
        "remarks": "\n".join(rendition.notes) if rendition else "",
    }


def _ground(opinion: ItemOpinion) -> Ground | None:
    return opinion.ground if opinion.verdict is Verdict.WITHHOLD else None


Writer = Callable[[Bulk, Dossier, PlannedDeed, Any], None]
DEEDS: dict[str, Writer] = {
    Do.ITEM_CREATE: Bulk._create,
    Do.ITEM_EDIT: Bulk._edit,
    ADD_FILE: Bulk._add_file,
    ADD_PICTURE: Bulk._add_file,
    Do.ITEM_AMEND: Bulk._amend,
    Do.ITEM_REMARK: Bulk._remark,
    Do.ITEM_RELEASE: Bulk._sign_off,
    Do.ITEM_ISSUE: Bulk._issue,
    Do.ITEM_PUBLISH: Bulk._publish,
    Do.ITEM_WITHDRAW: Bulk._withdraw,
}
