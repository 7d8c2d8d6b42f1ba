"""The server is killed at every stage of uploads, publications and withdrawals.

What it had said yes to is there afterwards; nothing is public that was not
signed; and every promise still holds.
"""

import io
import secrets
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from PIL import Image

from county_portal.editorial.release import public_file, verify
from county_portal.models import Attachment, Item, Publication, State
from county_portal.office.base.extensions import db
from tests.factories import make_item
from tests.kills.web import Browser, signed_in
from tests.published import writer

# The stage, and whether the deed counts after a death there.
UPLOADING = (
    ("before rename */blobs/*", False),
    ("after rename */blobs/*", False),
    ("before commit INSERT INTO attachments", False),
    ("after commit INSERT INTO attachments", True),
)
# The stage, whether it is published then, and whether the public reads it already.
ISSUING = (
    ("before commit INSERT INTO publications", False, False),
    ("after commit INSERT INTO publications", True, False),
    ("before rename */site.sqlite", True, False),
    ("after rename */site.sqlite", True, True),
)
# The stage, whether it is still published then, and whether the public still reads it.
WITHDRAWING = (
    ("before rename */site.sqlite", True, True),
    ("after rename */site.sqlite", True, False),
    ("before commit UPDATE publications", True, False),
    ("after commit UPDATE publications", False, False),
)
pytestmark = [pytest.mark.slow, pytest.mark.browser]


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


def issue(browser: Browser, item_id: int) -> int:
    form = urlencode({"csrf_token": browser.csrf, "publish_at": ""}).encode()
    return browser.send("POST", f"/office/review/{item_id}/issue", form)[0]


def withdraw(browser: Browser, item_id: int) -> int:
    form = urlencode({"csrf_token": browser.csrf, "note": "It was wrong"}).encode()
    return browser.send("POST", f"/office/review/{item_id}/withdraw", form)[0]


def kept() -> set[str]:
    """The keys of the files the office has."""
    db.session.rollback()
    keys = set(db.session.scalars(db.select(Attachment.key)))
    db.session.rollback()
    return keys


def published() -> dict[int, int]:
    """What the office has published: the item, and the number the public knows it by."""
    db.session.rollback()
    live = db.select(Publication.item_id, Publication.public_id).where(
        Publication.ended_at.is_(None)
    )
    numbers = dict(db.session.execute(live).all())
    states = {db.session.get_one(Item, item_id).state for item_id in numbers}
    db.session.rollback()
    assert states <= {State.PUBLISHED}
    return numbers


def read(app) -> set[int]:
    """The numbers of what the public reads."""
    return set(writer.item_hashes(app.config["COUNTY"].PUBLIC))


def holds(app) -> None:
    """After what the worker does when it starts, every promise is kept."""
    public_file.reconcile()
    assert read(app) == set(published().values())
    assert verify.broken_promises() == []
    db.session.rollback()


def test_no_file_that_was_accepted_is_lost(app, cast, server):
    draft = make_item(cast.lin).id
    db.session.rollback()
    (author,) = signed_in(server, "lin")
    for stage, counts in UPLOADING:
        before = kept()
        server.start(stage)
        assert upload(author, draft) is None, stage
        server.died()
        assert len(kept() - before) == counts, stage
    server.start()
    assert upload(author, draft) in kept()
    server.kill()
    assert len(kept()) == 2
    holds(app)


def test_what_is_published_is_published_whole_while_others_upload(app, cast, server):
    draft = make_item(cast.lin).id
    signed = [make_item(cast.lin, state=State.SIGNED_OFF).id for _ in ISSUING]
    db.session.rollback()
    author, issuer = signed_in(server, "lin", "issuer9")
    accepted = []
    for item_id, (stage, counts, is_read) in zip(signed, ISSUING, strict=True):
        server.start(stage)
        with ThreadPoolExecutor(1) as beside:
            other = beside.submit(upload, author, draft)
            assert issue(issuer, item_id) == 0, stage
            server.died()
        accepted.append(other.result())
        assert (item_id in published()) == counts, stage
        assert (published().get(item_id) in read(app)) == is_read, stage
        holds(app)
    server.start()
    assert issue(issuer, signed[0]) == 303
    server.kill()
    assert published().keys() == set(signed)
    assert {key for key in accepted if key} <= kept()
    holds(app)


def test_what_is_withdrawn_is_gone_before_the_office_says_so(app, cast, server):
    shown = [make_item(cast.lin, state=State.PUBLISHED).id for _ in WITHDRAWING]
    public_file.reconcile()
    db.session.rollback()
    (issuer,) = signed_in(server, "issuer9")
    for item_id, (stage, counts, is_read) in zip(shown, WITHDRAWING, strict=True):
        number = published()[item_id]
        server.start(stage)
        assert withdraw(issuer, item_id) == 0, stage
        server.died()
        assert (item_id in published()) == counts, stage
        assert (number in read(app)) == is_read, stage
        holds(app)
    server.start()
    assert [withdraw(issuer, item_id) for item_id in shown[:-1]] == [303] * 3
    server.kill()
    assert published() == {}
    holds(app)
