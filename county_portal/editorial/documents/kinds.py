"""Which files may be attached, told by what is in them and not by their name alone."""

import re
import struct
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import NewType

from county_portal.core.errors import Refused
from county_portal.core.sandbox import runner
from county_portal.core.sandbox.runner import Broken, TooMuch

Note = NewType("Note", str)
"""A sentence for the author about what a public copy does not hold; an English msgid."""

MAX_MEMBERS = 5_000
MAX_UNPACKED = 500 * 2**20  # bytes
MAX_RATIO = 200
MAX_DIRECTORY = 2 * 2**20  # bytes of a ZIP file's list of contents
MAX_PIXELS = 60_000_000
MAX_PAGES = 2_000

_OFFICE = "application/vnd.openxmlformats-officedocument"
_MAIN_PART = re.compile(rb'ContentType\s*=\s*["\']([^"\']{1,200}main\+xml)["\']')
_BAD_NAME = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f\\]")
_MACROS = re.compile(r"vbaProject|vbaData|macrosheets/|\.bin\.rels$|dialogsheets/", re.IGNORECASE)
_END_OF_ZIP = b"PK\x05\x06"


class FileType(StrEnum):
    """The six kinds of file that go."""

    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    PDF = "pdf"
    JPEG = "jpg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def stays_inside(self) -> bool:
        """Whether there is no public copy of such a file; the author attaches a PDF beside it."""
        return self in {FileType.DOCX, FileType.PPTX}


_MEDIA_TYPES = {
    FileType.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileType.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileType.PPTX: f"{_OFFICE}.presentationml.presentation",
    FileType.PDF: "application/pdf",
    FileType.JPEG: "image/jpeg",
    FileType.PNG: "image/png",
}
_MAIN_PARTS = {
    f"{_OFFICE}.wordprocessingml.document.main+xml": FileType.DOCX,
    f"{_OFFICE}.spreadsheetml.sheet.main+xml": FileType.XLSX,
    f"{_OFFICE}.presentationml.presentation.main+xml": FileType.PPTX,
}
_EXTENSIONS = {kind.value: kind for kind in FileType} | {"jpeg": FileType.JPEG}
_CHECKS = {
    FileType.PDF: "county_portal.editorial.documents.pdfs:check_pdf",
    FileType.JPEG: "county_portal.editorial.documents.images:check_jpeg",
    FileType.PNG: "county_portal.editorial.documents.images:check_png",
}
_BEGINNINGS = (
    (b"%PDF-", FileType.PDF),
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
)


def identify(path: Path, name: str) -> FileType:
    """Return the kind of the file at `path`, which its author calls `name`.

    Raises Refused, with the types that go, unless content and name agree on one of them.
    """
    named = _EXTENSIONS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if named is None:
        raise _unwelcome()
    file_type = FileType(
        runner.run_in_sandbox(f"{__name__}:examine", source=path, seconds=20)["kind"]
    )
    if file_type != named:
        raise Refused(
            "The name ends in .%(named)s but the content is %(found)s; rename the file or save it "
            "again",
            named=named.value,
            found=file_type.value,
        )
    if file_type in _CHECKS:
        runner.run_in_sandbox(_CHECKS[file_type], source=path, seconds=20)
    return file_type


def _unwelcome() -> Refused:
    return Refused(
        "This type of file cannot be attached. These go: docx, xlsx, pptx, pdf, jpg, png. Unpack "
        "archives first; save files of older types again in one of these"
    )


# In the sandbox


def examine(source: Path, target: None = None) -> dict[str, object]:
    """Examine the file at `source` for `identify`; refuse what hides, locks or explodes.

    Return its kind.
    """
    with source.open("rb") as file:
        beginning = file.read(16)
    if beginning.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refused(
            "The file is locked with a password, or was saved in the format of Office before 2007. "
            "Save it again without a password as docx, xlsx, pptx or pdf"
        )
    if beginning.startswith(b"PK\x03\x04"):
        return {"kind": _office_kind(source)}
    kind = next((kind for mark, kind in _BEGINNINGS if beginning.startswith(mark)), None)
    if kind is None:
        raise _unwelcome()
    return {"kind": kind}


def _office_kind(source: Path) -> FileType:
    with open_archive(source) as archive:
        try:
            listed = archive.open("[Content_Types].xml").read(2**20)
        except KeyError:
            raise _unwelcome() from None
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as fault:
            raise _damaged() from fault
        names = archive.namelist()
    if any(map(_MACROS.search, names)) or b"macroEnabled" in listed:
        raise Refused("The file contains macros. Save it without macros as docx, xlsx or pptx")
    parts = {part.decode("ascii", "replace") for part in _MAIN_PART.findall(listed)}
    kinds = {_MAIN_PARTS[part] for part in parts if part in _MAIN_PARTS}
    if len(kinds) != 1:
        raise _unwelcome()
    return kinds.pop()


def open_archive(source: Path) -> zipfile.ZipFile:
    """Return the ZIP file at `source`, once its list of contents has been found harmless.

    Raises TooMuch for a bomb, Refused for locked or strangely named members, Broken if damaged.
    """
    _check_directory(source)
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError) as fault:
        raise _damaged() from fault
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or packed > source.stat().st_size:
        raise _bomb()
    if unpacked > 2**20 and unpacked > MAX_RATIO * max(packed, 1):
        raise _bomb()
    if any(member.flag_bits & 1 for member in members):
        raise Refused("The file is locked with a password. Save it again without one")
    names = [member.filename for member in members]
    if len({*names}) != len(names) or any(map(_BAD_NAME.search, names)):
        raise _damaged()
    return archive


def _check_directory(source: Path) -> None:
    """Check how long a ZIP file's end says its list of contents is, before that is read."""
    size = source.stat().st_size
    with source.open("rb") as file:
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or len(tail) - at < 22:
        raise _damaged()
    members, directory, offset = struct.unpack_from("<HII", tail, at + 10)
    if members > MAX_MEMBERS or directory > MAX_DIRECTORY:
        raise _bomb()
    if offset + directory != size - len(tail) + at:
        raise _damaged()


def _bomb() -> TooMuch:
    return TooMuch("The file holds far more than its size tells; save it again and attach that")


def _damaged() -> Broken:
    return Broken("The file cannot be read; it seems to be damaged")
