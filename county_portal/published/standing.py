"""How it stands with one public item: what was found of it, and what it changed itself."""

from dataclasses import dataclass
from datetime import date

from county_portal.published.reader import Site
from county_portal.published.schema import Listing

MOST = 200
"""Texts shown as changed by one."""


@dataclass(frozen=True)
class PublicValidity:
    """Whether one document holds. by: what changed it. changes: what it changed itself.

    expires_on: the day of an expiry to come.
    """

    state: str
    since_on: date | None
    by: Listing | None
    changes: tuple[Listing, ...]
    expires_on: date | None


def standing(site: Site, public_id: int) -> PublicValidity | None:
    """Find the validity of a public item, and what it changed itself; None if there is neither."""
    known = _one(site, public_id)
    if not known:
        return None
    question = "SELECT validity_on, validity_by, expires_on FROM items WHERE public_id = ?"
    since, by, expires = site.ask(question, public_id)[0]
    changer = _one(site, by) if by else ()
    changes = site.listings("validity_by = ?", (public_id,), "newest", 0, MOST)
    if not known[0].validity and not changes and not expires:
        return None
    return PublicValidity(
        state=known[0].validity,
        since_on=date.fromisoformat(since) if since else None,
        by=changer[0] if changer else None,
        changes=changes,
        expires_on=date.fromisoformat(expires) if expires else None,
    )


def _one(site: Site, public_id: int) -> tuple[Listing, ...]:
    return site.listings("public_id = ?", (public_id,), "newest", 0, 1)
