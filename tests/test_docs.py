"""What the documents say of the house is so."""

import re

from county_portal.config import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_the_map_names_every_room():
    package = ROOT / "county_portal"
    rooms = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    rooms |= {path.name for path in package.glob("*.py") if path.name != "__init__.py"}
    assert {room for room in rooms if f"`{room}`" not in README.replace("**", "")} == set()


def test_every_link_in_the_documents_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not broken


def test_every_target_of_the_makefile_that_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"(?:`|^)make ([a-z0-9]+)", (ROOT / page).read_text("utf-8"), re.M))
        assert named, page
        assert named <= targets, page
