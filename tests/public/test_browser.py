"""What only a browser can show: refreshing in part, no script at all, phones, and axe."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from county_portal.office.base.config import ROOT
from tests.public.furniture import make_site
from tests.published import writer
from tests.published.factory import SITE, make_county, make_entry, make_withdrawal
from tests.serving import served
from tests.waiting import HUNG_AFTER

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/",
    "/columns",
    "/columns/news",
    "/items/41",
    "/items/41/print",
    "/items/42",
    "/catalogue",
    "/catalogue?unit=QH002&lang=en",
    "/search",
    "/search?q=防汛",
    "/search?q=没有",
    "/nowhere",
)
TABLE = "<table><tbody>" + "<tr>" + "<td>巡查责任人及河段</td>" * 9 + "</tr></tbody></table>"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A public site with 41 items, one with a wide table, and one withdrawn item, being served."""
    folder = tmp_path_factory.mktemp("site") / "public"
    wide = make_entry(41, body=f"<h2>一、河道</h2><p>巡查</p>{TABLE}")
    county = make_county(40, characters=200)
    writer.build_public_file(folder, SITE, [*county, wide], [make_withdrawal(42)])
    with served(make_site(folder, locale="zh_Hans_CN")) as root:
        yield root


def open_page(browser: Browser, width: int = 1366, *, script: bool = True) -> Page:
    """A page that remembers what the browser complained about."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    context.set_default_timeout(HUNG_AFTER * 1000)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: note(page, said))
    return page


def note(page, said):
    if said.type == "error" and "404" not in said.text and "410" not in said.text:
        page.complaints.append(said.text)


def test_choosing_a_filter_refreshes_the_list_and_nothing_else(address, chromium):
    page = open_page(chromium)
    page.goto(f"{address}/catalogue")
    page.locator("h1").evaluate("h1 => h1.dataset.untouched = 'yes'")
    page.locator("#unit").select_option("QH002")
    expect(page.locator("#results td[data-label]:nth-child(4)").first).to_have_text("青禾县水务局")
    expect(page.locator("h1")).to_have_attribute("data-untouched", "yes")
    expect(page).to_have_url(re.compile("unit=QH002"))
    page.reload()
    expect(page.locator("#unit")).to_have_value("QH002")
    assert page.complaints == []
    page.context.close()


def test_typing_searches_and_keeps_the_cursor(address, chromium):
    page = open_page(chromium)
    page.goto(f"{address}/search")
    page.locator("#q").fill("防汛")
    expect(page.locator("#results mark").first).to_have_text("防汛")
    expect(page.locator("#q")).to_be_focused()
    assert page.complaints == []
    page.context.close()


def test_everything_works_without_a_script(address, chromium):
    page = open_page(chromium, script=False)
    page.goto(f"{address}/catalogue")
    page.locator("#unit").select_option("QH002")
    page.locator(".filters button").click()
    expect(page.locator("#unit")).to_have_value("QH002")
    page.locator(".head__search input").fill("防汛")
    page.locator(".head__search button").click()
    expect(page.locator("#results mark").first).to_have_text("防汛")
    page.locator("a[hreflang=en]").click()
    expect(page.locator("#q")).to_have_value("防汛")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.context.close()


@pytest.mark.parametrize("width", [1366, 390])
def test_no_page_is_wider_than_its_screen_or_faulted_by_axe(address, chromium, width):
    page = open_page(chromium, width)
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run()")["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == [], path
    assert page.complaints == []
    page.context.close()


def test_paper_carries_the_item_and_not_the_menus(address, chromium):
    page = open_page(chromium)
    page.goto(f"{address}/items/41")
    page.emulate_media(media="print")
    expect(page.locator(".item__body")).to_be_visible()
    for around in (".head", ".foot", ".path", ".item__after"):
        expect(page.locator(around)).to_be_hidden()
    page.context.close()
