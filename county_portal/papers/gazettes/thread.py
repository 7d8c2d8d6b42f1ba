"""What happened to a gazette, for people to read; from the log where it is older than its steps."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from county_portal.models import AuditRow, Gazette, GazetteEdition, GazetteStep, Person
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import thread_of
from county_portal.papers.figures.figures import copy_fields
from county_portal.papers.gazettes.steps import STEPS


@dataclass(frozen=True)
class GazetteLine:
    """One step as it is read. edition_id: of the edition it was about, if that is known."""

    action: str
    name: str
    at: datetime
    note: str
    edition_id: int | None
    from_log: bool = False


def thread_lines(gazette: Gazette) -> list[GazetteLine]:
    """Return every step, oldest first.

    Each step has a row in the log, written with it; what the log has more is older than the steps.
    """
    steps, log = thread_of(GazetteStep, gazette.id), _log_of(gazette)
    lines = [
        copy_fields(GazetteLine, step, name=step.person.name if step.person else "", from_log=False)
        for step in steps
    ]
    return [*log[: len(log) - len(steps)], *lines]


def _log_of(gazette: Gazette) -> list[GazetteLine]:
    """Return the steps as the log tells them. Asking for the print is none.

    Only what was printed is.
    """
    editions = select(GazetteEdition.content_hash, GazetteEdition.id)
    known = dict(db.session.execute(editions.where(GazetteEdition.gazette_id == gazette.id)).all())
    query = (
        select(AuditRow.action, AuditRow.at, AuditRow.actor, AuditRow.details, Person.name)
        .outerjoin(Person, Person.login == AuditRow.actor)
        .where(
            AuditRow.object == f"gazettes:{gazette.id}",
            AuditRow.result == "done",
            AuditRow.action.in_([step.action.value for step in STEPS]),
        )
    )
    lines = []
    for action, at, actor, details, name in db.session.execute(query.order_by(AuditRow.seq)):
        told = json.loads(details)
        if action != Do.GAZETTE_FREEZE or "hash" in told:
            note, edition = told.get("note") or told.get("reason", ""), known.get(told.get("hash"))
            moment = datetime.fromisoformat(at)
            lines.append(GazetteLine(action, name or actor, moment, note, edition, from_log=True))
    return lines
