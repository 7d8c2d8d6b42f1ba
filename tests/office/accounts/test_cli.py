"""`flask admin create`: the first administrators."""

import pytest
from sqlalchemy import select

from county_portal.models import AuditRow, Branch, Person, Role, Unit
from county_portal.office.base.extensions import db
from tests.factories import make_unit


def run(app, *words, typed=""):
    result = app.test_cli_runner().invoke(args=["admin", "create", *words], input=typed)
    db.session.rollback()
    return result


def test_an_empty_county_gets_its_first_administrator(app, browse):
    result = run(app, "root", "--name", "Administrator")
    assert result.exit_code == 0, result.output
    person = db.session.scalars(select(Person)).one()
    assert (person.roles, person.branch) == ({Role.SYSTEM_ADMINISTRATOR}, Branch.SYSTEM)
    password = result.output.split()[-1]
    page = browse(None)
    page.post("/sign-in", {"login": "root", "password": password})
    assert page.address == "/password"
    row = db.session.scalars(select(AuditRow).order_by(AuditRow.seq)).first()
    assert (row.actor, row.action) == ("command line", "role.manage")


def test_a_second_of_the_same_role_is_refused_unless_asked_for(app, cast):
    refused = run(app, "root")
    assert refused.exit_code == 1
    assert "Somebody holds this role already" in refused.output
    assert run(app, "root", "--again").exit_code == 0


@pytest.mark.parametrize("role", ["security_administrator", "auditor"])
def test_the_other_two_administrators_are_made_the_same_way(app, role):
    make_unit("B02", "Another")
    assert run(app, "other", "--role", role, "--unit", "B02").exit_code == 0
    person = db.session.scalars(select(Person)).one()
    assert person.roles == {Role(role)}
    assert person.unit.code == "B02"


def test_a_password_may_be_typed_and_is_judged(app):
    typed = "qinghe2026\nqinghe2026\n"
    weak = run(app, "root", "--ask", typed=typed)
    assert weak.exit_code == 1
    assert "easy to guess" in weak.output
    assert db.session.scalars(select(Person)).all() == []
    assert db.session.scalars(select(Unit)).all() == []
    good = "teapot-ladder-moss-19\n"
    assert run(app, "root", "--ask", typed=good + good).exit_code == 0


def test_a_taken_name_and_an_unknown_unit_are_said_plainly(app, cast):
    taken = run(app, "lin", "--again")
    assert "Somebody else signs in with this name" in taken.output
    unknown = run(app, "root", "--again", "--unit", "ZZ")
    assert "There is no unit with the code ZZ" in unknown.output
