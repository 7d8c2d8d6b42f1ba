"""Reading the public file: every question a page of the public site asks.

`Reader.current()` is the file as it stands now; a page asks all its questions of one
`Site`, so that a swap in the middle of a request changes nothing. Each thread has its own.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from county_portal.published import schema, search, validity
from county_portal.published.items import ItemManifest, PublicItem
from county_portal.published.lists import ColumnBranch, Filters, Hit, Hits, ListPage
from county_portal.published.schema import (
    CategoryLine,
    ColumnLine,
    FileLine,
    Listing,
    PaperLine,
    UnitLine,
    Withdrawal,
    county_year,
    moment_of,
    year_start,
)

PAGE_LINES = 20
LAST_PAGE = 500
COUNTED = 1000
"""Lists are counted up to here; what is more is "1000+"."""
RANKED = 1000
"""How many of the newest hits are put in order of relevance."""

LISTED = (
    "public_id, index_number, title, summary, document_number, column_slug, unit_code,"
    " category_code, formed_on, published_at, corrected_at, validity"
)
ORDERS = {
    "newest": "published_at DESC, public_id DESC",
    "oldest": "published_at, public_id",
    "formed": "formed_on DESC, public_id DESC",
}


class NoSite(Exception):
    """There is no public file to read, or it is of a form this program does not know."""


class Reader:
    """The door to the public file in a folder. One for the whole process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = schema.site_path(folder)
        self._mine = threading.local()

    def current(self) -> "Site":
        """The file that stands there now. Raises NoSite if there is none that can be read."""
        identity = self._identity()
        site: Site | None = getattr(self._mine, "site", None)
        while site is None or site.identity != identity:
            site = Site(self.folder, identity)
            identity = self._identity()
        self._mine.site = site
        return site

    def _identity(self) -> tuple[int, int, int]:
        try:
            seen = self._path.stat()
        except FileNotFoundError:
            raise NoSite(str(self._path)) from None
        return seen.st_ino, seen.st_mtime_ns, seen.st_size


class Site:
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
        """Whichever thread drops the last reference closes the file."""
        if hasattr(self, "_db"):
            self._db.close()

    def ask(self, question: str, *values: object) -> list[Any]:
        """The rows that answer a question in SQL."""
        rows: list[Any] = self._db.execute(question, values).fetchall()
        return rows

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
        """The issued paper whose file has this hash."""
        rows = self.ask(
            "SELECT sha256, kind, name, dated_on, issued_at, withdrawn_at FROM papers"
            " WHERE sha256 = ?",
            sha256,
        )
        return _paper(*rows[0]) if rows else None

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
        return tuple(
            str(y)
            for y in range(county_year(moment_of(last)), county_year(moment_of(first)) - 1, -1)
        )

    def column_and_below(self, slug: str) -> tuple[str, ...]:
        """The slug, and those of the columns under it."""
        return (slug, *(c.slug for c in self.columns.values() if c.parent == slug))

    # Lists

    def newest(self, count: int, column: str = "") -> tuple[Listing, ...]:
        """The items published last, in this column and those under it."""
        where, values = self._where(Filters(column=column))
        return self.listings(where, values, "newest", 0, count)

    def newest_of_kind(self, kinds: Collection[str], count: int) -> tuple[Listing, ...]:
        """The items published last in columns of these kinds."""
        slugs = tuple(c.slug for c in self.columns.values() if c.kind in kinds)
        return self.listings(*_one_of("column_slug", slugs), "newest", 0, count)

    def catalogue(self, filters: Filters, order: str, page: int) -> ListPage:
        """One page of everything that passes the filters. order: one of ORDERS."""
        where, values = self._where(filters)
        found = self.listings(where, values, order, (page - 1) * PAGE_LINES, PAGE_LINES + 1)
        count = self._count(where, values)
        return ListPage(
            found[:PAGE_LINES], page, min(count, COUNTED), _more(found, page), count > COUNTED
        )

    def _count(self, where: str, values: tuple[object, ...]) -> int:
        counted = self.ask(
            f"SELECT count(*) FROM (SELECT 1 FROM items WHERE {where} LIMIT {COUNTED + 1})",  # noqa: S608
            *values,
        )
        return int(counted[0][0])

    def _where(self, filters: Filters) -> tuple[str, tuple[object, ...]]:
        parts: list[tuple[str, tuple[object, ...]]] = [("1", ())]
        if filters.column:
            parts.append(_one_of("column_slug", self.column_and_below(filters.column)))
        if filters.unit:
            parts.append(("unit_code = ?", (filters.unit,)))
        if filters.category:
            parts.append(("category_code = ?", (filters.category,)))
        if filters.year:
            parts.append(("published_at >= ? AND published_at < ?", _bounds_of(filters.year)))
        if filters.validity:
            parts.append(validity.condition(self.columns, filters.validity))
        where = " AND ".join(condition for condition, _ in parts)
        return where, tuple(value for _, values in parts for value in values)

    def listings(
        self, where: str, values: tuple[object, ...], order: str, start: int, count: int
    ) -> tuple[Listing, ...]:
        """Lines in order. The inner question walks an index only, however far the page."""
        by = ORDERS[order]
        rows = self.ask(
            f"SELECT {LISTED} FROM items WHERE public_id IN"  # noqa: S608
            f" (SELECT public_id FROM items WHERE {where} ORDER BY {by} LIMIT ? OFFSET ?)"
            f" ORDER BY {by}",
            *values,
            count,
            start,
        )
        return tuple(self._listing(row) for row in rows)

    def _listing(self, row: tuple[Any, ...]) -> Listing:
        column, unit = self.columns.get(row[5]), self.units.get(row[6])
        category = self.categories.get(row[7])
        return Listing(
            public_id=row[0],
            index_number=row[1],
            title=row[2],
            summary=row[3],
            document_number=row[4],
            column_slug=row[5],
            column_name=column.name if column else "",
            unit_code=row[6],
            unit_name=unit.name if unit else "",
            category_code=row[7],
            category_name=category.name if category else "",
            formed_on=date.fromisoformat(row[8]),
            published_at=moment_of(row[9]),
            corrected_at=moment_of(row[10]) if row[10] else None,
            validity=row[11] or validity.by_itself(column.kind if column else "", row[4]),
        )

    # One item

    def item(self, public_id: int) -> PublicItem | None:
        """The item as it was signed, if it is public."""
        rows = self.ask(
            "SELECT manifest, index_number, published_at, corrected_at"
            " FROM items JOIN manifests USING(public_id) WHERE public_id = ?",
            public_id,
        )
        if not rows:
            return None
        manifest, index_number, published_at, corrected_at = rows[0]
        return PublicItem(
            **vars(ItemManifest.read(manifest)),
            content_hash=ItemManifest.hash_of(manifest),
            public_id=public_id,
            index_number=index_number,
            published_at=moment_of(published_at),
            corrected_at=moment_of(corrected_at) if corrected_at else None,
        )

    def withdrawal(self, public_id: int) -> Withdrawal | None:
        rows = self.ask(
            "SELECT index_number, withdrawn_at, reason FROM withdrawals WHERE public_id = ?",
            public_id,
        )
        if not rows:
            return None
        index_number, withdrawn_at, reason = rows[0]
        return Withdrawal(public_id, index_number, moment_of(withdrawn_at), reason)

    def file(self, public_id: int, key: str) -> FileLine | None:
        """The file an item lists under that key."""
        rows = self.ask(
            "SELECT name, size, sha256, key, media_type, inline FROM files"
            " WHERE public_id = ? AND key = ?",
            public_id,
            key,
        )
        if not rows:
            return None
        name, size, sha256, key, media_type, inline = rows[0]
        return FileLine(name, size, sha256, key, media_type, bool(inline))

    # Search

    def search(self, words: str, filters: Filters, order: str, page: int) -> Hits:
        """One page of the items in which every phrase of `words` occurs.

        order: "newest", or "relevance" among the newest RANKED hits. The category of the
        filters is not asked about. Words without a letter or digit find nothing.
        """
        question = search.query(words, self._facets(filters))
        if not question:
            return Hits((), page, 0)
        found = "_ranked" if order == "relevance" else "_latest"
        ids = getattr(self, found)(question, (page - 1) * PAGE_LINES)
        count = self._count_hits(question)
        most = RANKED if order == "relevance" else COUNTED
        hits = self._hits(ids[:PAGE_LINES])
        return Hits(hits, page, min(count, most), _more(ids, page), count > most)

    def _count_hits(self, question: str) -> int:
        counted = self.ask(
            f"SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?"  # noqa: S608
            f" LIMIT {COUNTED + 1})",
            question,
        )
        return int(counted[0][0])

    def _facets(self, filters: Filters) -> tuple[tuple[str, ...], ...]:
        groups = []
        if filters.column:
            below = self.column_and_below(filters.column)
            groups.append(tuple(search.facet("c", slug) for slug in below))
        if filters.unit:
            groups.append((search.facet("u", filters.unit),))
        if filters.year:
            groups.append((search.facet("y", filters.year),))
        return tuple(groups)

    def _latest(self, question: str, start: int) -> list[int]:
        rows = self.ask(
            "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ? OFFSET ?",
            question,
            PAGE_LINES + 1,
            start,
        )
        return [row[0] for row in rows]

    def _ranked(self, question: str, start: int) -> list[int]:
        rows = self.ask(
            "SELECT id FROM (SELECT rowid AS id, bm25(search, 8, 1, 0) AS far FROM search"
            " WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?)"
            " ORDER BY far, id DESC LIMIT ? OFFSET ?",
            question,
            RANKED,
            PAGE_LINES + 1,
            start,
        )
        return [row[0] for row in rows]

    def _hits(self, ids: list[int]) -> tuple[Hit, ...]:
        """The lines of these items in this order."""
        marks = ",".join("?" * len(ids))
        rows = self.ask(
            f"SELECT {LISTED}, json_extract(manifest, '$.body')"  # noqa: S608
            f" FROM items JOIN manifests USING(public_id) WHERE public_id IN ({marks})",
            *ids,
        )
        found = {row[0]: Hit(self._listing(row), search.plain_text(row[12])) for row in rows}
        return tuple(found[public_id] for public_id in ids)

    # Everything, for machines

    def addresses(self, year: str) -> Iterator[tuple[int, datetime]]:
        """Public id and time of last change of every item published in that year."""
        rows = self._db.execute(
            "SELECT public_id, coalesce(corrected_at, published_at) FROM items"
            " WHERE published_at >= ? AND published_at < ? ORDER BY published_at, public_id",
            _bounds_of(year),
        )
        return ((public_id, moment_of(at)) for public_id, at in rows)


def _more(found: Sequence[object], page: int) -> bool:
    """Whether a page follows: one line more than a page was asked for."""
    return len(found) > PAGE_LINES and page < LAST_PAGE


def _one_of(name: str, values: tuple[str, ...]) -> tuple[str, tuple[object, ...]]:
    """The condition. With several values `+` keeps the order of time, so nothing is sorted."""
    if len(values) == 1:
        return f"{name} = ?", values
    return f"+{name} IN ({','.join('?' * len(values))})", values


def _bounds_of(year: str) -> tuple[str, str]:
    """The first moment of a county year and of the next, as the file holds moments."""
    return year_start(int(year)), year_start(int(year) + 1)


def _paper(*row: str) -> PaperLine:
    sha256, kind, name, day, issued_at, withdrawn_at = row
    gone = moment_of(withdrawn_at) if withdrawn_at else None
    return PaperLine(sha256, kind, name, date.fromisoformat(day), moment_of(issued_at), gone)
