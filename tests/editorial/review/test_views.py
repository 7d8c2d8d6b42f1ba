"""The desks and review pages as people read them."""

import json
import re
from datetime import date

import pytest

from county_portal.core import clock
from county_portal.editorial.items import services as items
from county_portal.editorial.release import public_file
from county_portal.editorial.review import services as review
from county_portal.models import AuditRow, Item, Role, SignOff, State, StepTaken, Verdict
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.office.desk.frame import public_address
from county_portal.office.rules.policy import Do
from tests.factories import PASSWORD, go, make_calendar, make_item, make_person, sign
from tests.published import writer


def sign_form(item, **more):
    """What the officer sends: everything answered, released, with the right password."""
    answers = dict.fromkeys(review.QUESTIONS, "clear")
    shown = items.current_revision(item).content_hash
    return {**answers, "content_hash": shown, "verdict": "release", "password": PASSWORD, **more}


def again(item) -> Item:
    db.session.expire_all()
    return db.session.get_one(Item, item.id)


# The desk


@pytest.mark.parametrize(
    ("state", "person"),
    [
        (State.SUBMITTED, "zhou"),
        (State.UNIT_APPROVED, "qian"),
        (State.ACCEPTED, "wu"),
        (State.SIGNED_OFF, "tang"),
        (State.RETURNED, "lin"),
    ],
)
def test_an_item_waits_for_the_one_who_can_move_it_on_and_for_nobody_else(
    cast, browse, state, person
):
    make_item(cast.lin, state=state, title="The dikes")
    for name in ("lin", "zhou", "ma", "qian", "wu", "tang"):
        waiting = browse(getattr(cast, name)).get("/").select_one("#waiting")
        if name == person or (state is State.RETURNED and name == "zhou"):
            continue
        assert "The dikes" not in waiting.text, name
    assert "The dikes" in browse(getattr(cast, person)).get("/").select_one("#waiting").text


def test_the_leader_who_wrote_an_item_does_not_find_it_waiting(cast, browse):
    make_item(cast.zhou, state=State.SUBMITTED, title="My own")
    assert "My own" not in browse(cast.zhou).get("/").select_one("#waiting").text


def test_the_most_urgent_comes_first(cast, browse):
    for day in (20, 2, 11):
        make_item(
            cast.lin, state=State.SUBMITTED, title=f"Formed {day}", formed_on=date(2026, 2, day)
        )
    lines = browse(cast.zhou).get("/").select("#waiting .desk__title a")
    assert [line.text for line in lines] == ["Formed 2", "Formed 11", "Formed 20"]


def test_what_is_to_be_reviewed_again_comes_after_what_has_a_deadline(cast, browse):
    make_item(cast.lin, state=State.WITHHELD, title="Old", formed_on=date(2025, 6, 2))
    with clock.frozen("2027-06-01T09:00"):
        make_calendar(2027)
        make_item(cast.lin, state=State.ACCEPTED, title="New", formed_on=date(2027, 5, 28))
        lines = browse(cast.wu).get("/").select("#waiting .desk__title a")
    assert [line.text for line in lines] == ["New", "Old"]


def test_what_came_back_says_why(cast, browse):
    make_item(cast.lin, state=State.RETURNED)
    assert "Name the river" in browse(cast.lin).get("/").select_one("#waiting").text


def test_what_was_sent_shows_where_it_is(cast, browse):
    make_item(cast.lin, state=State.UNIT_APPROVED)
    assert "Waiting for editorial review" in browse(cast.lin).get("/").select_one("#sent").text


def test_an_empty_desk_says_what_to_do(cast, browse):
    desk = browse(cast.ma).get("/")
    assert "You can write a new item" in desk.select_one("#waiting").text


def test_the_menu_counts_what_waits(cast, browse):
    make_item(cast.lin, state=State.SUBMITTED)
    make_item(cast.lin, state=State.SUBMITTED)
    assert browse(cast.zhou).get("/").select_one("nav .badge").text == "2"


@pytest.mark.parametrize("count", [3, 30])
def test_the_desk_asks_the_database_the_same_number_of_times(cast, browse, statements, count):
    for _ in range(count):
        make_item(cast.lin, state=State.SUBMITTED)
    page = browse(cast.zhou)
    for path in ("/", "/review/"):
        with statements() as seen:
            page.get(path)
        assert len(seen) <= 12, "\n".join(seen)


# The item


def test_the_page_holds_the_story_of_the_item(cast, browse):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    page = browse(cast.tang).get(f"/review/{item.id}")
    heads = [head.strong.text for head in page.select(".thread__head")]
    assert heads == ["Submit", "Approve", "Accept", "Sign off for release"]
    assert page.select_one("iframe")["src"] == f"/review/{item.id}/preview?revision=1"


def test_the_preview_is_the_public_page(cast, browse, citizen):
    """What is shown in the frame is what the public reads, but for what publication adds."""
    item = make_item(cast.lin, state=State.ACCEPTED)
    frame = browse(cast.wu).get(f"/review/{item.id}/preview?revision=1").select_one("article")
    sign(item, Verdict.RELEASE, by=cast.wu)
    go(item, State.PUBLISHED)
    public = citizen.get(f"/items/{item.public_id}").select_one("article")
    assert frame.select_one(".item__body") == public.select_one(".item__body")
    assert frame.h1 == public.h1
    assert "assigned at publication" in frame.text


def test_the_preview_of_what_is_public_says_what_was_drawn_at_publication(cast, browse, citizen):
    item = make_item(cast.lin, state=State.PUBLISHED)
    page = browse(cast.qian)
    frame = page.get(f"/review/{item.id}/preview?revision=1").select_one("article")
    assert frame.text == citizen.get(f"/items/{item.public_id}").select_one("article").text
    go(item, State.CORRECTING)
    working = page.get(f"/review/{item.id}/preview").select_one("article").text
    assert item.index_number in working and "assigned at publication" not in working


def test_an_item_leads_to_its_page_on_the_public_site_as_long_as_it_has_one(cast, browse, citizen):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    page, words = browse(cast.tang), "See it on the public site"
    assert words not in page.get(f"/review/{item.id}").text
    go(item, State.PUBLISHED)
    settings.store_setting("site_domain", "www.river.example")
    db.session.commit()
    link = page.get(f"/review/{item.id}").select_one(f"a:-soup-contains('{words}')")
    host, path = link["href"].removeprefix("https://").split("/", 1)
    assert host == "www.river.example"
    assert item.title in citizen.get(f"/{path}").h1.text
    go(item, State.WITHDRAWN)
    assert words not in page.get(f"/review/{item.id}").text


def test_without_a_domain_the_public_site_is_beside_the_office(app):
    for root, address in (("", "https://www.qinghe.example/items/4"), ("/office", "/items/4")):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            assert public_address("/items/4") == address


def test_returning_demands_a_reason(cast, browse):
    item = make_item(cast.lin, state=State.SUBMITTED)
    browse(cast.zhou).post(f"/review/{item.id}/steps/item.return", {"note": " "}, status=422)
    assert again(item).state is State.SUBMITTED


def test_the_thread_goes_on_after_resubmission(cast, browse):
    item = make_item(cast.lin, state=State.RETURNED)
    go(item, State.SUBMITTED)
    thread = browse(cast.zhou).get(f"/review/{item.id}").select_one(".thread").text
    assert "Name the river" in thread


def test_a_remark_moves_nothing(cast, browse):
    item = make_item(cast.lin, state=State.SUBMITTED)
    page = browse(cast.qian).post(f"/review/{item.id}/remark", {"note": "Nice"})
    assert "Nice" in page.select_one(".thread").text
    assert again(item).state is State.SUBMITTED


def remarks_of(item):
    said = db.select(StepTaken.note).where(StepTaken.action == Do.ITEM_REMARK)
    return db.session.scalars(said.where(StepTaken.item_id == item.id)).all()


def test_a_remark_that_was_sent_twice_is_written_once(cast, browse, guarded):
    item, page = make_item(cast.lin, state=State.SUBMITTED), browse(cast.qian)
    drawn = page.get(f"/review/{item.id}").select_one("[name=csrf_token]")["value"]
    for _twice in range(2):
        sent = page.post(f"/review/{item.id}/remark", {"note": "Nice", "csrf_token": drawn})
        assert "The remark is written down" in sent.select_one("#messages").text
    assert remarks_of(item) == ["Nice"]
    assert (
        db.session.scalar(
            db.select(db.func.count(AuditRow.seq)).where(AuditRow.action == Do.ITEM_REMARK)
        )
        == 1
    )


def test_another_remark_is_another_whatever_page_it_comes_from(cast, browse):
    item, other = (make_item(cast.lin, state=State.SUBMITTED) for _ in range(2))
    page = browse(cast.qian)
    for one, words, drawn in (
        (item, "Nice", "first"),
        (item, "Nice indeed", "first"),
        (item, "Nice", "second"),
        (other, "Nice", "first"),
    ):
        page.post(f"/review/{one.id}/remark", {"note": words, "csrf_token": drawn})
    assert remarks_of(item) == ["Nice", "Nice indeed", "Nice"]
    assert remarks_of(other) == ["Nice"]


def test_somebody_was_faster(cast, browse):
    item = make_item(cast.lin, state=State.UNIT_APPROVED)
    page = browse(cast.zhou)
    page.post(f"/review/{item.id}/steps/item.approve", status=409)
    refusals = db.session.scalars(db.select(AuditRow).where(AuditRow.result == "refused")).all()
    assert [(row.actor, json.loads(row.details)["status"]) for row in refusals] == [("zhou", 409)]


def test_a_refusal_gives_back_what_was_typed(cast, browse):
    item = make_item(cast.lin, state=State.UNIT_APPROVED)
    words = {"note": "The third dike has another name since last year"}
    page = browse(cast.zhou).post(f"/review/{item.id}/steps/item.return", words, status=403)
    assert page.select_one("textarea").text == words["note"]


def test_two_versions_are_compared_by_words(cast, browse):
    item = make_item(cast.lin, state=State.UNIT_APPROVED, body="<p>Three dikes.</p>")
    draft = items.Draft(
        title="Flood plan",
        summary=item.summary,
        body="<p>Four dikes.</p>",
        column_id=item.column_id,
        formed_on=item.formed_on,
    )
    items.amend_item(item, draft, seen_version=item.version, note="Counted", by=cast.qian)
    db.session.commit()
    page = browse(cast.lin).get(f"/review/{item.id}/compare")
    assert page.select_one(".difference del").text == "Three"
    assert page.select_one(".difference ins").text == "Four"


# Signing


def test_signing_makes_a_row_and_moves_the_item_on(cast, browse):
    item = make_item(cast.lin, state=State.ACCEPTED)
    browse(cast.wu).post(f"/review/{item.id}/sign-off", sign_form(item))
    assert again(item).state is State.SIGNED_OFF
    assert db.session.scalars(db.select(SignOff)).one().officer_id == cast.wu.id


def test_a_wrong_password_signs_nothing_and_keeps_the_answers(cast, browse):
    item = make_item(cast.lin, state=State.ACCEPTED)
    form = sign_form(item, password="wrong-horse", opinion="Read in full")
    page = browse(cast.wu).post(f"/review/{item.id}/sign-off", form, status=422)
    assert page.select_one("#opinion").text.strip() == "Read in full"
    assert page.select("input[name=state_secret][value=clear][checked]")
    assert "not your password" in page.select_one("#password-error").text
    assert db.session.scalars(db.select(SignOff)).all() == []


@pytest.mark.parametrize("name", review.QUESTIONS)
def test_every_question_must_be_answered(cast, browse, name):
    item = make_item(cast.lin, state=State.ACCEPTED)
    form = sign_form(item)
    del form[name]
    browse(cast.wu).post(f"/review/{item.id}/sign-off", form, status=422)
    assert again(item).state is State.ACCEPTED


def test_an_objection_cannot_be_released(cast, browse):
    item = make_item(cast.lin, state=State.ACCEPTED)
    form = sign_form(item, personal_data="objection")
    page = browse(cast.wu).post(f"/review/{item.id}/sign-off", form, status=422)
    assert "cannot be released" in page.text


@pytest.mark.parametrize(
    ("verdict", "more", "state"),
    [
        ("release_on_request", {}, State.ON_REQUEST),
        ("withhold", {"ground": "process_information"}, State.WITHHELD),
        ("refer", {"referred_to": "The secrecy authority"}, State.REFERRED),
        ("return", {"opinion": "Mask the numbers"}, State.RETURNED),
    ],
)
def test_each_verdict_leads_where_it_should(cast, browse, verdict, more, state):
    item = make_item(cast.lin, state=State.ACCEPTED)
    browse(cast.wu).post(f"/review/{item.id}/sign-off", sign_form(item, verdict=verdict, **more))
    assert again(item).state is state


@pytest.mark.parametrize("verdict", ["withhold", "refer", "return"])
def test_a_verdict_without_what_it_needs_is_refused(cast, browse, verdict):
    item = make_item(cast.lin, state=State.ACCEPTED)
    form = sign_form(item, verdict=verdict)
    browse(cast.wu).post(f"/review/{item.id}/sign-off", form, status=422)
    assert again(item).state is State.ACCEPTED


def test_a_page_that_shows_other_bytes_signs_nothing(cast, browse):
    item = make_item(cast.lin, state=State.ACCEPTED)
    form = sign_form(item, content_hash="0" * 64)
    browse(cast.wu).post(f"/review/{item.id}/sign-off", form, status=409)
    assert db.session.scalars(db.select(SignOff)).all() == []


def test_the_review_sheet_is_a_pdf(cast, browse):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    row = db.session.scalars(db.select(SignOff)).one()
    answer = browse(cast.wu).raw(f"/review/{item.id}/sign-offs/{row.id}.pdf")
    assert answer.data.startswith(b"%PDF")


# Issuing, taking down


def test_issuing_publishes(cast, browse, citizen):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    browse(cast.tang).post(f"/review/{item.id}/issue", {"publish_at": ""})
    assert again(item).state is State.PUBLISHED
    assert citizen.get(f"/items/{item.public_id}").h1.text == "Flood plan"


def test_issuing_for_later_waits(cast, browse, app):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    browse(cast.tang).post(f"/review/{item.id}/issue", {"publish_at": "2026-03-03T08:30"})
    assert again(item).state is State.ISSUED
    assert item.publish_at.isoformat() == "2026-03-03T00:30:00+00:00"
    assert writer.item_hashes(app.config["COUNTY"].PUBLIC) == {}


def test_taking_down_leaves_a_page_that_says_why(cast, browse, citizen):
    item = make_item(cast.lin, state=State.PUBLISHED)
    browse(cast.tang).post(f"/review/{item.id}/withdraw", {"note": "Wrong figures"})
    page = citizen.get(f"/items/{item.public_id}", status=410)
    assert "Wrong figures" in page.text
    assert "dikes" not in page.text


def test_taking_down_without_a_reason_is_refused(cast, browse, citizen):
    item = make_item(cast.lin, state=State.PUBLISHED)
    browse(cast.tang).post(f"/review/{item.id}/withdraw", {"note": ""}, status=422)
    citizen.get(f"/items/{item.public_id}")


# Who does not come in


@pytest.mark.parametrize(
    "path", ["", "/preview", "/compare", "/sign-off", "/issue", "/withdraw", "/amend"]
)
def test_a_strangers_item_cannot_be_told_from_a_missing_one(cast, browse, path):
    item = make_item(cast.lin)
    person = make_person(
        "every",
        Role.LIAISON,
        Role.EDITOR,
        Role.CONFIDENTIALITY_OFFICER,
        Role.ISSUER,
        unit=cast.farms,
    )
    page = browse(person)
    hidden = page.raw(f"/review/{item.id}{path}", status=404).text
    missing = page.raw(f"/review/999999{path}", status=404).text
    assert plain(hidden, item.id) == plain(missing, 999999)


def plain(page: str, item_id: int) -> str:
    """The page without its own address, and without the token that is new on every page."""
    token = re.compile(r'(name="csrf_token" value=")[^"]+')
    return token.sub(r"\1", page).replace(f"/review/{item_id}", "/review/…")


def test_reconcile_is_left_with_nothing_to_do(cast, browse):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    browse(cast.tang).post(f"/review/{item.id}/issue", {"publish_at": ""})
    assert public_file.reconcile() is False
