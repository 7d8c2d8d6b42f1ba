"""Takes the pictures of docs/img/ from a demonstration county that is being served.

`make run` in one window, then in another `make screenshots`; or by hand

    .venv/bin/python docs/screenshots.py [--all] [--only NAME…] [--address URL] [--folder FOLDER]

--all takes every page at the width of a desk and of a telephone, to look at after a change.
The picture of a report needs one: let the office clerk make it first.
"""

import argparse
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from county_portal.demo.people import PASSWORD, people
from county_portal.models import Role

IMAGES = Path(__file__).resolve().parent / "img"
DESK = {"width": 1366, "height": 900}
TRIES = 20
TELEPHONE = {"width": 390, "height": 844}
LIAISON, EDITOR, OFFICER = Role.LIAISON, Role.EDITOR, Role.CONFIDENTIALITY_OFFICER
SYSTEM, SECURITY = Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR


@dataclass(frozen=True)
class Picture:
    """A page. by: whose; None: the public.

    follow: the links to take from `path`, in turn; * stands for one part of the address.
    chosen: it stands in docs/img/.
    """

    name: str
    path: str
    by: Role | None = None
    follow: tuple[str, ...] = ()
    chosen: bool = False


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
    Picture("reports", "/office/reports/", Role.OFFICE_CLERK),
    Picture("report", "/office/reports/", Role.OFFICE_CLERK, ("/office/reports/*",), chosen=True),
    Picture("units", "/office/units", SYSTEM),
    Picture("unit", "/office/units", SYSTEM, ("/office/units/*",)),
    Picture("people", "/office/people", SYSTEM),
    Picture("person", "/office/people", SYSTEM, ("/office/people/*",)),
    Picture("roles", "/office/roles", SECURITY),
    Picture("roles-of-one", "/office/roles", SECURITY, ("/office/roles/*",)),
)
# What a person finds in the menu is taken too, under the name of its last word.
MENUS = (LIAISON, EDITOR, Role.OFFICE_CLERK, SYSTEM, SECURITY, Role.AUDITOR)


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
        page.wait_for_load_state("networkidle")
        file = self.folder / f"{picture.name}.png"
        page.screenshot(path=file, full_page=self.folder != IMAGES)
        if self.folder == IMAGES:
            shrink(file)

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


def shrink(file: Path) -> None:
    """For the handbook: the first screen of a page, in few colours."""
    with Image.open(file) as image:
        few = image.convert("RGB").quantize(colors=64, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


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
