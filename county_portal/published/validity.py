"""Validity as the public reads it: what was found of a document, or what holds by itself."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from county_portal.published.schema import Listing

if TYPE_CHECKING:
    from county_portal.published.reader import Site

STATES = ("in_force", "amended", "expired", "repealed")
KINDS = frozenset({"policy", "notice"})
"""Kinds of column whose documents are in force until something else is found."""
MOST = 200
"""Texts shown as changed by one."""


@dataclass(frozen=True)
class Standing:
    """Whether one document holds. by: what changed it. changes: what it changed itself.

    expires_on: the day of an expiry to come.
    """

    state: str
    since_on: date | None
    by: Listing | None
    changes: tuple[Listing, ...]
    expires_on: date | None


def by_itself(kind: str, document_number: str) -> str:
    """The validity of a document of which nothing was found; "" for what is no document."""
    return "in_force" if kind in KINDS and document_number else ""


def standing(site: "Site", public_id: int) -> Standing | None:
    """How it stands with a public item; None for one that neither has a validity nor gives one."""
    found = _one(site, public_id)
    if not found:
        return None
    question = "SELECT validity_on, validity_by, expires_on FROM items WHERE public_id = ?"
    since, by, expires = site.ask(question, public_id)[0]
    changer = _one(site, by) if by else ()
    changes = site.listings("validity_by = ?", (public_id,), "newest", 0, MOST)
    if not found[0].validity and not changes and not expires:
        return None
    return Standing(
        state=found[0].validity,
        since_on=date.fromisoformat(since) if since else None,
        by=changer[0] if changer else None,
        changes=changes,
        expires_on=date.fromisoformat(expires) if expires else None,
    )


def _one(site: "Site", public_id: int) -> tuple[Listing, ...]:
    return site.listings("public_id = ?", (public_id,), "newest", 0, 1)


def condition(site: "Site", state: str) -> tuple[str, tuple[object, ...]]:
    """The question for items that stand so."""
    if state != "in_force":
        return "validity = ?", (state,)
    slugs = tuple(column.slug for column in site.columns.values() if column.kind in KINDS)
    marks = ",".join("?" * len(slugs))
    silent = f"validity = '' AND document_number <> '' AND +column_slug IN ({marks})"
    return f"(validity = ? OR ({silent}))", (state, *slugs)
