"""A browser that keeps every answer it gets, fills in forms, and follows links."""

import re
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urldefrag, urlencode, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.escaping.corpus import Corpus
from tests.page import REDIRECTS, Page

Filled = set[tuple[str, str]]


@dataclass
class Answer:
    """One answer as it came. who: the browser that asked. endpoint: the view that answered."""

    who: str
    method: str
    path: str
    endpoint: str
    status: int
    media_type: str
    data: bytes

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.data, "lxml")

    @property
    def name(self) -> str:
        return f"{self.who} {self.method} {self.path[:80]} {self.status}"

    def forms(self) -> list[Tag]:
        """The forms of the page in which there is something to fill in."""
        found = self.soup.select("form") if self.media_type == "text/html" else []
        return [
            form for form in found if any(one.get("type") != "hidden" for one in controls(form))
        ]


@dataclass
class Visits:
    """All that was asked on the office's and the public site, and what was typed into forms."""

    corpus: Corpus = field(default_factory=Corpus)
    answers: list[Answer] = field(default_factory=list)
    bodies: set[str] = field(default_factory=set)  # the codes that stand in texts with markup
    secrets: set[str] = field(default_factory=set)  # the codes that were typed as passwords
    typed: Filled = field(default_factory=set)  # the view that took it, and the field
    accepted: dict[str, str] = field(default_factory=dict)  # by its code, where a piece went
    files: set[str] = field(default_factory=set)  # the addresses of papers that were read


class Visitor(Page):
    """One person's browser. Everything it is sent is kept in `visits`."""

    def __init__(self, app: Flask, who: str, visits: Visits) -> None:
        super().__init__(app)
        self.who, self.visits = who, visits

    def _open(self, method: str, path: str, **more: Any) -> TestResponse:
        response = super()._open(method, path, **more)
        self.visits.answers.append(
            Answer(
                self.who,
                method,
                path,
                self.endpoint(path, method)[0],
                response.status_code,
                response.mimetype,
                response.get_data(),
            )
        )
        response.close()
        return response

    def _read(
        self, method: str, path: str, data: dict[str, Any] | None, status: int, headers: dict
    ) -> BeautifulSoup:
        """As a page, but not judged here: whatever came is read later, all of it."""
        response = self._open(method, path, data=data, headers=headers)
        while response.status_code in REDIRECTS:
            response = self._open("GET", response.headers["Location"], headers=headers)
        assert response.status_code == status, response.get_data(as_text=True)[:4000]
        return self.visits.answers[-1].soup

    def endpoint(self, path: str, method: str = "GET") -> tuple[str, str]:
        """The view behind an address, and what the address tells it."""
        adapter = self.app.url_map.bind("localhost")
        try:
            endpoint, said = adapter.match(unquote(urlsplit(path).path), method=method)
        except HTTPException:
            return "", ""
        return endpoint, repr(sorted(said.items()))

    # Forms

    def fill(self, path: str, form: str, status: int = 200, **given: Any) -> BeautifulSoup:
        """Open the page, plant a piece in each plain field of the form that is not given, send it.

        form: how the form is found, in the words of CSS.
        """
        page = self.get(path)
        tag = page.select_one(form)
        assert tag is not None, f"{form} on {path}: {page.select('main')}"
        return self.send(tag, path, status, **given)

    def send(self, tag: Tag, path: str, status: int = 200, **given: Any) -> BeautifulSoup:
        sent = {**self._planted(tag, set(given)), **given}
        address, method, endpoint = self.target(tag, path)
        for name, value in sent.items():
            for code in self.visits.corpus.codes_in(str(value)):
                self.visits.typed.add((endpoint, numberless(name)))
                self.visits.accepted[code] = f"{endpoint} {name}"
        if method == "GET":
            return self.get(f"{urlsplit(address).path}?{urlencode(sent)}", status)
        return self.post(address, sent, status)

    def target(self, form: Tag, path: str) -> tuple[str, str, str]:
        """Where the form is sent, how, and the view that takes it."""
        address, method = str(form.get("action") or path), str(form.get("method", "get")).upper()
        return address, method, self.endpoint(address, method)[0]

    def _planted(self, tag: Tag, given: set[str]) -> dict[str, Any]:
        """What a browser would send, with a piece in each plain field."""
        sent: dict[str, list[str]] = {}
        for one in controls(tag):
            name = str(one.get("name", ""))
            if name and name not in given and (value := self._value(one)) is not None:
                sent.setdefault(name, []).append(value)
        return {name: found[0] if len(found) == 1 else found for name, found in sent.items()}

    def _value(self, one: Tag) -> str | None:
        kind = str(one.get("type", "text"))
        if one.name == "select":
            chosen = one.select_one("[selected]") or one.select_one("option")
            return str(chosen.get("value", "")) if chosen else None
        if kind in {"checkbox", "radio"}:
            return str(one.get("value", "y")) if one.has_attr("checked") else None
        if is_plain(one) and not one.has_attr("readonly"):
            return self.visits.corpus.piece(int(str(one.get("maxlength", 200))))
        return None if kind in {"file", "submit", "password"} else str(one.get("value", ""))

    # Pages

    def follow(self, *starts: str) -> None:
        """Open every page to which links lead; a list once for each set of questions.

        Papers are the same for everybody and take long: one person reads each.
        """
        waiting = deque(starts)
        known: set[tuple[str, str, str]] = set()
        while waiting:
            path = waiting.popleft()
            endpoint, said = self.endpoint(path)
            asked = "+".join(sorted(name for name, _ in parse_qsl(urlsplit(path).query)))
            key = (endpoint, said, asked)
            if not endpoint or endpoint == "static" or key in known or path in self.visits.files:
                continue
            known.add(key)
            response = self._open("GET", path)
            if response.mimetype == "text/html":
                waiting.extend(_links(self.visits.answers[-1]))
            elif response.status_code == 200:
                self.visits.files.add(path)

    def spoil(self, tag: Tag, path: str) -> None:
        """Send the form with a piece in every field, whatever belongs there."""
        corpus = self.visits.corpus
        unspoilt = {None, "csrf_token", "body"}  # in a body markup is markup
        fields = [one for one in controls(tag) if one.get("name") not in unspoilt]
        sent = {str(one["name"]): corpus.piece(100) for one in fields}
        hidden = {str(one["name"]) for one in fields if one.get("type") == "password"}
        self.visits.secrets |= {code for name in hidden for code in corpus.codes_in(sent[name])}
        address, method, _endpoint = self.target(tag, path)
        if method == "GET":
            address, sent = f"{urlsplit(address).path}?{urlencode(sent)}", {}
        response = self._open(method, address, data=sent)
        assert response.status_code < 500, f"{self.who} {method} {address}"


def controls(form: Tag) -> list[Tag]:
    """What stands in the form, and what stands elsewhere and names it."""
    found = form.select("input, textarea, select")
    if form.get("id"):
        found += (form.find_parent("html") or form).select(f'[form="{form["id"]}"]:not(button)')
    return found


def numberless(name: str) -> str:
    """The name of a field without the number of the thing it is about."""
    return re.sub(r"\d+", "N", name)


def is_plain(one: Tag) -> bool:
    """Whether people type words into the control."""
    return one.name == "textarea" or (
        one.name == "input" and str(one.get("type", "text")) in {"text", "search", "tel"}
    )


def _links(answer: Answer) -> list[str]:
    """The addresses on this site to which the page leads."""
    tags = answer.soup.select("a, iframe")
    found = [urldefrag(str(tag.get("href") or tag.get("src") or ""))[0] for tag in tags]
    here = urlsplit(answer.path).path
    return [
        f"{here}{one}" if one.startswith("?") else one
        for one in found
        if one.startswith(("/", "?")) and not one.startswith(("/language/", "//"))
    ]
