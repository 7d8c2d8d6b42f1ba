"""Gets the fonts of official paper into .fonts/, and a fontconfig file that finds them.

Fandol is the only free 仿宋 and 楷体 that Debian carries, and it lies inside a TeX package: the
four faces are taken out of that package's archive without installing TeX. FONTCONFIG_FILE must
name .fonts/fonts.conf before Pango is loaded; the fonts of the system are found through it too.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / ".fonts"
FACES_FOLDER = FONTS / "faces"
PACKAGE = "texlive-lang-chinese"
# Regular and Bold of one face carry the same weight, so one of each is taken.
FACES = (
    "FandolFang-Regular.otf",
    "FandolKai-Regular.otf",
    "FandolHei-Regular.otf",
    "FandolSong-Bold.otf",
)
LICENCE = ("fandol/COPYING.gz", "fandol/README")
CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}/faces</dir>
  <cachedir>{folder}/cache</cachedir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
</fontconfig>
"""


def main() -> None:
    changed = False
    if not all((FACES_FOLDER / face).is_file() for face in FACES):
        print("Taking the Fandol fonts out of Debian's TeX package")
        fetch_faces()
        changed = True
    if write_configuration() or changed:
        fill_cache()


def fetch_faces() -> None:
    """All the faces are in .fonts/faces/, or none of them is new."""
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".fonts-") as folder:
        work = Path(folder)
        take_faces(download(work), work / "faces")
        FONTS.mkdir(exist_ok=True)
        shutil.rmtree(FACES_FOLDER, ignore_errors=True)
        (work / "faces").rename(FACES_FOLDER)


def download(folder: Path) -> Path:
    """The package's archive. Raises SystemExit when apt cannot get it."""
    if not apt_download(folder):
        refresh_package_lists()
        if not apt_download(folder):
            sys.exit(f"The Debian package {PACKAGE} could not be downloaded; its fonts are needed.")
    return next(folder.glob("*.deb"))


def apt_download(folder: Path) -> bool:
    command = ["apt-get", "-qq", "-o", "Acquire::Retries=5", "-o", "APT::Sandbox::User=root"]
    done = subprocess.run([*command, "download", PACKAGE], cwd=folder, capture_output=True)
    return done.returncode == 0


def refresh_package_lists() -> None:
    """Ask the mirrors again, as far as this person may."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not prefix or shutil.which("sudo"):
        subprocess.run([*prefix, "apt-get", "-qq", "update"], capture_output=True)


def take_faces(archive: Path, folder: Path) -> None:
    """Only the named faces and their licence leave the archive."""
    folder.mkdir()
    command = ["dpkg-deb", "--fsys-tarfile", archive]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as unpack,
        tarfile.open(fileobj=unpack.stdout, mode="r|") as files,
    ):
        for member in files:
            if member.isfile() and is_wanted(member.name):
                copy(files.extractfile(member), folder / PurePosixPath(member.name).name)
    absent = [face for face in FACES if not (folder / face).is_file()]
    if unpack.returncode or absent:
        sys.exit(f"{archive.name} does not hold {', '.join(absent) or 'what it should'}.")


def is_wanted(name: str) -> bool:
    return PurePosixPath(name).name in FACES or name.endswith(LICENCE)


def copy(source: object, target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file)


def write_configuration() -> bool:
    """The fontconfig file names this folder; whether it had to be written."""
    path = FONTS / "fonts.conf"
    text = CONFIGURATION.format(folder=escape(str(FONTS)))
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def fill_cache() -> None:
    """The first page to print need not look through the fonts."""
    (FONTS / "cache").mkdir(exist_ok=True)
    environment = {**os.environ, "FONTCONFIG_FILE": str(FONTS / "fonts.conf")}
    subprocess.run(["fc-cache"], env=environment, check=True)


if __name__ == "__main__":
    main()
