"""A client that reads pages as a person would, and checks what every page owes."""

from copy import copy
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask, session
from werkzeug.test import TestResponse

from county_portal.models import Person
from county_portal.office.accounts import sessions
from county_portal.office.base.extensions import db

REDIRECTS = {301, 302, 303, 307, 308}


class Page:
    """One browser. `address` is where it has arrived, `response` what it was last sent."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.address = ""
        self.response: TestResponse | None = None

    def get(self, path: str, status: int = 200, **headers: str) -> BeautifulSoup:
        return self._read("GET", path, None, status, headers)

    def post(
        self, path: str, data: dict[str, Any] | None = None, status: int = 200, **headers: str
    ) -> BeautifulSoup:
        """Send a form and follow to the page it leads to."""
        return self._read("POST", path, data or {}, status, headers)

    def raw(self, path: str, method: str = "GET", status: int = 200, **more: Any) -> TestResponse:
        """One answer as it is: a file, a partial, a redirect. Nothing is followed or checked."""
        response = self._open(method, path, **more)
        assert response.status_code == status, response.get_data(as_text=True)[:2000]
        return response

    def _read(
        self, method: str, path: str, data: dict[str, Any] | None, status: int, headers: dict
    ) -> BeautifulSoup:
        response = self._open(method, path, data=data, headers=headers)
        while response.status_code in REDIRECTS:
            response = self._open("GET", _local(response.headers["Location"]), headers=headers)
        assert response.status_code == status, response.get_data(as_text=True)[:4000]
        soup = BeautifulSoup(response.data, "html.parser")
        check_page(soup)
        return soup

    def _open(self, method: str, path: str, **more: Any) -> TestResponse:
        _let_go()  # the test holds no transaction while a request runs
        with self.app.app_context():  # a context of its own, as in life
            response = self.client.open(path, method=method, **more)
        _let_go()  # the test must see what the request committed
        self.address, self.response = path, response
        return response


def _let_go() -> None:
    db.session.rollback()
    db.session.expire_all()


def _local(location: str) -> str:
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def signed_in(app: Flask, person: Person) -> Page:
    """A browser in which the person has signed in."""
    page, person_id = Page(app), person.id
    _let_go()
    with app.app_context(), app.test_request_context():
        sessions.start(db.session.get_one(Person, person_id))
        app.session_interface.save_session(app, session, app.make_response(""))
        secret = session.secret
    page.client.set_cookie(sessions.COOKIE, secret)
    return page


# What every page owes its reader


def check_page(page: BeautifulSoup) -> None:
    soup = copy(page)
    for template in soup.find_all("template"):
        template.decompose()  # what lies in there is not on the page yet
    assert len(soup.select("h1")) == 1, "one h1"
    assert soup.title and soup.title.text.strip(" –"), "a title"
    assert soup.html and soup.html.get("lang"), "a language"
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids)), f"an id is used once: {sorted(ids)}"
    for tag in soup.select("[hx-select]"):
        assert soup.select(str(tag["hx-select"])), f"{tag['hx-select']} is on the page"
    for control in soup.select("input, select, textarea"):
        check_label(soup, control)
    check_forms(soup)
    check_policy(soup)


def check_label(soup: BeautifulSoup, control: Tag) -> None:
    if control.get("type") in {"hidden", "submit", "button", "image", "reset"}:
        return
    named = control.get("aria-label") or control.get("aria-labelledby")
    inside = control.find_parent("label")
    outside = control.get("id") and soup.find("label", attrs={"for": control["id"]})
    assert named or inside or outside, f"a label for {control}"


def check_forms(soup: BeautifulSoup) -> None:
    for form in soup.select("form"):
        if form.get("hx-post") or form.get("hx-get"):
            assert form.get("action") or form.get("method", "get") == "get", "works without script"
        if form.get("method") == "post":
            assert form.select_one("[name=csrf_token]"), f"its token in {str(form)[:100]}"
    for button in soup.select("button"):
        assert button.text.strip() or button.get("aria-label"), f"a name for {button}"
    for image in soup.select("img"):
        assert image.has_attr("alt"), f"words for {image}"


def check_policy(soup: BeautifulSoup) -> None:
    """Nothing the content security policy would stop."""
    assert not soup.select("style, [style]"), "no inline style"
    for script in soup.select("script"):
        assert script.get("src") or script.get("type", "").endswith("json"), "no inline script"
    for tag in soup.select("*"):
        assert not [name for name in tag.attrs if name.startswith("on")], f"no on…= in {tag.name}"
