"""What the documents say of the house is so."""

import re

from county_portal.office.base.config import ROOT, Settings
from county_portal.office.base.settings import CHOICES

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


def rows_of(page: str) -> dict[str, str]:
    """The first cell of each row of a page's tables, and the default in the third."""
    lines = [line.split("|") for line in (ROOT / "docs" / page).read_text("utf-8").splitlines()]
    return {
        cells[1].strip(" `"): cells[3].strip(" `")
        for cells in lines
        if len(cells) > 4 and cells[1].startswith(" `")
    }


def test_every_technical_setting_and_its_default_is_told(monkeypatch):
    source = (ROOT / "county_portal" / "office" / "base" / "config.py").read_text("utf-8")
    known = {f"COUNTY_{name}" for name in re.findall(r'_(?:text|number)\("(\w+)"', source)}
    told = {name: default for name, default in rows_of("settings.md").items() if name.isupper()}
    assert told.keys() == known
    for name in known:
        monkeypatch.delenv(name, raising=False)
    defaults = Settings()
    numbers = {name: default for name, default in told.items() if default.isdigit()}
    assert len(numbers) > 8
    for name, default in numbers.items():
        assert getattr(defaults, name.removeprefix("COUNTY_")) == int(default), name


def test_everything_the_office_decides_and_its_default_is_told():
    told = {name: default for name, default in rows_of("settings.md").items() if name.islower()}
    assert told == {choice.key: choice.default for choice in CHOICES}
