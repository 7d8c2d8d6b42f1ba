"""Letters about texts that were replaced or withdrawn after they were deposited."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate
from county_portal.editorial.items.services import current_revision
from county_portal.models import (
    DepositLetter,
    DepositLetterLine,
    DepositLetterPaper,
    Item,
    State,
)
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.papers.deposits import letters
from county_portal.papers.deposits.reminders import reminder_for
from tests.cast import Cast
from tests.factories import go, make_item
from tests.papers.deposits.conftest import NINTH, correct, give_away, make_deposit, squeezed


def due(cast: Cast) -> list[tuple[str, bool]]:
    return [(one.title, one.replaced_by is not None) for one in letters.changes_due(cast.he)]


@pytest.fixture
def items(cast: Cast) -> list[Item]:
    """Two items that were deposited, and one that was not."""
    made = [make_item(cast.lin, state=State.PUBLISHED, title=one) for one in ("堤防", "水闸")]
    with clock.frozen(NINTH):
        give_away(make_deposit(cast))
        made.append(make_item(cast.lin, state=State.PUBLISHED, title="以后"))
    return made


def test_a_change_after_the_deposit_is_due_and_no_other(cast: Cast, items: list[Item]) -> None:
    assert due(cast) == []
    correct(items[0], 11)
    correct(items[2], 11)  # it is in no deposit yet
    with clock.frozen("2026-03-12T10:00"):
        go(items[1], State.WITHDRAWN)
        assert due(cast) == [("堤防", True), ("水闸", False)]
        found = reminder_for(cast.he)
        assert found and found.letters == 2


def test_a_letter_tells_of_each_change_once(cast: Cast, items: list[Item]) -> None:
    correct(items[0], 11)
    with clock.frozen("2026-03-12T10:00"):
        letter = letters.make_letter(by=cast.he)
        db.session.commit()
        assert letters.letter_number(letter) == "青政办送函〔2026〕1号"
        assert due(cast) == []
        with pytest.raises(OutOfDate, match="already"):
            letters.make_letter(by=cast.he)
        go(items[1], State.WITHDRAWN)
        second = letters.make_letter(by=cast.he)
        db.session.commit()
    assert letters.letter_number(second) == "青政办送函〔2026〕2号"
    assert [line.position for line in second.lines] == [1]


def test_a_version_that_only_a_letter_named_is_followed_too(cast: Cast, items: list[Item]) -> None:
    correct(items[0], 11)
    with clock.frozen("2026-03-12T10:00"):
        letters.make_letter(by=cast.he)
        db.session.commit()
    correct(items[0], 13)
    assert due(cast) == [("堤防", True)]


def test_what_was_replaced_and_then_withdrawn_is_told_as_withdrawn(
    cast: Cast, items: list[Item]
) -> None:
    correct(items[0], 11)
    with clock.frozen("2026-03-12T10:00"):
        go(items[0], State.WITHDRAWN)
    (one,) = letters.changes_due(cast.he)
    assert (one.replaced_by, one.reason) == (None, "It was wrong")


def test_the_paper_names_texts_hashes_and_days(cast: Cast, items: list[Item]) -> None:
    old = current_revision(items[0]).content_hash
    correct(items[0], 11)
    new = current_revision(items[0]).content_hash
    with clock.frozen("2026-03-12T10:00"):
        go(items[1], State.WITHDRAWN)
        letter = letters.make_letter(by=cast.he)
        db.session.commit()
    paper = letters.letter_paper(letter.id, by=cast.qian)
    pdf = files.blob_path(paper.blob).read_bytes()
    assert hashlib.sha256(pdf).hexdigest() == paper.blob
    words = squeezed(pdf)
    for said in (
        "关于撤换已送交政府信息的函",
        "青政办送函〔2026〕1号",
        "青禾县档案馆、青禾县图书馆：",
        "有2件已经更正或者撤回，其中替换1件，撤回1件",
        "W01/2026-00001青政办送〔2026〕1号堤防",
        f"原文本：2026年3月2日公开{old}",
        f"新文本：2026年3月11日公开{new}",
        "2026年3月12日撤回，理由：Itwaswrong",
    ):
        assert said in words
    db.session.rollback()
    letters.letter_task(progress=lambda percent, doing: None, letter=letter.id)
    db.session.commit()
    assert letters.letter_paper(letter.id, by=cast.he).blob == paper.blob


def test_many_changes_are_as_many_questions_as_few(
    cast: Cast, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    made = [make_item(cast.lin, state=State.PUBLISHED) for _ in range(10)]
    with clock.frozen(NINTH):
        give_away(make_deposit(cast))
    counts = []
    for some in (made[:2], made[2:]):
        correct(some[0], 11)
        with clock.frozen("2026-03-12T10:00"):
            for one in some[1:]:
                go(one, State.WITHDRAWN)
            db.session.commit()
            by = db.session.merge(cast.he)
            with statements() as listing:
                assert len(letters.changes_due(by)) == len(some)
            letter = letters.make_letter(by=by)
            db.session.commit()
            db.session.refresh(letter)
            with statements() as printing:
                assert len(letters._paper_of(letter).lines) == len(some)
        counts.append((len(listing), len(printing)))
    assert counts[0] == counts[1] <= (8, 8), counts


def test_letters_are_the_clerk_s(cast: Cast, items: list[Item]) -> None:
    correct(items[0], 11)
    for person in (cast.lin, cast.qian, cast.tang):
        with pytest.raises(NotAllowed):
            letters.make_letter(by=person)
    with pytest.raises(NotAllowed):
        letters.changes_due(cast.lin)


def test_the_database_tells_of_a_text_once_and_keeps_its_letters(
    cast: Cast, items: list[Item]
) -> None:
    correct(items[0], 11)
    with clock.frozen("2026-03-12T10:00"):
        letter = letters.make_letter(by=cast.he)
        db.session.commit()
    told = letter.lines[0].publication_id
    again = insert(DepositLetterLine).values(
        publication_id=told, letter_id=letter.id, position=2, replaced_by=None
    )
    with pytest.raises(IntegrityError):
        db.session.execute(again)
    db.session.rollback()
    for table in ("deposit_letters", "deposit_letter_lines", "deposit_letter_papers"):
        with pytest.raises(DatabaseError, match="not to be changed"):
            db.session.execute(text(f"DELETE FROM {table}"))
        db.session.rollback()
    assert db.session.scalars(select(DepositLetterPaper)).one()
    assert db.session.scalars(select(DepositLetter)).one()
