"""The fonts of official paper are found, and so are the system's."""

import os
import subprocess

import pytest

from county_portal.office.base.config import FONTS

FAMILIES = ["FandolFang R", "FandolKai", "FandolHei", "FandolSong", "Noto Serif CJK SC", "HanaMinB"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_face_of_official_paper_is_found(family):
    environment = {**os.environ, "FONTCONFIG_FILE": str(FONTS / "fonts.conf")}
    found = subprocess.run(
        ["fc-list", family, "family"], env=environment, capture_output=True, text=True, check=True
    )
    assert family in found.stdout
