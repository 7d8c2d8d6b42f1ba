"""What is installed is pinned, whole, and named without the place it comes from."""

import json
import re

import pytest

from county_portal.office.base.config import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;]+)", re.MULTILINE)
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text("utf-8")))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_no_folder(name):
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|--trusted-host| @ ", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_one_version_and_its_hashes(name):
    entries = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    assert entries
    for entry in entries:
        assert PIN.match(entry), entry
        assert "--hash=sha256:" in entry, entry
    assert len(pins(name)) == len(entries)


def test_tests_run_on_the_versions_that_are_served():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_every_package_asked_for_is_locked():
    for name in ("requirements", "requirements-dev", "requirements-node"):
        lines = (ROOT / f"{name}.in").read_text("utf-8").splitlines()
        asked = {re.split(r"[>=<\[]", line)[0] for line in lines if re.match("[a-z]", line)}
        assert asked
        assert asked <= set(pins(f"{name}.lock"))


def test_browser_assets_are_locked_without_addresses():
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    locked = {name: entry for name, entry in packages.items() if name}
    assert locked
    for name, entry in locked.items():
        assert "resolved" not in entry, name
        assert entry["integrity"].startswith("sha512-"), name
