"""Nonsense in addresses, questions and forms is refused; it never breaks anything."""

import re

import pytest

from county_portal.models import State
from tests.factories import make_item

HUGE = "99999999999999999999"
WORDS = ("-1", HUGE, "\0", "0001-01-01", "9999-12-31", "²", "x" * 3000)
QUESTIONS = {
    "lin /items/": ("page", "q", "column", "state", "since", "until", "order"),
    "lin /items/deadline": ("formed_on",),
    "lin /review/": ("page", "state", "order"),
    "lin /review/1": ("revision",),
    "lin /review/1/preview": ("revision",),
    "lin /review/1/compare": ("new", "old"),
    "sys /people": ("q", "unit", "role", "account", "page"),
    "sec /roles": ("unit", "page"),
    "aud /log": ("actor", "action", "thing", "result", "since", "until", "before"),
    "he /reports/": ("page",),
    "he /gazettes/": ("page",),
}
# Nobody has the role of everybody: whoever comes first here and may come in knocks.
KNOCKING = ("lin", "zhou", "qian", "wu", "tang", "he", "sys", "sec", "aud")


@pytest.fixture
def knock(app, cast, browse):
    """The status of the answer to somebody's request."""
    make_item(cast.lin, state=State.DRAFT)
    make_item(cast.lin, state=State.UNIT_APPROVED)
    pages = {}

    def status(who, method, path, **more):
        page = pages.setdefault(who, browse(getattr(cast, who)))
        return page._open(method, path, **more).status_code

    return status


def _one_of(app, cast, rule):
    access = app.view_functions[rule.endpoint].access
    fitting = (
        who
        for who in KNOCKING
        if {role.value for role in getattr(cast, who).roles} & set(access.roles)
    )
    return next(fitting, "lin")


@pytest.mark.slow
def test_no_number_in_an_address_breaks_the_office(app, cast, knock):
    broken = []
    for rule in app.url_map.iter_rules():
        if not rule.arguments or rule.endpoint == "static":
            continue
        who = _one_of(app, cast, rule)
        for word in (HUGE, "%00", "..%2f..", "2147483647"):
            for method in rule.methods & {"GET", "POST"}:
                path = re.sub(r"<[^>]+>", word, rule.rule)
                if knock(who, method, path) >= 500:
                    broken.append(f"{who} {method} {path}")
    assert broken == []


@pytest.mark.parametrize("door", QUESTIONS)
def test_no_question_breaks_the_office(knock, door):
    who, path = door.split()
    broken = [
        (name, word[:30])
        for name in QUESTIONS[door]
        for word in WORDS
        if knock(who, "GET", path, query_string={name: word}) >= 500
    ]
    assert broken == []


def test_no_day_breaks_the_form_of_an_item(cast, browse):
    item = make_item(cast.lin)
    page = browse(cast.lin)
    for name, day in (
        ("formed_on", "9999-12-31"),
        ("formed_on", "0001-01-01"),
        ("wanted_at", "0001-01-01T00:00"),
        ("wanted_at", "9999-12-31T23:59"),
    ):
        words = {"title": "Flood plan", name: day, "version": item.version}
        assert page.post(f"/items/{item.id}", words, status=422).select(".invalid-feedback, .error")


def test_a_draft_has_a_page_for_its_unit(cast, browse):
    item = make_item(cast.lin, note="Only for you")
    page = browse(cast.zhou).get(f"/review/{item.id}")
    assert "Only for you" in page.text
    browse(cast.zhou).get(f"/review/{item.id}?revision=7", status=404)


@pytest.mark.parametrize("size", [5_000_000, 60_000_000])
def test_a_form_larger_than_any_form_is_refused(cast, browse, size):
    item = make_item(cast.lin)
    big = {"title": "Flood plan", "body": "x" * size, "note": "x" * size, "version": item.version}
    for path in (f"/items/{item.id}", f"/review/{item.id}/remark"):
        assert browse(cast.lin)._open("POST", path, data=big).status_code in {413, 422}


def test_more_fields_than_any_form_has_are_refused(cast, browse):
    item = make_item(cast.lin)
    many = {f"field{number}": "1" for number in range(20_000)}
    answer = browse(cast.lin)._open("POST", f"/items/{item.id}", data=many)
    assert answer.status_code < 500
