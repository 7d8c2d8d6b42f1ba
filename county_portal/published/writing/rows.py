"""The rows of the public file: how an entry goes in, and how nothing of it stays.

Works on an open connection; `writer` says when, and moves the files.
"""

import hashlib
from typing import Any

from county_portal.published import schema, search
from county_portal.published.items import ItemManifest, PublicEntry
from county_portal.published.schema import FileLine, PaperLine, SiteData, Withdrawal

BUILD_BYTES = 32 * 2**20
CHANGE_BYTES = 2**20
TABLES = (
    "site",
    "units",
    "columns",
    "categories",
    "papers",
    "items",
    "manifests",
    "files",
    "withdrawals",
    "gazettes",
    "gazette_withdrawals",
)


def write_site(db: Any, site: SiteData) -> None:
    """The site's own words and the reference tables are these."""
    for table in ("site", "units", "columns", "categories", "papers"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608
    said = {k: v for k, v in site.settings.items() if k not in {"format", "generation"}}
    rows = sorted({**said, "format": schema.FORMAT}.items())
    db.executemany("INSERT INTO site VALUES(?,?)", rows)
    db.executemany(
        "INSERT INTO units VALUES(?,?,?,?)",
        [(u.code, u.name, u.kind, u.position) for u in site.units],
    )
    db.executemany(
        "INSERT INTO columns VALUES(?,?,?,?,?,?,?)",
        [
            (c.slug, c.name, c.parent, c.kind, c.description, c.unit_code, c.position)
            for c in site.columns
        ],
    )
    db.executemany(
        "INSERT INTO categories VALUES(?,?,?,?)",
        [(c.code, c.name, c.article, c.position) for c in site.categories],
    )
    db.executemany("INSERT INTO papers VALUES(?,?,?,?,?,?)", map(_paper_row, site.papers))


def _paper_row(paper: PaperLine) -> tuple[str, ...]:
    gone = schema.text_of_moment(paper.withdrawn_at) if paper.withdrawn_at else ""
    day, issued = paper.dated_on.isoformat(), schema.text_of_moment(paper.issued_at)
    return (paper.sha256, paper.kind, paper.name, day, issued, gone)


def write_withdrawal(db: Any, gone: Withdrawal) -> None:
    db.execute(
        "INSERT OR REPLACE INTO withdrawals VALUES(?,?,?,?)",
        (gone.public_id, gone.index_number, schema.text_of_moment(gone.withdrawn_at), gone.reason),
    )


def write_item(db: Any, entry: PublicEntry, item: ItemManifest) -> None:
    published = schema.text_of_moment(entry.published_at)
    db.execute(
        "INSERT INTO items VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            entry.public_id,
            entry.index_number,
            entry.content_hash,
            item.column_slug,
            item.unit_code,
            item.category_code,
            item.formed_on.isoformat() if item.formed_on else "",
            published,
            schema.text_of_moment(entry.corrected_at) if entry.corrected_at else None,
            item.document_number,
            item.title,
            item.summary,
            entry.validity.state,
            entry.validity.since_on.isoformat() if entry.validity.since_on else "",
            entry.validity.by,
            entry.validity.expires_on.isoformat() if entry.validity.expires_on else "",
        ),
    )
    db.execute("INSERT INTO manifests VALUES(?,?)", (entry.public_id, entry.manifest_text))
    db.executemany(
        "INSERT INTO files VALUES(?,?,?,?,?,?,?,?)",
        [
            (entry.public_id, n, f.key, f.name, f.media_type, f.size, f.sha256, f.inline)
            for n, f in enumerate(item.files, 1)
        ],
    )
    db.execute(
        "INSERT INTO search(rowid, title, body, facets) VALUES(?,?,?,?)",
        (entry.public_id, *_words(item, published)),
    )


def delete(db: Any, public_id: int) -> tuple[FileLine, ...]:
    """No trace of the item is in the tables or in the index. The files it named."""
    row = db.execute(
        "SELECT manifest, published_at FROM items JOIN manifests USING(public_id)"
        " WHERE public_id = ?",
        (public_id,),
    ).fetchone()
    if row is None:
        return ()
    item = ItemManifest.read(row[0])
    db.execute(
        "INSERT INTO search(search, rowid, title, body, facets) VALUES('delete',?,?,?,?)",
        (public_id, *_words(item, row[1])),
    )
    for table in ("items", "manifests", "files"):
        db.execute(f"DELETE FROM {table} WHERE public_id = ?", (public_id,))  # noqa: S608
    return item.files


def _words(item: ItemManifest, published: str) -> tuple[str, str, str]:
    """What the index holds of an item: title, everything else people search for, filters.

    Must give the same for an item as long as schema.FORMAT does: deletion relies on it.
    """
    rest = [item.summary, item.document_number, *item.keywords, search.plain_text(item.body)]
    year = schema.county_year(schema.moment_of(published))
    facets = (
        search.facet("u", item.unit_code),
        search.facet("c", item.column_slug),
        search.facet("y", str(year)),
    )
    return search.tokens(item.title), search.tokens("\n".join(rest)), " ".join(facets)


def mark_generation(db: Any) -> None:
    """The file carries a mark that depends on what it says and on nothing else."""
    digest = hashlib.sha256()
    for question in (
        "SELECT * FROM site WHERE key <> 'generation' ORDER BY key",
        "SELECT * FROM units ORDER BY code",
        "SELECT * FROM columns ORDER BY slug",
        "SELECT * FROM categories ORDER BY code",
        "SELECT * FROM papers ORDER BY sha256",
        "SELECT public_id, index_number, content_hash, published_at, corrected_at,"
        " validity, validity_on, validity_by, expires_on FROM items ORDER BY public_id",
        "SELECT * FROM withdrawals ORDER BY public_id",
        "SELECT key, published_at, content_hash FROM gazettes ORDER BY key",
        "SELECT * FROM gazette_withdrawals ORDER BY key",
    ):
        digest.update(repr(db.execute(question).fetchall()).encode())
    db.execute("INSERT OR REPLACE INTO site VALUES('generation', ?)", (digest.hexdigest()[:32],))


def prepare_tables(db: Any) -> None:
    """Empty tables, and an index that may gather much in memory before it writes."""
    db.executescript(schema.DDL)
    db.execute("INSERT INTO search(search, rank) VALUES('hashsize', ?)", (BUILD_BYTES,))


def tidy(db: Any) -> None:
    """The index lies in one piece, and from now on forgets what it is told to forget."""
    db.execute("INSERT INTO search(search) VALUES('optimize')")
    db.execute("INSERT INTO search(search, rank) VALUES('hashsize', ?)", (CHANGE_BYTES,))
    db.execute("INSERT INTO search(search, rank) VALUES('secure-delete', 1)")


def differing_tables(db: Any) -> list[str]:
    """The tables that say one thing in `main` and another in `lying`."""
    for where in ("main", "lying"):
        db.execute(f"CREATE VIRTUAL TABLE temp.{where}_terms USING fts5vocab({where}, search, row)")
    pairs = [(name, f"main.{name}", f"lying.{name}") for name in TABLES]
    pairs.append(("search", "temp.main_terms", "temp.lying_terms"))
    return [name for name, wanted, found in pairs if _differ(db, wanted, found)]


def _differ(db: Any, one: str, other: str) -> bool:
    question = (
        f"SELECT EXISTS (SELECT * FROM {one} EXCEPT SELECT * FROM {other})"  # noqa: S608
        f" OR EXISTS (SELECT * FROM {other} EXCEPT SELECT * FROM {one})"
    )
    return bool(db.execute(question).fetchone()[0])
