"""`flask admin …`: the first administrators, who make all other accounts."""

from dataclasses import asdict

import click
from flask.cli import AppGroup

from county_portal.core.errors import Refused
from county_portal.models import ADMINISTRATIVE, PersonRole, Role, Unit, branch_of
from county_portal.office.accounts import passwords, people
from county_portal.office.base import audit
from county_portal.office.base.extensions import db, writing
from county_portal.office.rules.policy import Do

group = AppGroup("admin", help="The first administrators.")
KINDS = [role.value for role in ADMINISTRATIVE]


@group.command("create")
@click.argument("login")
@click.option("--name", default="", help="The name people see. Otherwise the login.")
@click.option("--role", type=click.Choice(KINDS), default=KINDS[0], show_default=True)
@click.option("--unit", "code", default="", help="Code of the unit. Otherwise the first unit.")
@click.option("--ask", is_flag=True, help="Ask for a password. Otherwise one is made and printed.")
@click.option("--again", is_flag=True, help="Even though somebody holds the role already.")
def create(*, login: str, name: str, role: str, code: str, ask: bool, again: bool) -> None:
    """Make an administrator who signs in as LOGIN and then chooses a password of their own."""
    kind = Role(role)
    chosen = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else ""
    with writing():
        if people.holders(kind) and not again:
            raise click.ClickException("Somebody holds this role already; --again makes another")
        try:
            password = _make(login, name or login, kind, _unit(code), chosen)
        except Refused as error:
            raise click.ClickException(str(error)) from error
        db.session.commit()
    click.echo(f"{login} is {kind.value.replace('_', ' ')}")
    if not chosen:
        click.echo(f"Password for the first sign-in: {password}")


def _make(login: str, name: str, role: Role, unit: Unit, chosen: str) -> str:
    """Make the administrator in the database.

    Return the password to sign in with the first time.
    """
    person, password = people.new_person(people.PersonDraft(login, name, unit.id))
    if chosen:
        passwords.require_strong(chosen, person)
        person.password_hash, password = passwords.hash_password(chosen), chosen
    person.branch = branch_of(role)
    db.session.flush()
    person.role_rows = [PersonRole(role=role, branch=person.branch)]
    audit.record(None, Do.ROLE_MANAGE, person, named="command line", login=login, now=role)
    return password


def _unit(code: str) -> Unit:
    """Return the unit of that code, the first unit, or in an empty county the county office."""
    units = people.find_units(active=True)
    matching = [unit for unit in units if unit.code == code] if code else units
    if matching:
        return matching[0]
    if units:
        raise click.ClickException(f"There is no unit with the code {code}")
    draft = people.UnitDraft(code=code or "A01", name="县政府办公室")
    unit = Unit(**asdict(draft))
    db.session.add(unit)
    db.session.flush()
    return unit
