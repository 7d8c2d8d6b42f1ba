"""Set-up without the rights it needs: one sentence, and nothing half done."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from county_portal.office.base.config import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout on a machine where nothing is installed and nobody is root."""
    folder = tmp_path / "county"
    shutil.copytree(
        ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "Makefile", folder)
    return folder


def make(goal: str, checkout: Path, **commands: str) -> subprocess.CompletedProcess[str]:
    """`make goal`, on a machine whose commands answer as said."""
    machine = checkout.parent / "machine"
    machine.mkdir()
    for name, script in {"dpkg-query": "exit 1", "id": "echo 1000", **commands}.items():
        (machine / name).write_text(f"#!/bin/sh\n{script}\n")
        (machine / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{machine}:{os.environ['PATH']}"}
    return subprocess.run(
        ["make", goal],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_without_root_and_sudo_the_missing_packages_are_named(checkout):
    done = make("run", checkout, sudo="exit 1")
    assert done.returncode != 0
    sentence = done.stderr.splitlines()[0]
    for package in ("python3-venv", "libharfbuzz-subset0", "fonts-noto-cjk", "make run"):
        assert package in sentence


def test_a_refusal_leaves_nothing_behind(checkout):
    before = {path.relative_to(checkout) for path in checkout.rglob("*")}
    make("run", checkout, sudo="exit 1")
    assert {path.relative_to(checkout) for path in checkout.rglob("*")} == before


def test_another_kind_of_machine_is_told_so(checkout):
    done = make("run", checkout, uname="echo aarch64")
    assert done.returncode != 0
    assert "x86_64 only" in done.stderr
