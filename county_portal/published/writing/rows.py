"""The rows of the public file: how an entry goes in, and how nothing of it stays.

Works on an open connection; `writer` says when, and moves the files.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

from county_portal.published import schema
from county_portal.published.kinds import Entry, IndexWords, Kind
from county_portal.published.manifest import Manifest
from county_portal.published.schema import PaperLine, SiteData, Withdrawal

BUILD_BYTES = 32 * 2**20
CHANGE_BYTES = 2**20
SITE_TABLES = ("site", "units", "columns", "categories", "papers")
OF_ANY_KIND = ("entries", "manifests", "words", "files", "withdrawals")
QUICK = 1  # how hard zlib tries


def prepare_tables(db: Any, kinds: Iterable[Kind]) -> None:
    """Create empty tables, and an index that may gather much in memory before it writes."""
    db.executescript(schema.DDL)
    for kind in kinds:
        for table in kind.lists:
            db.executescript(table.ddl)
    db.execute("INSERT INTO search(search, rank) VALUES('hashsize', ?)", (BUILD_BYTES,))


def write_site(db: Any, site: SiteData) -> None:
    """Write the site's own words and the reference tables in place of the old ones."""
    for table in SITE_TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608
    facts = {k: v for k, v in site.settings.items() if k not in {"format", "generation"}}
    rows = sorted({**facts, "format": schema.FORMAT}.items())
    _insert(db, "site", rows)
    _insert(db, "units", map(astuple, site.units))
    _insert(db, "columns", map(astuple, site.columns))
    _insert(db, "categories", map(astuple, site.categories))
    _insert(db, "papers", map(_paper_row, site.papers))


def _insert(db: Any, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Insert these rows. Each gives every column, in the order of the schema."""
    for row in rows:
        db.execute(f"INSERT INTO {table} VALUES({','.join('?' * len(row))})", row)


def _paper_row(paper: PaperLine) -> tuple[str, ...]:
    gone = schema.text_of_moment(paper.withdrawn_at) if paper.withdrawn_at else ""
    day, issued = paper.dated_on.isoformat(), schema.text_of_moment(paper.issued_at)
    return (paper.sha256, paper.kind, paper.name, day, issued, gone)


def write_withdrawal(db: Any, gone: Withdrawal) -> None:
    moment = schema.text_of_moment(gone.withdrawn_at)
    row = (gone.kind, gone.key, gone.name, moment, gone.reason)
    db.execute("INSERT OR REPLACE INTO withdrawals VALUES(?,?,?,?,?)", row)


def write_entry(db: Any, kind: Kind, entry: Entry, manifest: Manifest) -> None:
    """Write the entry to every table it belongs to, and to the index if its kind is searched."""
    thing = (kind.name, entry.key)
    published = schema.text_of_moment(entry.published_at)
    files = [
        (*thing, n, f.key, f.name, f.media_type, f.size, f.sha256, f.inline)
        for n, f in enumerate(kind.files(manifest), 1)
    ]
    _insert(db, "entries", [(*thing, entry.content_hash, published)])
    _insert(db, "manifests", [(*thing, entry.manifest_text)])
    _insert(db, "files", files)
    for table in kind.lists:
        _insert(db, table.name, [table.row(entry, manifest)])
    if kind.index:
        indexed = kind.index(entry, manifest)
        kept = zlib.compress(json.dumps(astuple(indexed)).encode(), QUICK)
        _insert(db, "words", [(entry.number, *thing, kept)])
        db.execute(
            "INSERT INTO search(rowid, title, body, facets) VALUES(?,?,?,?)",
            (entry.number, *astuple(indexed)),
        )


def delete_thing(db: Any, kind: Kind, key: str) -> set[str]:
    """Delete every trace of the thing from tables and index. Return the hashes of its files.

    What is taken out of the index are the very words that went in, whatever the program would
    make of the manifest today.
    """
    thing = (kind.name, key)
    named = db.execute("SELECT sha256 FROM files WHERE kind = ? AND thing = ?", thing).fetchall()
    kept = db.execute("SELECT number, words FROM words WHERE kind = ? AND key = ?", thing)
    for number, indexed in kept.fetchall():
        db.execute(
            "INSERT INTO search(search, rowid, title, body, facets) VALUES('delete',?,?,?,?)",
            (number, *astuple(_unpacked(indexed))),
        )
    db.execute("DELETE FROM files WHERE kind = ? AND thing = ?", thing)
    for table in ("entries", "manifests", "words"):
        db.execute(f"DELETE FROM {table} WHERE kind = ? AND key = ?", thing)  # noqa: S608
    for own in kind.lists:
        db.execute(f"DELETE FROM {own.name} WHERE {own.key} = ?", (key,))  # noqa: S608
    return {row[0] for row in named}


def _unpacked(words: bytes) -> IndexWords:
    return IndexWords(*json.loads(zlib.decompress(words)))


def table_names(kinds: Iterable[Kind]) -> tuple[str, ...]:
    own = (table.name for kind in kinds for table in kind.lists)
    return (*SITE_TABLES, *OF_ANY_KIND, *own)


def mark_generation(db: Any, kinds: Iterable[Kind]) -> None:
    """Write a mark into the file that depends on what the file says and on nothing else."""
    digest = hashlib.sha256()
    tables = set(table_names(kinds)) - {"manifests", "words", "files"}  # the hash stands for these
    for table in sorted(tables):
        question = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608
        if table == "site":
            question = "SELECT * FROM site WHERE key <> 'generation' ORDER BY key"
        digest.update(repr(db.execute(question).fetchall()).encode())
    db.execute("INSERT OR REPLACE INTO site VALUES('generation', ?)", (digest.hexdigest()[:32],))


def tidy(db: Any) -> None:
    """Join the index into one piece, and make it erase from now on what it is told to forget."""
    db.execute("INSERT INTO search(search) VALUES('optimize')")
    db.execute("INSERT INTO search(search, rank) VALUES('hashsize', ?)", (CHANGE_BYTES,))
    db.execute("INSERT INTO search(search, rank) VALUES('secure-delete', 1)")


def differing_tables(db: Any, kinds: Iterable[Kind]) -> list[str]:
    """List the tables that say one thing in `main` and another in `lying`."""
    for where in ("main", "lying"):
        db.execute(f"CREATE VIRTUAL TABLE temp.{where}_terms USING fts5vocab({where}, search, row)")
    pairs = [(name, f"main.{name}", f"lying.{name}") for name in table_names(kinds)]
    pairs.append(("search", "temp.main_terms", "temp.lying_terms"))
    return [name for name, wanted, found in pairs if _differ(db, wanted, found)]


def _differ(db: Any, one: str, other: str) -> bool:
    question = (
        f"SELECT EXISTS (SELECT * FROM {one} EXCEPT SELECT * FROM {other})"  # noqa: S608
        f" OR EXISTS (SELECT * FROM {other} EXCEPT SELECT * FROM {one})"
    )
    return bool(db.execute(question).fetchone()[0])
