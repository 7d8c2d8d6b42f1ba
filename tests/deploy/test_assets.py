"""Browser assets: what lies in static/vendor/ is what the pages ask for."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from county_portal.office.base.config import ROOT, STATIC
from deploy import assets

VENDORED = re.compile(r"filename=['\"]vendor/([\w.-]+)['\"]")


def test_every_icon_the_templates_name_is_in_the_sheet():
    sheet = ElementTree.fromstring((STATIC / "vendor" / "icons.svg").read_bytes())
    drawn = {symbol.get("id") for symbol in sheet}
    assert set(assets.icons_asked_for()) == drawn


def test_an_icon_that_does_not_exist_is_named():
    with pytest.raises(SystemExit, match="no-such-icon"):
        assets.icon_sheet(["search", "no-such-icon"])


def test_a_symbol_keeps_the_drawing_and_its_size():
    sheet = ElementTree.fromstring(assets.icon_sheet(["search"]))
    [symbol] = sheet
    assert symbol.get("viewBox") == "0 0 16 16"
    assert len(symbol) > 0


def test_every_vendored_file_a_template_asks_for_is_served():
    asked = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in VENDORED.findall(path.read_text("utf-8"))
    }
    assert asked
    assert asked <= {*assets.FILES, "icons.svg"}
    assert all((STATIC / "vendor" / name).stat().st_size for name in asked)


def test_no_vendored_file_sends_the_browser_after_a_source_map():
    for name in assets.FILES:
        assert b"sourceMappingURL" not in (STATIC / "vendor" / name).read_bytes()[-300:], name
