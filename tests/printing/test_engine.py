"""The engine, tamed: what it reads, where lines end, and what it does with rare characters."""

import xml.etree.ElementTree as ET
from ctypes import c_double
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as raw
import pytest

from county_portal.printing import process_pool
from county_portal.printing.engine import engine as press
from county_portal.printing.engine import lines

# the engine itself forgets to close its colour profile
pytestmark = pytest.mark.filterwarnings("ignore:.*sRGB2014:pytest.PytestUnraisableExceptionWarning")
POINTS = 72 / 25.4  # a millimetre
TEXT = "全县各单位报送信息三百一十八件，其中按时公开二百九十六件，“四个强化”提升效能。"
PAGE = """<!doctype html><html lang="zh-CN"><head><title>样张</title><style>
@page { size: A4; margin: 37mm 26mm 35mm 28mm }
html { font: 15.75pt/28.95pt "FandolFang R" } p { margin: 0; text-indent: 2em }
.rare { font-family: "Noto Serif CJK SC", HanaMinA, HanaMinB; line-height: 1 }
body { margin: 0; text-align: justify }</style></head><body>%s</body></html>"""
RARE = "䶮㛃𬭎𠅤喆"  # in people's names, and in no face of the standard's typefaces


@pytest.fixture(scope="module")
def engine() -> press.Press:
    return press.Press(process_pool.FACE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        '<rect width="9" height="9"/></svg>'
    )
    return tmp_path / "static"


@pytest.fixture
def printed(engine, folder):
    """Sets the words on paper."""
    return lambda body: engine.set(PAGE % body, folder)[1]


def lines_of(content: bytes) -> list[tuple[float, float, str]]:
    """Left edge, right edge (in millimetres) and text of each line, from the top."""
    page = pypdfium2.PdfDocument(content)[0]
    text = page.get_textpage()
    rows: list[list[tuple[float, float, str]]] = [[]]
    for number in range(text.count_chars()):
        sign = chr(raw.FPDFText_GetUnicode(text.raw, number))
        if sign.strip():
            left, _bottom, right, _top = text.get_charbox(number, loose=True)
            if rows[-1] and left < rows[-1][-1][0]:  # back at the left: a new line
                rows.append([])
            rows[-1].append((left, right, sign))
    return [
        (row[0][0] / POINTS, row[-1][1] / POINTS, "".join(sign for _left, _right, sign in row))
        for row in rows
    ]


def test_chinese_lines_end_flush_right(printed):
    lines = lines_of(printed(f"<p>{TEXT * 6}</p>"))
    assert len(lines) > 7
    for left, right, text in lines[:-1]:
        assert right == pytest.approx(184, abs=0.3), text
        assert left == pytest.approx(28 if text is not lines[0][2] else 39.1, abs=0.3), text
    assert lines[-1][1] < 180


def test_lines_with_bold_and_latin_pieces_end_flush_too(printed):
    body = f"<p>{TEXT}<b>加粗</b>{TEXT} GB/T 9704 {TEXT}<i>2026</i>{TEXT * 3}</p>"
    for _left, right, text in lines_of(printed(body))[:-1]:
        assert right == pytest.approx(184, abs=0.3), text


def test_western_lines_are_stretched_between_words(printed):
    body = "<p>" + "The dikes are checked before the rains, as in each year. " * 6 + "</p>"
    rights = [right for _left, right, _text in lines_of(printed(body))[:-1]]
    assert rights == pytest.approx([184] * len(rights), abs=0.6)


def test_a_line_with_a_picture_among_its_signs_is_not_spread(printed):
    rights = [right for _left, right, _text in lines_of(printed(f"<p>{'🙂12' + TEXT * 3}</p>"))]
    assert rights[0] < 180
    assert rights[1] == pytest.approx(184, abs=0.6)


def test_without_the_change_lines_are_ragged(printed, monkeypatch):
    """What a new version of the engine would give: ragged, but paper all the same."""
    monkeypatch.setattr(lines.inline, "justify_line", lines.stretch_spaces)
    rights = [right for _left, right, _text in lines_of(printed(f"<p>{TEXT * 6}</p>"))[:-1]]
    assert min(rights) < 183


def test_an_engine_of_another_shape_is_left_alone(monkeypatch):
    monkeypatch.setattr(lines.inline, "justify_line", lines.stretch_spaces)
    monkeypatch.setattr(lines, "DRAWING", "stream box")
    lines.set_lines_flush()
    assert lines.inline.justify_line is lines.stretch_spaces


SECRETS = [
    '<img src="%(url)s">',
    '<link rel="attachment" href="%(url)s">',
    '<link rel="stylesheet" href="%(url)s">',
    '<object data="%(url)s" type="image/svg+xml"></object>',
    '<embed src="%(url)s">',
    '<style>@import url("%(url)s");</style>',
    '<style>@font-face { font-family: x; src: url("%(url)s") } p { font-family: x }</style>',
    '<p style="background: url(%(url)s)">x</p>',
    '<p style="content: url(%(url)s)">x</p>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="%(url)s" width="9" height="9"/></svg>',
]


@pytest.mark.parametrize("trick", SECRETS)
@pytest.mark.parametrize("way", ["plain", "up", "encoded", "symlink"])
def test_nothing_outside_static_is_read(
    printed, folder: Path, tmp_path: Path, monkeypatch, trick: str, way: str
):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>机密</text></svg>')
    (tmp_path / "static" / "way-out.svg").symlink_to(secret)
    addresses = {
        "plain": secret.as_uri(),
        "up": "../secret.svg",
        "encoded": "%2e%2e/secret.svg",
        "symlink": "way-out.svg",
    }
    read = []
    real = press.URLFetcher.fetch

    def watched(self: press.URLFetcher, url: str, headers: dict | None = None) -> object:
        read.append(url)
        return real(self, url, headers)

    monkeypatch.setattr(press.URLFetcher, "fetch", watched)
    content = printed("<p>字</p>" + trick % {"url": addresses[way]})
    with pikepdf.open(BytesIO(content)) as document:
        assert not document.attachments
    assert read == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:9/x", "data:text/plain,x", "ftp://h/x", "x:y"]
)
def test_no_other_address_is_opened(tmp_path: Path, url: str):
    with pytest.raises(PermissionError):
        press.FilesOf(tmp_path).fetch(url)


def test_files_under_static_are_read(printed):
    assert len(printed('<p>字<img src="dot.svg">')) > len(printed("<p>字"))


def test_only_pictures_that_were_given_are_read(tmp_path: Path):
    (tmp_path / "one.png").write_bytes(b"png")
    reader = press.FilesOf(tmp_path / "static", {"a1b2": str(tmp_path / "one.png")})
    assert reader.fetch("picture:a1b2").read() == b"png"
    with pytest.raises(PermissionError):
        reader.fetch("picture:other")


def test_rare_characters_keep_the_lines_where_they_are(printed):
    """Twenty-two lines of 28.95 points, whatever names stand in them."""
    plain, rare = (
        [baseline for baseline, _sign in baselines(printed(f"<p>{words * 12}</p>"))]
        for words in (TEXT, TEXT.replace("提升效能", RARE[:4]))
    )
    assert len(rare) == len(plain) > 15
    steps = [one - two for one, two in pairwise(rare)]
    assert steps == pytest.approx([28.95] * len(steps), abs=0.05)


def baselines(content: bytes) -> list[tuple[float, str]]:
    """The height of each line of the first page, from its first common character, in points."""
    text = pypdfium2.PdfDocument(content)[0].get_textpage()
    found: list[tuple[float, str]] = []
    for number in range(text.count_chars()):
        x, y = c_double(), c_double()
        raw.FPDFText_GetCharOrigin(text.raw, number, x, y)
        sign = chr(raw.FPDFText_GetUnicode(text.raw, number))
        if sign.strip() and (not found or abs(found[-1][0] - y.value) > 3):
            found.append((y.value, sign))
    return found


@pytest.mark.parametrize("sign", RARE)
def test_every_rare_character_has_a_picture_in_some_face(printed, sign):
    with pikepdf.open(BytesIO(printed(f"<p>王{sign}</p>"))) as document:
        fonts = document.pages[0].Resources.Font.values()
        names = [str(one.BaseFont) for one in fonts]
    assert any("Fandol" not in name for name in names)
    text = pypdfium2.PdfDocument(printed(f"<p>王{sign}</p>"))[0].get_textpage().get_text_range()
    assert sign in text


def test_words_around_a_rare_character_stay_in_their_order(engine):
    tree = press.tree_of("<p>王䶮<b>说㛃</b>和𬭎的</p>", engine._known)
    assert "".join(tree.itertext()) == "王䶮说㛃和𬭎的"
    assert [one.text for one in tree.iter("span")] == ["䶮", "㛃", "𬭎"]
    assert b"rare" not in ET.tostring(press.tree_of("<p>王—“1”①</p>", engine._known))


def test_pages_are_told_as_they_come(engine, folder):
    told = []
    engine.set(PAGE % f"<p>{TEXT * 60}</p>", folder, tell=lambda *what: told.append(what))
    stages = ("layout",) if engine.plain else ("layout", "paint")
    pages = len(told) // len(stages)
    assert pages >= 3
    assert told == [(stage, n) for stage in stages for n in range(1, pages + 1)]


def test_which_pages_carry_a_number_is_known(engine, folder):
    html = PAGE.replace("</style>", "@page quiet {} .q { page: quiet }</style>") % (
        '<p id="a">一</p><p class="q" id="b">二</p><p id="c" style="break-before: left">三</p>'
    )
    facts, _pdf = engine.set(html, folder)
    assert facts["places"] == {"a": 0, "b": 1, "c": 3}
    assert facts["numbered"] == [True, False, False, True]


# Tags

TAGGED = """<h1>标题</h1><p>第一<b>第二</b>第三</p><ul><li>甲</li></ul><p><a href="#x">见</a></p>
<table id="x"><tr><th>单位</th></tr><tr><td>水务局</td></tr></table>"""


def test_text_stands_in_its_own_element(engine, printed):
    with pikepdf.open(BytesIO(printed(TAGGED + f"<p>{TEXT * 40}</p>"))) as book:
        tree = book.Root.StructTreeRoot
        assert {str(one.S) for one in elements(tree.K[0])} >= {"/H1", "/P", "/TH", "/TD", "/Link"}
        assert engine.plain or "/Span" not in {str(one.S) for one in elements(tree.K[0])}
        owners = dict(zip(*[iter(tree.ParentTree.Nums)] * 2, strict=True))
        for number, page in enumerate(book.pages):
            drawn = [str(one.operands[1].MCID) for one in marked(page)]
            assert drawn == [str(place) for place in range(len(owners[number]))]
            for place, owner in enumerate(owners[number]):
                assert place in [kid for kid in owner.K if isinstance(kid, int)]
                assert owner.Pg.objgen == page.objgen


def elements(top):
    for kid in top.get("/K", []):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def marked(page):
    found = pikepdf.parse_content_stream(page)
    return [one for one in found if str(one.operator) == "BDC" and "/MCID" in one.operands[1]]
