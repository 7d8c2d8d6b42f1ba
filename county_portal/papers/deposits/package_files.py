"""The files of a package, while it is put together: laid down, listed with their hashes, zipped.

The same files give the same zip: names are sorted, times are those of the deposit, and nothing is
compressed (what lies in it is compressed already).
"""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath

from county_portal.office.base import files

MANIFEST, SUMS = "manifest.json", "manifest.txt"
UNSAFE = re.compile(r'(?:[\x00-\x1f\x7f<>:"/\\|?*]|\.\.)+')
NAME_LENGTH = 60  # characters of a file's name without its ending
REGULAR = 0o100644 << 16  # a plain file that everybody may read, as zips write it
UNIX = 3  # so that readers believe it


@dataclass(frozen=True)
class PackageEntry:
    """One file. kind: text, file or paper. pages: of a text; None for anything else."""

    path: str
    sha256: str
    size: int
    kind: str
    source: Path
    index_number: str = ""
    title: str = ""
    content_hash: str = ""
    pages: int | None = None

    def under(self, folder: str) -> "PackageEntry":
        """Return the same file in a package where it lies one folder deeper."""
        return replace(self, path=f"{folder}/{self.path}")

    def said(self) -> dict[str, object]:
        """Return the line of the manifest."""
        fields = {name: value for name, value in asdict(self).items() if name != "source"}
        return {name: value for name, value in fields.items() if value not in {"", None}}


def safe(name: str) -> str:
    """Return a name that any system can store, with its ending."""
    plain = PurePath(UNSAFE.sub("-", name).strip(" .-") or "-")
    return f"{plain.stem[:NAME_LENGTH].strip(' .') or '-'}{plain.suffix[:12]}"


def lay_down(folder: Path, path: str, content: bytes, kind: str, **about: object) -> PackageEntry:
    """Lay the bytes down as a file of the folder. about: what the manifest says besides."""
    digest = hashlib.sha256(content).hexdigest()
    source = folder / digest
    source.write_bytes(content)
    facts = {"sha256": digest, "size": len(content), "kind": kind, "source": source, **about}
    return PackageEntry(path=path, **facts)  # type: ignore[arg-type]


def checksum(entries: Iterable[PackageEntry]) -> str:
    """Return one hash over all texts and renditions, so that a signature on paper covers them."""
    lines = sorted(f"{one.sha256}  {one.path}\n" for one in entries if one.kind != "paper")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def package_manifest(about: dict[str, object], entries: Iterable[PackageEntry]) -> str:
    """Return what lies in the package, file by file, for machines."""
    listed = sorted(entries, key=lambda one: one.path)
    about_all = {**about, "files": [one.said() for one in listed]}
    return json.dumps(about_all, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def sums_of(manifest: str, entries: Iterable[PackageEntry]) -> str:
    """Return the same for people, in the form that `sha256sum -c` reads.

    The manifest has its line too.
    """
    known = {one.path: one.sha256 for one in entries}
    known[MANIFEST] = hashlib.sha256(manifest.encode()).hexdigest()
    return "".join(f"{known[path]}  {path}\n" for path in sorted(known))


def zipped(
    entries: Iterable[PackageEntry], manifest: str, at: datetime, alive: Callable[[], object]
) -> files.Stored:
    """Store the package as a zip. Its row comes later, by `files.register`."""
    listed = sorted(entries, key=lambda one: one.path)
    written = {MANIFEST: manifest, SUMS: sums_of(manifest, listed)}
    target = files.new_temporary()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for one in listed:
            alive()
            with one.source.open("rb") as source, package.open(_info(one.path, at), "w") as inside:
                shutil.copyfileobj(source, inside, files.CHUNK)
        for name, text in written.items():
            package.writestr(_info(name, at), text.encode())
    return files.keep_file(target)


def _info(path: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, at.timetuple()[:6])
    info.external_attr, info.create_system = REGULAR, UNIX
    return info
