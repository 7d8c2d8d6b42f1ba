"""Many liaisons at once, each in a thread and a browser, who write and submit without a pause."""

import re
import threading

from flask import Flask

from county_portal.models import Role, Unit
from tests.factories import FORMED_ON, make_column, make_person
from tests.page import Page, signed_in

EDITS = 3
DEEDS = EDITS + 2  # to make an item, edit it, submit it
VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')


class Crowd:
    """`deeds` accepted forms each; what went wrong is told by `work`."""

    def __init__(self, app: Flask, unit: Unit, people: int) -> None:
        self.app = app
        self.column_id = make_column().id
        self.writers = [make_person("", Role.LIAISON, unit=unit) for _ in range(people)]
        self.refusals: list[BaseException] = []

    def work(self, deeds: int) -> list[BaseException]:
        """Everybody at once. What was not accepted; empty: everything was."""
        pages = [signed_in(self.app, person) for person in self.writers]
        starter = threading.Barrier(len(pages))
        threads = [
            threading.Thread(target=self._keep_on, args=(page, deeds, starter)) for page in pages
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.refusals

    def _keep_on(self, page: Page, deeds: int, starter: threading.Barrier) -> None:
        try:
            with self.app.app_context():
                starter.wait()
                for number in range(deeds // DEEDS):
                    self._hand_in(page, f"Plan {number}")
        except BaseException as error:  # noqa: BLE001  (told to the test by the list)
            self.refusals.append(error)

    def _hand_in(self, page: Page, title: str) -> None:
        token = re.search(r'name="token"[^>]*value="(\w+)"', _text(page, "/items/new"))[1]
        words = self._words(title) | {"token": token}
        answer = page.raw("/items/new", "POST", 303, data=words)
        address = answer.headers["Location"]
        version = int(VERSION.search(_text(page, address))[1])
        for edit in range(EDITS):
            sent = {**words, "title": f"{title}, edited {edit}", "version": version + edit}
            page.raw(address, "POST", 303, data=sent)
        final = {**words, "title": f"{title}, final", "version": version + EDITS}
        answer = page.raw(f"/review/{address.split('/')[-1]}/submit", "POST", 303, data=final)
        assert answer.headers["Location"] == "/"

    def _words(self, title: str) -> dict[str, object]:
        return {
            "title": title,
            "summary": "What is done before the rains",
            "body": "<p>The dikes are checked before the rains.</p>",
            "formed_on": FORMED_ON.isoformat(),
            "column_id": self.column_id,
            "attribute": "proactive",
            "origin": "own",
        }


def _text(page: Page, address: str) -> str:
    return page.raw(address).get_data(as_text=True)
