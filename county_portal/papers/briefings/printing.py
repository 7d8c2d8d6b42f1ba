"""Paper in the background: the files of an approved briefing, and pictures of a draft's pages.

Pictures lie among the temporary files, by the hash of what they show; the sweep removes them
after a day, and asking again makes them anew.
"""

import json
import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import Missing, Refused
from county_portal.models import (
    Briefing,
    BriefingState,
    FrozenBriefing,
    Job,
    JobState,
    Masthead,
    PaperKind,
    Person,
    PrintedBriefing,
)
from county_portal.office.base import audit, files, jobs
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions, register
from county_portal.office.rules.policy import Do, require
from county_portal.papers.briefings import paper, word
from county_portal.papers.briefings.content import Content, content_hash, content_of, read_content
from county_portal.printing import binding

PRINT = "briefings.print"
PREVIEW = "briefings.preview"
SETTING = "Setting the pages"
PIXELS_PER_POINT = 1.6
_DIGEST = re.compile(r"[0-9a-f]{64}")

# An approved briefing


def request_print(frozen: FrozenBriefing, *, by: Person) -> Job:
    """Ask for the files of a frozen briefing; while they are being made there is one job."""
    require(by, Do.BRIEFING_READ)
    return editions.request_files(PRINT, frozen.id, by=by, frozen_id=frozen.id)


def request_again(briefing: Briefing, *, by: Person) -> None:
    """Ask once more for files that could not be made. Raises Refused before approval."""
    if briefing.frozen is None:
        raise Refused("Only an approved briefing has files")
    if briefing.frozen.printed is None:
        request_print(briefing.frozen, by=by)


def briefing_task(*, progress: jobs.Progress, frozen_id: int) -> dict[str, object]:
    """Print the files and keep them among the blobs, with a row; made twice, they are kept once."""
    content = read_content(db.session.get_one(FrozenBriefing, frozen_id).content)
    db.session.rollback()
    progress(5, SETTING)
    printed = paper.briefing_pdf(content, jobs.part_progress(progress, 5, 75, SETTING))
    progress(75, "Writing the Word file")
    kept = {
        "pdf": files.keep_paper(printed.pdf),
        "docx": files.keep_bytes(word.briefing_docx(content, printed.left_out)),
    }
    progress(90, "Storing the briefing")
    _draw(printed.pdf, _digest(content))
    with editions.storing():
        left_out = titles_of(content, printed.left_out)
        row = _store(frozen_id, kept, binding.page_count(printed.pdf), left_out)
        _enter(row, content)
        return {"printed": row.id, "left_out": left_out}


def _store(
    frozen_id: int, kept: dict[str, files.Stored], pages: int, left_out: list[str]
) -> PrintedBriefing:
    made = select(PrintedBriefing).where(PrintedBriefing.frozen_id == frozen_id)
    printed = db.session.scalar(made)
    if printed is not None:
        return printed
    sums = editions.register_files(kept)
    printed = PrintedBriefing(
        frozen_id=frozen_id,
        **sums,
        pages=pages,
        left_out=json.dumps(left_out, ensure_ascii=False),
        made_at=clock.now(),
    )
    db.session.add(printed)
    db.session.flush()
    frozen = db.session.get_one(FrozenBriefing, frozen_id)
    details: dict[str, Any] = {**sums, "left_out": "; ".join(left_out)}
    audit.record(frozen.approver, Do.BRIEFING_APPROVE, printed, **details)
    return printed


def _enter(printed: PrintedBriefing, content: Content) -> None:
    """Enter the briefing as an issued paper, unless it is internal or was withdrawn meanwhile."""
    frozen = db.session.get_one(FrozenBriefing, printed.frozen_id)
    stands = db.session.get_one(Briefing, frozen.briefing_id).state is BriefingState.APPROVED
    internal = content.mark or db.session.get_one(Masthead, frozen.masthead_id).internal
    if stands and not internal:
        name = paper.name_line(content.masthead, frozen, special=frozen.special)
        register.enter_paper(printed.pdf, PaperKind.BRIEFING, name, frozen.dated_on)


def titles_of(content: Content, names: Iterable[str]) -> list[str]:
    """Return what the pieces that were left out are called."""
    titles = {str(piece.id): piece.title for piece in content.pieces}
    return [titles[name] for name in names]


def print_job(frozen: FrozenBriefing) -> Job | None:
    """Find the newest job that makes the files of a frozen briefing."""
    return editions.newest_job(PRINT, frozen.id)


# Pictures of a draft


def request_preview(briefing: Briefing, *, by: Person) -> Job | None:
    """Ask for pictures of the briefing as it stands now. None: they are there already."""
    require(by, Do.BRIEFING_READ)
    digest = digest_of(briefing)
    if pages_of(digest) and _tried(briefing, digest) is not None:
        return None
    arguments = {"briefing_id": briefing.id, "at": briefing.version}
    return editions.request_files(PREVIEW, briefing.id, by=by, **arguments)


def preview_in_background(
    *, progress: jobs.Progress, briefing_id: int, at: int
) -> dict[str, object]:
    """Draw a picture of each page of the true PDF. at: the version that was asked for."""
    briefing = db.session.get_one(Briefing, briefing_id)
    content = _content(briefing)
    db.session.rollback()
    return {**try_out(content, progress), "version": at}


def try_out(content: Content, progress: jobs.Progress) -> dict[str, object]:
    """Make both files once, to see what cannot be set, and keep only pictures of the pages."""
    digest = _digest(content)
    progress(5, SETTING)
    printed = paper.briefing_pdf(content, jobs.part_progress(progress, 5, 60, SETTING))
    progress(60, "Writing the Word file")
    word.briefing_docx(content, printed.left_out)
    progress(70, "Drawing the pages")
    _draw(printed.pdf, digest)
    return {"digest": digest, "left_out": titles_of(content, printed.left_out)}


def check_printable(briefing: Briefing) -> None:
    """Refuse unless all of it was set on paper just as it stands now. Raises Refused."""
    tried = _tried(briefing, digest_of(briefing))
    if tried is None:
        raise Refused(
            "Its pages have not been set as it stands now: press “Preview”, read them, then approve"
        )
    if tried["left_out"]:
        raise Refused(
            "These cannot be set on paper: %(titles)s. Return the briefing, to have them shortened "
            "or taken out",
            titles="; ".join(tried["left_out"]),
        )


def _tried(briefing: Briefing, digest: str) -> dict[str, Any] | None:
    """Return what came of the newest pictures of this content."""
    done = select(Job.result).where(
        Job.key.startswith(f"{PREVIEW}:{briefing.id}:"), Job.state == JobState.DONE
    )
    results = map(json.loads, db.session.scalars(done.order_by(Job.id.desc())))
    return next((one for one in results if one["digest"] == digest), None)


def digest_of(briefing: Briefing) -> str:
    """Return the hash of what would be printed now, or of what was approved."""
    return briefing.frozen.content_hash if briefing.frozen else _digest(content_of(briefing))


def _content(briefing: Briefing) -> Content:
    """Return what would be printed now; once approved, what was approved."""
    return read_content(briefing.frozen.content) if briefing.frozen else content_of(briefing)


def pages_of(digest: str) -> int:
    """Count the pictures there are of what has this hash; 0 if any of them is gone."""
    marker = _folder() / f"preview-{digest}"
    if not marker.is_file():
        return 0
    count = int(marker.read_text())
    return count if all(_picture(digest, n).is_file() for n in range(1, count + 1)) else 0


def picture_of(digest: str, page: int) -> Path:
    """Return the picture of a page. Raises Missing when the sweep has removed it."""
    if not _DIGEST.fullmatch(digest) or not _picture(digest, page).is_file():
        raise Missing
    return _picture(digest, page)


def preview_job(briefing: Briefing) -> Job | None:
    """Find the newest job that draws pictures of the briefing."""
    return editions.newest_job(PREVIEW, briefing.id)


def shown_digest(briefing: Briefing) -> str:
    """Find the hash of the newest pictures still there: of the briefing now, or as it was."""
    now = digest_of(briefing)
    if pages_of(now):
        return now
    job = preview_job(briefing)
    if job is None or job.state is not JobState.DONE:
        return ""
    made = str(json.loads(job.result)["digest"])
    return made if pages_of(made) else ""


def _draw(pdf: bytes, digest: str) -> None:
    """Draw a picture of each page; the marker is written last, when every picture is whole."""
    _folder().mkdir(parents=True, exist_ok=True)
    with pypdfium2.PdfDocument(pdf) as document:
        for number in range(len(document)):
            picture = BytesIO()
            bitmap = document[number].render(scale=PIXELS_PER_POINT)
            bitmap.to_pil().save(picture, "PNG")
            _write(_picture(digest, number + 1), picture.getvalue())
        count = len(document)
    _write(_folder() / f"preview-{digest}", str(count).encode())


def _write(path: Path, content: bytes) -> None:
    temporary = files.new_temporary()
    temporary.write_bytes(content)
    temporary.rename(path)


def _digest(content: Content) -> str:
    return content_hash(content.as_json())


def _folder() -> Path:
    return current_settings().tmp


def _picture(digest: str, page: int) -> Path:
    return _folder() / f"preview-{digest}-{page}.png"
