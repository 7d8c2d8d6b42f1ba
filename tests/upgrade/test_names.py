"""Names in Python change; what is stored, and what the public sees, keeps its name."""

from pathlib import Path

import pytest
from flask import Flask

from tests.upgrade import names
from tests.upgrade.stored import stored_names


def only(sections: names.Names) -> names.Names:
    """What is written down of these sections."""
    return {section: lines for section, lines in names.read().items() if section in sections}


def test_the_program_uses_the_names_that_are_written_down(app: Flask) -> None:
    live = names.told_names(app)
    assert names.differences(only(live), live) == []


@pytest.mark.slow
def test_a_county_stores_under_the_names_that_are_written_down(tmp_path: Path) -> None:
    with names.whole_county(tmp_path / "data") as app:
        live = stored_names(app)
        told = names.told_names(app).keys()
    assert names.differences(only(live), live) == []
    assert live.keys() | told == names.read().keys(), "each section is compared"


def test_what_is_gone_changed_or_new_is_named() -> None:
    written = {"settings": ["county_name = 青禾县", "site_name = 青禾县人民政府"]}
    live = {"settings": ["county_name = 青山县", "site_name = 青禾县人民政府"], "tasks": ["x.make"]}
    assert names.differences(written, live) == [
        "gone from settings: county_name = 青禾县",
        "not written down in settings: county_name = 青山县",
        "not written down in tasks: x.make",
    ]
