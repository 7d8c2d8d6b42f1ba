"""Briefings for tests, made by the road everybody takes."""

import json

from flask import current_app

from county_portal.core import clock
from county_portal.core.html.clean import text_of
from county_portal.editorial.items.services import current_revision
from county_portal.models import (
    Briefing,
    BriefingState,
    Item,
    Job,
    JobState,
    Masthead,
    Person,
    State,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings import approving, mastheads, pieces, printing, services
from tests.factories import make_item

_numbers = iter(range(1, 10_000))
ROAD = {
    BriefingState.DRAFT: (),
    BriefingState.SUBMITTED: (Do.BRIEFING_SUBMIT,),
    BriefingState.RETURNED: (Do.BRIEFING_SUBMIT, Do.BRIEFING_RETURN),
    BriefingState.APPROVED: (Do.BRIEFING_SUBMIT, Do.BRIEFING_APPROVE),
    BriefingState.WITHDRAWN: (Do.BRIEFING_SUBMIT, Do.BRIEFING_APPROVE, Do.BRIEFING_WITHDRAW),
}


def make_masthead(by: Person, name: str = "", **more: object) -> Masthead:
    """A masthead of that name, made if there is none. more: fields of its draft."""
    words = {
        "name": name or f"政务信息{next(_numbers)}",
        "office": "青禾县人民政府办公室",
        "report_to": "市政府办公室",
        "copies": 60,
        **more,
    }
    masthead = mastheads.create_masthead(mastheads.MastheadDraft(**words), by=by)
    db.session.commit()
    return masthead


def make_briefing(
    clerk: Person, masthead: Masthead | None = None, items: tuple[Item, ...] = ()
) -> Briefing:
    """A draft of the clerk's that holds the newest revision of the items."""
    masthead = masthead or make_masthead(clerk)
    token = f"briefing-{next(_numbers)}"
    briefing = services.start_briefing(masthead.id, token=token, by=clerk)
    for item in items:
        pieces.add_entry(briefing, revision_of(item), by=clerk)
    db.session.commit()
    return briefing


def revision_of(item: Item) -> int:
    return current_revision(item).id


def go_to(briefing: Briefing, state: BriefingState, clerk: Person, issuer: Person) -> Briefing:
    """The briefing on its road, as far as `state`."""
    for action in ROAD[state]:
        by = clerk if action is Do.BRIEFING_SUBMIT else issuer
        move(briefing, action, by)
    return briefing


def move(briefing: Briefing, action: Do, by: Person, note: str = "It was too early") -> None:
    digest = printing.digest_of(briefing)
    if action is Do.BRIEFING_APPROVE and not current_app.config["JOBS_IMMEDIATE"]:
        was_previewed(briefing)
    seen = {"seen_version": briefing.version, "seen_digest": digest}
    approving.take_briefing_step(briefing, action, **seen, by=by, note=note)
    db.session.commit()


def was_previewed(briefing: Briefing, *left_out: str) -> None:
    """What the worker would have said of the pages as they stand now, if it had looked."""
    said = {"digest": printing.digest_of(briefing), "version": 1, "left_out": left_out}
    key, moment = f"{printing.PREVIEW}:{briefing.id}:by hand {next(_numbers)}", clock.now()
    job = Job(key=key, task=printing.PREVIEW, arguments="{}", asked_at=moment)
    job.state, job.done_at, job.result = JobState.DONE, moment, json.dumps(said)
    db.session.add(job)
    db.session.commit()


def published(author: Person, **more: object) -> Item:
    return make_item(author, state=State.PUBLISHED, **more)


def draft_of(briefing: Briefing, **changed: object) -> services.BriefingDraft:
    """What the form would send if nothing but `changed` was typed."""
    parts = {one.id: services.PartWords(one.title, text_of(one.body)) for one in briefing.parts}
    words = {
        "masthead_id": briefing.masthead_id,
        "special": briefing.special,
        "dated_on": briefing.dated_on,
        "note": text_of(briefing.note),
        "report_to": briefing.report_to,
        "send_to": briefing.send_to,
        "issue_to": briefing.issue_to,
        "copies": briefing.copies,
        "parts": parts,
        **changed,
    }
    return services.BriefingDraft(**words)
