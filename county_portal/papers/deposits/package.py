"""Packing a deposit in the background: texts as PDF, lists, records, manifests, zips.

Every text is printed once; a unit's package and the county's hold the same files. Nothing is read
but rows that never change, so packing again gives the same bytes. What ends until the packages are
kept is in none of them: then they are made anew.
"""

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import Deposit, DepositOmission, DepositPackage, Job, Person, Revision
from county_portal.office.base import audit, files, jobs
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.office.rules.policy import Do, require
from county_portal.papers.deposits import package_files, prints
from county_portal.papers.deposits.filing import add_papers
from county_portal.papers.deposits.holdings import WHOLE
from county_portal.papers.deposits.late_changes import settle, texts_to_pack
from county_portal.papers.deposits.lines import TextLine
from county_portal.papers.deposits.package_files import PackageEntry
from county_portal.papers.deposits.plans import PackagePlan, PlannedPart, plan_of
from county_portal.papers.deposits.thread_pool import side_by_side
from county_portal.printing import binding
from county_portal.published.items import PublicItem

log = logging.getLogger(__name__)

TASK = "deposits.package"
TOLD_EVERY = 1.0  # seconds: no more often, and whatever is done, before two have passed


# Asking


def request_package(deposit: Deposit, *, by: Person) -> Job:
    """Ask for the packages of a deposit; while they are made, asking again asks for nothing."""
    require(by, Do.DEPOSIT_MAKE)
    if is_packed(deposit):
        raise Refused("The packages of this deposit are made already")
    return editions.request_files(TASK, deposit.id, by=by, deposit=deposit.id)


def job_of(deposit: Deposit) -> Job | None:
    """Return the newest work on the packages."""
    return editions.newest_job(TASK, deposit.id)


def package_of(deposit_id: int, unit_code: str = WHOLE) -> DepositPackage | None:
    return db.session.get(DepositPackage, (deposit_id, unit_code))


def is_packed(deposit: Deposit) -> bool:
    return package_of(deposit.id) is not None


# Packing


def pack_in_background(*, progress: jobs.Progress, deposit: int) -> dict[str, object]:
    """Pack and keep the packages of the deposit, each once."""
    progress(1, "Reading the deposit")
    while (plan := _plan(deposit)) is not None:
        with _folder(deposit) as folder:
            if _keep(plan, _pack(plan, folder, progress)):
                break
    row = package_of(deposit)
    left_out = json.loads(row.contents)["left_out"] if row else []
    return {"deposit": deposit, "left_out": [one["title"] for one in left_out]}


def _plan(deposit_id: int) -> PackagePlan | None:
    """Plan what is to be packed as things are now; nothing is written yet. None: it is packed."""
    with editions.storing():
        deposit = db.session.get_one(Deposit, deposit_id)
        plan = None
        if not is_packed(deposit):
            settle(deposit)
            plan = plan_of(deposit)
        db.session.rollback()
    return plan


@contextmanager
def _folder(deposit_id: int) -> Iterator[Path]:
    """Hold an empty folder for one deposit.

    Nothing of it, or of a try that died, is left afterwards.
    """
    path: Path = current_settings().tmp / f"deposit-{deposit_id}"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True)
class Packed:
    """A package on the disk whose row is not written yet."""

    code: str
    stored: files.Stored
    manifest: str


def _pack(plan: PackagePlan, folder: Path, progress: jobs.Progress) -> list[Packed]:
    """Pack every package of the plan, the county's last."""
    _set_texts(plan, folder, _steady(progress, 2, 70, "Setting the texts"))
    whole = add_papers(plan, folder, _steady(progress, 70, 90, "Setting lists and records"))
    tell = _steady(progress, 90, 99, "Packing")
    made, number = [], len(plan.parts)
    for position, part in enumerate(plan.parts):
        alive = partial(tell, position, number * 2)
        made.append(_packed(plan, (part.code, part.name), part.entries, alive))
    alive = partial(tell, number, number * 2)
    return [*made, _packed(plan, (WHOLE, plan.names.office), whole, alive)]


def _steady(
    progress: jobs.Progress, low: int, high: int, doing: str
) -> Callable[[float, float], None]:
    """Tell how far it is, as a share of a span of the bar, at most once a second."""
    last = [0.0]

    def tell(done: float, of: float) -> None:
        if time.monotonic() - last[0] >= TOLD_EVERY:
            last[0] = time.monotonic()
            progress(low + int((high - low) * done / max(1, of)), doing)

    return tell


# Texts


def _set_texts(plan: PackagePlan, folder: Path, tell: Callable[[float, float], None]) -> None:
    """Set each text of the plan as a file, or note it as left out; its renditions lie beside it."""
    texts = [(part, line) for part in plan.parts for line in part.lines]
    orders = ((where, _order(where[1])) for where in texts)
    for (part, line), work in side_by_side(orders, lambda done: tell(done, len(texts))):
        _finish(part, line, work, folder)


def _order(line: TextLine) -> Callable[[], bytes]:
    """Return what sets the text. No transaction stays open meanwhile."""
    revision = db.session.get_one(Revision, line.revision_id)
    item = PublicItem(
        **vars(revision.manifest),
        content_hash=revision.content_hash,
        index_number=line.index_number,
        published_at=line.published_at.astimezone(clock.COUNTY),
    )
    db.session.rollback()
    pictures = {one.key: files.blob_path(one.sha256) for one in item.files if one.inline}
    return partial(prints.text_pdf, prints.text_html(prints.DepositText(item, pictures)), pictures)


def _finish(part: PlannedPart, line: TextLine, work: Future[bytes], folder: Path) -> None:
    """Enter the text and its renditions in the part.

    What cannot be set is left out, and so are its renditions: they come with it.
    """
    name = f"{line.position:03}-{package_files.safe(line.index_number)}"
    about: dict[str, object] = {
        "index_number": line.index_number,
        "title": line.title,
        "content_hash": line.content_hash,
    }
    try:
        pdf = work.result()
    except Refused as refusal:
        log.error("deposit: %s could not be set: %s", line.index_number, refusal)
    else:
        about["pages"] = part.pages[line.publication_id] = binding.page_count(pdf)
        part.entries.append(
            package_files.lay_down(folder, f"文本/{name}.pdf", pdf, "text", **about)
        )
        part.entries.extend(_renditions(line, name))


def _renditions(line: TextLine, name: str) -> Iterator[PackageEntry]:
    """Yield what the public gets beside the text; pictures stand in the text itself."""
    offered = [one for one in line.files if not one.inline]
    for position, rendition in enumerate(offered, 1):
        yield PackageEntry(
            path=f"附件/{name}/{position:02}-{package_files.safe(rendition.name)}",
            sha256=rendition.sha256,
            size=rendition.size,
            kind="file",
            source=files.blob_path(rendition.sha256),
            index_number=line.index_number,
            title=rendition.name,
        )


# Keeping


def _packed(
    plan: PackagePlan,
    whose: tuple[str, str],
    entries: list[PackageEntry],
    alive: Callable[[], object],
) -> Packed:
    """Return the zip of a unit, by its code and name, or of the county."""
    head, (code, giver) = plan.head, whose
    about: dict[str, object] = {
        "deposit": plan.number,
        "giver": giver,
        "unit": code,
        "since": str(head.since_on),
        "until": str(head.until_on),
        "made_at": head.made_at.isoformat(timespec="seconds"),
        "checksum": package_files.checksum(entries),
        "left_out": _left_out(plan, code),
    }
    manifest = package_files.package_manifest(about, entries)
    return Packed(code, package_files.zipped(entries, manifest, head.made_at, alive), manifest)


def _left_out(plan: PackagePlan, code: str) -> list[dict[str, str]]:
    """Return the texts that could not be set, by index number and title."""
    return [
        {"index_number": line.index_number, "title": line.title}
        for part in plan.parts
        if code in {WHOLE, part.code}
        for line in part.left_out
    ]


def _keep(plan: PackagePlan, made: list[Packed]) -> bool:
    """Keep the rows of the packages, and of what was left out, unless somebody was faster.

    False: a text has ended since the plan was made, so these packages are nobody's.
    """
    with editions.storing():
        deposit = db.session.get_one(Deposit, plan.deposit_id)
        if is_packed(deposit):
            return True
        settle(deposit)
        if texts_to_pack(deposit) != plan.texts:
            db.session.rollback()
            return False
        for packed_part in made:
            db.session.add(
                DepositPackage(
                    deposit_id=plan.deposit_id,
                    unit_code=packed_part.code,
                    blob=editions.register_files({"zip": packed_part.stored})["zip"],
                    contents=packed_part.manifest,
                    made_at=clock.now(),
                )
            )
        db.session.add_all(
            DepositOmission(publication_id=line.publication_id, part_id=part.id)
            for part in plan.parts
            for line in part.left_out
        )
        whole = made[-1]
        left = len(_left_out(plan, WHOLE))
        audit.record(None, Do.DEPOSIT_MAKE, deposit, file=whole.stored.sha256, left_out=left)
        return True
