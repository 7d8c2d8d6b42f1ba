"""Somebody at their desk, who knows pages and buttons only: addresses and fields of forms."""

import re
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from county_portal.demo.people import PASSWORD
from county_portal.office.base.extensions import db, writing

GONE_ON = {302, 303}


class Desk:
    """A browser in which a person of the demonstration county has signed in."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client = app.test_client()
        self.login = login
        self.send("/sign-in", login=login, password=PASSWORD)

    def send(self, address: str, status: set[int] = GONE_ON, /, **typed: Any) -> str:
        """Send a form; where the browser is led to."""
        answer = self._open("POST", address, typed)
        assert answer.status_code in status, f"{self.login} {address}: {_words(answer)}"
        return urlsplit(answer.headers.get("Location", "")).path

    def press(self, page: str, button: str = "", /, **typed: Any) -> str:
        """Open a page and send the form whose address ends like that, with what is typed in it.

        button: empty for the page's own form.
        """
        answer = self._open("GET", page)
        assert answer.status_code == 200, f"{self.login} {page}: {_words(answer)}"
        said = _buttons(BeautifulSoup(answer.data, "html.parser"), page)
        target = next((one for one in said if one.endswith(button or page)), None)
        assert target, f"{self.login} {page}: no button {button} among {sorted(said)}"
        return self.send(target, GONE_ON, **{**_filled(said[target]), **typed})

    def read(self, address: str) -> bytes:
        answer = self._open("GET", address)
        assert answer.status_code == 200, f"{self.login} {address}: {_words(answer)}"
        return answer.data

    def _open(self, method: str, address: str, typed: dict[str, Any] | None = None) -> TestResponse:
        db.session.rollback()  # the test holds no transaction while a request runs
        with self.client.application.app_context(), writing(ahead=False):  # what it sets ends here
            return self.client.open(address, method=method, data=typed)


def _buttons(soup: BeautifulSoup, page: str) -> dict[str, Tag]:
    """The forms of the page by where they are sent: the first of each address."""
    said = {_address(form, page): form for form in reversed(soup.select("form[method=post]"))}
    for button in soup.select("button[formaction]"):
        form = soup.find("form", id=button.get("form")) or button.find_parent("form")
        said.setdefault(str(button["formaction"]), form)
    return said


def _address(form: Tag, page: str) -> str:
    action = form.get("action")
    return str(action) if action else page


def _filled(form: Tag) -> dict[str, Any]:
    """What the browser would send if nothing was typed."""
    filled: dict[str, Any] = {}
    for control in form.select("input[name], textarea[name], select[name]"):
        name = str(control["name"])
        if control.name == "select":
            chosen = [option.get("value", "") for option in control.select("option[selected]")]
            first = [option.get("value", "") for option in control.select("option")][:1]
            filled[name] = chosen if control.has_attr("multiple") else (chosen or first or [""])[0]
        elif control.name == "textarea":
            filled[name] = re.sub(r"^\r?\n", "", control.text)
        elif control.get("type") == "checkbox":
            if control.has_attr("checked"):
                filled.setdefault(name, []).append(control.get("value", "y"))
        elif control.get("type") not in {"radio", "file"} or control.has_attr("checked"):
            filled[name] = control.get("value", "")
    return filled


def _words(answer: TestResponse) -> str:
    said = BeautifulSoup(answer.data, "html.parser")
    main = said.find("main") or said
    return f"{answer.status_code} {' '.join(main.text.split())[:600]}"
