"""Briefings and gazettes on the desks: those that this person can move on, and how many."""

import pytest

from county_portal.core import clock
from county_portal.models import BriefingState, GazetteSection, GazetteState, Role, State, Verdict
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import marks, selection, services
from tests.factories import make_item, make_person
from tests.papers.briefings.office import go_to, make_briefing, published
from tests.papers.gazettes.office import MONTH, make_document, print_it, publish, sign_it


def counts_in(page):
    """The menu lines with a number, and the heading of what waits."""
    lines = [a.text.split() for a in page.select("nav a:has(.badge)")]
    menu = {" ".join(words): int(count) for *words, count in lines}
    return menu, int(page.select_one("#waiting-h .badge").text)


def on_desk(page):
    return [
        (" ".join(row.select_one("a").text.split()), row.select_one(".tag").text, row.a["href"])
        for row in page.select("#papers tbody tr")
    ]


@pytest.fixture
def briefing(cast):
    item = published(cast.lin)
    return lambda state: go_to(make_briefing(cast.he, items=(item,)), state, cast.he, cast.tang)


@pytest.fixture
def frozen(cast):
    make_document(cast, 1)
    return print_it(selection.compose_issue(MONTH, by=cast.he), cast)


def test_the_issuer_finds_what_waits_for_a_word_the_longest_waiting_first(
    cast, browse, briefing, frozen
):
    with clock.frozen("2026-03-04T09:00"):
        late = briefing(BriefingState.SUBMITTED)
    with clock.frozen("2026-03-03T09:00"):
        sign_it(frozen, cast)
    make_item(cast.lin, state=State.SIGNED_OFF)
    page = browse(cast.tang).get("/")
    assert on_desk(page) == [
        ("Gazette 2026 no. 1", "Signed off, waiting to be issued", f"/gazettes/{frozen.id}"),
        (late.masthead.name, "Waiting for approval", f"/briefings/{late.id}"),
    ]
    assert counts_in(page) == ({"My desk": 3, "Briefings": 1, "Gazettes": 1}, 3)


def test_the_officer_finds_the_gazette_to_sign(cast, browse, briefing, frozen):
    briefing(BriefingState.SUBMITTED)
    make_item(cast.lin, state=State.ACCEPTED)
    page = browse(cast.wu).get("/")
    assert [state for _, state, _ in on_desk(page)] == ["Waiting for confidentiality review"]
    assert counts_in(page) == ({"My desk": 2, "Gazettes": 1}, 2)
    sign_it(frozen, cast)
    page = browse(cast.wu).get("/")
    assert not on_desk(page)
    assert counts_in(page) == ({"My desk": 1}, 1)


def test_what_came_back_lies_with_its_composer(cast, browse, briefing, frozen):
    clerk = browse(cast.he)
    assert not on_desk(clerk.get("/"))
    sign_it(frozen, cast, Verdict.RETURN)
    briefing(BriefingState.RETURNED)
    assert frozen.state is GazetteState.DRAFT
    assert counts_in(clerk.get("/")) == ({"My desk": 2, "Briefings": 1, "Gazettes": 1}, 2)


def test_nothing_that_a_person_composed_waits_for_their_own_word(cast, browse, briefing, frozen):
    """Nor a first draft: it presses nobody."""
    waits = briefing(BriefingState.SUBMITTED)
    for role in (Role.ISSUER, Role.CONFIDENTIALITY_OFFICER):
        cast.he.role_rows.append(type(cast.he.role_rows[0])(role=role, branch=cast.he.branch))
    db.session.commit()
    assert waits.composed_by(cast.he)
    assert not on_desk(browse(cast.he).get("/"))
    services.reopen_gazette(frozen, by=cast.he)
    db.session.commit()
    assert len(on_desk(browse(cast.he).get("/"))) == 1
    assert not on_desk(browse(cast.qian).get("/"))


def test_a_volume_does_not_wait_for_who_marked_a_text_of_its_issues(cast, browse):
    marker = make_person("marker", Role.EDITOR, Role.CONFIDENTIALITY_OFFICER)
    marks.mark_item(make_document(cast, 1, None), GazetteSection.COUNTY, by=marker)
    db.session.commit()
    publish(cast)
    print_it(selection.compose_volume(2026, by=cast.he), cast)
    assert not on_desk(browse(marker).get("/"))
    assert len(on_desk(browse(cast.wu).get("/"))) == 1


@pytest.mark.parametrize("name", ["lin", "zhou", "qian", "wu", "tang", "he"])
def test_the_desk_asks_at_most_twelve_questions(cast, browse, statements, briefing, frozen, name):
    make_item(cast.lin, state=State.SUBMITTED)
    for _ in range(3):
        briefing(BriefingState.SUBMITTED)
    make_document(cast, 2)
    sign_it(print_it(selection.compose_issue(MONTH, by=cast.he), cast), cast)
    page = browse(getattr(cast, name))
    page.get("/")
    with statements() as seen:
        page.get("/")
    assert len(seen) <= 12, "\n".join(seen)
