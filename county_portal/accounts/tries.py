"""How often somebody may be wrong: so many tries for an account, so many for an address."""

from flask import current_app
from limits import RateLimitItem, RateLimitItemPerMinute

from county_portal.core.errors import TooOften
from county_portal.extensions import limiter

MINUTES = 5


def _account() -> RateLimitItem:
    return RateLimitItemPerMinute(current_app.config["COUNTY"].SIGN_IN_TRIES, MINUTES)


def _address() -> RateLimitItem:
    return RateLimitItemPerMinute(current_app.config["COUNTY"].ADDRESS_TRIES, MINUTES)


def require_left(account: str, address: str) -> None:
    """Raise TooOften when account or address has been wrong too often of late.

    address: empty where the account alone counts, because somebody is signed in.
    """
    left = limiter.limiter.test(_account(), "account", account.casefold())
    if not left or (address and not limiter.limiter.test(_address(), "address", address)):
        raise TooOften("Too many tries. Wait a few minutes and try again")


def count(account: str, address: str) -> None:
    """Remember that it was wrong once more."""
    limiter.limiter.hit(_account(), "account", account.casefold())
    if address:
        limiter.limiter.hit(_address(), "address", address)
