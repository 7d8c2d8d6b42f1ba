"""Copies what the pages need out of node_modules/ into static/vendor/.

Only the files named here are served. Icons become one sheet, `icons.svg`, that holds the icons
the templates and static/app.js ask for by name: `{{ icon("search") }}` or `"icons.svg#search"`.
"""

import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
SVG = "http://www.w3.org/2000/svg"
ICON = re.compile(r"""(?:\bicon\(["']|icons\.svg#)([a-z0-9][a-z0-9-]*)""")

FILES = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "sortable.min.js": "sortablejs/Sortable.min.js",
    "suneditor.min.css": "suneditor/dist/suneditor.min.css",
    "suneditor-contents.min.css": "suneditor/dist/suneditor-contents.min.css",
    "suneditor.min.js": "suneditor/dist/suneditor.min.js",
    "suneditor.zh_cn.js": "suneditor/src/langs/zh_cn.js",
    "suneditor.en.js": "suneditor/src/langs/en.js",
}
SOURCE_MAP = re.compile(rb"\s*(?://[#@] sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")


def copy_files() -> None:
    """Every file of FILES lies in static/vendor/, without the address of its source map."""
    for name, source in FILES.items():
        write(VENDOR / name, SOURCE_MAP.sub(b"\n", (PACKAGES / source).read_bytes()))


def write(path: Path, content: bytes) -> None:
    """The file holds `content`; an unchanged file keeps its date, so browsers keep their copy."""
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def icons_asked_for() -> list[str]:
    """The names of the icons that some template or app.js names, in order."""
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.js")]
    return sorted({name for path in sources for name in ICON.findall(path.read_text("utf-8"))})


def icon_sheet(names: Iterable[str]) -> bytes:
    """One SVG with a symbol for each name. Raises SystemExit for a name that does not exist."""
    ElementTree.register_namespace("", SVG)
    sheet = ElementTree.Element(f"{{{SVG}}}svg")
    for name in names:
        sheet.append(symbol(name))
    return ElementTree.tostring(sheet, encoding="utf-8") + b"\n"


def symbol(name: str) -> ElementTree.Element:
    path = PACKAGES / "bootstrap-icons" / "icons" / f"{name}.svg"
    if not path.is_file():
        raise SystemExit(f"A template asks for the icon {name!r}, which bootstrap-icons lacks.")
    drawing = ElementTree.fromstring(path.read_bytes())  # noqa: S314 (from the locked package)
    found = ElementTree.Element(f"{{{SVG}}}symbol", id=name, viewBox=drawing.get("viewBox", ""))
    found.extend(drawing)
    return found


def remove_others() -> None:
    """Nothing an earlier version copied stays behind."""
    for path in VENDOR.iterdir():
        if path.name not in {*FILES, "icons.svg"}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def main() -> None:
    if not PACKAGES.is_dir():
        sys.exit("node_modules/ is missing: `make run` fetches it.")
    VENDOR.mkdir(parents=True, exist_ok=True)
    copy_files()
    write(VENDOR / "icons.svg", icon_sheet(icons_asked_for()))
    remove_others()


if __name__ == "__main__":
    main()
