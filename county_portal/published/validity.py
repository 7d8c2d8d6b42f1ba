"""Validity as the public reads it: which states there are, and what holds by itself."""

from collections.abc import Mapping

from county_portal.published.schema import ColumnLine

STATES = ("in_force", "amended", "expired", "repealed")
KINDS = frozenset({"policy", "notice"})
"""Kinds of column whose documents are in force until something else is found."""


def by_itself(kind: str, document_number: str) -> str:
    """Derive the validity of a document of which nothing was found; "" for what is no document."""
    return "in_force" if kind in KINDS and document_number else ""


def condition(columns: Mapping[str, ColumnLine], state: str) -> tuple[str, tuple[object, ...]]:
    """Build the SQL condition for items of this validity, given the columns of the site."""
    if state != "in_force":
        return "validity = ?", (state,)
    slugs = tuple(column.slug for column in columns.values() if column.kind in KINDS)
    marks = ",".join("?" * len(slugs))
    silent = f"validity = '' AND document_number <> '' AND +column_slug IN ({marks})"
    return f"(validity = ? OR ({silent}))", (state, *slugs)
