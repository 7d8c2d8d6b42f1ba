"""How often somebody may be wrong: so many tries for an account, so many for an address.

Wrong tries are rows, so every process counts them together and none forgets them when it ends.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from county_portal.core import clock
from county_portal.core.errors import TooOften
from county_portal.models import WrongTry
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, writing

WITHIN = timedelta(minutes=5)


def require_left(account: str, address: str) -> None:
    """Raise TooOften when account or address has been wrong too often of late.

    address: empty where the account alone counts, because somebody is signed in.
    """
    settings = current_settings()
    limits = [(WrongTry.account == _known_by(account), settings.SIGN_IN_TRIES)]
    if address:
        limits.append((WrongTry.address == address, settings.ADDRESS_TRIES))
    lately = WrongTry.at > _long_ago()
    with writing(ahead=False), db.engine.connect() as connection:
        for whose, most in limits:
            wrong = connection.scalar(select(func.count(WrongTry.id)).where(whose, lately))
            if wrong is None or wrong >= most:
                raise TooOften("Too many tries. Wait a few minutes and try again")


def count(account: str, address: str) -> None:
    """Remember that it was wrong once more, in a transaction of its own: the deed's is undone."""
    db.session.rollback()  # reading who it was may have taken the write lock
    row = {"account": _known_by(account), "address": address, "at": clock.now()}
    with writing(), db.engine.begin() as connection:
        connection.execute(insert(WrongTry).values(row))


def sweep_tries() -> int:
    """Remove wrong tries that count no longer. How many there were."""
    over = delete(WrongTry).where(WrongTry.at <= _long_ago())
    return int(db.session.execute(over).rowcount)  # type: ignore[attr-defined]


def _known_by(account: str) -> str:
    """Return a name as the table keeps it: hashed, since some people type their password there."""
    return hashlib.sha256(account.casefold().encode()).hexdigest()


def _long_ago() -> datetime:
    return clock.now() - WITHIN
