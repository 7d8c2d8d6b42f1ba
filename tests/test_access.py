"""Who may open what: every view says it, and what it says is so."""

import json
import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from county_portal.models import ADMINISTRATIVE, State
from county_portal.office.rules.access import (
    Access,
    access_table,
    check_every_view,
    needs,
    open_to_all,
)
from county_portal.office.rules.policy import EDITORIAL, Do
from docs.access import PAGE
from docs.access import page as access_page
from tests.factories import make_item

SAMPLES = {
    "IntegerConverter": "1",
    "RowNumber": "1",
    "UnicodeConverter": "x",
    "PathConverter": "x/y",
}
FRONT_DOOR = "review.desk"  # everybody who is signed in may come this far
TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')


def sample(rule: Rule) -> str:
    """An address that fits the rule."""
    address = rule.rule
    for name, converter in rule._converters.items():
        value = SAMPLES.get(type(converter).__name__, "x")
        address = re.sub(rf"<(?:[^<>:]+:)?{name}>", value, address)
    return address


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def access_of(app: Flask, rule: Rule) -> Access:
    return app.view_functions[rule.endpoint].access


# The start


def test_a_view_that_says_nothing_stops_the_start_up():
    app = Flask(__name__)
    app.add_url_rule("/a", "spoken", needs(Do.ITEM_VIEW)(lambda: ""))
    app.add_url_rule("/b", "open", open_to_all(lambda: ""))
    check_every_view(app)
    app.add_url_rule("/c", "silent", lambda: "")
    with pytest.raises(RuntimeError, match="silent"):
        check_every_view(app)


def test_without_a_sign_in_only_these_addresses_answer(office):
    opened = {rule.endpoint for rule in office.url_map.iter_rules() if access_of(office, rule).open}
    assert opened == {"static", "accounts.sign_in", "accounts.language"}


# The doors


def test_every_other_page_leads_to_the_sign_in(app, browse, cast):
    page = browse(None)
    for rule in rules(app, "GET"):
        if not access_of(app, rule).open:
            answer = page.raw(sample(rule), status=303)
            assert answer.headers["Location"].startswith("/sign-in?next="), rule


@pytest.mark.slow
def test_every_form_without_its_token_is_refused(guarded, browse, cast):
    pages = {person: browse(person) for person in (cast.lin, cast.qian, cast.sys, cast.sec)}
    tried = 0
    for rule in rules(guarded, "POST"):
        for person, page in pages.items():
            answer = page.raw(sample(rule), "POST", 400)
            assert "This page is too old" in answer.text, (rule, person.login)
            tried += 1
    assert tried > 100


@pytest.mark.slow
def test_nobody_without_the_role_comes_in(app, browse, cast):
    """Each of the cast at each door: 403 exactly where the view's actions allow them nothing."""
    people = [cast.lin, cast.zhou, cast.qian, cast.wu, cast.tang, cast.he]
    for person in [*people, cast.sys, cast.sec, cast.aud]:
        page, roles = browse(person), {role.value for role in person.roles}
        for rule in rules(app, "GET"):
            access = access_of(app, rule)
            if access.actions and not roles & set(access.roles):
                page.raw(sample(rule), status=403)


def test_no_administrator_opens_a_page_of_the_editorial_road(app):
    administrators = {role.value for role in ADMINISTRATIVE}
    editorial = {role.value for role in EDITORIAL}
    for rule in app.url_map.iter_rules():
        inside = rule.endpoint.split(".")[0] in {"items", "review", "reports"}
        if inside and rule.endpoint != FRONT_DOOR:
            access = access_of(app, rule)
            assert access.actions, f"{rule.endpoint} says no action"
            assert not administrators & set(access.roles), rule.endpoint
            assert set(access.roles) <= editorial


def test_at_the_front_door_administrators_are_led_to_their_own_pages(app, browse, cast):
    make_item(cast.lin, state=State.SUBMITTED)
    for person, page in ((cast.sys, "/units"), (cast.sec, "/roles"), (cast.aud, "/log")):
        answer = browse(person).raw("/", status=303)
        assert answer.headers["Location"] == page
        assert b"Flood plan" not in answer.data


# What is hidden


PLACES = ("/items/{}", "/review/{}", "/review/{}/preview", "/review/{}/compare")


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.PUBLISHED])
@pytest.mark.parametrize("place", PLACES)
def test_another_units_item_has_the_same_bytes_as_none(browse, cast, place, state):
    item = make_item(cast.lin, state=state)
    page = browse(cast.ma)
    hidden, missing = (
        TOKEN.sub(b"", page.raw(place.format(number), status=404).data)
        for number in (item.id, item.id + 1000)
    )
    assert hidden == missing
    assert b"Flood plan" not in hidden


def test_a_draft_that_was_not_handed_over_is_hidden_from_the_county_office(browse, cast):
    item = make_item(cast.lin)
    for person in (cast.qian, cast.wu, cast.tang, cast.he):
        page = browse(person)
        page.raw(f"/review/{item.id}", status=404)


# The table


def test_the_table_names_every_address_once_and_who_may(app):
    rows = access_table("office", app)
    assert len(rows) == len(list(app.url_map.iter_rules()))
    assert all(row["who"] for row in rows)
    by_endpoint = {row["endpoint"]: row["who"] for row in rows}
    assert by_endpoint["admin.log"] == "auditor"
    assert by_endpoint["accounts.edit_roles"] == "security_administrator"
    assert by_endpoint["accounts.account"] == "signed in"
    assert by_endpoint["accounts.sign_in"] == "everybody"


def test_the_command_prints_both_sites_for_programs(app):
    result = app.test_cli_runner().invoke(args=["access", "--json"])
    rows = json.loads(result.output)
    assert {row["site"] for row in rows} == {"office", "public"}
    public = [row for row in rows if row["site"] == "public"]
    assert [row["path"] for row in public if row["methods"] != "GET"] == ["/check"]


def test_the_page_of_the_handbook_is_the_table(office):
    written = PAGE.read_text("utf-8")
    assert written == access_page(), "run `python docs/access.py`"
