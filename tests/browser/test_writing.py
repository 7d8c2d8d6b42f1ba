"""Writing in a browser: what is typed is never lost, and the policy is never broken."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select

from county_portal.editorial.items import services
from county_portal.editorial.items.services import Draft
from county_portal.models import Attachment, Item, State, WebSession
from county_portal.office.base.config import ROOT
from county_portal.office.base.extensions import db, writing
from tests.editorial.documents import corpus
from tests.factories import make_column, make_item
from tests.page import _let_go
from tests.waiting import wait_until

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style>p.MsoNormal{mso-style-parent:""}</style></head><body lang=ZH-CN><!--StartFragment-->
<p class=MsoNormal style='mso-para-margin:1pt;text-indent:24pt'><b><span style='font-size:16pt;
font-family:黑体'>关于防汛工作的通知<o:p></o:p></span></b></p>
<p class=MsoNormal style='text-align:right'><span lang=EN-US>2026</span>年3月</p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'><tr><td width=200
style='width:100pt;background:#eee'><p class=MsoNormal>单位</p></td><td><p>数</p></td></tr></table>
<img src="file:///C:/clip_image001.png"><!--EndFragment--></body></html>"""


def fresh(query):
    _let_go()
    return db.session.scalars(query).first()


def the_item():
    return fresh(select(Item).order_by(Item.id.desc()))


def text_field(page):
    return page.locator("#item-form .sun-editor-editable")


def type_text(page, words):
    text_field(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def paste(page, html):
    text_field(page).click()
    text_field(page).evaluate(
        """(area, html) => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          data.setData("text/plain", "x");
          const paste = { clipboardData: data, bubbles: true, cancelable: true };
          area.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        html,
    )


def saved(page):
    expect(page.locator("[data-saving=saved]")).to_be_visible()


def somebody_else_saves(item, by, title, body="<p>Theirs.</p>"):
    with writing():
        _let_go()
        draft = Draft(title=title, body=body)
        services.edit_item(item, draft, seen_version=item.version, by=by)
        db.session.commit()


def test_a_new_item_saves_itself_and_the_address_becomes_its_own(portal, screen):
    make_column()
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/new")
    page.locator("#title").fill("Flood plan")
    type_text(page, "The dikes are checked. They hold.")
    saved(page)
    expect(page).to_have_url(re.compile(r"/office/items/\d+$"))
    item = the_item()
    assert (item.title, item.body) == ("Flood plan", "<p>The dikes are checked. They hold.</p>")
    expect(page.locator("#summary")).to_have_value("The dikes are checked. They hold.")
    expect(page.locator("#missing")).to_contain_text("Choose a column")
    expect(page.locator("#bar").get_by_role("button", name="Submit")).to_be_visible()
    page.locator("#column_id").select_option("Notices")
    saved(page)
    page.wait_for_function("document.querySelector('#missing').textContent.includes('date')")
    assert len(list(db.session.scalars(select(Item)))) == 1
    assert page.complaints == []


def test_the_whole_way_from_an_empty_form_to_the_leaders_desk(portal, screen):
    make_column()
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/new")
    page.locator("#title").fill("Flood plan")
    page.locator("#column_id").select_option("Notices")
    page.get_by_label("Date of formation").fill("2026-02-25")
    expect(page.locator("#deadline")).to_contain_text("2026-03-25")
    type_text(page, "The dikes are checked.")
    saved(page)
    expect(page.locator("#summary")).to_have_value("The dikes are checked.")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#messages")).to_contain_text("Submitted: Flood plan")
    assert the_item().state is State.SUBMITTED
    assert page.complaints == []


def test_fields_are_asked_for_when_they_are_needed(portal, screen):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    expect(page.get_by_label("Ground for not publishing")).to_be_hidden()
    expect(page.get_by_label("The other body")).to_be_hidden()
    page.get_by_label("Not disclosed").check()
    page.get_by_label("Made jointly").check()
    expect(page.get_by_label("Ground for not publishing")).to_be_visible()
    expect(page.get_by_label("The other body")).to_be_visible()


def test_a_missing_part_leads_to_its_field(portal, screen):
    item = make_item(portal.cast.lin, title="", body="", summary="")
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    page.get_by_role("link", name="Enter a title").click()
    expect(page.locator("#title")).to_be_focused()
    page.get_by_role("link", name="Write the text").click()
    expect(text_field(page)).to_be_focused()


def test_what_word_pastes_comes_out_clean_and_pictures_are_told(portal, screen):
    item = make_item(portal.cast.lin, body="")
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    paste(page, WORD)
    expect(page.locator("#left-out")).to_be_visible()
    saved(page)
    page.wait_for_function("document.querySelector('[name=version]').value > 1")
    body = the_item().body
    assert "<strong>关于防汛工作的通知</strong>" in body
    assert "<td>单位</td>" in body
    assert not re.search("style|class|Mso|span|img|file:", body)
    assert page.complaints == []


def test_every_tool_of_the_editor_lives_under_the_policy(portal, screen):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin, language="zh")
    page.goto(f"{portal.address}/items/{item.id}")
    type_text(page, "第二句")
    page.keyboard.press("Shift+Home")
    for tool in ("bold", "italic", "underline", "strike", "subscript", "removeFormat"):
        page.locator(f".se-toolbar button[data-command={tool}]").click()
    page.locator(".se-toolbar button[data-command=blockStyle]").click()
    expect(page.locator(".se-list-layer button", has_text="标题2")).to_be_visible()
    page.locator(".se-list-layer button", has_text="标题2").first.click()
    page.locator(".se-toolbar button[data-command=table]").click()
    page.locator(".se-table-size").first.wait_for(state="visible")
    page.keyboard.press("Escape")
    for tool in ("list_bulleted", "list_numbered", "blockquote", "undo", "redo", "showBlocks"):
        page.locator(f".se-toolbar button[data-command={tool}]").first.click()
    page.locator(".se-toolbar button[data-command=link]").click()
    page.keyboard.press("Escape")
    assert page.complaints == []
    saved(page)
    assert "第二句" in the_item().body


def test_a_second_writer_is_told_and_both_texts_are_kept(portal, screen):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    somebody_else_saves(item, portal.cast.zhou, "By Zhou", "<p>Zhou wrote this.</p>")
    page.locator("#title").fill("By Lin")
    trouble = page.locator("[data-trouble=stale]")
    expect(trouble).to_be_visible()
    expect(trouble).to_contain_text("By Zhou")
    expect(trouble).to_contain_text("Zhou wrote this.")
    expect(page.locator("#title")).to_have_value("By Lin")
    assert the_item().title == "By Zhou"
    page.get_by_role("button", name="Go on with theirs").click()
    expect(page.locator("#title")).to_have_value("By Zhou")
    kept = page.locator("[data-trouble=kept]")
    expect(kept).to_contain_text("By Lin")
    page.get_by_role("button", name="Put them back").click()
    expect(page.locator("#title")).to_have_value("By Lin")
    saved(page)
    page.wait_for_function("document.querySelector('[name=version]').value > 2")
    assert the_item().title == "By Lin"


def test_replacing_theirs_is_a_decision(portal, screen):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    somebody_else_saves(item, portal.cast.zhou, "By Zhou")
    page.locator("#title").fill("By Lin")
    page.get_by_role("button", name="Replace theirs with mine").click()
    saved(page)
    assert the_item().title == "By Lin"


def test_a_lost_answer_is_not_taken_for_somebody_else(portal, screen):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    lost = []

    def lose(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch())  # it arrives, and the answer does not
        return route.abort()

    page.route("**/autosave", lose)
    page.locator("#title").fill("By Lin")
    expect(page.locator("[data-trouble=offline]")).to_be_visible()
    page.locator("[data-trouble=offline]").get_by_role("button", name="Try again").click()
    saved(page)
    expect(page.locator("[data-trouble=stale]")).to_be_hidden()
    assert the_item().title == "By Lin"


def test_a_lost_session_keeps_every_word(portal, screen, guarded):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    with writing():
        _let_go()
        db.session.execute(delete(WebSession))
        db.session.commit()
    page.locator("#title").fill("Typed when nobody listened")
    type_text(page, " And more.")
    expect(page.locator("[data-trouble=signed-out]")).to_be_visible()
    expect(page.locator("#title")).to_have_value("Typed when nobody listened")
    assert the_item().title == "Flood plan"

    again = screen(portal.cast.lin)  # signs in, which this browser learns too
    page.context.add_cookies(again.context.cookies())
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(page)
    assert the_item().title == "Typed when nobody listened"
    assert the_item().body.endswith("And more.</p>")


def test_a_closed_laptop_keeps_every_word(portal, screen):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    page.context.set_offline(True)
    page.locator("#title").fill("Typed on the train")
    expect(page.locator("[data-trouble=offline]")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_offline(False)
    page.route("**/autosave", lambda route: route.abort())
    page.goto(f"{portal.address}/items/")
    assert the_item().title == "Flood plan"
    page.unroute("**/autosave")
    page.goto(f"{portal.address}/items/{item.id}")
    expect(page.locator("[data-trouble=kept]")).to_contain_text("Typed on the train")
    page.get_by_role("button", name="Put them back").click()
    saved(page)
    assert the_item().title == "Typed on the train"


def test_leaving_the_page_saves_what_was_just_typed(portal, screen):
    item = make_item(portal.cast.lin)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    page.locator("#title").fill("Typed in a hurry")
    page.goto(f"{portal.address}/items/")
    wait_until(lambda: the_item().title == "Typed in a hurry")
    page.goto(f"{portal.address}/items/{item.id}")
    expect(page.locator("#title")).to_have_value("Typed in a hurry")
    expect(page.locator("[data-trouble=kept]")).to_be_hidden()


def test_files_are_uploaded_with_their_progress_and_dragged_into_order(portal, screen, tmp_path):
    item = make_item(portal.cast.lin)
    for name in ("one", "two"):
        corpus.plain_pdf(tmp_path / f"{name}.pdf")
    (tmp_path / "three.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    page.locator("#title").fill("Typed before the files")
    names = ["one.pdf", "three.zip", "two.pdf"]
    page.locator("#file").set_input_files([tmp_path / name for name in names])
    expect(page.locator("#uploads progress").first).to_be_visible()
    expect(page.locator(".file__name")).to_have_text(["one.pdf", "two.pdf"])
    expect(page.locator("#uploads li")).to_contain_text("These go: docx")
    expect(page.locator("#title")).to_have_value("Typed before the files")
    page.get_by_role("button", name="Move two.pdf up").click()
    expect(page.locator(".file__name")).to_have_text(["two.pdf", "one.pdf"])
    grip = page.locator(".file__grip").nth(1)
    grip.drag_to(page.locator(".file__name").first, target_position={"x": 5, "y": 1})
    expect(page.locator(".file__name")).to_have_text(["one.pdf", "two.pdf"])
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".file").nth(1).get_by_role("button", name="Remove").click()
    expect(page.locator(".file__name")).to_have_text(["one.pdf"])
    saved(page)
    assert the_item().title == "Typed before the files"
    assert page.complaints == []


def test_a_broken_upload_can_be_tried_again_and_is_added_once(portal, screen, tmp_path):
    item = make_item(portal.cast.lin)
    corpus.plain_pdf(tmp_path / "one.pdf")
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/{item.id}")
    lost = []

    def lose(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    page.route("**/files", lose)
    page.locator("#file").set_input_files(tmp_path / "one.pdf")
    page.locator("#uploads").get_by_role("button", name="Try again").click()
    expect(page.locator(".file__name")).to_have_text(["one.pdf"])
    _let_go()
    assert len(list(db.session.scalars(select(Attachment)))) == 1


def test_a_picture_stands_in_the_text_by_its_key(portal, screen, tmp_path):
    corpus.png(tmp_path / "map.png", size=(60, 40))
    make_column()
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/new")
    page.locator("#title").fill("Map")
    type_text(page, "Here is the map.")
    page.locator(".se-toolbar button[data-command=image]").click()
    page.locator(
        ".se-modal-image input[type=file], .se-modal input[type=file]"
    ).first.set_input_files(tmp_path / "map.png")
    # The dialog's own button: the page has one of that name too, once the draft is saved.
    page.locator(".se-modal").get_by_role("button", name="Submit", exact=True).first.click()
    expect(text_field(page).locator("img")).to_have_attribute(
        "src", re.compile(r"/office/items/\d+/files/[0-9a-f]{8}/rendition$")
    )
    assert text_field(page).locator("img").evaluate("async i => (await i.decode(), i.naturalWidth)")
    wait_until(lambda: '<img src="attachment:' in the_item().body)
    saved(page)
    page.reload()
    expect(text_field(page).locator("img")).to_be_visible()
    item = the_item()
    key = fresh(select(Attachment)).key
    assert f'<img src="attachment:{key}"' in item.body
    assert page.complaints == []


def test_without_script_everything_can_be_typed_and_saved(portal, screen, tmp_path):
    make_column()
    corpus.plain_pdf(tmp_path / "one.pdf")
    page = screen(portal.cast.lin, script=False)
    page.goto(f"{portal.address}/items/new")
    expect(page.get_by_label("Ground for not publishing")).to_be_visible()
    page.locator("#title").fill("Flood plan")
    page.locator("#column_id").select_option("Notices")
    page.get_by_label("Date of formation").fill("2026-02-25")
    page.get_by_label("Text", exact=True).fill("第一段\n第二段")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#messages")).to_contain_text("Draft saved")
    expect(page.locator("#deadline")).to_contain_text("2026-03-25")
    expect(page.locator("#summary")).to_have_value("第一段")
    page.get_by_label("Add files").set_input_files(tmp_path / "one.pdf")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".file__name")).to_have_text(["one.pdf"])
    page.get_by_role("button", name="Submit").click()
    assert the_item().state is State.SUBMITTED
    assert the_item().body == "<p>第一段</p><p>第二段</p>"


@pytest.mark.parametrize("width", [1366, 390])
def test_the_form_is_good_for_everybody(portal, screen, width):
    item = make_item(portal.cast.lin, state=State.RETURNED)
    page = screen(portal.cast.lin, width=width)
    for address in (f"/items/{item.id}", "/items/new", "/items/"):
        page.goto(portal.address + address)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, address
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
        assert found == [], address
    assert page.complaints == []


def test_the_list_refreshes_while_somebody_types(portal, screen):
    make_item(portal.cast.lin, title="Flood plan")
    make_item(portal.cast.lin, title="Dry year")
    page = screen(portal.cast.lin)
    page.goto(f"{portal.address}/items/")
    page.locator("h1").evaluate("h1 => h1.dataset.untouched = 'yes'")
    page.get_by_label("Words in the title").press_sequentially("flood")
    expect(page.locator("#results th[scope=row]")).to_have_text(["Flood plan"])
    expect(page.locator("h1")).to_have_attribute("data-untouched", "yes")
    expect(page).to_have_url(re.compile("q=flood"))
    page.locator("#state").select_option("Returned")
    expect(page.locator("#results .empty")).to_be_visible()
    assert page.complaints == []


def test_the_editor_adds_a_file_and_goes_on_correcting(portal, screen, tmp_path):
    item = make_item(portal.cast.lin, state=State.UNIT_APPROVED)
    corpus.plain_pdf(tmp_path / "one.pdf")
    page = screen(portal.cast.qian)
    page.goto(f"{portal.address}/review/{item.id}/amend")
    page.locator("#title").fill("Flood plan, corrected")
    page.locator("#file").set_input_files(tmp_path / "one.pdf")
    expect(page.locator(".file__name")).to_have_text(["one.pdf"])
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#messages")).to_contain_text("Version 3")
    assert (the_item().title, the_item().revision_number) == ("Flood plan, corrected", 3)
    assert page.complaints == []
