"""The office's half of a kind that goes to the public: one row for each, in its feature.

A version is live if its publication has not ended, an officer released exactly its bytes, and
everything it rests on is public, too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    exists,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from county_portal.models import Person, Verdict
from county_portal.models.signed import HandRow, PublicationRow, SignOffRow
from county_portal.office.base.audit import BrokenPromise
from county_portal.office.base.extensions import db
from county_portal.published.kinds import Entry, Kind, Thing
from county_portal.published.schema import Withdrawal

EXTENSION = "county_releasables"


@dataclass(frozen=True)
class RestsOn:
    """That versions of a kind are public only as long as things of another kind, or of it, are.

    pairs: `version_id`, and `thing_id` of what it rests on. reason: what the public reads when
    it goes with one of them.
    """

    kind: str
    pairs: Select[int, int]
    reason: str


@dataclass(frozen=True)
class Releasable:
    """How the office releases a kind.

    lasts: whether a publication has not ended. entries: what the public file should hold, of
    all things or of those with these keys. withdrawals: things that were public and are not.
    end: writes down that a publication ends, with the thing it goes with, if any. differs: keys
    of which the file says something else beside the manifest than the tables. faults: what the
    kind promises beside what every kind does.
    """

    kind: Kind
    version: Any
    hand: type[HandRow]
    sign_off: type[SignOffRow]
    publication: type[PublicationRow]
    key: str  # the column of the publication
    lasts: Callable[[Any], ColumnElement[bool]]
    entries: Callable[[Iterable[str] | None], Iterator[Entry]]
    withdrawals: Callable[[], Iterator[Withdrawal]]
    end: Callable[[Any, str, Person, tuple[str, int] | None], Withdrawal]
    rests_on: tuple[RestsOn, ...] = ()
    differs: Callable[[], set[str]] = set
    faults: Callable[[], Iterator[BrokenPromise]] = lambda: iter(())


def install(app: Flask, rows: Iterable[Releasable]) -> None:
    app.extensions[EXTENSION] = {one.kind.name: one for one in rows}


def releasables() -> Mapping[str, Releasable]:
    """Return every kind that goes to the public, by name."""
    return cast(Mapping[str, Releasable], current_app.extensions[EXTENSION])


def kinds() -> tuple[Kind, ...]:
    return tuple(one.kind for one in releasables().values())


def live(one: Releasable, *columns: Any) -> Select[Any]:
    """Select from the live publications of a kind.

    The database keeps none that was not signed; here it is asked once more, in case its rules
    were off.
    """
    publication, version, sign_off = one.publication, one.version, one.sign_off
    query: Select[Any] = (
        select(*columns)
        .select_from(publication)
        .join(version, version.id == version_of(publication))
        .join(sign_off, sign_off.id == publication.sign_off_id)
        .where(
            one.lasts(publication),
            sign_off.verdict == Verdict.RELEASE,
            sign_off.version_id == version.id,
            sign_off.content_hash == version.content_hash,
        )
    )
    return query.where(~_lacks(one)) if one.rests_on else query


def live_hashes() -> dict[Thing, str]:
    """Return the content hash of everything that is live."""
    hashes: dict[Thing, str] = {}
    for name, released in releasables().items():
        key = getattr(released.publication, released.key)
        query = live(released, key, released.version.content_hash).order_by(released.publication.id)
        rows = db.session.execute(query)
        hashes |= {(name, str(key)): content_hash for key, content_hash in rows}
    return hashes


def version_of(publication: Any) -> Any:
    """Return the column with the version that a publication shows."""
    return getattr(publication, publication.kind.version_id)


def _lacks(one: Releasable) -> ColumnElement[bool]:
    """Tell whether what the version rests on is not public, or what that rests on, to the end."""
    lacking = _lacking(tuple(releasables().values())).c
    version = lacking.version_id == version_of(one.publication)
    return exists().where(lacking.kind == one.kind.name, version)


@lru_cache(maxsize=4)
def _lacking(every: tuple[Releasable, ...]) -> CTE:
    """Return the versions, of all kinds, that rest on something that is not public.

    Its publication has ended, or lasts and shows a version that is one of these. The question
    is put together once for the kinds of an application.
    """
    named = {one.kind.name: one for one in every}
    ended, rests, lasting = [], [], []
    for name, releasable in named.items():
        kind, theirs = literal(name, Text).label("kind"), aliased(releasable.publication)
        for rest in releasable.rests_on:
            pairs, other = rest.pairs.subquery(), aliased(named[rest.kind].publication)
            there = named[rest.kind].lasts(other), other.thing_id == pairs.c.thing_id
            ended.append(select(kind, pairs.c.version_id).where(~exists().where(*there)))
            on = literal(rest.kind, Text).label("on_kind")
            rests.append(select(kind, pairs.c.version_id, on, pairs.c.thing_id))
        if releasable.rests_on:
            version = version_of(theirs).label("version_id")
            lasting.append(select(kind, theirs.thing_id, version).where(releasable.lasts(theirs)))
    lacking = select(union_all(*ended).subquery()).cte("lacking", recursive=True)
    pair, shown = union_all(*rests).subquery().c, union_all(*lasting).subquery().c
    return lacking.union(
        select(pair.kind, pair.version_id).where(
            pair.on_kind == shown.kind,
            pair.thing_id == shown.thing_id,
            shown.kind == lacking.c.kind,
            shown.version_id == lacking.c.version_id,
        )
    )


def end_what_rests_on(
    name: str, thing_id: int, *, by: Person, cause: tuple[str, int] | None
) -> Iterator[Withdrawal]:
    """End what rests on this thing, and what rests on that, to the end. Nothing of it stays public.

    cause: what went first, if that is what the endings are to name.
    """
    for releasable in releasables().values():
        for rest in releasable.rests_on:
            if rest.kind == name:
                for publication in _resting(releasable, rest, thing_id):
                    yield releasable.end(publication, rest.reason, by, cause)
                    yield from end_what_rests_on(
                        releasable.kind.name, publication.thing_id, by=by, cause=cause
                    )


def _resting(one: Releasable, rest: RestsOn, thing_id: int) -> Iterator[Any]:
    """Yield the publications that rest on the thing, each if it has not ended by its turn."""
    pairs, publication = rest.pairs.subquery(), one.publication
    versions = select(pairs.c.version_id).where(pairs.c.thing_id == thing_id)
    lasting = select(publication).where(one.lasts(publication))
    every = lasting.where(version_of(publication).in_(versions)).order_by(publication.id)
    for row in db.session.scalars(every).all():
        if db.session.scalar(lasting.where(publication.id == row.id)) is not None:
            yield row
