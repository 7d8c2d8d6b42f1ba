"""Paper, from a template to an archival document."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from jinja2 import UndefinedError

from county_portal.core.errors import Refused
from county_portal.printing import pdf, process_pool
from tests.papers.reports.reading import text_of
from tests.printing.attached import data_of, is_archival

TEXT = "全县各单位报送信息三百一十八件，其中按时公开二百九十六件，“四个强化”提升效能。"
PAGE = """<!doctype html><html lang="zh-CN"><head><title>样张</title><style>
@page { size: A4; margin: 37mm 26mm 35mm 28mm }
html { font: 15.75pt/28.95pt "FandolFang R" } p { margin: 0; text-indent: 2em }
body { margin: 0; text-align: justify }</style></head><body>%s</body></html>"""


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
        fonts = document.pages[0].Resources.Font
        (font,) = (one for name, one in fonts.items() if name != "/Folio")
        description = font.DescendantFonts[0].FontDescriptor
        assert re.fullmatch(r"/[A-Z]{6}\+FandolFang", str(description.FontName))
        assert 1_000 < len(description.FontFile3.read_raw_bytes()) < 60_000  # whole: 3 MB


def test_paper_is_archival_and_tagged(desk: Flask) -> None:
    content = printed(desk, f"<p>{TEXT}</p>")
    assert is_archival(content)


def test_the_figures_go_with_the_paper(desk: Flask) -> None:
    template = Path(desk.root_path) / str(desk.template_folder) / "page.html"
    template.write_text(PAGE % "<p>{{ n }}</p>")
    content = pdf.render_pdf("page.html", attach='{"n": 7}', n=7)
    assert data_of(content) == '{"n": 7}'
    with pikepdf.open(BytesIO(content)) as document:
        assert document.Root.AF[0].AFRelationship == pikepdf.Name.Data


# Cutting


def long(words: str, times: int) -> str:
    return f"<p>{words * times}</p>"


def test_a_short_page_is_not_cut() -> None:
    html = PAGE % f"<p>{TEXT}</p>{pdf.CUT}<p>{TEXT}</p>"
    assert len(pdf.cut(html)) == 1


def test_a_long_page_is_cut_into_parts_of_about_one_size() -> None:
    pieces = [long(TEXT, 20) for _ in range(20)]
    parts = pdf.cut(PAGE % pdf.CUT.join(pieces))
    assert len(parts) == pdf.EACH * process_pool.MOST
    assert [part.count("<p>") for part in parts] == [5, 5, 5, 5]
    for part in parts:
        assert part.startswith("<!doctype html>")
        assert part.endswith("</html>")
        assert "</style>" in part


def test_a_very_long_page_is_cut_so_that_each_part_fits_a_process() -> None:
    pieces = [long(TEXT, 100) for _ in range(pdf.LARGE * 4 // (100 * len(TEXT)))]
    parts = pdf.cut(PAGE % pdf.CUT.join(pieces))
    assert len(parts) >= 4
    assert max(map(len, parts)) < pdf.LARGE * 1.3


@pytest.mark.parametrize("many", [1, 2, 3, 7])
def test_nothing_is_lost_in_cutting(many: int) -> None:
    pieces = [long(f"{n}号", 900 * (n % 3 + 1)) for n in range(many)]
    parts = pdf.cut(PAGE % pdf.CUT.join(pieces))
    bodies = [re.search("<body>(.*)</body>", part, re.DOTALL)[1] for part in parts]
    assert "".join(bodies) == "".join(pieces)


# What cannot be set


BAD = "<div>" * 3000 + "</div>" * 3000  # deeper than the engine can go


def test_what_cannot_be_set_is_left_out_and_named(desk: Flask) -> None:
    body = "".join(
        f'<section data-piece="{name}"><p>第{name}件{TEXT}</p>{more}</section>'
        for name, more in (("1", ""), ("2", BAD), ("3", ""))
    )
    made = pdf.print_paper(PAGE % body)
    words = text_of(made.pdf)
    assert made.left_out == ("2",)
    assert "第1件" in words
    assert "第3件" in words
    assert "第2件" not in words
    assert "已略去" in words


def test_a_page_of_one_piece_that_cannot_be_set_is_refused(desk: Flask) -> None:
    with pytest.raises(Refused, match="could not be set"):
        printed(desk, BAD)


# What the machine has


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    poor = {"families": ["FandolKai"], "fast": False}
    monkeypatch.setattr(process_pool, "hello", lambda: poor)
    assert "FandolFang R" in pdf.missing_fonts()
    assert "FandolKai" not in pdf.missing_fonts()
    assert [sentence.split(",")[0] for sentence in pdf.shortcomings()] == [
        "Fonts are missing",
        "The Debian package libharfbuzz-subset0 is missing",
    ]


def test_a_machine_without_pango_says_so(
    desk: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "press.py"
    broken.write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    monkeypatch.setattr(process_pool, "PROGRAM", broken)
    monkeypatch.setattr(process_pool, "_idle", [])
    with pytest.raises(Refused, match="cannot print"):
        printed(desk, "<p>字</p>")
    assert pdf.shortcomings()[0].startswith("This machine cannot print")
