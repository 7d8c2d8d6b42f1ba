"""Shortcuts through the engine give the paper that its own way gives."""

import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import ImageChops

from county_portal.printing import process_pool
from county_portal.printing.engine import engine, fonts, optimisations
from county_portal.printing.engine import text as press_text
from county_portal.printing.engine.known_versions import why_plain
from tests.printing.looking import look_alike, pictures, words

# the engine itself forgets to close its colour profile
pytestmark = pytest.mark.filterwarnings("ignore:.*sRGB2014:pytest.PytestUnraisableExceptionWarning")
STYLE = """
html { font: 12pt/20pt "FandolFang R" } p { text-indent: 2em; text-align: justify }
table { width: 100%; table-layout: fixed; border-spacing: 0 } .w { width: 30% }
.collapsed { border-collapse: collapse } .collapsed td { border: 1pt solid #000 }
.box { border: 1pt solid #888; padding: 2mm } .dashed { border-bottom: 1pt dashed #000 }
.round { border-bottom: 2pt solid #000; border-radius: 3mm }
.side { float: left; width: 30mm; margin: 0 4mm 2mm 0; height: 12mm; background: #eee }
.hidden { visibility: hidden; border-bottom: 1pt solid #000 }
.columns { column-count: 2; column-rule: 1pt solid #000; border-top: 0 }
.old { font-variant-numeric: oldstyle-nums } .under { text-decoration: underline }
.quoted::before { content: "“" } .rare { font-family: "Noto Serif CJK SC", HanaMinA, HanaMinB }
"""
WORDS = "县政府办公室收到各单位报送的信息318件，GB/T 9704 的格式，2026年10月。"
BODY = f"""
<h1>标题</h1><h2>二级</h2><p>{WORDS * 6}</p>
<p class="quoted">引文<b>粗</b><i>斜</i><sub>下</sub></p><div class="side"></div><p>{WORDS * 4}</p>
<ul><li>一<ul><li>二</li></ul></li></ul><ol><li>甲</li><li>乙</li></ol>
<table><tr><th class="w">单位</th><td>{WORDS}</td></tr><tr><td>12</td><td>12</td></tr></table>
<table class="collapsed"><tr><td>1</td><td>2</td></tr></table>
<div class="box">框</div><div class="dashed">虚线</div><div class="round">圆角</div>
<p class="hidden">不见</p><div class="columns"><p>{WORDS * 3}</p></div>
<p class="old under">1234567890 {WORDS}</p><p dir="rtl">{WORDS}</p><p>䶮和🙂</p>
<p>It is checked before the rains, as in each year. {"It is checked, as in each year. " * 9}</p>
"""
CHART = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="120" viewBox="0 0 300 120">
<title>图</title><text x="9" y="20" font-size="11" font-family="FandolHei">报送 318 件</text>
<text x="150" y="40" text-anchor="middle" font-size="11">各单位公开信息</text>
<text x="290" y="60" text-anchor="end" font-size="11">12.5<tspan fill="#c00">甲乙</tspan></text>
<text x="9 40 80" y="90" font-size="11" rotate="10 20">分开字</text>
<text x="9" y="110"></text></svg>"""
SIGNS = "县政府办公室公开信息一二三，。；：、“”（）《》—…·％0123456789.%ABCabc"
RULED = """<table><tr><td style="border-bottom: 0.5pt solid #b5b5b5">一</td></tr>
<tr><td style="border-top: 2pt solid #f00; border-bottom: 1pt solid #000">二</td></tr>
<tr><td style="border-top: 1pt solid #00c; border-left: 2pt solid #00c">三</td></tr>
<tr><td style="border: 1.5pt solid #090; border-right-width: 0.5pt">四</td></tr></table>"""
WORDS_OF_CHARTS = {"text", "tspan", "textPath", "a"}
LOOKS = {
    "Font",
    "draw_border",
    "draw_first_line",
    *WORDS_OF_CHARTS,
}  # the shortcuts that change the file, not the paper


@pytest.fixture(scope="module")
def press() -> Iterator[engine.Press]:
    """With the shortcuts, even where all other tests do without."""
    yield engine.Press(process_pool.FACE, plain="")
    if why_plain():
        for owner, name, _ours, theirs in optimisations.SHORTCUTS:
            optimisations.replace_function(owner, name, theirs)


@pytest.fixture
def set_page(press, tmp_path: Path):
    (tmp_path / "sheet.css").write_text(STYLE)

    def set_page(body: str, margins: str = "") -> bytes:
        head = (
            f'<title>样张</title><link rel="stylesheet" href="sheet.css"><style>{margins}</style>'
        )
        html = f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>'
        return press.set(html, tmp_path)[1]

    return set_page


def turn_off(monkeypatch: pytest.MonkeyPatch, names: set[str] | None = None) -> None:
    """Let the engine go its own way; names: only there."""
    for owner, name, _ours, theirs in optimisations.SHORTCUTS:
        if names is None or name in names:
            put = monkeypatch.setitem if isinstance(owner, dict) else monkeypatch.setattr
            put(owner, name, theirs)
    if names is None:
        monkeypatch.setattr(optimisations, "OWN_SHEET", optimisations.UA_STYLESHEET)


def test_every_shortcut_is_taken(press):
    assert {name for _owner, name, _ours, _theirs in optimisations.SHORTCUTS} >= {
        "Font",
        "CSS",
        "resolve_percentages",
        "strut",
        "avoid_collisions",
        "draw_border",
        "page_references",
    }
    for owner, name, ours, _theirs in optimisations.SHORTCUTS:
        assert (owner[name] if isinstance(owner, dict) else getattr(owner, name)) is ours


MARGINS = """@page { size: A5; @bottom-center { content: counter(page) '/' counter(pages);
text-align: center; vertical-align: middle } }"""


@pytest.mark.parametrize("margins", ["", MARGINS])
def test_the_file_is_the_same_byte_for_byte(set_page, monkeypatch, margins):
    turn_off(monkeypatch, LOOKS)
    ours = [set_page(BODY, margins), set_page(BODY * 2, margins)]
    turn_off(monkeypatch)
    assert ours == [set_page(BODY, margins), set_page(BODY * 2, margins)]


def test_lines_end_where_they_end_when_the_whole_paragraph_is_tried(set_page, monkeypatch):
    chance = random.Random(8)
    body = "".join(
        f'<p style="width: {chance.randint(60, 400)}pt">'
        f"{''.join(chance.choices(SIGNS, k=chance.randint(20, 300)))}</p>"
        for _ in range(60)
    )
    ours = set_page(body)
    tried = []
    turn_off(monkeypatch, {"split_first_line"})
    monkeypatch.setattr(
        press_text, "THEIR_SPLIT", lambda *about, **place: tried.append(about)
    )  # nobody asks it any more
    assert ours == set_page(body)
    assert not tried


def test_lines_read_at_once_are_drawn_as_glyph_after_glyph(set_page, monkeypatch):
    turn_off(monkeypatch, {"draw_border"})
    ours = set_page(BODY)
    turn_off(monkeypatch, {"draw_first_line"})
    theirs = set_page(BODY)
    assert ours != theirs
    for page, other in zip(pictures(ours), pictures(theirs), strict=True):
        assert max(top for _low, top in ImageChops.difference(page, other).getextrema()) < 64
    assert words(ours) == words(theirs)


@pytest.mark.parametrize("body", [f"<p>{WORDS}</p>", "<p>䶮㛃𬭎𠅤 Wörter 🙂</p>", BODY])
def test_small_fonts_show_the_same_signs(set_page, monkeypatch, body):
    turn_off(monkeypatch, {"draw_border"})
    ours = set_page(body)
    turn_off(monkeypatch, {"Font"})
    theirs = set_page(body)
    assert b"CIDFontType0C" in ours
    assert b"CIDFontType0C" not in theirs
    assert len(ours) < len(theirs)
    for page, other in zip(pictures(ours), pictures(theirs), strict=True):
        assert max(top for _low, top in ImageChops.difference(page, other).getextrema()) < 64
    assert words(ours) == words(theirs)


def test_what_a_process_set_before_changes_nothing(set_page, monkeypatch):
    set_page(BODY)
    later = set_page(f"<p>{WORDS}</p>")
    fresh = fonts.kept_fonts(fonts.CompactFont)
    for owner, name, _ours, _theirs in optimisations.SHORTCUTS:
        if name == "Font":
            monkeypatch.setattr(owner, name, fresh)
    assert set_page(f"<p>{WORDS}</p>") == later


def test_words_of_a_chart_stand_where_their_letters_did(set_page, monkeypatch):
    ours = set_page(CHART)
    turn_off(monkeypatch, WORDS_OF_CHARTS)
    theirs = set_page(CHART)
    (page,), (other,) = pictures(ours), pictures(theirs)
    assert len(page.convert("L").getcolors()) > 50
    assert max(top for _low, top in ImageChops.difference(page, other).getextrema()) < 64
    assert texts_in(ours) < texts_in(theirs)


def texts_in(content: bytes) -> int:
    """How many pieces of text the file draws."""
    with pikepdf.open(BytesIO(content)) as book:
        drawn = [one.read_bytes() for one in book.objects if isinstance(one, pikepdf.Stream)]
    return sum(one.count(b"] TJ") for one in drawn)


def test_rules_above_and_below_are_plain_bars_where_the_engine_has_them(set_page, monkeypatch):
    ours = set_page(RULED)
    with pikepdf.open(BytesIO(ours)) as book:
        drawn = [str(one.operator) for one in pikepdf.parse_content_stream(book.pages[0])]
    assert drawn.count("re") >= 3
    assert "W*" not in drawn
    turn_off(monkeypatch)
    (page,), (other,) = pictures(ours), pictures(set_page(RULED))
    difference = ImageChops.difference(page, other).convert("L")
    assert sum(difference.histogram()[130:]) < 0.002 * page.width * page.height
    assert look_alike(page, other)
