"""The rows of gazettes in the public file. Works on an open connection; `writer` says when."""

from dataclasses import dataclass
from typing import Any

from county_portal.published import schema
from county_portal.published.gazettes import (
    GazetteEntry,
    GazetteManifest,
    GazetteWithdrawal,
)


@dataclass(frozen=True)
class GazetteChanges:
    """What is to differ in the gazettes of the next file; `build` puts and tells only.

    remove: keys that go without a word. withdrawals: those that go and leave a page.
    """

    put: tuple[GazetteEntry, ...] = ()
    remove: tuple[str, ...] = ()
    withdrawals: tuple[GazetteWithdrawal, ...] = ()


def delete_gazettes(db: Any, changes: GazetteChanges) -> set[str]:
    """What goes or comes anew is not in the tables. The hashes of the PDFs it named."""
    gone = {*changes.remove, *(one.key for one in changes.withdrawals)}
    dropped = set()
    for key in sorted(gone | {one.key for one in changes.put}):
        named = db.execute("SELECT pdf_sha256 FROM gazettes WHERE key = ?", (key,)).fetchall()
        dropped |= {row[0] for row in named}
        db.execute("DELETE FROM gazettes WHERE key = ?", (key,))
        db.execute("DELETE FROM gazette_withdrawals WHERE key = ?", (key,))
    return dropped


def write_gazette(db: Any, entry: GazetteEntry, gazette: GazetteManifest) -> None:
    db.execute(
        "INSERT INTO gazettes VALUES(?,?,?,?,?,?,?,?)",
        (
            entry.key,
            gazette.kind,
            gazette.year,
            gazette.number,
            schema.text_of_moment(entry.published_at),
            entry.content_hash,
            entry.manifest_text,
            gazette.pdf.sha256,
        ),
    )


def write_gazette_withdrawal(db: Any, gone: GazetteWithdrawal) -> None:
    db.execute(
        "INSERT OR REPLACE INTO gazette_withdrawals VALUES(?,?,?)",
        (gone.key, schema.text_of_moment(gone.withdrawn_at), gone.reason),
    )
