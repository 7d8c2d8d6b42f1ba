"""A feature as one row: everything it brings to the office, and nothing by being imported."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from click import Command
from flask import Blueprint, Flask

from county_portal.office.base import jobs
from county_portal.office.desk import sections as page_sections
from county_portal.office.desk import tasks as background
from county_portal.office.desk import waiting
from county_portal.office.desk.sections import Section
from county_portal.office.desk.tasks import Task
from county_portal.office.desk.waiting import Pile
from county_portal.office.rules import releasable
from county_portal.office.rules.releasable import Releasable
from county_portal.published.kinds import Kind, check_halves


@dataclass(frozen=True)
class Feature:
    """What one feature brings.

    timetable: what happens every minute, each in a transaction of its own.
    piles: what waits on desks. sections: its parts of other features' pages.
    releasables: its kinds that go to the public, once they are signed.
    """

    blueprints: tuple[Blueprint, ...]
    tasks: tuple[Task, ...] = ()
    timetable: tuple[Callable[[], object], ...] = ()
    piles: tuple[Pile, ...] = ()
    sections: tuple[Section, ...] = ()
    releasables: tuple[Releasable, ...] = ()
    commands: tuple[Command, ...] = ()


def install(app: Flask, features: tuple[Feature, ...], kinds: tuple[Kind, ...]) -> None:
    """Put the features together in their order. kinds: what the public site shows.

    Raises RuntimeError if two of them bring the same, or a kind has one half only.
    """
    rows = tuple(chain.from_iterable(one.releasables for one in features))
    check_halves(kinds, (one.kind for one in rows), "the office")
    releasable.install(app, rows)
    tasks = tuple(chain.from_iterable(one.tasks for one in features))
    timetable = tuple(chain.from_iterable(one.timetable for one in features))
    piles = tuple(chain.from_iterable(one.piles for one in features))
    blueprints = tuple(chain.from_iterable(one.blueprints for one in features))
    _refuse_doubles("task", (task.name for task in tasks))
    _refuse_doubles("blueprint", (blueprint.name for blueprint in blueprints))
    _refuse_doubles("entry of the timetable", timetable_names(timetable))
    _refuse_doubles("pile", (pile.endpoint for pile in piles))
    known = {task.name: task.run for task in tasks}
    jobs.install(app, known, timetable)
    background.install(app, tasks)
    waiting.install(app, piles)
    page_sections.install(app, tuple(chain.from_iterable(one.sections for one in features)))
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    for command in chain.from_iterable(one.commands for one in features):
        app.cli.add_command(command)


def timetable_names(timetable: jobs.Timetable) -> Iterator[str]:
    """Name each entry of a timetable by where it stands in the program."""
    return (f"{entry.__module__}.{entry.__qualname__}" for entry in timetable)


def _refuse_doubles(what: str, names: Iterable[str]) -> None:
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise RuntimeError(f"Two features bring the same {what}: {', '.join(twice)}")
