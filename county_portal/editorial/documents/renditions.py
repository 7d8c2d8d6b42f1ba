"""The clean copy of a file that may be published, made in the sandbox.

A rendition is built from what a reader of the file sees; whatever else the file carries stays
behind. The original is never published.
"""

from dataclasses import dataclass
from pathlib import Path

from county_portal.core.sandbox import runner
from county_portal.editorial.documents.kinds import FileType, Note

SECONDS = 60
TASKS = {
    FileType.PDF: "county_portal.editorial.documents.pdfs:rewrite",
    FileType.XLSX: "county_portal.editorial.documents.workbooks:rebuild",
    FileType.JPEG: "county_portal.editorial.documents.images:redraw_jpeg",
    FileType.PNG: "county_portal.editorial.documents.images:redraw_png",
}


@dataclass(frozen=True)
class Rendition:
    """What was made. `notes` tell the author what was left out."""

    media_type: str
    notes: tuple[Note, ...]


def make_rendition(source: Path, target: Path, kind: FileType) -> Rendition | None:
    """Write the public copy of `source` to `target`. Return None if such files stay in the office.

    The same source gives the same bytes. Raises Refused, and leaves no target, if it cannot be.
    """
    if kind.stays_inside:
        return None
    made = runner.run_in_sandbox(TASKS[kind], source=source, target=target, seconds=SECONDS)
    notes = tuple(Note(str(note)) for note in made.get("notes", ()))
    return Rendition(kind.media_type, notes)
