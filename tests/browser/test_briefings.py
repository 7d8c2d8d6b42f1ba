"""Composing a briefing in a browser: it saves itself, parts are dragged, two writers meet."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from county_portal.models import Briefing
from tests.browser.conftest import Portal
from tests.papers.briefings.office import make_briefing, published

pytestmark = pytest.mark.browser


@pytest.fixture
def briefing(portal: Portal) -> Briefing:
    items = tuple(published(portal.cast.lin, title=title) for title in ("第一篇", "第二篇"))
    return make_briefing(portal.cast.he, items=items)


def titles(page: Page) -> list[str]:
    return [one.input_value() for one in page.locator("#pieces input[id^=title-]").all()]


def test_words_save_themselves_and_the_pages_follow(
    portal: Portal, screen: Callable[..., Page], briefing: Briefing
) -> None:
    page = screen(portal.cast.he)
    page.goto(f"briefings/{briefing.id}/compose")
    page.get_by_role("button", name="Preview").click()
    pages = page.locator("#preview img")
    expect(pages).to_have_count(2)
    before = pages.first.get_attribute("src")
    page.locator("textarea[id^=body-]").first.fill("缩短后的一段。")
    expect(page.locator("#saving")).to_contain_text("Saved at")
    expect(pages.first).not_to_have_attribute("src", before or "")
    page.reload()
    assert page.locator("textarea[id^=body-]").first.input_value() == "缩短后的一段。"
    assert not page.complaints


def test_a_part_is_dragged_to_another_place(
    portal: Portal, screen: Callable[..., Page], briefing: Briefing
) -> None:
    page = screen(portal.cast.he)
    page.set_viewport_size({"width": 1366, "height": 1600})
    page.goto(f"briefings/{briefing.id}/compose")
    handle = page.locator(".handle").first.bounding_box()
    target = page.locator(".piece").last.bounding_box()
    assert handle
    assert target
    x, y = handle["x"] + 5, handle["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(x, y + (target["y"] + target["height"] - 20 - y) * step / 11)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()
    expect(page.locator("#saving")).to_contain_text("Saved at")
    page.reload()
    assert titles(page) == ["第二篇", "第一篇"]


def test_the_second_writer_is_told_and_loses_nothing(
    portal: Portal, screen: Callable[..., Page], briefing: Briefing
) -> None:
    mine, theirs = screen(portal.cast.he), screen(portal.cast.he)
    for page in (mine, theirs):
        page.goto(f"briefings/{briefing.id}/compose")
    theirs.locator("[id^=title-]").first.fill("他人的题目")
    expect(theirs.locator("#saving")).to_contain_text("Saved at")
    mine.locator("[id^=title-]").first.fill("我的题目")
    expect(mine.locator("[data-trouble=stale]")).to_be_visible()
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator(".alert-danger details")).to_contain_text("What is saved now")
    assert titles(mine)[0] == "我的题目"
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator("#messages")).to_contain_text("Draft saved")
    assert titles(mine)[0] == "我的题目"


def test_words_that_are_put_back_stand_in_their_order(
    portal: Portal, screen: Callable[..., Page], briefing: Briefing
) -> None:
    page = screen(portal.cast.he)
    page.goto(f"briefings/{briefing.id}/compose")
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/autosave", lambda route: route.abort())
    page.locator("#pieces").evaluate("pieces => pieces.append(pieces.firstElementChild)")
    page.locator("[id^=title-]").last.fill("我的题目")
    expect(page.locator("[data-trouble=offline]")).to_be_visible()
    page.reload()
    assert titles(page) == ["第一篇", "第二篇"]
    page.unroute("**/autosave")
    page.get_by_role("button", name="Put them back").click()
    assert titles(page) == ["第二篇", "我的题目"]
    expect(page.locator("#saving")).to_contain_text("Saved at")
    page.reload()
    assert titles(page) == ["第二篇", "我的题目"]


def test_everything_works_without_script(
    portal: Portal, screen: Callable[..., Page], briefing: Briefing
) -> None:
    page = screen(portal.cast.he, script=False)
    page.goto(f"briefings/{briefing.id}/compose")
    page.get_by_role("button", name="Down: 第一篇").click()
    assert titles(page) == ["第二篇", "第一篇"]
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("#preview img")).to_have_count(2)
    page.get_by_role("button", name="Save and go to approval").click()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator("h1")).to_contain_text("Waiting for approval")
