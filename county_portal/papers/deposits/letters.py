"""Letters about texts that the archive and the library hold and that are no longer live.

Source: local rule (replacing or withdrawing what was deposited takes a formal letter).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from county_portal.core import clock
from county_portal.core.errors import OutOfDate
from county_portal.editorial.catalogue.numbers import draw
from county_portal.models import (
    Deposit,
    DepositLetter,
    DepositLetterLine,
    DepositLetterPaper,
    DepositPart,
    Ending,
    Job,
    PaperKind,
    Person,
    Publication,
    Revision,
)
from county_portal.office.base import audit, files, jobs
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.desk import editions
from county_portal.office.desk.register import enter_paper
from county_portal.office.rules.policy import Do, require
from county_portal.papers.deposits import prints
from county_portal.papers.deposits.holdings import given, held_places, lies_there
from county_portal.papers.deposits.names import Names, number_of
from county_portal.papers.figures.figures import copy_fields

TASK = "deposits.letter"
SHOWN = 12
Pair = tuple[Publication, Publication | None]  # what ended, and what is live instead


@dataclass(frozen=True)
class HoldingChange:
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


def changes_due(by: Person) -> list[HoldingChange]:
    """Return what the receivers have not been told yet, in order of time."""
    require(by, Do.DEPOSIT_READ)
    return _changes(_with_live(_untold()))


def changes_untold() -> int:
    """Count the texts the receivers hold of which they were not told that they have ended."""
    return len(_untold())


def _untold() -> list[Publication]:
    """Ended publications that were given away or named in a letter, and not told of since."""
    named = exists().where(DepositLetterLine.replaced_by == Publication.id)
    told = exists().where(DepositLetterLine.publication_id == Publication.id)
    held = or_(given(Publication.id), named)
    query = select(Publication).where(Publication.ended_at.is_not(None), held, ~told)
    return list(db.session.scalars(query.order_by(Publication.ended_at, Publication.id)))


def _with_live(ended: Sequence[Publication]) -> list[Pair]:
    """Return each with what the public reads of the item now, if anything."""
    items = {one.item_id for one in ended}
    query = select(Publication).where(
        Publication.item_id.in_(items), Publication.ended_at.is_(None)
    )
    live = {one.item_id: one for one in db.session.scalars(query)}
    return [(one, live.get(one.item_id)) for one in ended]


def _changes(pairs: Sequence[Pair]) -> list[HoldingChange]:
    """Return what became of each; as many questions to the database for many as for one."""
    signed = _signed([one for pair in pairs for one in pair if one])
    deposits, reasons = _deposits_of([one for one, _new in pairs]), _reasons(pairs)
    return [
        HoldingChange(
            publication=one,
            replaced_by=new,
            title=signed[one.revision_id][0],
            new_title=signed[new.revision_id][0] if new else "",
            content_hash=signed[one.revision_id][1],
            new_hash=signed[new.revision_id][1] if new else "",
            deposit=deposits.get(one.id, ""),
            reason=reasons.get(one.id, ""),
        )
        for one, new in pairs
    ]


def _signed(publications: Sequence[Publication]) -> dict[int, tuple[str, str]]:
    """Title and content hash of each revision that was published."""
    wanted = {one.revision_id for one in publications}
    query = select(Revision.id, Revision.manifest, Revision.content_hash)
    rows = db.session.execute(query.where(Revision.id.in_(wanted)))
    return {number: (words.title, digest) for number, words, digest in rows}


def _deposits_of(publications: Sequence[Publication]) -> dict[int, str]:
    """Return the number of the deposit that holds each publication."""
    places = held_places()
    query = (
        select(places.c.publication_id, Deposit)
        .join(DepositPart, DepositPart.id == places.c.part_id)
        .join(Deposit, Deposit.id == DepositPart.deposit_id)
        .where(places.c.publication_id.in_([one.id for one in publications]), lies_there(places))
        .order_by(Deposit.month)
    )
    return {number: number_of(deposit) for number, deposit in db.session.execute(query)}


def _reasons(pairs: Sequence[Pair]) -> dict[int, str]:
    """Why each item was withdrawn, that version of it or one that came after."""
    gone = [one for one, new in pairs if new is None]
    query = (
        select(Publication.item_id, Publication.id, Publication.reason)
        .where(
            Publication.item_id.in_({one.item_id for one in gone}),
            Publication.ending == Ending.WITHDRAWN,
        )
        .order_by(Publication.id.desc())
    )
    known = db.session.execute(query).all()
    return {
        one.id: reason or ""
        for one in gone
        for item_id, number, reason in known
        if item_id == one.item_id and number >= one.id
    }


def find_letters(by: Person) -> list[DepositLetter]:
    """Find the newest letters."""
    require(by, Do.DEPOSIT_READ)
    query = select(DepositLetter).options(
        joinedload(DepositLetter.maker), joinedload(DepositLetter.lines)
    )
    query = query.order_by(DepositLetter.id.desc()).limit(SHOWN)
    return list(db.session.scalars(query).unique())


def letter_number(letter: DepositLetter) -> str:
    """Return the number as it is printed."""
    return f"{Names.of(letter.words).mark}函〔{letter.year}〕{letter.number}号"


def make_letter(*, by: Person) -> DepositLetter:
    """Make one letter that names everything due; none of it is due any more."""
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
    for position, (change, new) in enumerate(_with_live(due), 1):
        yield DepositLetterLine(
            publication_id=change.id,
            letter_id=letter.id,
            position=position,
            replaced_by=new.id if new else None,
        )


# Its paper


def print_letter(letter: DepositLetter, *, by: Person) -> Job:
    """Ask for the paper of a letter; while it is being printed, asking again asks for nothing."""
    require(by, Do.DEPOSIT_MAKE)
    return editions.request_files(TASK, letter.id, by=by, letter=letter.id)


def letter_task(*, progress: jobs.Progress, letter: int) -> dict[str, object]:
    """Print the letter once and keep it."""
    progress(10, "Setting the letter")
    row = db.session.get_one(DepositLetter, letter)
    paper = _paper_of(row)
    known = db.session.get(DepositLetterPaper, letter) is not None
    db.session.rollback()
    if not known:
        kept = files.keep_paper(prints.letter_pdf(paper))
        with editions.storing():
            _store(letter, kept, paper.number)
    return {"letter": letter}


def _store(letter: int, kept: files.Stored, number: str) -> None:
    if db.session.get(DepositLetterPaper, letter) is None:
        sha256 = editions.register_files({"pdf": kept})["pdf"]
        db.session.add(DepositLetterPaper(letter_id=letter, blob=sha256, made_at=clock.now()))
        db.session.flush()
        enter_paper(sha256, PaperKind.DEPOSIT, f"撤换函 {number}", clock.today())


def _paper_of(letter: DepositLetter) -> prints.Letter:
    """Return what the letter says, from rows that never change."""
    changes = _changes(_told_in(letter))
    names = Names.of(letter.words)
    return copy_fields(
        prints.Letter,
        names,
        number=letter_number(letter),
        receivers=tuple(names.receivers.values()),
        made_at=letter.made_at.astimezone(clock.COUNTY),
        lines=tuple(_paper_line(one) for one in changes),
    )


def _told_in(letter: DepositLetter) -> list[Pair]:
    query = (
        select(DepositLetterLine)
        .where(DepositLetterLine.letter_id == letter.id)
        .options(
            joinedload(DepositLetterLine.publication), joinedload(DepositLetterLine.replacement)
        )
        .order_by(DepositLetterLine.position)
    )
    return [(line.publication, line.replacement) for line in db.session.scalars(query)]


def _paper_line(one: HoldingChange) -> prints.LetterLine:
    ended = one.publication.ended_at
    new = one.replaced_by
    return copy_fields(
        prints.LetterLine,
        one,
        index_number=one.publication.index_number,
        new_title=one.new_title if one.new_title != one.title else "",
        published_on=clock.county_day(one.publication.published_at),
        ended_on=clock.county_day(ended) if ended else None,
        new_on=clock.county_day(new.published_at) if new else None,
    )


def letter_paper(letter_id: int, *, by: Person) -> DepositLetterPaper | None:
    """Return the printed letter, once there is one."""
    require(by, Do.DEPOSIT_READ)
    return db.session.get(DepositLetterPaper, letter_id)


def printed(letters: list[DepositLetter]) -> set[int]:
    """Return which of the letters are printed."""
    ids = [one.id for one in letters]
    query = select(DepositLetterPaper.letter_id).where(DepositLetterPaper.letter_id.in_(ids))
    return set(db.session.scalars(query))


def get_letter(letter_id: int, *, by: Person) -> DepositLetter:
    require(by, Do.DEPOSIT_READ)
    return fetch_row(DepositLetter, letter_id)
