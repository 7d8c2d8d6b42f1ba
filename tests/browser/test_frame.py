"""The frame round every office page, as a browser shows it."""

from io import BytesIO
from statistics import median

import pytest
from PIL import Image
from playwright.sync_api import expect

from county_portal.editorial.catalogue.statutory import seed_categories
from county_portal.office.base.extensions import db
from county_portal.papers.reports import closing
from county_portal.papers.reports import services as reports
from tests.browser.conftest import PHONE, axe_faults
from tests.factories import PASSWORD, make_column

pytestmark = pytest.mark.browser


def test_somebody_signs_in_and_out_by_the_keyboard_alone(portal, screen):
    page = screen(None)
    page.goto("account")
    expect(page.get_by_label("Name for signing in")).to_be_focused()
    page.keyboard.type("lin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal.address}/account")
    page.get_by_text("Lin", exact=True).first.press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.locator("#messages")).to_contain_text("You have signed out")


def test_the_skip_link_leads_past_the_menu(portal, screen):
    page = screen(portal.cast.sys)
    page.goto("account")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_on_a_phone_the_menu_is_folded_until_it_is_asked_for(portal, screen):
    page = screen(portal.cast.sys, width=PHONE)
    page.goto("units")
    link = page.get_by_role("navigation").get_by_role("link", name="People")
    expect(link).to_be_hidden()
    page.get_by_text("Menu", exact=True).click()
    expect(link).to_be_visible()


def test_without_script_the_menu_is_open_and_forms_work(portal, screen):
    page = screen(portal.cast.sys, width=PHONE, script=False)
    page.goto("people?q=lin")
    expect(page.get_by_role("navigation").get_by_role("link", name="Units")).to_be_visible()
    page.get_by_role("link", name="Lin").click()
    page.get_by_role("button", name="Close the account").click()
    expect(page.locator("#messages")).to_contain_text("The account of Lin is closed")


def test_the_list_narrows_while_one_types_and_keeps_the_focus(portal, screen):
    page = screen(portal.cast.sys)
    page.goto("people")
    page.locator("h1").evaluate("h1 => h1.dataset.untouched = 'yes'")
    page.get_by_label("Full name").press_sequentially("lin")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Full name")).to_be_focused()
    expect(page.locator("h1")).to_have_attribute("data-untouched", "yes")
    expect(page).to_have_url(f"{portal.address}/people?q=lin&unit=&role=&account=")


def test_a_button_refreshes_its_row_and_nothing_else(portal, screen):
    seed_categories()
    db.session.commit()
    page = screen(portal.cast.qian)
    page.goto("categories")
    page.locator("h1").evaluate("h1 => h1.dataset.untouched = 'yes'")
    page.locator("tbody tr").first.get_by_role("button").click()
    expect(page.locator("tbody tr").first).to_contain_text("out of use")
    expect(page.locator("#messages")).to_contain_text("Saved")
    expect(page.locator("h1")).to_have_attribute("data-untouched", "yes")


def test_a_question_is_asked_before_an_account_is_closed(portal, screen):
    page = screen(portal.cast.sys)
    page.goto(f"people/{portal.cast.lin.id}")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_role("button", name="Close the account")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Close the account").click()
    expect(page.locator("#messages")).to_contain_text("closed")


PAGES = [
    ("sys", "account"),
    ("sys", "password"),
    ("sys", "units"),
    ("sys", "units/new"),
    ("sys", "people"),
    ("sys", "people/new"),
    ("sys", "people/1"),
    ("sec", "roles"),
    ("sec", "roles/1"),
    ("qian", "columns"),
    ("qian", "columns/new"),
    ("qian", "categories"),
    ("sys", "calendar"),
    ("sys", "calendar/new"),
    ("sys", "settings"),
    ("sys", "jobs"),
    ("aud", "log"),
    ("aud", "nowhere"),
]


@pytest.mark.slow
@pytest.mark.parametrize("width", [1366, PHONE])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(portal, screen, width):
    make_column("works")
    seed_categories()
    db.session.commit()
    faults = []
    for name in ("sys", "sec", "qian", "aud"):
        page = screen(getattr(portal.cast, name), width=width)
        for person, path in PAGES:
            if person == name:
                page.goto(path)
                faults += [f"{path}: {fault}" for fault in axe_faults(page)]
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                faults += [f"{path} is {wide} px too wide"] if wide > 0 else []
        faults += page.complaints
    assert not faults


def test_on_a_phone_a_wide_table_shows_that_it_goes_on_and_keeps_its_first_column(portal, screen):
    clerk = portal.cast.he
    made = closing.close_in_background(
        progress=reports.unwatched, period="2026-02", asked_by=clerk.id
    )
    db.session.commit()
    page = screen(clerk, width=PHONE)
    page.goto(f"reports/{made['report']}")
    box = page.locator("#units ~ .table-box").first
    first = box.locator("tbody th").first
    place = first.bounding_box()["x"]
    assert shade_at_the_edge(box) < 220
    box.evaluate("box => box.scrollLeft = box.scrollWidth")
    assert first.bounding_box()["x"] == place
    assert shade_at_the_edge(box) > 250


def shade_at_the_edge(box):
    """How light most of the right edge is, from 0 to 255."""
    drawn = Image.open(BytesIO(box.screenshot())).convert("L")
    return median(drawn.getpixel((drawn.width - 1, down)) for down in range(drawn.height))
