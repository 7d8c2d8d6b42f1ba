"""Mastheads: the series of briefings a county sends out, kept by the office clerk."""

from dataclasses import asdict, astuple, dataclass

from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import Refused, require_unchanged
from county_portal.core.html.clean import seen
from county_portal.models import Counter, Masthead, Person
from county_portal.office.base import audit
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.rules.policy import Do, require

HIGHEST = 99_999  # a number that somebody may have reached on paper


@dataclass(frozen=True)
class MastheadDraft:
    """What the clerk fills in."""

    name: str
    office: str
    mark: str = ""
    internal: bool = False
    contents: bool = True
    foot_numbered: bool = False
    report_to: str = ""
    send_to: str = ""
    issue_to: str = ""
    copies: int = 1
    position: int = 0
    active: bool = True


@dataclass(frozen=True)
class Counts:
    """The last numbers given: of this year, of its special issues, and of all regular ones."""

    last_of_year: int
    last_special: int
    last_total: int


def find_mastheads(by: Person, *, active: bool = False) -> list[Masthead]:
    """Find every masthead in its order. active: only those new briefings may have."""
    require(by, Do.BRIEFING_READ)
    query = select(Masthead).order_by(Masthead.position, Masthead.id)
    return list(db.session.scalars(query.where(Masthead.active) if active else query))


def get_masthead(masthead_id: int, *, by: Person) -> Masthead:
    require(by, Do.MASTHEAD_MANAGE)
    return fetch_row(Masthead, masthead_id)


def create_masthead(draft: MastheadDraft, counts: Counts | None = None, *, by: Person) -> Masthead:
    """Create a series, which goes on from `counts`."""
    require(by, Do.MASTHEAD_MANAGE)
    _free(draft.name)
    masthead = Masthead(**_words(draft))
    db.session.add(masthead)
    db.session.flush()
    _go_on_from(masthead, counts)
    audit.record(by, Do.MASTHEAD_MANAGE, masthead, name=masthead.name)
    return masthead


def edit_masthead(
    masthead: Masthead,
    draft: MastheadDraft,
    counts: Counts | None = None,
    *,
    seen_version: int,
    by: Person,
) -> None:
    """Change the masthead from the next approval on; what was approved stays as it was.

    Raises OutOfDate if it changed since the form was drawn.
    """
    require(by, Do.MASTHEAD_MANAGE)
    require_unchanged(masthead.version, seen_version)
    if draft.name != masthead.name:
        _free(draft.name)
    for name, word in _words(draft).items():
        setattr(masthead, name, word)
    _go_on_from(masthead, counts)
    audit.record(by, Do.MASTHEAD_MANAGE, masthead, name=masthead.name)


def counts_of(masthead: Masthead | None) -> Counts:
    """Read the last numbers given, of this year and in all; each is 0 without a masthead."""
    if masthead is None:
        return Counts(0, 0, 0)
    return Counts(*(_last(series) for series in _all_series(masthead)))


def series(masthead: Masthead, *, special: bool, year: int) -> str:
    """Return the name under which issues of a year are counted.

    Source: the customs of 简报: special issues are never numbered among the others.
    """
    return f"briefing:{masthead.id}:{'special:' if special else ''}{year}"


def total_series(masthead: Masthead) -> str:
    return f"briefing:{masthead.id}:total"


def _all_series(masthead: Masthead) -> tuple[str, str, str]:
    year = clock.today().year
    return (
        series(masthead, special=False, year=year),
        series(masthead, special=True, year=year),
        total_series(masthead),
    )


def _last(name: str) -> int:
    row = db.session.get(Counter, name)
    return row.last if row else 0


def _go_on_from(masthead: Masthead, counts: Counts | None) -> None:
    """Raise the counts to `counts`, so that numbers given on paper before are never given again.

    Raises Refused if one is lower than the last number given, or higher than HIGHEST.
    """
    if counts is None:
        return
    for name, last in zip(_all_series(masthead), astuple(counts), strict=True):
        given = _last(name)
        if last < given:
            raise Refused("Number %(given)d was given already; numbers only grow", given=given)
        if last > HIGHEST:
            raise Refused("At most %(max)d", max=HIGHEST)
        _raise_to(name, last)


def _raise_to(name: str, last: int) -> None:
    row = db.session.get(Counter, name)
    if row is not None:
        row.last = last
    elif last:
        db.session.add(Counter(series=name, last=last))


def _free(name: str) -> None:
    if db.session.scalar(select(Masthead.id).where(Masthead.name == name)) is not None:
        raise Refused("There is a masthead of that name already")


def _words(draft: MastheadDraft) -> dict[str, object]:
    return {
        name: " ".join(seen(word).split()) if isinstance(word, str) else word
        for name, word in asdict(draft).items()
    }
