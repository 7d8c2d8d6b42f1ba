"""Signing in, and everything about one's own password."""

from sqlalchemy import select

from county_portal.core.errors import Refused, TooOften
from county_portal.models import Person
from county_portal.office.accounts import passwords, rate_limits, sessions
from county_portal.office.base import audit
from county_portal.office.base.extensions import db, writing

SIGN_IN = "session.start"
SIGN_OUT = "session.end"
PASSWORD = "password.change"  # noqa: S105  (the name of a deed)
CONFIRM = "password.confirm"


def find_person(login: str, password: str, *, address: str) -> Person | None:
    """Find the person to whom name and password belong.

    None, after the same time, for anything else.

    No transaction is open while the password is compared: two hundred people
    sign in at nine. Raises TooOften.
    """
    try:
        rate_limits.require_left(login, address)
    except TooOften:
        audit.record_refusal(None, SIGN_IN, named=_short(login), reason="Too many tries")
        raise
    with writing(ahead=False), db.engine.connect() as connection:
        row = connection.execute(
            select(Person.id, Person.password_hash).where(Person.login == login, Person.active)
        ).first()
    if passwords.matches(row.password_hash if row else "", password) and row:
        return db.session.get(Person, row.id)
    rate_limits.count(login, address)
    audit.record_refusal(None, SIGN_IN, named=_short(login), reason="Name or password is wrong")
    return None


def record_sign_in(person: Person) -> None:
    audit.record(person, SIGN_IN, person)


def record_sign_out(person: Person) -> None:
    audit.record(person, SIGN_OUT, person)


def require_password(person: Person, password: str, *, address: str = "") -> None:
    """Return if it is the person's password: weighty deeds ask for it once more.

    A wrong one is counted. Raises Refused, or TooOften after too many tries.
    """
    rate_limits.require_left(person.login, address)
    if not passwords.matches(person.password_hash, password):
        rate_limits.count(person.login, address)
        raise Refused("This is not your password")


def is_password(person: Person, password: str, *, address: str) -> bool:
    """Check the person's password. A wrong one is counted and logged. Raises TooOften."""
    try:
        require_password(person, password, address=address)
    except TooOften:
        raise
    except Refused:
        db.session.rollback()  # the log of a refusal has a transaction of its own
        audit.record_refusal(person, CONFIRM, person, reason="This is not your password")
        return False
    return True


def change_password(person: Person, old: str, new: str) -> None:
    """Change the password; the person signs in with `new`, their other sessions have ended."""
    require_password(person, old)
    if new == old:
        raise Refused("Take another password than the present one")
    passwords.require_strong(new, person)
    person.password_hash = passwords.hash_password(new)
    person.must_change_password = False
    sessions.end_all(person, but_this=True)
    audit.record(person, PASSWORD, person)


def _short(login: str) -> str:
    """Return what was typed as a name, as far as a log wants it.

    A password typed there stays out.
    """
    return login[:4] + "…" if len(login) > 32 else login
