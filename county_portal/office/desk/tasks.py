"""Background work as people see it: what it is of, how far it is, what came of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app
from flask_babel import LazyString
from sqlalchemy.exc import NoResultFound

from county_portal.models import Job
from county_portal.office.rules.policy import Do

SEEN = "county_tasks_seen"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Link:
    """What to open when the work is done. download: a file and not a page."""

    label: LazyString | str
    address: str
    download: bool = False


@dataclass(frozen=True)
class Task:
    """One kind of background work. run: takes `progress` and its own arguments.

    title: of its arguments. stages: what it says it is doing, as people read it.
    reads: who may see how far it is; makes: who may stop it. results: of its arguments and result.
    """

    name: str
    run: Callable[..., dict[str, object]]
    title: Callable[[Values], str]
    stages: Mapping[str, LazyString]
    reads: Do
    makes: Do
    results: Callable[[Values, Values], list[Link]]
    back: Callable[[Values], Link]


def install(app: Flask, tasks: tuple[Task, ...]) -> None:
    """Let people see the work of these tasks."""
    app.extensions[SEEN] = {task.name: task for task in tasks}


def tasks_seen() -> dict[str, Task]:
    """Return the tasks whose work people may follow, by name."""
    return cast(dict[str, Task], current_app.extensions[SEEN])


def task_of(job: Job) -> Task | None:
    return tasks_seen().get(job.task)


def title_of(job: Job) -> str:
    """Return what the work is and of which thing.

    Its task's own name if nobody knows that any more.
    """
    task = task_of(job)
    try:
        return task.title(json.loads(job.arguments)) if task else job.task
    except (LookupError, NoResultFound):
        return job.task
