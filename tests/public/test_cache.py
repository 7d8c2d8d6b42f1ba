"""Kept pages: the same bytes, for exactly as long as the public file says the same."""

import pytest

from tests.public.furniture import make_site
from tests.published import writer
from tests.published.factory import SITE, make_county, make_entry, make_withdrawal
from tests.published.writer import Changes


@pytest.fixture
def folder(tmp_path):
    writer.build_public_file(tmp_path / "public", SITE, make_county(30, characters=100))
    return tmp_path / "public"


@pytest.fixture
def app(folder):
    """The site, with a list of the paths the application itself was asked for."""
    app = make_site(folder)
    app.asked = []

    @app.before_request
    def note() -> None:
        from flask import request

        app.asked.append(request.full_path.rstrip("?"))

    return app


def test_a_kept_page_is_the_same_page(app):
    client = app.test_client()
    first, second = client.get("/items/3"), client.get("/items/3")
    assert app.asked == ["/items/3"]
    assert first.data == second.data and dict(first.headers) == dict(second.headers)
    assert client.head("/items/3").data == b""
    assert app.asked == ["/items/3"]


def test_a_browser_that_has_the_page_gets_only_a_word(app):
    client = app.test_client()
    etag = client.get("/items/3").headers["ETag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = client.get("/items/3", headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Content-Security-Policy"]
    assert client.get("/items/3", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_change_of_the_file_is_seen_at_once(app, folder):
    client = app.test_client()
    before = client.get("/items/3")
    writer.apply(folder, Changes(put=(make_entry(3, title="更正后的标题"),)))
    after = client.get("/items/3", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200 and "更正后的标题" in after.text
    writer.apply(folder, Changes(withdrawals=(make_withdrawal(3),)))
    gone = client.get("/items/3", headers={"If-None-Match": after.headers["ETag"]})
    assert gone.status_code == 410 and "更正后的标题" not in gone.text


def test_a_page_that_did_not_change_keeps_its_mark(app, folder):
    client = app.test_client()
    before = client.get("/items/3").headers["ETag"]
    writer.apply(folder, Changes(put=(make_entry(31),)))
    assert client.get("/items/3", headers={"If-None-Match": before}).status_code == 304


def test_mischief_is_answered_and_not_kept(app):
    client = app.test_client()
    for path in ("/items/3?x=1", "/nowhere", "/catalogue?page=99", "/items/77"):
        assert client.get(path).status_code == client.get(path).status_code
        assert app.asked.count(path) == 2, path
        assert "ETag" not in client.get(path).headers


def test_languages_and_hosts_are_kept_apart(app):
    client = app.test_client()
    client.get("/items/3")
    client.get("/items/3?lang=en")
    client.get("/items/3", headers={"Host": "another.example"})
    assert len(app.asked) == 3


def test_memory_is_bounded(folder):
    app = make_site(folder, cache_bytes=60_000)
    client = app.test_client()
    for number in range(1, 31):
        client.get(f"/items/{number}")
    cache = app.wsgi_app
    assert 0 < cache._bytes <= 60_000
    assert cache._bytes == sum(len(page.body) + 1024 for page in cache._pages.values())
    assert any("/items/30" in key for key in cache._pages)
    assert not any("/items/1" in key for key in cache._pages)


def test_files_pass_through(app, folder, tmp_path):
    from tests.published.factory import make_blob

    line = make_blob(tmp_path / "blobs", b"%PDF-1.7", name="a.pdf")
    writer.apply(folder, Changes(put=(make_entry(40, files=[line]),)))
    client = app.test_client()
    for _ in range(2):
        assert client.get("/files/40/0a1b2c3d/a.pdf", buffered=True).data == b"%PDF-1.7"
    assert len(app.asked) == 2
