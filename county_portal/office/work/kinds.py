"""What people see of each task: every room says it of its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from sqlalchemy.exc import NoResultFound

from county_portal.models import Job
from county_portal.office.rules.policy import Do

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Link:
    """What to open when the work is done. download: a file and not a page."""

    label: LazyString | str
    address: str
    download: bool = False


@dataclass(frozen=True)
class Kind:
    """One task. title: of its arguments. stages: what it says it is doing, as people read it.

    reads: who may see how far it is; makes: who may stop it. results: of its arguments and result.
    """

    title: Callable[[Values], str]
    stages: Mapping[str, LazyString]
    reads: Do
    makes: Do
    results: Callable[[Values, Values], list[Link]]
    back: Callable[[Values], Link]


KINDS: dict[str, Kind] = {}


def show(task: str, kind: Kind) -> None:
    """Let people see the work of `task`."""
    KINDS[task] = kind


def kind_of(job: Job) -> Kind | None:
    return KINDS.get(job.task)


def title_of(job: Job) -> str:
    """What the work is and of which thing; its task's own name if nobody knows that any more."""
    kind = kind_of(job)
    try:
        return kind.title(json.loads(job.arguments)) if kind else job.task
    except (LookupError, NoResultFound):
        return job.task
