"""Takes the pictures of docs/img/ from a demonstration county that is being served.

`make run` in one window, then in another `make screenshots`; or by hand

    .venv/bin/python docs/screenshots.py [--all] [--only NAME…] [--address URL] [--folder FOLDER]

--all takes every page at the width of a desk and of a telephone, to look at after a change.
For some pictures something is done first: the briefing that waits for approval is taken back, and
a report is asked for. A demonstration county is meant for that.
"""

import argparse
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from county_portal.demo.people import PASSWORD, people
from county_portal.models import Role

IMAGES = Path(__file__).resolve().parent / "img"
DESK = {"width": 1366, "height": 900}
TRIES = 20
PAPER_PAGES = 2  # of a paper stand side by side in its picture
PAPER_SCALE = 0.82  # pixels for each point
WORK_SECONDS = 60  # for pages that are being drawn
TELEPHONE = {"width": 390, "height": 844}
LIAISON, EDITOR, OFFICER = Role.LIAISON, Role.EDITOR, Role.CONFIDENTIALITY_OFFICER
CLERK = Role.OFFICE_CLERK
SYSTEM, SECURITY = Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR


@dataclass(frozen=True)
class Picture:
    """A page. by: whose; None: the public.

    follow: the links to take from `path`, in turn; * stands for one part of the address.
    first: what is done on the page before it is taken. paper: the link to a PDF on the page;
    its first pages are taken instead. height: in docs/img/, in pixels, of a page that is short.
    chosen: it stands in docs/img/.
    """

    name: str
    path: str
    by: Role | None = None
    follow: tuple[str, ...] = ()
    first: Callable[[Page], None] | None = None
    paper: str = ""
    height: int = DESK["height"]
    chosen: bool = False


def compose(page: Page) -> None:
    """The newest briefing is open for composing, its pages drawn beside it."""
    take_back = page.locator("form[action$='/briefing.recall'] button")
    if take_back.count():
        take_back.click()
    page.click("main a[href$='/compose']")
    page.click("button[value=preview]")
    page.wait_for_selector("#preview img", timeout=WORK_SECONDS * 1000)
    page.evaluate("window.scrollTo(0, 0)")


def open_closed(page: Page) -> None:
    """The report with which a month was closed is open."""
    page.locator("main tr", has=page.locator(".tag--good")).locator("th a").first.click()


def begin_report(page: Page) -> None:
    """The report of this year is being made."""
    year = page.locator("#period optgroup").last.locator("option").first
    page.select_option("#period", value=year.get_attribute("value"))
    page.click("main form.filters button")
    page.wait_for_url("**/work/*")
    page.wait_for_function("() => document.querySelector('#bar')?.value !== 0")


def check_gazette(page: Page) -> None:
    """The newest gazette was checked."""
    address = page.url
    page.goto(address.replace("/check", "/gazette/"))
    page.goto(links_to(page, "/gazette/*")[0])
    gazette = fetch(page, "main a[href$='.pdf']")
    page.goto(address)
    file = {"name": "gazette.pdf", "mimeType": "application/pdf", "buffer": gazette}
    page.set_input_files("#file", files=[file])
    page.click("main form.check button")


A_PDF = "main .buttons a[href$='/pdf']"
A_WAITING_ITEM = ("/office/review/",)
PICTURES = (
    Picture("public-home", "/", chosen=True),
    Picture("public-columns", "/columns"),
    Picture("public-column", "/columns", follow=("/columns/",)),
    Picture("public-item", "/catalogue", follow=("/items/",), chosen=True),
    Picture("public-print", "/catalogue", follow=("/items/", "/items/*/print")),
    Picture("public-catalogue", "/catalogue"),
    Picture("public-search", "/search?q=%E9%80%9A%E7%9F%A5"),
    Picture("public-missing", "/items/999999999"),
    Picture("public-english", "/?lang=en"),
    Picture("sign-in", "/office/sign-in"),
    Picture("desk-liaison", "/office/", LIAISON),
    Picture("items", "/office/items/", LIAISON),
    Picture("write", "/office/items/new", LIAISON, chosen=True),
    Picture("account", "/office/account", LIAISON),
    Picture("password", "/office/password", LIAISON),
    Picture("desk-leader", "/office/", Role.UNIT_LEADER),
    Picture("desk-editor", "/office/", EDITOR, chosen=True),
    Picture("queue", "/office/review/", EDITOR),
    Picture("review-item", "/office/", EDITOR, A_WAITING_ITEM),
    Picture("compare", "/office/", EDITOR, (*A_WAITING_ITEM, "/office/review/*/compare")),
    Picture("desk-officer", "/office/", OFFICER),
    Picture(
        "sign-off", "/office/", OFFICER, (*A_WAITING_ITEM, "/office/review/*/sign-off"), chosen=True
    ),
    Picture("issue", "/office/", Role.ISSUER, (*A_WAITING_ITEM, "/office/review/*/issue")),
    Picture("reports", "/office/reports/", CLERK),
    Picture("report", "/office/reports/", CLERK, first=open_closed, chosen=True),
    Picture("report-paper", "/office/reports/", CLERK, first=open_closed, paper=A_PDF, chosen=True),
    Picture("work", "/office/reports/", CLERK, first=begin_report, height=340, chosen=True),
    Picture(
        "briefing-paper",
        "/office/briefings/?state=approved",
        CLERK,
        ("/office/briefings/*",),
        paper="main a[href$='/file/pdf']",
        chosen=True,
    ),
    Picture(
        "briefing", "/office/briefings/", CLERK, ("/office/briefings/*",), compose, chosen=True
    ),
    Picture("gazettes", "/office/gazettes/", CLERK),
    Picture("gazette", "/office/gazettes/", CLERK, ("/office/gazettes/*",), chosen=True),
    Picture(
        "gazette-paper",
        "/office/gazettes/",
        CLERK,
        ("/office/gazettes/*",),
        paper="main .buttons a[href$='.pdf']",
        chosen=True,
    ),
    Picture("deposits", "/office/deposits/", CLERK),
    Picture("deposit", "/office/deposits/", CLERK, ("/office/deposits/*",), chosen=True),
    Picture(
        "review-sheet",
        "/office/items/?state=published",
        CLERK,
        ("/office/review/*",),
        paper="main a[href*='/sign-offs/']",
        chosen=True,
    ),
    Picture("public-check", "/check", first=check_gazette, chosen=True),
    Picture("units", "/office/units", SYSTEM),
    Picture("unit", "/office/units", SYSTEM, ("/office/units/*",)),
    Picture("people", "/office/people", SYSTEM),
    Picture("person", "/office/people", SYSTEM, ("/office/people/*",)),
    Picture("roles", "/office/roles", SECURITY),
    Picture("roles-of-one", "/office/roles", SECURITY, ("/office/roles/*",)),
)
# What a person finds in the menu is taken too, under the name of its last word.
MENUS = (LIAISON, EDITOR, CLERK, SYSTEM, SECURITY, Role.AUDITOR)


class Camera:
    """Opens pages of one county as one person after the other, at one size."""

    def __init__(self, browser: Browser, address: str, folder: Path, size: dict[str, int]) -> None:
        self.browser, self.address, self.folder, self.size = browser, address, folder, size

    def take(self, pictures: list[Picture]) -> None:
        """One file for each picture; people sign in once."""
        for by in dict.fromkeys(picture.by for picture in pictures):
            with self.signed_in(by) as page:
                for picture in pictures:
                    if picture.by == by:
                        self.photograph(page, picture)

    @contextmanager
    def signed_in(self, by: Role | None) -> Iterator[Page]:
        context = self.browser.new_context(viewport=self.size, locale="zh-CN")
        page = context.new_page()
        if by is not None:
            page.goto(f"{self.address}/office/sign-in")
            page.fill("[name=login]", login_of(by))
            page.fill("[name=password]", PASSWORD)
            page.click("main button")
        yield page
        context.close()

    def photograph(self, page: Page, picture: Picture) -> None:
        page.goto(self.address + picture.path)
        if not reach(page, picture.follow):
            print(f"{picture.name}: nothing leads to {' and '.join(picture.follow)}")
            return
        if picture.first:
            picture.first(page)
        file = self.folder / f"{picture.name}.png"
        if picture.paper:
            draw(fetch(page, picture.paper), file)
        else:
            page.wait_for_load_state("networkidle")
            page.screenshot(path=file, full_page=self.folder != IMAGES)
        if self.folder == IMAGES:
            shrink(file, picture.height)

    def menu_pictures(self) -> list[Picture]:
        """A picture of every page that the menus of the roles lead to."""
        found = []
        for by in MENUS:
            with self.signed_in(by) as page:
                links = page.locator("header nav a").evaluate_all(
                    "links => links.map(link => link.getAttribute('href'))"
                )
            found.extend(Picture(f"menu-{by}-{last_word(path)}", path, by) for path in links)
        return found


def shrink(file: Path, height: int) -> None:
    """For the handbook: the first screen of a page, in few colours."""
    with Image.open(file) as image:
        upper = image.crop((0, 0, image.width, min(height, image.height)))
        few = upper.convert("RGB").quantize(colors=64, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def fetch(page: Page, link: str) -> bytes:
    """The file to which the first such link of the page leads."""
    address = page.locator(link).first.evaluate("link => link.href")
    return page.request.get(address).body()


def draw(pdf: bytes, file: Path) -> None:
    """The first pages of a paper, side by side."""
    with pypdfium2.PdfDocument(pdf) as document:
        numbers = range(min(PAPER_PAGES, len(document)))
        pages = [document[number].render(scale=PAPER_SCALE).to_pil() for number in numbers]
    gap = 12
    width = sum(one.width + gap for one in pages) + gap
    sheet = Image.new("RGB", (width, pages[0].height + 2 * gap), "#d9dce0")
    for place, one in enumerate(pages):
        sheet.paste(one, (gap + place * (one.width + gap), gap))
    sheet.save(file)


def last_word(path: str) -> str:
    return path.strip("/").split("/")[-1]


def login_of(role: Role) -> str:
    return next(person.login for person in people() if person.role is role)


def reach(page: Page, trail: tuple[str, ...]) -> bool:
    """Follow links along `trail`, trying other ones where the first lead nowhere."""
    if not trail:
        return True
    for link in links_to(page, trail[0])[:TRIES]:
        page.goto(link)
        if reach(page, trail[1:]):
            return True
    return False


def links_to(page: Page, start: str) -> list[str]:
    pattern = re.compile(re.escape(start).replace(r"\*", "[^/]+") + ("" if "*" in start else ".+"))
    links = page.locator("main a").evaluate_all("links => links.map(link => link.href)")
    return [link for link in links if pattern.fullmatch(urlsplit(link).path)]


def arguments() -> argparse.Namespace:
    port = os.environ.get("COUNTY_PORT", "8000")
    parser = argparse.ArgumentParser(description="Take pictures of the pages.")
    parser.add_argument("--all", action="store_true", help="every page, at two widths")
    parser.add_argument("--only", nargs="+", default=[], help="names of pictures")
    parser.add_argument("--address", default=f"http://127.0.0.1:{port}")
    parser.add_argument("--folder", type=Path, default=IMAGES)
    return parser.parse_args()


def is_wanted(picture: Picture, wanted: argparse.Namespace) -> bool:
    if wanted.only:
        return picture.name in wanted.only
    return wanted.all or picture.chosen


def main() -> None:
    wanted = arguments()
    sizes = {"desk": DESK, "telephone": TELEPHONE} if wanted.all else {"": DESK}
    with sync_playwright() as playwright:
        # Chromium has no sandbox for root; these pages are our own.
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        for name, size in sizes.items():
            folder = wanted.folder / name
            folder.mkdir(parents=True, exist_ok=True)
            camera = Camera(browser, wanted.address, folder, size)
            pictures = [*PICTURES, *(camera.menu_pictures() if wanted.all else [])]
            camera.take([picture for picture in pictures if is_wanted(picture, wanted)])
        browser.close()


if __name__ == "__main__":
    main()
