"""The public file opened for reading: its own words, and the tables around the entries."""

from collections import defaultdict
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from county_portal.published import schema
from county_portal.published.lists import ColumnBranch
from county_portal.published.schema import (
    CategoryLine,
    ColumnLine,
    PaperLine,
    UnitLine,
    county_year,
    moment_of,
)


class NoSite(Exception):
    """There is no public file to read, or it is of a form this program does not know."""


class OpenFile:
    """One public file, opened for one thread. It never changes."""

    def __init__(self, folder: Path, identity: tuple[int, int, int]) -> None:
        self.folder, self.identity = folder, identity
        try:
            self._db = sqlite.connect(
                f"file:{schema.site_path(folder)}?mode=ro&immutable=1",
                uri=True,
                isolation_level=None,
                cached_statements=64,
                check_same_thread=False,  # only closing may happen elsewhere: see __del__
            )
            self.settings = defaultdict(str, self.ask("SELECT key, value FROM site"))
        except sqlite.Error as reason:
            raise NoSite(str(reason)) from reason
        if self.settings["format"] != schema.FORMAT:
            raise NoSite("The public file is of another form")

    def __del__(self) -> None:
        """Close the file, in whichever thread drops the last reference."""
        if hasattr(self, "_db"):
            self._db.close()

    def ask(self, question: str, *values: object) -> list[Any]:
        """Fetch the rows that answer a question in SQL."""
        rows: list[Any] = self._db.execute(question, values).fetchall()
        return rows

    def ask_one(self, question: str, *values: object) -> Any:
        """Fetch the first row that answers a question in SQL; None if there is none."""
        return next(iter(self.ask(question, *values)), None)

    @property
    def generation(self) -> str:
        """A mark of what the file says: equal files have equal marks."""
        return str(self.settings["generation"])

    # The tables around the items

    @cached_property
    def units(self) -> dict[str, UnitLine]:
        rows = self.ask("SELECT code, name, kind, position FROM units ORDER BY position, code")
        return {row[0]: UnitLine(*row) for row in rows}

    def paper(self, sha256: str) -> PaperLine | None:
        """Find the issued paper whose file has this hash."""
        row = self.ask_one(
            "SELECT sha256, kind, name, dated_on, issued_at, withdrawn_at FROM papers"
            " WHERE sha256 = ?",
            sha256,
        )
        return _paper(*row) if row else None

    @cached_property
    def columns(self) -> dict[str, ColumnLine]:
        rows = self.ask(
            "SELECT slug, name, parent, kind, description, unit_code, position"
            " FROM columns ORDER BY position, slug"
        )
        return {row[0]: ColumnLine(*row) for row in rows}

    @cached_property
    def categories(self) -> dict[str, CategoryLine]:
        rows = self.ask(
            "SELECT code, name, article, position FROM categories ORDER BY position, code"
        )
        return {row[0]: CategoryLine(*row) for row in rows}

    @cached_property
    def tree(self) -> tuple[ColumnBranch, ...]:
        """The columns of the upper level in order, each with its own.

        One whose parent is not in the file stands by itself.
        """
        every = self.columns.values()
        return tuple(
            ColumnBranch(top, tuple(c for c in every if c.parent == top.slug))
            for top in every
            if top.parent not in self.columns
        )

    @cached_property
    def years(self) -> tuple[str, ...]:
        """The county years in which something was published, the latest first."""
        first, last = self.ask("SELECT min(published_at), max(published_at) FROM items")[0]
        if first is None:
            return ()
        begun, latest = (county_year(moment_of(at)) for at in (first, last))
        return tuple(str(year) for year in range(latest, begun - 1, -1))

    def column_and_below(self, slug: str) -> tuple[str, ...]:
        """List the slug, and those of the columns under it."""
        return (slug, *(c.slug for c in self.columns.values() if c.parent == slug))


def _paper(*row: str) -> PaperLine:
    sha256, kind, name, day, issued_at, withdrawn_at = row
    gone = moment_of(withdrawn_at) if withdrawn_at else None
    return PaperLine(sha256, kind, name, date.fromisoformat(day), moment_of(issued_at), gone)
