"""Letters about texts that the archive and the library hold and that are no longer live.

Source: local rule (replacing or withdrawing what was deposited takes a formal letter).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from county_portal import audit, files, jobs
from county_portal.catalogue.numbers import draw
from county_portal.core import clock
from county_portal.core.errors import Missing, OutOfDate
from county_portal.deposits import papers
from county_portal.deposits.lines import number_of
from county_portal.deposits.names import Names
from county_portal.extensions import db, writing
from county_portal.models import (
    Deposit,
    DepositLetter,
    DepositLetterLine,
    DepositLetterPaper,
    DepositLine,
    DepositPart,
    Ending,
    Job,
    PaperKind,
    Person,
    Publication,
    Revision,
)
from county_portal.papers import enter
from county_portal.policy import Do, require

TASK = "deposits.letter"
SHOWN = 12


@dataclass(frozen=True)
class Change:
    """A text that the receivers hold and what became of it. replaced_by: None, it was withdrawn."""

    publication: Publication
    replaced_by: Publication | None
    title: str
    new_title: str
    content_hash: str
    new_hash: str
    deposit: str  # the number of the deposit that holds it; empty: a letter named it
    reason: str  # why it was withdrawn

    @property
    def ended_at(self) -> datetime | None:
        return self.publication.ended_at


def changes_due(by: Person) -> list[Change]:
    """What the receivers have not been told yet, in order of time."""
    require(by, Do.DEPOSIT_READ)
    return [_change(one, _live_of(one)) for one in _untold()]


def changes_untold() -> int:
    """How many texts the receivers hold of which they were not told that they have ended."""
    return len(_untold())


def _untold() -> list[Publication]:
    """Ended publications that were deposited or named in a letter, and not told of since."""
    held = exists().where(DepositLine.publication_id == Publication.id)
    named = exists().where(DepositLetterLine.replaced_by == Publication.id)
    told = exists().where(DepositLetterLine.publication_id == Publication.id)
    query = select(Publication).where(Publication.ended_at.is_not(None), or_(held, named), ~told)
    return list(db.session.scalars(query.order_by(Publication.ended_at, Publication.id)))


def _live_of(one: Publication) -> Publication | None:
    """What the public reads of the item now, if anything."""
    return db.session.scalar(
        select(Publication).where(
            Publication.item_id == one.item_id, Publication.ended_at.is_(None)
        )
    )


def _change(one: Publication, new: Publication | None) -> Change:
    title, content_hash = _signed(one)
    new_title, new_hash = _signed(new) if new else ("", "")
    reason = "" if new else _reason(one)
    return Change(one, new, title, new_title, content_hash, new_hash, _deposit_of(one), reason)


def _reason(one: Publication) -> str:
    """Why the item was withdrawn, this version of it or one that came after."""
    query = select(Publication.reason).where(
        Publication.item_id == one.item_id,
        Publication.id >= one.id,
        Publication.ending == Ending.WITHDRAWN,
    )
    return db.session.scalar(query.order_by(Publication.id).limit(1)) or ""


def _signed(one: Publication) -> tuple[str, str]:
    revision = db.session.get_one(Revision, one.revision_id)
    return json.loads(revision.manifest)["title"], revision.content_hash


def _deposit_of(one: Publication) -> str:
    deposit = db.session.scalar(
        select(Deposit)
        .join(DepositPart, DepositPart.deposit_id == Deposit.id)
        .join(DepositLine, DepositLine.part_id == DepositPart.id)
        .where(DepositLine.publication_id == one.id)
    )
    return number_of(deposit) if deposit else ""


def find_letters(by: Person) -> list[DepositLetter]:
    """The newest letters."""
    require(by, Do.DEPOSIT_READ)
    query = select(DepositLetter).options(
        joinedload(DepositLetter.maker), joinedload(DepositLetter.lines)
    )
    query = query.order_by(DepositLetter.id.desc()).limit(SHOWN)
    return list(db.session.scalars(query).unique())


def letter_number(letter: DepositLetter) -> str:
    """The number as it is printed."""
    return f"{Names.of(letter.words).mark}函〔{letter.year}〕{letter.number}号"


def make_letter(*, by: Person) -> DepositLetter:
    """One letter names everything that is due; none of it is due any more."""
    require(by, Do.DEPOSIT_MAKE)
    due = _untold()
    if not due:
        raise OutOfDate("Every change has been told in a letter already")
    year = clock.today().year
    letter = DepositLetter(
        year=year,
        number=draw(f"deposit_letter:{year}"),
        words=Names.now().as_json(),
        made_by=by.id,
        made_at=clock.now(),
    )
    db.session.add(letter)
    db.session.flush()
    db.session.add_all(_lines(letter, due))
    db.session.flush()
    audit.record(by, Do.DEPOSIT_MAKE, letter, letter=letter_number(letter), texts=len(due))
    print_letter(letter, by=by)
    return letter


def _lines(letter: DepositLetter, due: list[Publication]) -> Iterator[DepositLetterLine]:
    for position, one in enumerate(due, 1):
        new = _live_of(one)
        yield DepositLetterLine(
            publication_id=one.id,
            letter_id=letter.id,
            position=position,
            replaced_by=new.id if new else None,
        )


# Its paper


def print_letter(letter: DepositLetter, *, by: Person) -> Job:
    """Ask for the paper of a letter; while it is being printed, asking again asks for nothing."""
    require(by, Do.DEPOSIT_MAKE)
    return jobs.request(TASK, series=f"{TASK}:{letter.id}", by=by, letter=letter.id)


@jobs.task(TASK)
def print_in_background(*, progress: jobs.Progress, letter: int) -> dict[str, object]:
    """The letter is printed once and kept."""
    progress(10, "Setting the letter")
    row = db.session.get_one(DepositLetter, letter)
    words = _paper_of(row)
    known = db.session.get(DepositLetterPaper, letter) is not None
    db.session.rollback()
    if not known:
        kept = files.keep_paper(papers.letter_pdf(words))
        with writing():
            db.session.rollback()
            _store(letter, kept, words.number)
    return {"letter": letter}


def _store(letter: int, kept: files.Stored, number: str) -> None:
    if db.session.get(DepositLetterPaper, letter) is None:
        blob = files.register(kept, "application/pdf")
        db.session.add(DepositLetterPaper(letter_id=letter, blob=blob.sha256, made_at=clock.now()))
        db.session.flush()
        enter(blob.sha256, PaperKind.DEPOSIT, f"撤换函 {number}", clock.today())


def _paper_of(letter: DepositLetter) -> papers.Letter:
    """What the letter says, from rows that never change."""
    changes = [_change(line.publication, line.replacement) for line in letter.lines]
    names = Names.of(letter.words)
    return papers.Letter(
        number=letter_number(letter),
        office=names.office,
        contact=names.contact,
        phone=names.phone,
        receivers=tuple(names.receivers.values()),
        made_at=letter.made_at.astimezone(clock.COUNTY),
        lines=tuple(_paper_line(one) for one in changes),
    )


def _paper_line(one: Change) -> papers.LetterLine:
    ended = one.publication.ended_at
    new = one.replaced_by
    return papers.LetterLine(
        index_number=one.publication.index_number,
        title=one.title,
        new_title=one.new_title if one.new_title != one.title else "",
        deposit=one.deposit,
        published_on=clock.county_day(one.publication.published_at),
        content_hash=one.content_hash,
        ended_on=clock.county_day(ended) if ended else None,
        new_on=clock.county_day(new.published_at) if new else None,
        new_hash=one.new_hash,
        reason=one.reason,
    )


def paper_of(letter_id: int, *, by: Person) -> DepositLetterPaper:
    """The printed letter. Raises Missing while there is none."""
    require(by, Do.DEPOSIT_READ)
    paper = db.session.get(DepositLetterPaper, letter_id)
    if paper is None:
        raise Missing("There is no such page")
    return paper


def printed(letters: list[DepositLetter]) -> set[int]:
    """Which of the letters are printed."""
    ids = [one.id for one in letters]
    query = select(DepositLetterPaper.letter_id).where(DepositLetterPaper.letter_id.in_(ids))
    return set(db.session.scalars(query))


def get_letter(letter_id: int, *, by: Person) -> DepositLetter:
    require(by, Do.DEPOSIT_READ)
    letter = db.session.get(DepositLetter, letter_id)
    if letter is None:
        raise Missing("There is no such page")
    return letter
