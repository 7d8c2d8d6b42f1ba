"""Pages that save themselves: the same situations for each of them, in a browser."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import delete

from county_portal.models import Person, Role, WebSession
from county_portal.office.base.extensions import db, writing
from tests.browser.conftest import Portal
from tests.factories import make_item, make_person
from tests.page import _let_go
from tests.papers.briefings.office import make_briefing, published
from tests.waiting import wait_in_page

pytestmark = pytest.mark.browser
AUTOSAVE = "**/autosave"


@dataclass
class Desk:
    """One of the pages that save themselves, open before its writer."""

    kind: str
    page: Page
    address: str
    writer: Person
    button: str

    @property
    def title(self) -> Locator:
        """The field that the tests type into."""
        return self.page.locator("#title, #pieces input[id^=title-]").first

    def trouble(self, name: str) -> Locator:
        return self.page.locator(f"[data-trouble={name}]")

    def says(self, state: str) -> None:
        expect(self.page.locator(f"#saving [data-saving={state}]")).to_be_visible()

    def is_in_trouble(self, name: str) -> None:
        """The page says so and shows no other trouble; what was typed stands in the form."""
        expect(self.trouble(name)).to_be_visible()
        expect(self.page.locator("[data-trouble]:visible")).to_have_count(1)
        self.says("changed")

    def has_saved(self, title: str) -> None:
        """The server has the title, and the page says that all is well."""
        self.says("saved")
        expect(self.page.locator("[data-trouble]:visible")).to_have_count(0)
        assert self.title_on_server() == title

    def title_on_server(self) -> str:
        """Return the title another browser of the writer would see now."""
        reader = self.page.context.new_page()
        reader.goto(self.address)
        title = Desk(self.kind, reader, self.address, self.writer, self.button).title.input_value()
        reader.close()
        return title

    def hold_one(self) -> list[Route]:
        """Hold the next request that saves, until the test lets it go on."""
        held: list[Route] = []
        self.page.route(AUTOSAVE, lambda route: held.append(route), times=1)
        return held


@pytest.fixture(params=["item", "briefing"])
def desk(request: pytest.FixtureRequest, portal: Portal, screen: Callable[..., Page]) -> Desk:
    """A page that saves itself, freshly opened by somebody who may write there."""
    if request.param == "item":
        writer, button = portal.cast.lin, "Save draft"
        address = f"items/{make_item(writer, title='Flood plan').id}"
    else:
        writer, button = portal.cast.he, "Save"
        items = (published(portal.cast.lin, title="Flood plan"),)
        address = f"briefings/{make_briefing(writer, items=items).id}/compose"
    page = screen(writer)
    page.goto(address)
    return Desk(request.param, page, address, writer, button)


def end_all_sessions() -> None:
    with writing():
        _let_go()
        db.session.execute(delete(WebSession))
        db.session.commit()


def sign_in_elsewhere(desk: Desk, screen: Callable[..., Page], person: Person) -> None:
    """Somebody signs in in another tab; then this tab is looked at again."""
    desk.page.context.add_cookies(screen(person).context.cookies())
    desk.page.evaluate("window.dispatchEvent(new Event('focus'))")


def answer(status: int, words: str) -> Callable[[Route], None]:
    body = f"<!doctype html><title>.</title>{words}"
    return lambda route: route.fulfill(status=status, content_type="text/html", body=body)


def wait_for_one(page: Page, routes: list[Route]) -> Route:
    """Return the request that is held once there is one."""
    wait_in_page(page, lambda: routes)
    return routes[0]


def test_what_is_typed_saves_itself(desk: Desk) -> None:
    desk.title.fill("Typed")
    desk.says("changed")
    desk.has_saved("Typed")
    assert desk.page.complaints == []


def test_an_edit_while_a_save_is_on_its_way_is_saved_too(desk: Desk) -> None:
    held = desk.hold_one()
    desk.title.fill("Typed")
    first = wait_for_one(desk.page, held)
    desk.title.fill("Typed, and more")
    desk.says("changed")
    first.continue_()
    desk.has_saved("Typed, and more")


def test_the_button_waits_for_a_save_that_is_on_its_way(desk: Desk) -> None:
    held = desk.hold_one()
    desk.title.fill("Typed")
    first = wait_for_one(desk.page, held)
    arrived = first.fetch()  # the server has it; the page does not know yet
    desk.title.fill("Typed, and more")
    desk.page.get_by_role("button", name=desk.button, exact=True).last.click()
    first.fulfill(response=arrived)
    expect(desk.page.locator("#messages")).to_contain_text("Draft saved")
    assert desk.title.input_value() == "Typed, and more"
    assert desk.title_on_server() == "Typed, and more"


def test_offline_it_waits_and_saves_when_the_line_is_back(desk: Desk) -> None:
    desk.page.context.set_offline(True)
    desk.title.fill("Typed on the train")
    desk.is_in_trouble("offline")
    desk.title.fill("Typed on the train, and more")
    desk.is_in_trouble("offline")
    desk.page.context.set_offline(False)
    desk.has_saved("Typed on the train, and more")


def test_a_server_that_is_broken_counts_as_offline(desk: Desk) -> None:
    desk.page.route(AUTOSAVE, answer(503, ""))
    desk.title.fill("Typed")
    desk.is_in_trouble("offline")
    desk.page.unroute(AUTOSAVE)
    desk.page.evaluate("window.dispatchEvent(new Event('online'))")
    desk.has_saved("Typed")


def test_a_lost_answer_is_not_somebody_else_even_if_more_was_typed_since(desk: Desk) -> None:
    def lose(route: Route) -> None:
        route.fetch()  # it arrives, and the answer does not
        route.abort()

    desk.page.route(AUTOSAVE, lose)
    desk.title.fill("Typed")
    desk.is_in_trouble("offline")
    desk.page.unroute(AUTOSAVE)
    desk.title.fill("Typed, and more")
    desk.page.evaluate("window.dispatchEvent(new Event('online'))")
    desk.has_saved("Typed, and more")


def test_the_second_writer_is_told_and_nothing_is_overwritten(
    desk: Desk, screen: Callable[..., Page]
) -> None:
    theirs = screen(desk.writer)
    theirs.goto(desk.address)
    other = Desk(desk.kind, theirs, desk.address, desk.writer, desk.button)
    other.title.fill("Theirs")
    other.says("saved")
    desk.title.fill("Mine")
    desk.is_in_trouble("stale")
    desk.title.fill("Mine, and more")
    desk.page.evaluate("window.dispatchEvent(new Event('online'))")
    desk.page.evaluate("window.dispatchEvent(new Event('focus'))")
    desk.is_in_trouble("stale")
    assert desk.title_on_server() == "Theirs"
    assert desk.title.input_value() == "Mine, and more"


def test_an_ended_session_keeps_every_word_until_somebody_signs_in_again(
    desk: Desk, screen: Callable[..., Page]
) -> None:
    end_all_sessions()
    desk.title.fill("Typed when nobody listened")
    desk.is_in_trouble("signed-out")
    desk.page.evaluate("window.dispatchEvent(new Event('focus'))")  # and nobody has signed in
    desk.is_in_trouble("signed-out")
    sign_in_elsewhere(desk, screen, desk.writer)
    desk.has_saved("Typed when nobody listened")


def test_a_session_that_ends_while_a_save_is_on_its_way_keeps_what_was_typed_since(
    desk: Desk, screen: Callable[..., Page]
) -> None:
    held = desk.hold_one()
    desk.title.fill("Typed")
    first = wait_for_one(desk.page, held)
    end_all_sessions()
    desk.title.fill("Typed, and more")
    first.continue_()
    desk.is_in_trouble("signed-out")
    assert desk.title.input_value() == "Typed, and more"
    sign_in_elsewhere(desk, screen, desk.writer)
    desk.has_saved("Typed, and more")


def test_nothing_is_saved_in_the_name_of_somebody_else_who_signs_in(
    desk: Desk, screen: Callable[..., Page], portal: Portal
) -> None:
    clerk = make_person("other", Role.OFFICE_CLERK, unit=portal.cast.office)
    other = portal.cast.zhou if desk.kind == "item" else clerk
    end_all_sessions()
    desk.title.fill("Typed by the writer")
    desk.is_in_trouble("signed-out")
    with desk.page.expect_response(f"**/{desk.address}") as seen:
        sign_in_elsewhere(desk, screen, other)
    assert seen.value.ok
    desk.is_in_trouble("signed-out")
    assert desk.title_on_server() == "Flood plan"
    sign_in_elsewhere(desk, screen, desk.writer)
    desk.has_saved("Typed by the writer")


def test_what_is_refused_is_said_and_tried_again_when_it_was_mended(desk: Desk) -> None:
    desk.page.route(AUTOSAVE, answer(413, "<div id=messages>The file is too large</div>"))
    desk.title.fill("Typed")
    desk.is_in_trouble("refused")
    expect(desk.trouble("refused")).to_contain_text("The file is too large")
    desk.page.unroute(AUTOSAVE)
    desk.title.fill("Mended")
    desk.has_saved("Mended")


def test_what_is_wrong_is_named_and_saved_when_it_was_mended(desk: Desk) -> None:
    desk.page.route(AUTOSAVE, answer(422, "<div id=unsaved>Title: too long</div>"))
    desk.title.fill("Typed")
    desk.says("wrong")
    expect(desk.page.locator("#saving [data-saving=wrong]")).to_have_text("Title: too long")
    desk.page.unroute(AUTOSAVE)
    desk.title.fill("Mended")
    desk.has_saved("Mended")


def test_words_outlive_a_reload_and_are_put_back_by_decision(desk: Desk) -> None:
    questions: list[str] = []
    desk.page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    desk.page.route(AUTOSAVE, lambda route: route.abort())
    desk.title.click()  # a browser asks only people who did something
    desk.title.fill("Typed before the reload")
    desk.is_in_trouble("offline")
    desk.page.reload()
    expect(desk.trouble("kept")).to_contain_text("Typed before the reload")
    expect(desk.title).to_have_value("Flood plan")
    desk.page.unroute(AUTOSAVE)
    desk.page.get_by_role("button", name="Put them back").click()
    expect(desk.title).to_have_value("Typed before the reload")
    desk.has_saved("Typed before the reload")
    desk.page.reload()
    expect(desk.page.locator("[data-trouble]:visible")).to_have_count(0)
    assert questions == ["beforeunload"]  # before words are left that are not saved, and only then


def test_words_that_are_thrown_away_are_not_offered_again(desk: Desk) -> None:
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.page.route(AUTOSAVE, lambda route: route.abort())
    desk.title.fill("Typed before the reload")
    desk.is_in_trouble("offline")
    desk.page.reload()
    desk.page.get_by_role("button", name="Throw them away").click()
    expect(desk.trouble("kept")).to_be_hidden()
    desk.page.reload()
    expect(desk.title).to_have_value("Flood plan")
    expect(desk.trouble("kept")).to_be_hidden()


def test_leaving_saves_what_was_just_typed(desk: Desk) -> None:
    desk.title.fill("Typed in a hurry")
    desk.page.goto("items/" if desk.kind == "item" else "briefings/")
    wait_in_page(desk.page, lambda: desk.title_on_server() == "Typed in a hurry")
    desk.page.goto(desk.address)
    expect(desk.title).to_have_value("Typed in a hurry")
    expect(desk.trouble("kept")).to_be_hidden()
