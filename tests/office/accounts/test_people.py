"""Units, people and roles: what the three administrators do, and what none of them may."""

import json

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.models import AuditRow, Branch, Person, PersonRole, Role, Unit
from county_portal.office.accounts import people
from county_portal.office.base.extensions import db
from tests.factories import PASSWORD, make_person, make_unit

DEPARTMENT = {"code": "D07", "name": "Roads", "kind": "department", "position": "7", "active": "y"}


def last_details():
    row = db.session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))
    return {"action": row.action, **json.loads(row.details)}


def roles_form(person, *roles, password=PASSWORD, **more):
    words = {"roles": [role.value for role in roles], "password": password}
    return {"version": person.version, **words, **more}


# Units


def test_a_unit_is_added_and_changed(browse, cast):
    page = browse(cast.sys)
    assert "Roads" in page.post("/units/new", DEPARTMENT).select_one("#main").text
    unit = db.session.scalars(select(Unit).where(Unit.code == "D07")).one()
    page.post(
        f"/units/{unit.id}",
        {**DEPARTMENT, "code": "X99", "name": "Roads and bridges", "version": unit.version},
    )
    db.session.refresh(unit)
    assert (unit.code, unit.name) == ("D07", "Roads and bridges")
    assert last_details() == {
        "action": "unit.manage",
        "deed": "changed",
        "name": "Roads and bridges",
    }


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "W01"}, "Another unit has this code"),
        ({"name": "Water"}, "Another unit has this name"),
        ({"code": "d 7"}, "Use 2 to 12 capital letters and digits"),
        ({"name": "  "}, "Enter a name"),
        ({"position": "first"}, "Enter a number from 0 to 9999"),
        ({"kind": "planet"}, "Not a valid choice"),
    ],
)
def test_a_unit_that_cannot_be_keeps_what_was_typed(browse, cast, changed, reason):
    page = browse(cast.sys).post(
        "/units/new", {**DEPARTMENT, "leader": "Somebody", **changed}, status=422
    )
    assert reason in page.select_one("[role=alert]").text
    assert page.select_one("#leader")["value"] == "Somebody"


def test_a_stale_unit_is_not_overwritten(browse, cast):
    page, water = browse(cast.sys), cast.water
    words = {**DEPARTMENT, "version": water.version}
    page.post(f"/units/{water.id}", {**words, "name": "Water office"})
    page.post(f"/units/{water.id}", {**words, "name": "Waterworks"}, status=409)
    db.session.refresh(water)
    assert water.name == "Water office"


def test_a_unit_with_people_is_not_closed(browse, cast):
    form = {**DEPARTMENT, "name": "Water", "version": cast.water.version}
    del form["active"]
    page = browse(cast.sys).post(f"/units/{cast.water.id}", form, status=422)
    assert "still have open accounts" in page.text


# People


def test_a_new_person_signs_in_with_the_password_that_was_handed_over(browse, cast):
    page = browse(cast.sys)
    words = {"name": "Bai", "login": "bai", "unit_id": cast.water.id}
    handed = page.post("/people/new", words).select_one(".once").text
    assert page.response.headers["Cache-Control"] == "no-store"
    guest = browse(None)
    guest.post("/sign-in", {"login": "bai", "password": handed})
    assert guest.address == "/password"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"login": "lin"}, "Somebody else signs in with this name"),
        ({"login": "Bai Li"}, "Use 2 to 32 small letters"),
        ({"name": ""}, "Enter the full name"),
        ({"unit_id": "999"}, "Not a valid choice"),
    ],
)
def test_a_person_who_cannot_be_keeps_what_was_typed(browse, cast, changed, reason):
    words = {"name": "Bai", "login": "bai", "unit_id": cast.water.id, **changed}
    page = browse(cast.sys).post("/people/new", words, status=422)
    assert reason in page.select_one("[role=alert]").text
    assert page.select_one("#login")["value"] == words["login"]


def test_a_closed_account_is_refused_at_its_next_request(browse, cast):
    lin = browse(cast.lin)
    lin.get("/account")
    browse(cast.sys).post(f"/people/{cast.lin.id}/close")
    lin.get("/account")
    assert lin.address.startswith("/sign-in")
    browse(cast.sys).post(f"/people/{cast.lin.id}/open")
    browse(None).post("/sign-in", {"login": "lin", "password": PASSWORD})


def test_a_new_password_ends_the_sessions_and_works_once(browse, cast):
    lin = browse(cast.lin)
    handed = browse(cast.sys).post(f"/people/{cast.lin.id}/reset").select_one(".once").text
    lin.get("/account")
    assert lin.address.startswith("/sign-in")
    browse(None).post("/sign-in", {"login": "lin", "password": PASSWORD}, status=422)
    guest = browse(None)
    guest.post("/sign-in", {"login": "lin", "password": handed})
    assert guest.address == "/password"


def test_who_moves_to_another_unit_signs_in_again(browse, cast):
    lin = browse(cast.lin)
    words = {"name": "Lin", "login": "lin", "unit_id": cast.farms.id, "version": cast.lin.version}
    browse(cast.sys).post(f"/people/{cast.lin.id}", words)
    db.session.refresh(cast.lin)
    assert cast.lin.unit.name == "Farms"
    lin.get("/account")
    assert lin.address.startswith("/sign-in")
    browse(cast.sys).post(f"/people/{cast.lin.id}", words, status=409)


@pytest.mark.parametrize("deed", ["close", "reset"])
def test_nobody_does_it_to_their_own_account(browse, cast, deed):
    browse(cast.sys).post(f"/people/{cast.sys.id}/{deed}", status=403)


def test_people_are_found_by_name_unit_role_and_account(browse, cast):
    page = browse(cast.sys)

    def found(query):
        return {a.text for a in page.get(f"/people?{query}").select("tbody th a")}

    assert found("q=li") == {"Lin"}
    assert found(f"unit={cast.water.id}") == {"Lin", "Zhou", "Gone"}
    assert found("role=liaison&account=open") == {"Lin", "Zhou", "Ma"}
    assert found("account=closed") == {"Gone"}
    assert found("q=100%25") == set()
    assert len(found("unit=x&role=y&account=z&page=w")) == 11


def test_a_long_list_of_people_has_pages(browse, cast):
    unit = make_unit("L01", "Long")
    for number in range(51):
        make_person(f"p{number:03}", unit=unit)
    first = browse(cast.sys).get(f"/people?unit={unit.id}")
    assert len(first.select("tbody tr")) == 50
    following = first.select_one("a[rel=next]")["href"]
    assert len(browse(cast.sys).get(following).select("tbody tr")) == 1


# Roles


def test_a_role_is_given_and_the_person_signs_in_again(browse, cast):
    lin = browse(cast.lin)
    browse(cast.sec).post(
        f"/roles/{cast.lin.id}", roles_form(cast.lin, Role.LIAISON, Role.UNIT_LEADER)
    )
    db.session.refresh(cast.lin)
    assert cast.lin.roles == {Role.LIAISON, Role.UNIT_LEADER}
    assert last_details()["was"] == "liaison"
    lin.get("/account")
    assert lin.address.startswith("/sign-in")


def test_a_role_is_not_given_without_the_password(browse, cast):
    form = roles_form(cast.lin, Role.EDITOR, password="wrong")
    page = browse(cast.sec).post(f"/roles/{cast.lin.id}", form, status=422)
    assert "This is not your password" in page.select_one("#password-error").text
    assert page.select_one("#roles input[value=editor]").has_attr("checked")
    db.session.refresh(cast.lin)
    assert cast.lin.roles == {Role.LIAISON}


def test_a_stale_page_gives_no_role(browse, cast):
    page, form = browse(cast.sec), roles_form(cast.lin, Role.LIAISON, Role.UNIT_LEADER)
    page.post(f"/roles/{cast.lin.id}", form)
    page.post(f"/roles/{cast.lin.id}", form, status=409)


def test_nobody_changes_their_own_roles(browse, cast):
    browse(cast.sec).post(f"/roles/{cast.sec.id}", roles_form(cast.sec, Role.AUDITOR), status=403)


@pytest.mark.parametrize(
    "roles",
    [
        {Role.AUDITOR, Role.EDITOR},
        {Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR},
        {Role.SECURITY_ADMINISTRATOR, Role.LIAISON},
    ],
)
def test_administrators_hold_one_role_only(cast, roles):
    nobody = make_person("nobody")
    with pytest.raises(Refused, match="one role only"):
        people.set_roles(nobody, frozenset(roles), seen_version=nobody.version, by=cast.sec)


def test_an_editor_becomes_auditor_only_after_giving_everything_up(cast):
    qian = cast.qian
    with pytest.raises(Refused, match="Take the present roles away first"):
        people.set_roles(qian, frozenset({Role.AUDITOR}), seen_version=qian.version, by=cast.sec)
    people.set_roles(qian, frozenset(), seen_version=qian.version, by=cast.sec)
    people.set_roles(qian, frozenset({Role.AUDITOR}), seen_version=qian.version, by=cast.sec)
    db.session.commit()
    assert (qian.roles, qian.branch) == ({Role.AUDITOR}, Branch.AUDIT)


def test_the_last_system_administrator_stays(cast):
    with pytest.raises(Refused, match="Somebody else must become"):
        people.set_roles(cast.sys, frozenset(), seen_version=cast.sys.version, by=cast.sec)
    make_person("sys2", Role.SYSTEM_ADMINISTRATOR)
    people.set_roles(cast.sys, frozenset(), seen_version=cast.sys.version, by=cast.sec)


@pytest.mark.parametrize(
    ("login", "role", "branch"),
    [
        ("lin", Role.AUDITOR, Branch.AUDIT),
        ("lin", Role.AUDITOR, Branch.EDITORIAL),
        ("aud", Role.EDITOR, Branch.EDITORIAL),
        ("aud", Role.SECURITY_ADMINISTRATOR, Branch.AUDIT),
        ("sys", Role.SECURITY_ADMINISTRATOR, Branch.SECURITY),
    ],
)
def test_the_database_itself_keeps_the_branches_apart(cast, login, role, branch):
    person = getattr(cast, login)
    row = insert(PersonRole).values(person_id=person.id, role=role, branch=branch)
    with pytest.raises(IntegrityError):
        db.session.execute(row)
    db.session.rollback()


def test_the_database_keeps_a_person_with_roles_in_their_branch(cast):
    cast.lin.branch = Branch.AUDIT
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_each_administrator_does_their_own_part_only(cast):
    draft = people.PersonDraft("bai", "Bai", cast.water.id)
    everybody = [person for person in vars(cast).values() if isinstance(person, Person)]
    for person in everybody:
        if person is not cast.sys:
            with pytest.raises(NotAllowed):
                people.create_person(draft, by=person)
            with pytest.raises(NotAllowed):
                people.close_account(cast.ma, by=person)
        if person is not cast.sec:
            with pytest.raises(NotAllowed):
                people.set_roles(cast.ma, frozenset(), seen_version=1, by=person)


def test_a_stale_version_is_out_of_date(cast):
    with pytest.raises(OutOfDate):
        people.set_roles(cast.ma, frozenset(), seen_version=99, by=cast.sec)
