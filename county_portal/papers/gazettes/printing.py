"""Printing a gazette in the background, and freezing exactly what was printed."""

from county_portal.core import clock
from county_portal.core.errors import OutOfDate
from county_portal.models import (
    Gazette,
    GazetteEdition,
    GazetteEditionItem,
    GazetteEditionPart,
    GazetteState,
    GazetteStep,
    Person,
)
from county_portal.office.base import audit, files, jobs
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import write_step
from county_portal.papers.gazettes import contents, paper
from county_portal.papers.gazettes.contents import Paper
from county_portal.papers.gazettes.services import TASK as TASK
from county_portal.papers.gazettes.steps import something_to_print
from county_portal.published.gazettes import GazetteManifest

CHANGED = "The gazette was changed while it was printed; print it again"


def gazette_task(
    *, progress: jobs.Progress, gazette: int, version: int, asked_by: int
) -> dict[str, object]:
    """Print and freeze the gazette. Begins and ends transactions of its own."""
    progress(5, "Gathering the texts")
    wanted = _read(gazette, version)
    db.session.rollback()
    manifest, pdf = _print(wanted, progress)
    with editions.storing():
        if _read(gazette, version) != wanted:
            raise OutOfDate(CHANGED)
        row = db.session.get_one(Gazette, gazette)
        edition = _freeze(row, wanted, manifest, pdf, asked_by=asked_by)
    return {"gazette": gazette, "edition": edition.id}


def _read(gazette_id: int, version: int) -> Paper:
    """Read what is to be printed.

    Raises OutOfDate if the draft is not the one that was asked for, Refused if the public does not
    read each of its texts any more.
    """
    gazette = db.session.get_one(Gazette, gazette_id)
    if gazette.state is not GazetteState.DRAFT or gazette.version != version:
        raise OutOfDate(CHANGED)
    something_to_print(gazette)
    return contents.gazette_paper(gazette)


def _print(wanted: Paper, progress: jobs.Progress) -> tuple[str, files.Stored]:
    """Print the gazette. Return what will be signed, and the PDF, kept. No transaction is open."""
    watch = jobs.part_progress(progress, 10, 85, "Setting the pages")
    book = paper.to_book(wanted, watch=watch)
    db.session.rollback()
    progress(90, "Storing the gazette")
    stored = files.keep_paper(book.pdf)
    return paper.gazette_manifest(wanted, book, stored).text, stored


def _freeze(
    gazette: Gazette, wanted: Paper, manifest: str, pdf: files.Stored, *, asked_by: int
) -> GazetteEdition:
    """Freeze the gazette on an edition that holds everything it prints or names."""
    edition = GazetteEdition(
        gazette_id=gazette.id,
        manifest_text=manifest,
        content_hash=GazetteManifest.hash_of(manifest),
        **editions.register_files({"pdf": pdf}),
        made_by=asked_by,
        made_at=clock.now(),
    )
    db.session.add(edition)
    db.session.flush()
    named = contents.named_items(wanted).items()
    db.session.add_all(
        GazetteEditionItem(edition_id=edition.id, item_id=item, revision_id=revision)
        for item, revision in named
    )
    db.session.add_all(
        GazetteEditionPart(edition_id=edition.id, part_id=part.edition_id)
        for part in wanted.parts
        if part.edition_id
    )
    gazette.edition_id = edition.id
    by = db.session.get_one(Person, asked_by)
    write_step(GazetteStep, gazette, Do.GAZETTE_FREEZE, by=by, now=GazetteState.FROZEN)
    audit.record(by, Do.GAZETTE_FREEZE, gazette, hash=edition.content_hash, pdf=edition.pdf)
    return edition
