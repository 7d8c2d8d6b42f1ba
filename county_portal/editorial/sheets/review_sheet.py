"""The confidentiality review sheet: one verdict, and everybody who stood behind it, on one page.

Source: Open Government Information Regulations (2019), art. 17; Regulations on the Law on
Guarding State Secrets (2024), art. 42.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from county_portal.core import clock
from county_portal.editorial.review.services import QUESTIONS
from county_portal.models import Person, SignOff, StepTaken
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import thread_of
from county_portal.printing.pdf import render_pdf
from county_portal.published.items import ItemManifest


@dataclass(frozen=True)
class Level:
    """One hand in the matter: who, of which unit, when, and what they wrote. at: county time."""

    action: str
    name: str
    unit: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Check:
    """One question of the checklist. clear: the officer raised no objection."""

    question: str
    clear: bool


@dataclass(frozen=True)
class ReviewSheet:
    """Everything the page prints, from rows that never change. Moments are county time."""

    number: str
    signed_at: datetime
    manifest: ItemManifest
    ground_asked: str  # why the unit does not want it published
    ground_note: str
    wanted_at: datetime | None
    originals: int  # files as they were handed in, which stay in the office
    checks: tuple[Check, ...]
    author: Level | None
    leader: Level | None
    editor: Level | None
    officer: Level
    issuer: Level | None
    verdict: str
    ground: str
    next_review_on: date | None
    referred_to: str
    letter_number: str
    content_hash: str


def review_sheet_of(sign_off: SignOff) -> ReviewSheet:
    """Return the sheet of a verdict.

    The revision it signed, the road to it, and the issue after it.
    """
    inside, steps = sign_off.revision.inside, thread_of(StepTaken, sign_off.item_id)
    before = [step for step in steps if step.at <= sign_off.signed_at]
    return ReviewSheet(
        number=sheet_number(sign_off.id, sign_off.signed_at),
        signed_at=here(sign_off.signed_at),
        manifest=sign_off.revision.manifest,
        ground_asked=inside.ground or "",
        ground_note=inside.ground_note,
        wanted_at=here(inside.wanted_at) if inside.wanted_at else None,
        originals=len(inside.originals),
        checks=tuple(_checks(sign_off)),
        author=last_of(before, Do.ITEM_SUBMIT),
        leader=last_of(before, Do.ITEM_APPROVE),
        editor=last_of(before, Do.ITEM_ACCEPT),
        officer=officer_of(sign_off),
        issuer=_issue(sign_off, steps),
        verdict=sign_off.verdict.value,
        ground=sign_off.ground.value if sign_off.ground else "",
        next_review_on=sign_off.next_review_on,
        referred_to=sign_off.referred_to,
        letter_number=sign_off.letter_number,
        content_hash=sign_off.content_hash,
    )


def review_sheet_pdf(sheet: ReviewSheet) -> bytes:
    """Return the sheet as it is printed, sealed and filed."""
    return render_pdf("editorial/review/sheet.html", sheet=sheet)


def sheet_number(row_id: int, moment: datetime) -> str:
    """Return what a sheet or form is called.

    The county year of its moment, and the number of its row.
    """
    return f"{clock.county_day(moment).year}-{row_id:05}"


def last_of(steps: Iterable[StepTaken], action: Do) -> Level | None:
    """Return the newest of the steps that was this action."""
    taken = [step for step in steps if step.action == action and step.person]
    return level_of(taken[-1]) if taken else None


def _issue(sign_off: SignOff, steps: Iterable[StepTaken]) -> Level | None:
    """Return the issue that rests on this verdict, if there is one yet."""
    later = [
        step
        for step in steps
        if step.at >= sign_off.signed_at and step.revision_number == sign_off.revision.number
    ]
    following = next((step for step in later if step.action == Do.ITEM_ISSUE and step.person), None)
    return level_of(following) if following else None


def level_of(step: StepTaken) -> Level | None:
    return _level(step.action, step.person, step.at, step.note) if step.person else None


def officer_of(sign_off: SignOff) -> Level:
    return _level(sign_off.verdict.value, sign_off.officer, sign_off.signed_at, sign_off.opinion)


def _level(action: str, person: Person, at: datetime, note: str) -> Level:
    return Level(action, person.name, person.unit.name, here(at), note)


def here(moment: datetime) -> datetime:
    return moment.astimezone(clock.COUNTY)


def _checks(sign_off: SignOff) -> Iterable[Check]:
    """Return the answers in the order of the form; what an older form asked besides comes after."""
    answers: dict[str, bool] = json.loads(sign_off.checks)
    for question in [*QUESTIONS, *sorted(answers.keys() - set(QUESTIONS))]:
        if question in answers:
            yield Check(question, answers[question])
