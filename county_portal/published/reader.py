"""Reading the public file: every question a page of the public site asks.

`Reader.current()` is the file as it stands now; a page asks all its questions of one
`Site`, so that a swap in the middle of a request changes nothing. Each thread has its own.
"""

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from county_portal.published import schema, search, validity
from county_portal.published.items import ITEM, ItemManifest, PublicItem
from county_portal.published.kinds import Kind, by_name
from county_portal.published.lists import Filters, Hit, ListPage
from county_portal.published.open_file import NoSite, OpenFile
from county_portal.published.schema import (
    FileLine,
    Listing,
    Withdrawal,
    moment_of,
    year_bounds,
)

log = logging.getLogger(__name__)
PAGE_LINES = 20
LAST_PAGE = 500
COUNTED = 1000
"""Lists are counted up to here; what is more is "1000+"."""
RANKED = 1000
"""How many of the newest hits are put in order of relevance."""
NEWEST = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC"
BY_RELEVANCE = (
    "SELECT id FROM (SELECT rowid AS id, bm25(search, 8, 1, 0) AS far FROM search"  # noqa: S608
    f" WHERE search MATCH ? ORDER BY rowid DESC LIMIT {RANKED}) ORDER BY far, id DESC"
)

LISTED = (
    "public_id, index_number, title, summary, document_number, column_slug, unit_code,"
    " category_code, formed_on, published_at, corrected_at, validity"
)
ORDERS = {
    "newest": "published_at DESC, public_id DESC",
    "oldest": "published_at, public_id",
    "formed": "formed_on DESC, public_id DESC",
}


class Reader:
    """The door to the public file in a folder. One for the whole process.

    kinds: what is read of it; of every other kind in the file nothing is shown.
    """

    def __init__(self, folder: Path, kinds: Iterable[Kind] = (ITEM,)) -> None:
        self.folder = folder
        self._kinds = by_name(kinds)
        self._path = schema.site_path(folder)
        self._mine = threading.local()

    def current(self) -> "Site":
        """Return the file that stands there now. Raises NoSite if there is none to be read."""
        identity = self._identity()
        site: Site | None = getattr(self._mine, "site", None)
        while site is None or site.identity != identity:
            site = Site(self.folder, identity, self._kinds)
            identity = self._identity()
        self._mine.site = site
        return site

    def _identity(self) -> tuple[int, int, int]:
        try:
            seen = self._path.stat()
        except FileNotFoundError:
            raise NoSite(str(self._path)) from None
        return seen.st_ino, seen.st_mtime_ns, seen.st_size


class Site(OpenFile):
    """The public file with every question that pages ask of it. Each thread has its own."""

    def __init__(
        self, folder: Path, identity: tuple[int, int, int], kinds: Mapping[str, Kind]
    ) -> None:
        super().__init__(folder, identity)
        self._kinds = kinds
        for (name,) in self.ask("SELECT DISTINCT kind FROM entries"):
            if name not in kinds:
                log.error("the public file holds things of an unknown kind: %s", name)

    # Lists

    def newest(self, count: int, column: str = "") -> tuple[Listing, ...]:
        """List the items published last, in this column and those under it."""
        where, values = self._where(Filters(column=column))
        return self.listings(where, values, "newest", 0, count)

    def newest_of_kind(self, kinds: Collection[str], count: int) -> tuple[Listing, ...]:
        """List the items published last in columns of these kinds."""
        slugs = tuple(c.slug for c in self.columns.values() if c.kind in kinds)
        return self.listings(*_one_of("column_slug", slugs), "newest", 0, count)

    def catalogue(self, filters: Filters, order: str, page: int) -> ListPage[Listing]:
        """List one page of everything that passes the filters. order: one of ORDERS."""
        where, values = self._where(filters)
        lines = self.listings(where, values, order, (page - 1) * PAGE_LINES, PAGE_LINES + 1)
        count = self._count(f"SELECT 1 FROM items WHERE {where}", *values)  # noqa: S608
        return ListPage(
            lines[:PAGE_LINES], page, min(count, COUNTED), _more(lines, page), count > COUNTED
        )

    def _count(self, rows: str, *values: object) -> int:
        """Count the rows a question finds: no more than one beyond COUNTED."""
        question = f"SELECT count(*) FROM ({rows} LIMIT {COUNTED + 1})"  # noqa: S608
        return int(self.ask(question, *values)[0][0])

    def _where(self, filters: Filters) -> tuple[str, tuple[object, ...]]:
        parts: list[tuple[str, tuple[object, ...]]] = [("1", ())]
        if filters.column:
            parts.append(_one_of("column_slug", self.column_and_below(filters.column)))
        if filters.unit:
            parts.append(("unit_code = ?", (filters.unit,)))
        if filters.category:
            parts.append(("category_code = ?", (filters.category,)))
        if filters.year:
            parts.append(("published_at >= ? AND published_at < ?", year_bounds(filters.year)))
        if filters.validity:
            parts.append(validity.condition(self.columns, filters.validity))
        where = " AND ".join(condition for condition, _ in parts)
        return where, tuple(value for _, values in parts for value in values)

    def listings(
        self, where: str, values: tuple[object, ...], order: str, start: int, count: int
    ) -> tuple[Listing, ...]:
        """List items in order. The inner question walks an index only, however far the page."""
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

    # One thing

    def item(self, public_id: int) -> PublicItem | None:
        """Find the item as it was signed, if it is public."""
        row = self.ask_one(
            "SELECT manifest, index_number, published_at, corrected_at FROM items"
            " JOIN manifests ON kind = ? AND key = ? WHERE public_id = ?",
            ITEM.name,
            str(public_id),
            public_id,
        )
        if row is None:
            return None
        text, index_number, published_at, corrected_at = row
        return PublicItem(
            **vars(ItemManifest.read(text)),
            content_hash=ItemManifest.hash_of(text),
            public_id=public_id,
            index_number=index_number,
            published_at=moment_of(published_at),
            corrected_at=moment_of(corrected_at) if corrected_at else None,
        )

    def signed(self, kind: Kind, key: str) -> tuple[Any, datetime] | None:
        """Find a thing as it was signed, and when it was published, if it is public."""
        entry = self._signed(kind, "key = ?", key)
        return entry[0] if entry else None

    def every(self, kind: Kind) -> list[tuple[Any, datetime]]:
        """List everything public of a kind, the newest first."""
        return self._signed(kind, "1")

    def _signed(self, kind: Kind, where: str, *values: object) -> list[tuple[Any, datetime]]:
        rows = self.ask(
            "SELECT manifest, published_at FROM entries JOIN manifests USING(kind, key)"  # noqa: S608
            f" WHERE kind = ? AND {where} ORDER BY published_at DESC, key",
            kind.name,
            *values,
        )
        return [(kind.manifest.read(text), moment_of(at)) for text, at in rows]

    def has_any(self, kind: Kind) -> bool:
        """Tell whether there is anything of the kind to lead to."""
        question = "SELECT EXISTS (SELECT 1 FROM entries WHERE kind = ?)"
        return bool(self.ask(question, kind.name)[0][0])

    def content_hash(self, kind: Kind, key: str) -> str | None:
        """Find the hash that was signed of a thing, if it is public."""
        question = "SELECT content_hash FROM entries WHERE kind = ? AND key = ?"
        row = self.ask_one(question, kind.name, key)
        return row[0] if row else None

    def withdrawal(self, kind: Kind, key: str) -> Withdrawal | None:
        question = "SELECT name, withdrawn_at, reason FROM withdrawals WHERE kind = ? AND key = ?"
        row = self.ask_one(question, kind.name, key)
        if row is None:
            return None
        name, withdrawn_at, reason = row
        return Withdrawal(kind.name, key, name, moment_of(withdrawn_at), reason)

    def file(self, kind: Kind, thing: str, key: str) -> FileLine | None:
        """Find the file that a thing lists under that key."""
        row = self.ask_one(
            "SELECT name, size, sha256, key, media_type, inline FROM files"
            " WHERE kind = ? AND thing = ? AND key = ?",
            kind.name,
            thing,
            key,
        )
        if row is None:
            return None
        name, size, sha256, key, media_type, inline = row
        return FileLine(name, size, sha256, key, media_type, bool(inline))

    # Search

    def search(self, words: str, filters: Filters, order: str, page: int) -> ListPage[Hit]:
        """Find one page of the things in which every phrase of `words` occurs.

        order: "newest", or "relevance" among the newest RANKED hits. The category of the
        filters is not asked about. Words without a letter or digit find nothing.
        """
        question = search.query(words, self._facets(filters))
        if not question:
            return ListPage((), page, 0)
        numbers, most = (BY_RELEVANCE, RANKED) if order == "relevance" else (NEWEST, COUNTED)
        start = (page - 1) * PAGE_LINES
        rows = self.ask(f"{numbers} LIMIT ? OFFSET ?", question, PAGE_LINES + 1, start)
        count = self._count("SELECT 1 FROM search WHERE search MATCH ?", question)
        hits = self._hits([number for (number,) in rows[:PAGE_LINES]])
        return ListPage(hits, page, min(count, most), _more(rows, page), count > most)

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

    def _hits(self, numbers: list[int]) -> tuple[Hit, ...]:
        """Read the things with these numbers in the index, in this order."""
        marks = ",".join("?" * len(numbers))
        rows = self.ask(
            "SELECT number, kind, key, manifest, published_at FROM words"  # noqa: S608
            " JOIN manifests USING(kind, key) JOIN entries USING(kind, key)"
            f" WHERE number IN ({marks})",
            *numbers,
        )
        items = self.listings(f"public_id IN ({marks})", tuple(numbers), "newest", 0, len(numbers))
        lines = {line.public_id: line for line in items}
        hits = {}
        for number, name, key, text, published_at in rows:
            if (kind := self._kinds.get(name)) is None:
                continue
            manifest = kind.manifest.read(text)
            line = lines.get(number) if kind is ITEM else None
            hits[number] = Hit(
                name, key, kind.title(manifest), kind.text(manifest), moment_of(published_at), line
            )
        return tuple(hits[number] for number in numbers if number in hits)

    # Everything, for machines

    def addresses(self, year: str) -> Iterator[tuple[int, datetime]]:
        """Yield public id and time of last change of every item published in that year."""
        rows = self._db.execute(
            "SELECT public_id, coalesce(corrected_at, published_at) FROM items"
            " WHERE published_at >= ? AND published_at < ? ORDER BY published_at, public_id",
            year_bounds(year),
        )
        return ((public_id, moment_of(at)) for public_id, at in rows)


def _more(found: Sequence[object], page: int) -> bool:
    """Tell whether a page follows: one line more than a page was asked for."""
    return len(found) > PAGE_LINES and page < LAST_PAGE


def _one_of(name: str, values: tuple[str, ...]) -> tuple[str, tuple[object, ...]]:
    """Build the condition that a column holds one of these values.

    With several values `+` keeps the order of time, so nothing is sorted.
    """
    if len(values) == 1:
        return f"{name} = ?", values
    return f"+{name} IN ({','.join('?' * len(values))})", values
