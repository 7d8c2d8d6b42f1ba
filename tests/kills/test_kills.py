"""The server is killed in the middle of uploads and publications, again and again.

What it had said yes to is there afterwards; nothing is public that was not
signed; and every promise still holds.
"""

import http.client
import io
import random
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from county_portal.extensions import db
from county_portal.models import Attachment, Item, Publication, Role, State
from county_portal.release import public_file, verify, writer
from tests.factories import PASSWORD, make_item, make_person
from tests.kills.forked import Forked

KILLS = 20
pytestmark = [pytest.mark.slow, pytest.mark.browser]


class Server(Forked):
    """The office's web server, which answers once it is started."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        super().__init__("web", data, COUNTY_PORT=str(self.port), COUNTY_ADDRESS="127.0.0.1")

    def start(self) -> None:
        super().start()
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("the server does not start")


class Browser:
    """A signed-in person who sends one form after the other."""

    def __init__(self, port: int, login: str) -> None:
        self.port, self.cookie = port, ""
        token = self.token("/office/sign-in")
        form = urlencode({"csrf_token": token, "login": login, "password": PASSWORD}).encode()
        status, _body = self.send("POST", "/office/sign-in", form)
        assert status == 303, status
        self.csrf = self.token("/office/account")

    def token(self, path: str) -> str:
        _status, body = self.send("GET", path)
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body)[1]

    def send(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
        """The answer, or (0, "") when the server died meanwhile."""
        headers = {"Cookie": self.cookie, "Content-Type": kind or FORM}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection):
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode(errors="replace")
            except (OSError, http.client.HTTPException):
                return 0, ""
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.split(";")[0]
        return answer.status, text


FORM = "application/x-www-form-urlencoded"


def picture() -> bytes:
    """A small picture that no other upload has sent."""
    made = io.BytesIO()
    Image.frombytes("RGB", (16, 16), secrets.token_bytes(768)).save(made, "PNG")
    return made.getvalue()


def upload(browser: Browser, item_id: int) -> str | None:
    """The key of a file the office has accepted; None if it did not say so."""
    key = secrets.token_hex(4)
    mark = "----of-the-kill-test"
    fields = {"csrf_token": browser.csrf, "key": key}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{key}.png"\r\n'
    body = b"".join(
        [
            *parts,
            head.encode(),
            b"Content-Type: image/png\r\n\r\n",
            picture(),
            f"\r\n--{mark}--".encode(),
        ]
    )
    status, answer = browser.send(
        "POST", f"/office/items/{item_id}/files", body, f"multipart/form-data; boundary={mark}"
    )
    assert status in {0, 303}, answer
    return key if status == 303 else None


def issue(browser: Browser, item_id: int) -> bool:
    form = urlencode({"csrf_token": browser.csrf, "publish_at": ""}).encode()
    status, _ = browser.send("POST", f"/office/review/{item_id}/issue", form)
    assert status in {0, 303, 404, 409, 403}, status
    return status == 303


class Traffic:
    """An author and an issuer who never stop, and what the office told them."""

    def __init__(self, port: int, draft: int, signed: list[int]) -> None:
        self.author, self.issuer = Browser(port, "lin"), Browser(port, "issuer9")
        self.draft, self.left = draft, signed
        self.keys: list[str] = []
        self.published: list[int] = []
        self.failures: list[BaseException] = []
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self.keep_on, args=(deed,)) for deed in (self.add, self.publish)
        ]

    def keep_on(self, deed: Callable[[], None]) -> None:
        try:
            while not self.over.is_set():
                deed()
        except BaseException as error:  # noqa: BLE001  (told to the test by its list)
            self.failures.append(error)

    def add(self) -> None:
        key = upload(self.author, self.draft)
        self.keys += [key] if key else []

    def publish(self) -> None:
        if self.left and issue(self.issuer, self.left[0]):
            self.published.append(self.left.pop(0))
        else:
            self.left.append(self.left.pop(0)) if self.left else None
            time.sleep(0.02)

    def wait_for_more(self) -> None:
        """Until the office has said yes once more, to each as long as there is work."""
        keys, published = len(self.keys), len(self.published)
        for _ in range(600):
            done = len(self.keys) > keys and (len(self.published) > published or not self.left)
            if done or self.failures:
                return
            time.sleep(0.02)

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


def test_nothing_accepted_is_lost_and_nothing_unsigned_gets_out(app, cast):
    draft = make_item(cast.lin).id
    signed = [make_item(cast.lin, state=State.SIGNED_OFF).id for _ in range(KILLS + 5)]
    make_person("issuer9", Role.ISSUER, unit=cast.office)
    public_file.reconcile()
    db.session.remove()
    server = Server(app.config["COUNTY"].DATA)
    server.start()
    traffic = Traffic(server.port, draft, signed)
    for thread in traffic.threads:
        thread.start()
    chance = random.Random(7)
    for _ in range(KILLS):
        traffic.wait_for_more()
        time.sleep(0.3 * chance.random())
        server.kill()
        server.start()
    traffic.end()
    server.kill()
    server.end()
    assert not traffic.failures, traffic.failures
    check(app, traffic.keys, traffic.published)


def check(app, keys: list[str], published: list[int]) -> None:
    assert len(keys) >= KILLS, "uploads were under way"
    assert len(published) >= KILLS // 2, "publications were under way"
    there = set(db.session.scalars(db.select(Attachment.key)))
    assert set(keys) <= there
    live = dict(
        db.session.execute(
            db.select(Publication.item_id, Publication.public_id).where(
                Publication.ended_at.is_(None)
            )
        ).all()
    )
    assert set(published) <= live.keys()
    assert {db.session.get_one(Item, item_id).state for item_id in live} == {State.PUBLISHED}
    db.session.rollback()
    shown = writer.contents(app.config["COUNTY"].PUBLIC)
    assert set(shown) <= set(live.values())
    public_file.reconcile()  # what the worker does when it starts
    assert writer.contents(app.config["COUNTY"].PUBLIC).keys() == set(live.values())
    assert verify.faults() == []
