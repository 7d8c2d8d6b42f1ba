"""The main job, by hand: one item through six people to the public page and the month's PDF.

And every short cut, refused.
"""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from county_portal.editorial.items import attachments
from county_portal.editorial.items.services import current_revision
from county_portal.editorial.release import verify
from county_portal.editorial.review import services as review
from county_portal.editorial.review.services import QUESTIONS
from county_portal.models import Item, MadeReport, Publication, SignOff, State
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.papers.reports import services as reports
from tests.browser.conftest import axe_faults
from tests.editorial.documents import corpus
from tests.factories import PASSWORD, go, make_column, make_item
from tests.page import _let_go
from tests.papers.reports.reading import text_of
from tests.published import writer

pytestmark = pytest.mark.browser
TITLE = "Dikes checked before the rains"


def step(page, button):
    page.get_by_role("button", name=button, exact=True).first.click()


def open_from_desk(page, portal, title=TITLE):
    page.goto(f"{portal.address}/")
    page.locator("#waiting").get_by_role("link", name=title).click()


def answer_the_checklist(page, but=""):
    for name in QUESTIONS:
        answer = "objection" if name == but else "clear"
        page.locator(f"input[name={name}][value={answer}]").check()


NINE = f"{TITLE}, all nine"


def test_one_item_through_six_people_to_the_public_page_and_into_the_months_pdf(
    portal, screen, tmp_path
):
    make_column()
    cast = portal.cast
    write_and_submit(portal, screen(cast.lin), corpus.plain_pdf(tmp_path / "plan.pdf"))
    approve(portal, screen(cast.zhou))
    correct_and_accept(portal, screen(cast.qian))
    shown = sign(portal, screen(cast.wu))
    issue(portal, screen(cast.tang))
    read(portal, screen(None), shown)
    find_in_the_report(portal, screen(cast.he))
    assert verify.broken_promises() == []


def write_and_submit(portal, page, paper):
    page.goto(f"{portal.address}/items/new")
    page.locator("#title").fill(TITLE)
    page.locator("#column_id").select_option("Notices")
    page.locator("#formed_on").fill("2026-02-25")
    expect(page.locator("#deadline")).to_contain_text("2026-03-25")
    page.locator("#item-form .sun-editor-editable").click()
    page.keyboard.type("All nine dikes of the county were checked.")
    expect(page).to_have_url(re.compile(r"/office/items/\d+$"))
    page.locator("input[type=file][name=file]").first.set_input_files(paper)
    expect(page.locator("#files-place")).to_contain_text("plan.pdf")
    expect(page.locator("[data-saving=saved]")).to_be_visible()
    page.locator("#bar").get_by_role("button", name="Submit").click()
    expect(page.locator("#messages")).to_contain_text("Submitted")


def approve(portal, page):
    open_from_desk(page, portal)
    step(page, "Approve")
    expect(page.locator("#messages")).to_contain_text("Done")


def correct_and_accept(portal, page):
    open_from_desk(page, portal)
    page.get_by_role("link", name="Correct the text").click()
    page.locator("#title").fill(NINE)
    page.locator("#amend_note").fill("The number belongs in the title")
    step(page, "Save as a new version")
    expect(page.locator("#messages")).to_contain_text("Version 2")
    step(page, "Accept")


def sign(portal, page):
    """The officer reads the public page and signs it. What was shown."""
    open_from_desk(page, portal, NINE)
    page.get_by_role("link", name="Confidentiality review").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text(NINE)
    shown = frame.locator(".item__body").inner_html()
    answer_the_checklist(page)
    page.locator("input[name=verdict][value=release]").check()
    page.locator("#password").fill(PASSWORD)
    step(page, "Sign")
    expect(page.locator("#messages")).to_contain_text("Signed")
    return shown


def issue(portal, page):
    open_from_desk(page, portal, NINE)
    page.get_by_role("link", name="Issue", exact=True).click()
    step(page, "Issue")
    expect(page.locator("#messages")).to_contain_text("Published as W01/2026-00001")


def read(portal, page, shown):
    """A citizen finds it and reads what the officer signed."""
    page.goto(f"{portal.public}/search?q=dikes")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.locator("h1")).to_have_text(NINE)
    assert page.locator(".item__body").inner_html() == shown
    expect(page.locator(".item__files")).to_contain_text("plan.pdf")
    assert axe_faults(page) == []
    assert page.complaints == []


def find_in_the_report(portal, page):
    """The clerk makes the month's report; its paper holds the figures that are on record."""
    page.goto(f"{portal.address}/reports/")
    page.locator("#period").select_option("2026-03")
    step(page, "Make the report")
    link = page.get_by_role("link", name=re.compile("PDF")).first
    expect(link).to_be_visible()
    with page.expect_download() as coming:
        link.click()
    text = text_of(coming.value.path().read_bytes())
    _let_go()
    figures = reports.report_figures(db.session.scalars(select(MadeReport)).one())
    water = next(unit for unit in figures.units if unit.name == "Water")
    assert figures.totals.published == 1
    assert (water.submitted, water.published, water.on_time) == (1, 1, 1)
    plain = re.sub(r"\s+", " ", text)
    assert "报送信息1件；公开发布1件，其中按时公开1件" in plain.replace(" ", "")
    assert re.search(r"Water 1 1 0 0 0 1 0 3\b", plain), plain


# Short cuts


@pytest.fixture
def send(portal, screen):
    """Send a form as a person would whose browser does not show the button."""

    def post(person, path, **form):
        page = screen(person)
        page.goto(f"{portal.address}/account")
        token = page.locator("[name=csrf_token]").first.get_attribute("value")
        answer = page.request.post(
            f"{portal.address}{path}", form={"csrf_token": token, **form}, max_redirects=0
        )
        _let_go()
        return answer.status

    return post


def public_hashes(app):
    return writer.item_hashes(app.config["COUNTY"].PUBLIC)


def state_of(item):
    _let_go()
    return db.session.get_one(Item, item.id).state


def test_publishing_unsigned_is_refused(portal, send, app):
    item = make_item(portal.cast.lin, state=State.ACCEPTED)
    assert send(portal.cast.tang, f"/review/{item.id}/issue", publish_at="") == 409
    assert send(portal.cast.tang, f"/review/{item.id}/steps/item.publish") == 409
    assert state_of(item) is State.ACCEPTED
    assert public_hashes(app) == {}


def sign_form(item, **more):
    shown = current_revision(item).content_hash
    _let_go()
    answers = dict.fromkeys(QUESTIONS, "clear")
    return {**answers, "content_hash": shown, "verdict": "release", "password": PASSWORD, **more}


def test_signing_ones_own_work_is_refused(portal, send):
    """Wu also accepted the item as an editor, in another office hat."""
    item = make_item(portal.cast.lin, state=State.ACCEPTED)
    for person in (portal.cast.lin, portal.cast.zhou, portal.cast.qian):
        assert send(person, f"/review/{item.id}/sign-off", **sign_form(item)) == 403
    _let_go()
    assert db.session.scalars(select(SignOff)).all() == []


def test_signing_a_stale_page_is_refused(portal, screen):
    """The officer's page stood open while the item came back in another version."""
    item = make_item(portal.cast.lin, state=State.ACCEPTED)
    page = screen(portal.cast.wu)
    page.goto(f"{portal.address}/review/{item.id}/sign-off")
    answer_the_checklist(page)
    page.locator("input[name=verdict][value=release]").check()
    page.locator("#password").fill(PASSWORD)
    _let_go()
    item = db.session.get_one(Item, item.id)
    review.take_plain_step(item, Do.ITEM_RETURN, by=portal.cast.wu, note="Wait")
    db.session.commit()
    for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED):
        go(item, state)
    db.session.rollback()
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        step(page, "Sign")
    assert answered.value.status == 409
    expect(page.get_by_role("alert")).to_contain_text("read it again")
    assert state_of(item) is State.ACCEPTED


def test_editing_after_the_sign_off_is_refused(portal, send):
    item = make_item(portal.cast.lin, state=State.SIGNED_OFF)
    fields = {"title": "Other", "body": "Other", "version": str(item.version)}
    assert send(portal.cast.lin, f"/items/{item.id}", **fields) == 403
    assert send(portal.cast.qian, f"/review/{item.id}/amend", **fields) == 403
    _let_go()
    assert db.session.get_one(Item, item.id).title == "Flood plan"


def test_another_units_draft_cannot_be_told_from_a_missing_one(portal, screen):
    item = make_item(portal.cast.lin)
    number = item.id
    _let_go()
    page = screen(portal.cast.ma)
    for path in ("items/{}", "review/{}", "review/{}/preview"):
        hidden = page.goto(f"{portal.address}/{path.format(number)}")
        missing = page.goto(f"{portal.address}/{path.format(99999)}")
        assert (hidden.status, missing.status) == (404, 404)


def test_an_unpublished_attachment_cannot_be_reached(portal, screen, tmp_path):
    item = make_item(portal.cast.lin, state=State.PUBLISHED)
    one = attach(make_item(portal.cast.lin), portal.cast.lin, tmp_path)
    inside = [f"items/{one.item_id}/files/{one.key}/{which}" for which in ("original", "rendition")]
    outside = [
        f"files/{item.public_id}/{one.key}/{one.name}",
        f"files/{one.item_id}/{one.key}/{one.name}",
        f"files/{one.rendition}",
    ]
    _let_go()
    stranger, nobody = screen(portal.cast.ma), screen(None)
    for path in inside:
        assert stranger.request.get(f"{portal.address}/{path}").status == 404
        answer = nobody.request.get(f"{portal.address}/{path}", max_redirects=0)
        assert (answer.status, "sign-in" in answer.headers["location"]) == (303, True)
    for path in outside:
        assert nobody.request.get(f"{portal.public}/{path}").status == 404


def attach(item, by, folder):
    """A PDF on the item, as its author's upload would put it there."""
    paper = folder / "secret.pdf"
    corpus.plain_pdf(paper)
    db.session.rollback()
    with paper.open("rb") as stream:
        received = attachments.receive_attachment(stream, paper.name)
    one = attachments.add(item, received, key="ab12cd34", by=by)
    db.session.commit()
    return one


def test_one_publication_only(portal, send):
    """The same form sent twice makes one publication."""
    item = make_item(portal.cast.lin, state=State.SIGNED_OFF)
    assert send(portal.cast.tang, f"/review/{item.id}/issue", publish_at="") == 303
    assert send(portal.cast.tang, f"/review/{item.id}/issue", publish_at="") in {403, 409}
    _let_go()
    assert len(db.session.scalars(select(Publication)).all()) == 1
