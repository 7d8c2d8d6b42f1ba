"""Signing in and out, one's own password, and what ends a session."""

import json

import pytest
from sqlalchemy import func, select

from county_portal.app import create_office
from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import AuditRow, WebSession, WrongTry
from county_portal.office.accounts import passwords, sessions
from county_portal.office.base import jobs
from county_portal.office.base.extensions import db
from tests.conftest import FOR_TESTS, settings_for
from tests.factories import PASSWORD, make_person
from tests.page import Page

NEW = "teapot-ladder-moss-19"


def last_row():
    return db.session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))


def sign_in(page, login, password=PASSWORD, status=200, **more):
    return page.post("/sign-in", {"login": login, "password": password, **more}, status)


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(browse, cast):
    page = browse(None)
    page.get("/account")
    assert page.address == "/sign-in?next=/account"
    assert page.response.headers["HX-Refresh"] == "true"


def test_signing_in_leads_to_where_one_wanted_to_go(browse, cast):
    page = browse(None)
    page.get("/account")
    sign_in(page, "lin", next="/account")
    assert page.address == "/account"
    assert last_row().action == "session.start"
    assert last_row().actor == "lin"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/x", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/a\tb"],
)
def test_a_sign_in_never_leads_to_another_site(browse, cast, elsewhere):
    page = browse(None)
    answer = page.raw(
        "/sign-in",
        "POST",
        303,
        data={"login": "ma", "password": PASSWORD, "next": elsewhere},
    )
    assert answer.headers["Location"] == "/"


def test_under_an_address_of_its_own_the_office_leads_back_into_itself(browse, cast):
    answer = browse(None).raw(
        "/sign-in",
        "POST",
        303,
        data={"login": "ma", "password": PASSWORD, "next": "/account"},
        environ_overrides={"SCRIPT_NAME": "/office"},
    )
    assert answer.headers["Location"] == "/office/account"


@pytest.mark.parametrize("login", ["lin", "nobody", "gone"])
def test_a_wrong_name_and_a_wrong_password_read_the_same(browse, cast, login):
    page = sign_in(browse(None), login, "wrong", status=422)
    assert "Name and password do not belong together" in page.select_one("[role=alert]").text
    row = last_row()
    assert (row.action, row.actor, row.result) == ("session.start", login, "refused")


def test_the_name_stays_in_the_form_and_the_password_does_not(browse, cast):
    page = sign_in(browse(None), "lin", "wrong-secret", status=422)
    assert page.select_one("#login")["value"] == "lin"
    assert "wrong-secret" not in str(page)


def test_a_closed_account_does_not_get_in(browse, cast):
    sign_in(browse(None), "gone", status=422)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(cast):
    hashed = passwords.hash_password(PASSWORD)
    assert not passwords.matches("", PASSWORD)
    assert hashed.split("$")[3] == passwords.NOBODYS.split("$")[3] == "m=19456,t=2,p=1"


def test_after_ten_wrong_tries_even_the_right_password_waits(browse, cast):
    page = browse(None)
    for _ in range(10):
        sign_in(page, "lin", "wrong", status=422)
    refused = sign_in(page, "lin", status=429)
    assert "Wait a few minutes" in refused.text
    assert json.loads(last_row().details) == {"reason": "Too many tries"}
    sign_in(page, "ma")


def test_right_passwords_are_not_counted(browse, cast):
    for _ in range(12):
        sign_in(browse(None), "lin")


def test_an_address_that_tries_many_names_waits_too(app, browse, cast, monkeypatch):
    monkeypatch.setattr(app.config["COUNTY"], "ADDRESS_TRIES", 3)
    page = browse(None)
    for login in ("a", "b", "c"):
        sign_in(page, login, "wrong", status=422)
    sign_in(page, "lin", status=429)


def test_another_process_knows_of_wrong_tries_and_so_does_one_that_was_started_again(
    app, browse, cast, monkeypatch
):
    monkeypatch.setattr(app.config["COUNTY"], "SIGN_IN_TRIES", 3)
    for _ in range(3):
        sign_in(browse(None), "lin", "wrong", status=422)
    another = create_office(settings_for(app.config["COUNTY"].DATA), **FOR_TESTS)
    another.config["COUNTY"].SIGN_IN_TRIES = 3
    sign_in(Page(another), "LIN", status=429)
    sign_in(Page(another), "ma")
    with another.app_context():
        db.engine.dispose()


def test_after_five_minutes_wrong_tries_count_no_more_and_are_removed(browse, cast):
    for minute in range(10):
        with clock.frozen(f"2026-03-02T09:0{minute // 4}"):
            sign_in(browse(None), "lin", "wrong", status=422)
    with clock.frozen("2026-03-02T09:04"):
        sign_in(browse(None), "lin", status=429)
    with clock.frozen("2026-03-02T09:05"):
        sign_in(browse(None), "lin")
        jobs.tick()
    assert db.session.scalar(select(func.count(WrongTry.id))) == 6


def test_what_was_typed_as_a_name_is_not_kept(browse, cast):
    for name in ("dike-lantern-4417", "x\0", "名" * 5000):
        sign_in(browse(None), name, "wrong", status=422)
    kept = db.session.scalars(select(WrongTry.account)).all()
    assert len({*kept}) == 3
    assert {len(one) for one in kept} == {64}


def test_a_sign_in_without_its_token_is_refused(guarded, browse, cast):
    refused = sign_in(browse(None), "lin", status=400)
    assert "This page is too old" in refused.text


def test_the_session_has_a_new_id_after_signing_in(app, browse, cast):
    page = browse(None)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        form = page.get("/sign-in")
        before = page.client.get_cookie(sessions.COOKIE).value
        token = form.select_one("[name=csrf_token]")["value"]
        sign_in(page, "lin", csrf_token=token)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert page.client.get_cookie(sessions.COOKIE).value != before
    assert db.session.scalar(select(func.count()).select_from(WebSession)) == 1


def test_a_cookie_is_worth_nothing_after_signing_out(app, browse, cast):
    page = browse(cast.lin)
    stolen = page.client.get_cookie(sessions.COOKIE).value
    page.post("/sign-out")
    assert page.address == "/sign-in"
    thief = browse(None)
    thief.client.set_cookie(sessions.COOKIE, stolen)
    thief.get("/account")
    assert thief.address.startswith("/sign-in")


def test_a_session_ends_when_nobody_uses_it(browse, cast):
    page = browse(cast.lin)
    with clock.frozen("2026-03-02T09:29"):
        page.get("/account")
    with clock.frozen("2026-03-02T09:58"):
        page.get("/account")
        assert page.address == "/account"
    with clock.frozen("2026-03-02T10:29"):
        page.get("/account")
        assert page.address.startswith("/sign-in")


def test_a_session_ends_after_twelve_hours_of_work(browse, cast):
    page = browse(cast.lin)
    for minute in range(0, 12 * 60, 20):
        with clock.frozen(f"2026-03-02T{9 + minute // 60:02}:{minute % 60:02}"):
            page.get("/account")
            assert page.address == "/account"
    with clock.frozen("2026-03-02T21:05"):
        page.get("/account")
    assert page.address.startswith("/sign-in")


def test_a_form_that_comes_back_late_in_a_session_does_not_stop_itself(browse, cast):
    page = browse(cast.lin)
    with clock.frozen("2026-03-02T09:10"):
        page.post("/password", {"old": "x"}, status=422)


# One's own password


def test_the_first_sign_in_leads_to_a_new_password_and_nowhere_else(browse, cast):
    make_person("new", unit=cast.water, must_change_password=True)
    page = browse(None)
    sign_in(page, "new")
    assert page.address == "/password"
    page.get("/account")
    assert page.address == "/password"
    page.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert page.address == "/account"
    sign_in(browse(None), "new", NEW)


def test_a_new_password_signs_out_every_other_browser(browse, cast):
    here, there = browse(cast.lin), browse(cast.lin)
    here.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    here.get("/account")
    assert here.address == "/account"
    there.get("/account")
    assert there.address.startswith("/sign-in")
    assert db.session.scalar(
        select(func.count()).where(AuditRow.action == "password.change", AuditRow.actor == "lin")
    )


@pytest.mark.parametrize(
    ("old", "new", "again", "reason"),
    [
        ("wrong", NEW, NEW, "This is not your password"),
        (PASSWORD, NEW, "another", "The two new passwords are not the same"),
        (PASSWORD, PASSWORD, PASSWORD, "Take another password than the present one"),
        (PASSWORD, "short-one", "short-one", "Use at least 10 characters"),
        (PASSWORD, "13800138000", "13800138000", "Do not use digits only"),
        (PASSWORD, "qinghe2026", "qinghe2026", "This password is easy to guess"),
        (PASSWORD, "xianzhengfu2025", "xianzhengfu2025", "This password is easy to guess"),
        (PASSWORD, "linlinlinlin", "linlinlinlin", "This password is easy to guess"),
        (PASSWORD, "Water20260101", "Water20260101", "This password is easy to guess"),
    ],
)
def test_a_password_is_refused_with_its_reason(browse, cast, old, new, again, reason):
    page = browse(cast.lin).post("/password", {"old": old, "new": new, "again": again}, status=422)
    assert reason in page.select_one("[role=alert]").text
    assert new not in str(page.select_one("form"))


def test_guessing_the_present_password_is_limited_as_well(browse, cast):
    page = browse(cast.lin)
    for _ in range(10):
        page.post("/password", {"old": "wrong", "new": NEW, "again": NEW}, status=422)
    page.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW}, status=429)


def test_a_one_time_password_is_strong_enough_for_anybody(cast):
    passwords.require_strong(passwords.one_time_password(), cast.lin)
    with pytest.raises(Refused):
        passwords.require_strong("a" * 200, cast.lin)


# The frame


def test_the_language_is_changed_and_one_stays_where_one_was(browse, cast):
    page = browse(cast.lin)
    page.get("/language/zh", referer="http://localhost/password?x=1")
    assert page.address == "/password?x=1"
    assert page.get("/account").html["lang"] == "zh-Hans"
    page.get("/language/en", referer="http://localhost/account")
    assert page.get("/account").html["lang"] == "en"
    page.get("/language/xx", status=404)


@pytest.mark.parametrize(
    "before", ["http://evil.example/account", "", "http://localhost//evil.example", "nonsense"]
)
def test_the_switch_of_languages_leads_to_no_other_site(browse, cast, before):
    page = browse(cast.aud)
    answer = page.raw("/language/zh", status=303, headers={"Referer": before})
    assert answer.headers["Location"] == "/log"


def test_the_menu_holds_what_a_person_may_do(browse, cast):
    def menu(person):
        return {a.text.strip() for a in browse(person).get("/account").select("nav a")}

    assert {"Units", "People", "Settings", "Jobs"} <= menu(cast.sys)
    assert {"Roles"} == menu(cast.sec)
    assert {"Log"} == menu(cast.aud)
    assert {"My desk", "Write an item", "Items"} <= menu(cast.lin)
    assert not {"Units", "People", "Roles", "Log", "Settings"} & menu(cast.lin)


def test_a_new_password_ends_copies_of_this_browsers_cookie_too(app, cast, browse):
    page, thief = browse(cast.lin), Page(app)
    stolen = page.client.get_cookie(sessions.COOKIE).value
    thief.client.set_cookie(sessions.COOKIE, stolen)
    thief.raw("/account")
    new = "reed-copper-ferry-52"
    page.post("/password", {"old": PASSWORD, "new": new, "again": new})
    thief.raw("/account", status=303)
    page.raw("/account")
