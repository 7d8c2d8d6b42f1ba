"""Paper: what the press reads, what it embeds, and where the lines end."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as raw
import pytest
from flask import Flask
from jinja2 import UndefinedError

from county_portal.core import pdf, press
from county_portal.core.errors import Refused

POINTS = 72 / 25.4  # a millimetre
TEXT = "全县各单位报送信息三百一十八件，其中按时公开二百九十六件，“四个强化”提升效能。"
PAGE = """<!doctype html><html lang="zh-CN"><title>样张</title><style>
@page { size: A4; margin: 37mm 26mm 35mm 28mm }
html { font: 15.75pt/28.95pt "FandolFang R" } p { margin: 0; text-indent: 2em }
body { margin: 0; text-align: justify }</style>%s</html>"""


@pytest.fixture
def desk(tmp_path: Path) -> Flask:
    """An application with templates and static files of its own."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        '<rect width="9" height="9"/></svg>'
    )
    app = Flask(
        "desk",
        template_folder=str(tmp_path / "templates"),
        static_folder=str(tmp_path / "static"),
    )
    with app.app_context():
        yield app


def printed(desk: Flask, body: str) -> bytes:
    (Path(desk.root_path) / str(desk.template_folder) / "page.html").write_text(PAGE % body)
    desk.jinja_env.cache.clear()
    return pdf.render_pdf("page.html")


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


def test_the_machine_can_print_official_paper() -> None:
    assert pdf.shortcomings() == []


def test_the_same_words_give_the_same_bytes(desk: Flask) -> None:
    assert printed(desk, f"<p>{TEXT}</p>") == printed(desk, f"<p>{TEXT}</p>")


def test_a_name_that_was_not_given_is_an_error(desk: Flask) -> None:
    with pytest.raises(UndefinedError):
        printed(desk, "<p>{{ report }}</p>")


def test_title_and_language_are_told(desk: Flask) -> None:
    with pikepdf.open(BytesIO(printed(desk, f"<p>{TEXT}</p>"))) as document:
        assert str(document.docinfo.Title) == "样张"
        assert str(document.Root.Lang) == "zh-CN"


def test_fonts_are_embedded_and_cut_down(desk: Flask) -> None:
    with pikepdf.open(BytesIO(printed(desk, f"<p>{TEXT}</p>"))) as document:
        (font,) = document.pages[0].Resources.Font.values()
        description = font.DescendantFonts[0].FontDescriptor
        assert re.fullmatch(r"/[A-Z]{6}\+FandolFang", str(description.FontName))
        assert 1_000 < len(description.FontFile3.read_raw_bytes()) < 60_000  # whole: 3 MB


def test_chinese_lines_end_flush_right(desk: Flask) -> None:
    lines = lines_of(printed(desk, f"<p>{TEXT * 6}</p>"))
    assert len(lines) > 7
    for left, right, text in lines[:-1]:
        assert right == pytest.approx(184, abs=0.3), text
        assert left == pytest.approx(28 if text is not lines[0][2] else 39.1, abs=0.3), text
    assert lines[-1][1] < 180


def test_lines_with_bold_and_latin_pieces_end_flush_too(desk: Flask) -> None:
    body = f"<p>{TEXT}<b>加粗</b>{TEXT} GB/T 9704 {TEXT}<i>2026</i>{TEXT * 3}</p>"
    for _left, right, text in lines_of(printed(desk, body))[:-1]:
        assert right == pytest.approx(184, abs=0.3), text


def test_western_lines_are_stretched_between_words(desk: Flask) -> None:
    body = "<p>" + "The dikes are checked before the rains, as in each year. " * 6 + "</p>"
    rights = [right for _left, right, _text in lines_of(printed(desk, body))[:-1]]
    assert rights == pytest.approx([184] * len(rights), abs=0.6)


def test_without_the_change_lines_are_ragged(desk: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a new version of the engine would give: ragged, but paper all the same."""
    pdf.shortcomings()
    monkeypatch.setattr(press.inline, "justify_line", press.stretch_spaces)
    rights = [right for _left, right, _text in lines_of(printed(desk, f"<p>{TEXT * 6}</p>"))[:-1]]
    assert min(rights) < 183


def test_an_engine_of_another_shape_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press.inline, "justify_line", press.stretch_spaces)
    monkeypatch.setattr(press, "LAYOUT", "text style")
    press.set_lines_flush()
    assert press.inline.justify_line is press.stretch_spaces


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
    desk: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trick: str, way: str
) -> None:
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
    with pikepdf.open(
        BytesIO(printed(desk, "<p>字</p>" + trick % {"url": addresses[way]}))
    ) as document:
        assert not document.attachments
    assert read == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:9/x", "data:text/plain,x", "ftp://h/x", "x:y"]
)
def test_no_other_address_is_opened(tmp_path: Path, url: str) -> None:
    with pytest.raises(PermissionError):
        press.FilesOf(tmp_path).fetch(url)


def test_files_under_static_are_read(desk: Flask) -> None:
    assert len(printed(desk, '<p>字<img src="dot.svg">')) > len(printed(desk, "<p>字"))


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press.Press, "families", lambda self: frozenset({"FandolKai"}))
    monkeypatch.setattr(press.Press, "cuts_fonts_fast", False)
    assert "FandolFang R" in pdf.missing_fonts()
    assert "FandolKai" not in pdf.missing_fonts()
    assert [sentence.split(",")[0] for sentence in pdf.shortcomings()] == [
        "Fonts are missing",
        "The Debian package libharfbuzz-subset0 is missing",
    ]


def test_a_machine_without_pango_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    pdf._press.cache_clear()
    monkeypatch.setattr(pdf, "import_module", cannot)
    with pytest.raises(Refused, match="cannot print"):
        pdf.missing_fonts()
    assert pdf.shortcomings()[0].startswith("This machine cannot print")
