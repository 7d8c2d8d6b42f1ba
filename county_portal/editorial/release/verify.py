"""Every promise, computed again from what lies on the disk. `flask verify` prints what fails."""

import stat
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import current_app
from sqlalchemy import select, text

from county_portal.editorial.release import gazettes, public_file
from county_portal.models import (
    Blob,
    GazetteEdition,
    GazetteEditionItem,
    GazetteHand,
    GazettePublication,
    GazetteSignOff,
    Hand,
    Item,
    Publication,
    Revision,
    SignOff,
    Verdict,
)
from county_portal.office.base import audit
from county_portal.office.base.audit import BrokenPromise
from county_portal.office.base.config import Settings
from county_portal.office.base.extensions import PRAGMAS, db
from county_portal.office.base.files import blob_path, file_hash
from county_portal.published.gazettes import GazetteManifest
from county_portal.published.items import ItemManifest
from county_portal.published.writing import writer
from county_portal.published.writing.gazette_rows import GazetteChanges

OLDEST_SQLITE = (3, 51, 3)  # older ones can corrupt a write-ahead log


def broken_promises() -> list[BrokenPromise]:
    """What does not hold. Empty: everything does."""
    settings: Settings = current_app.config["COUNTY"]
    checks: tuple[Callable[[Settings], Iterator[BrokenPromise]], ...] = (
        _revisions,
        _sign_offs,
        _people,
        _gazette_records,
        _gazette_items,
        _gazette_people,
        _gazettes_once,
        _public_file,
        _public_gazettes,
        _withdrawals,
        _public_tables,
        _public_folder,
        _blobs,
        _database,
        _keys,
    )
    found = [fault for check in checks for fault in check(settings)]
    return found + audit.broken_chain(settings)


def _revisions(_: Settings) -> Iterator[BrokenPromise]:
    """The stored hash of each revision is the hash of its manifest."""
    query = select(Revision.id, Revision.manifest_text, Revision.content_hash)
    for row in db.session.execute(query.execution_options(yield_per=500)):
        if ItemManifest.hash_of(row.manifest_text) != row.content_hash:
            yield BrokenPromise(
                f"revisions:{row.id}", "the manifest is not the one that was hashed"
            )


def _sign_offs(_: Settings) -> Iterator[BrokenPromise]:
    """Each live publication rests on a release of exactly its revision."""
    query = (
        select(Publication.id, SignOff.verdict, SignOff.content_hash, Revision.content_hash)
        .join(SignOff, SignOff.id == Publication.sign_off_id, isouter=True)
        .join(Revision, Revision.id == Publication.revision_id)
    )
    for publication, verdict, signed, written in db.session.execute(query):
        if verdict is not Verdict.RELEASE or signed != written:
            yield BrokenPromise(
                f"publications:{publication}", "no release was signed for what it shows"
            )


def _people(_: Settings) -> Iterator[BrokenPromise]:
    """Officer, issuer and contributors of an item are different people."""
    for table, person, hand in (
        (SignOff, SignOff.officer_id, "officer"),
        (Publication, Publication.issuer_id, "issuer"),
    ):
        query = select(table.id).join(
            Hand, (Hand.item_id == table.item_id) & (Hand.person_id == person)
        )
        for row in db.session.scalars(query.where(Hand.hand != hand)):
            yield BrokenPromise(
                f"{table.__tablename__}:{row}", "somebody acted at two desks of one item"
            )


def _gazette_records(_: Settings) -> Iterator[BrokenPromise]:
    """Each edition has the hash of its manifest, and each publication rests on its release."""
    query = select(GazetteEdition.id, GazetteEdition.manifest_text, GazetteEdition.content_hash)
    for row in db.session.execute(query):
        if GazetteManifest.hash_of(row.manifest_text) != row.content_hash:
            yield BrokenPromise(
                f"gazette_editions:{row.id}", "the manifest is not the one that was hashed"
            )
    signed = (
        select(GazettePublication.id, GazetteSignOff.verdict)
        .add_columns(GazetteSignOff.content_hash, GazetteEdition.content_hash)
        .join(GazetteSignOff, GazetteSignOff.id == GazettePublication.sign_off_id, isouter=True)
        .join(GazetteEdition, GazetteEdition.id == GazettePublication.edition_id)
    )
    for publication, verdict, hash_signed, hash_made in db.session.execute(signed):
        if verdict is not Verdict.RELEASE or hash_signed != hash_made:
            where = f"gazette_publications:{publication}"
            yield BrokenPromise(where, "no release was signed for what it shows")


def _gazette_items(_: Settings) -> Iterator[BrokenPromise]:
    """Each edition is tied to every item it prints or names: that is what takes it off the site."""
    tied: dict[int, set[int | None]] = {}
    rows = select(GazetteEditionItem.edition_id, Item.public_id).join(
        Item, Item.id == GazetteEditionItem.item_id
    )
    for edition, public_id in db.session.execute(rows):
        tied.setdefault(edition, set()).add(public_id)
    for one in db.session.scalars(select(GazetteEdition)):
        if not _named_in(one) <= tied.get(one.id, set()):
            yield BrokenPromise(
                f"gazette_editions:{one.id}", "it is not tied to a text that it names"
            )


def _named_in(edition: GazetteEdition) -> set[int | None]:
    """The public ids of the items that the edition names; no item's if it cannot be read."""
    try:
        said = edition.manifest
    except ValueError:
        return {0}
    changed = {number for line in said.changes for number in (line.public_id, line.by_public_id)}
    return {line.public_id for line in said.contents} | (changed - {None})


def _gazette_people(_: Settings) -> Iterator[BrokenPromise]:
    """Composer, officer and issuer of a gazette are different people."""
    for table, person, hand in (
        (GazetteSignOff, GazetteSignOff.officer_id, "officer"),
        (GazettePublication, GazettePublication.issuer_id, "issuer"),
    ):
        query = select(table.id).join(
            GazetteHand,
            (GazetteHand.gazette_id == table.gazette_id) & (GazetteHand.person_id == person),
        )
        for row in db.session.scalars(query.where(GazetteHand.hand != hand)):
            yield BrokenPromise(
                f"{table.__tablename__}:{row}", "somebody acted at two desks of one gazette"
            )


def _gazettes_once(_: Settings) -> Iterator[BrokenPromise]:
    """Of each gazette, one edition is live."""
    live = db.session.execute(gazettes.live_gazettes())
    for key, count in Counter(publication.key for publication, _ in live).items():
        if count > 1:
            yield BrokenPromise(f"gazette:{key}", "two editions of it are live")


def _public_gazettes(_: Settings) -> Iterator[BrokenPromise]:
    """The gazettes of the public file are the live ones, both ways, by the bytes that lie there."""
    want = {entry.key: entry.content_hash for entry in gazettes.gazette_entries()}
    have = gazettes.gazette_hashes()
    for key in sorted(want.keys() | have.keys()):
        if want.get(key) != have.get(key):
            yield BrokenPromise(f"gazette:{key}", _difference(want.get(key), have.get(key)))
    if {one.key: one for one in gazettes.withdrawn_gazettes()} != gazettes.withdrawals_told():
        yield BrokenPromise(
            "gazettes", "the withdrawals told to the public are not those on record"
        )


def _public_file(settings: Settings) -> Iterator[BrokenPromise]:
    """The public file equals the live publications, both ways, by the bytes that lie in it."""
    want = {entry.public_id: entry.content_hash for entry in public_file.item_entries()}
    have = writer.item_hashes(settings.PUBLIC)
    for public_id in sorted(want.keys() | have.keys()):
        if want.get(public_id) != have.get(public_id):
            yield BrokenPromise(
                f"public:{public_id}", _difference(want.get(public_id), have.get(public_id))
            )


def _difference(want: str | None, have: str | None) -> str:
    if have is None:
        return "is live and is not in the public file"
    return "is in the public file and is not live" if want is None else "shows another version"


def _withdrawals(settings: Settings) -> Iterator[BrokenPromise]:
    want = {one.public_id: one for one in public_file.withdrawn_items()}
    if want != writer.withdrawals_in(settings.PUBLIC):
        yield BrokenPromise("public", "the withdrawals told to the public are not those on record")


def _public_tables(settings: Settings) -> Iterator[BrokenPromise]:
    """Lists, filters and search say of the items what their manifests say, and nothing else.

    Not asked of a file whose items are others, or whose site is older than the tables: that is
    told already, or made good within the minute.
    """
    want = {entry.public_id: entry.content_hash for entry in public_file.item_entries()}
    bound = {entry.key: entry.content_hash for entry in gazettes.gazette_entries()}
    if want != writer.item_hashes(settings.PUBLIC) or bound != gazettes.gazette_hashes():
        return
    if not public_file.has_this_site():
        return
    site, gone = public_file.site_data(), public_file.withdrawn_items()
    told = GazetteChanges(
        put=gazettes.gazette_entries(), withdrawals=tuple(gazettes.withdrawn_gazettes())
    )
    for table in writer.unlike_entries(
        settings.PUBLIC, site, public_file.item_entries(), gone, told
    ):
        yield BrokenPromise(f"public:{table}", "the table does not say what was signed")


def _public_folder(settings: Settings) -> Iterator[BrokenPromise]:
    """Each public file is what its manifest says, and nothing else lies there."""
    named = {
        file.sha256
        for entry in public_file.item_entries()
        for file in ItemManifest.read(entry.manifest_text).files
    } | gazettes.named_pdfs()
    lying = {path.name: path for path in (settings.PUBLIC / "files").glob("??/*")}
    for name in sorted(named - lying.keys()):
        yield BrokenPromise(f"file:{name[:12]}", "a published file is missing")
    for name in sorted(lying.keys() - named):
        yield BrokenPromise(
            f"file:{name[:12]}", "a file lies in the public folder that nothing live names"
        )
    for name in sorted(named & lying.keys()):
        if file_hash(lying[name])[0] != name:
            yield BrokenPromise(f"file:{name[:12]}", "a published file was changed")


def _blobs(_: Settings) -> Iterator[BrokenPromise]:
    """Every stored file is there, to the byte."""
    for blob in db.session.scalars(select(Blob).execution_options(yield_per=500)):
        path = blob_path(blob.sha256)
        if not path.is_file():
            yield BrokenPromise(f"blobs:{blob.sha256[:12]}", "a stored file is missing")
        elif file_hash(path) != (blob.sha256, blob.size):
            yield BrokenPromise(f"blobs:{blob.sha256[:12]}", "a stored file was changed")


def _database(_: Settings) -> Iterator[BrokenPromise]:
    if db.engine.dialect.name != "sqlite":
        return
    version = db.session.scalar(text("SELECT sqlite_version()")) or ""
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        yield BrokenPromise("sqlite", f"version {version} is too old to be safe")
    if db.session.scalar(text("PRAGMA integrity_check")) != "ok":
        yield BrokenPromise("sqlite", "the database is damaged")
    if db.session.execute(text("PRAGMA foreign_key_check")).first() is not None:
        yield BrokenPromise("sqlite", "a row points at nothing")
    for pragma in PRAGMAS:
        name, wanted = pragma.split(" = ")
        found = str(db.session.scalar(text(f"PRAGMA {name}")))
        if found.upper() not in _spellings(wanted):
            yield BrokenPromise("sqlite", f"{name} is {found} and should be {wanted}")


def _spellings(wanted: str) -> set[str]:
    return {wanted, {"ON": "1", "OFF": "0", "FULL": "2", "WAL": "WAL"}.get(wanted, wanted)}


def _keys(settings: Settings) -> Iterator[BrokenPromise]:
    """Key files are read by their owner only."""
    for path in sorted(Path(settings.DATA / "keys").glob("*.key")):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield BrokenPromise(f"keys/{path.name}", "others can read this key file")
