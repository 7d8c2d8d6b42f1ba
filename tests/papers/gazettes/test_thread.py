"""What happened to a gazette: its steps, and of older ones what the log knows."""

import pytest
from sqlalchemy import func, select

from county_portal.editorial.release import services as release
from county_portal.models import GazetteStep, Item, Verdict
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import selection, services
from county_portal.papers.gazettes.thread import thread_lines
from tests.forging import go_round_the_guards
from tests.papers.gazettes.office import (
    MONTH,
    issue_it,
    make_document,
    print_it,
    publish,
    sign_it,
)

ROAD = ["gazette.freeze", "gazette.release", "gazette.issue"]


@pytest.fixture
def old(cast):
    """A gazette that was published before gazettes kept steps, once returned by the officer."""
    make_document(cast, 1)
    gazette = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    sign_it(print_it(gazette, cast), cast, Verdict.RETURN)
    gazette = print_it(gazette, cast)
    sign_it(gazette, cast), issue_it(gazette, cast)
    go_round_the_guards("DELETE FROM gazette_steps")
    return gazette


def test_every_step_has_its_row(cast):
    make_document(cast, 1)
    gazette = publish(cast)
    edition = gazette.edition_id
    services.withdraw_gazette(gazette, "Page 3 is wrong", by=cast.tang)
    services.reopen_gazette(gazette, by=cast.he)
    lines = thread_lines(gazette)
    assert [line.action for line in lines] == [*ROAD, "gazette.withdraw", "gazette.reopen"]
    people = (cast.he, cast.wu, cast.tang, cast.tang, cast.he)
    assert [line.name for line in lines] == [person.name for person in people]
    assert [line.edition_id for line in lines] == [edition] * 4 + [None]
    assert [line.note for line in lines] == ["", "Read in full", "", "Page 3 is wrong", ""]
    assert not any(line.from_log for line in lines)


def test_the_withdrawal_of_a_text_is_a_step_of_the_gazette(cast):
    item = make_document(cast, 1)
    gazette = publish(cast)
    release.withdraw_item(db.session.get_one(Item, item.id), "It was wrong", by=cast.qian)
    last = thread_lines(gazette)[-1]
    assert (last.action, last.name, last.from_log) == ("gazette.withdraw", cast.qian.name, False)


def test_of_an_older_gazette_the_log_tells(cast, old):
    lines = thread_lines(old)
    assert [line.action for line in lines] == ["gazette.freeze", "gazette.return", *ROAD]
    assert all(line.from_log for line in lines)
    assert [line.name for line in lines[:2]] == [cast.he.name, cast.wu.name]
    assert lines[1].note == "Read in full"
    assert lines[-1].edition_id == old.edition_id


def test_what_comes_later_is_a_step_and_nothing_is_written_afterwards(cast, old):
    services.withdraw_gazette(old, "Page 3 is wrong", by=cast.tang)
    lines = thread_lines(old)
    assert [line.from_log for line in lines] == [True] * 5 + [False]
    assert lines[-1].action == "gazette.withdraw"
    assert db.session.scalar(select(func.count(GazetteStep.id))) == 1


def test_the_page_marks_what_comes_from_the_log(cast, old, browse):
    address = f"/gazettes/{old.id}"
    services.withdraw_gazette(old, "Page 3 is wrong", by=cast.tang)
    db.session.commit()
    steps = browse(cast.tang).get(address).select(".thread li")
    assert ["from the log" in step.text for step in steps] == [True] * 5 + [False]
    assert "Page 3 is wrong" in steps[-1].text
    assert len(steps[4].select("a[href$='.pdf']")) == 1
