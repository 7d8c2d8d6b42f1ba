"""With shortcuts and without: the same papers, archival and tagged both ways."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from county_portal.core import clock
from county_portal.office.base.config import ROOT
from county_portal.papers.briefings import paper as briefings
from county_portal.papers.circulars import circular
from county_portal.papers.figures.contents import Stamp
from county_portal.papers.figures.figures import as_json
from county_portal.papers.gazettes import paper as gazettes
from county_portal.papers.reports import monthly
from county_portal.printing import pdf, process_pool
from county_portal.printing.engine import known_versions
from tests.papers.briefings.test_paper import LONG, content, entry
from tests.papers.gazettes.paper import make_paper, make_part
from tests.papers.reports.county import random_county
from tests.printing.archival import faults_of
from tests.printing.attached import data_of
from tests.printing.looking import look_alike, pictures, words

PAGE = '<!doctype html><html lang="zh-CN"><head><title>x</title></head><body>%s</body></html>'
STAMP = Stamp(datetime(2026, 5, 4, 1, 30, tzinfo=UTC), "ab" * 32, "cd" * 32)
MARCH = date(2026, 3, 1)


@contextmanager
def engine_going(plain: str) -> Iterator[None]:
    """New press processes, and page numbers set by them; both are gone afterwards."""
    mine: list[process_pool.Typesetter] = []
    with pytest.MonkeyPatch.context() as change:
        change.setenv(known_versions.SETTING, plain)
        change.setattr(process_pool, "_idle", mine)
        pdf._folio.cache_clear()
        try:
            yield
        finally:
            pdf._folio.cache_clear()
            for one in mine:
                one.end()


def both_ways(make: Callable[[], bytes]) -> tuple[bytes, bytes]:
    """Make the paper with the shortcuts, and by the engine's own way."""
    made = []
    for plain in ("0", "1"):
        with engine_going(plain):
            made.append(make())
    return made[0], made[1]


def briefing() -> bytes:
    return briefings.briefing_pdf(
        content(
            entry(1, "龙泉镇深入开展安全生产大检查", LONG),
            entry(
                2, "县水利局持续优化营商环境", "<ol start='3'><li>王䶮</li></ol><p>甲<b>乙</b></p>"
            ),
        )
    ).pdf


def gazette() -> bytes:
    return gazettes.to_book(make_paper(make_part(11, 2))).pdf


@pytest.fixture
def makers(app: Flask) -> dict[str, Callable[[], bytes]]:
    """The kinds of paper that differ most."""
    random_county(7)
    with clock.frozen("2026-05-04T09:00"):
        report = monthly.build_report(MARCH)
    letter = circular.build_circular(report)
    return {
        "briefing": briefing,
        "report": lambda: monthly.report_pdf(report, STAMP),
        "gazette": gazette,
        "circular": lambda: circular.circular_pdf(letter, STAMP, as_json(report)),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["briefing", "report", "gazette", "circular"])
def test_a_paper_is_the_same_and_archival_both_ways(
    makers: dict[str, Callable[[], bytes]], name: str
) -> None:
    quick, plain = both_ways(makers[name])
    assert faults_of(quick) == faults_of(plain) == []
    assert words(quick) == words(plain)
    assert data_of(quick) == data_of(plain)
    assert outline_of(quick) == outline_of(plain)
    for page, other in zip(pictures(quick), pictures(plain), strict=True):
        assert look_alike(page, other)


def outline_of(content: bytes) -> list[tuple[int, str, int | None]]:
    """Level, title and page of each bookmark."""
    with pypdfium2.PdfDocument(content) as document:
        return [
            (one.level, one.get_title(), (one.get_dest() or None) and one.get_dest().get_index())
            for one in document.get_toc()
        ]


def test_what_is_known_of_the_pages_is_the_same_both_ways(tmp_path: Path) -> None:
    style = "@page quiet {} .q { page: quiet } .r { break-before: right }"
    body = '<p id="a">一</p><p class="q" id="b">二</p><p class="r" id="c">三<b data-even>四</b></p>'
    order = process_pool.SheetOrder(PAGE % f"<style>{style}</style>{body}", tmp_path)
    found = []
    for plain in ("0", "1"):
        with engine_going(plain):
            (sheets,) = process_pool.set_sheets([order])
        found.append((sheets.numbered, sheets.places, sheets.spared))
    assert found[0] == found[1] == ((True, False, True), {"a": 0, "b": 1, "c": 2}, True)


# Which engine it is


@pytest.mark.parametrize("name", sorted(known_versions.TRIED))
def test_another_engine_goes_its_own_way(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(known_versions.SETTING, raising=False)
    before = set(known_versions.untried())
    monkeypatch.setitem(known_versions.TRIED, name, "0.1")
    (other,) = {one for one in known_versions.untried() if one.startswith(name)}
    assert before <= {*known_versions.untried()}
    assert other in known_versions.why_plain()


def test_of_another_engine_nothing_is_touched_that_it_may_not_have() -> None:
    """It may have lost any function that a shortcut replaces, so they are not even looked for."""
    code = (
        "import sys; from county_portal.printing.engine import engine, known_versions\n"
        "known_versions.TRIED['pydyf'] = '0.1'\n"
        "assert engine.Press().plain\n"
        "known = {name.rpartition('.')[2] for name in sys.modules if '.printing.engine.' in name}\n"
        "print(*sorted(known))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["engine", "known_versions", "lines", "plain", "rare"]


def test_an_engine_on_its_own_way_is_a_note_and_no_fault(app: Flask) -> None:
    with engine_going("1"):
        assert pdf.shortcomings() == []
        told = app.test_cli_runner().invoke(args=["verify", "--notes"])
        untold = app.test_cli_runner().invoke(args=["verify"])
    assert "Note: Paper is set without the engine's shortcuts" in told.output
    assert "COUNTY_PLAIN_ENGINE is set" in told.output
    assert told.exit_code == untold.exit_code
    assert "Note" not in untold.output


@pytest.mark.skipif(bool(known_versions.untried()), reason="this engine goes its own way")
def test_with_shortcuts_there_is_nothing_to_note(app: Flask) -> None:
    with engine_going("0"):
        assert pdf.notes() == []


# What the checker finds


def spoiled(spoil: Callable[[pikepdf.Pdf], None]) -> bytes:
    """A small document in which something was changed."""
    body = '<h1>标题</h1><p><a href="https://example.cn/">外</a></p>'
    page = PAGE % f"{body}<table><tr><td>一</td></tr></table>"
    made = pdf.bound(process_pool.set_sheets([process_pool.SheetOrder(page, ROOT)]), attach="{}")
    with pikepdf.open(BytesIO(made)) as book:
        spoil(book)
        target = BytesIO()
        book.save(target, fix_metadata_version=False)
    return target.getvalue()


def without(name: str) -> Callable[[pikepdf.Pdf], None]:
    return lambda book: book.Root.__delitem__(name)


def fonts_in(book: pikepdf.Pdf, key: str) -> list[pikepdf.Object]:
    return [one for one in book.objects if isinstance(one, pikepdf.Dictionary) and key in one]


def lose_font(book: pikepdf.Pdf) -> None:
    for one in fonts_in(book, "/FontFile3"):
        del one.FontFile3


def lose_characters(book: pikepdf.Pdf) -> None:
    for one in fonts_in(book, "/ToUnicode"):
        del one.ToUnicode


def lose_element(book: pikepdf.Pdf) -> None:
    book.Root.StructTreeRoot.K[0].K = pikepdf.Array(list(book.Root.StructTreeRoot.K[0].K)[1:])


def move_element(book: pikepdf.Pdf) -> None:
    first, second = list(book.Root.StructTreeRoot.K[0].K)[:2]
    first.P = second


def draw_untagged(book: pikepdf.Pdf) -> None:
    book.pages[0].contents_add(b" BT (x) Tj ET ")


def lose_link(book: pikepdf.Pdf) -> None:
    del book.pages[0].Annots[0].StructParent


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (without("/MarkInfo"), "it does not say that it is tagged"),
        (without("/Lang"), "no language"),
        (without("/StructTreeRoot"), "no tags"),
        (without("/OutputIntents"), "no profile of colours"),
        (without("/AF"), "what figures.json is to the document is not told"),
        (without("/Metadata"), "it calls itself PDF/A ''"),
        (lose_font, "is not in the file"),
        (lose_characters, "does not tell its characters"),
        (lose_element, "is not in the tree"),
        (move_element, "lies in another element than it says"),
        (draw_untagged, "words without a tag"),
        (lose_link, "a link without an element"),
    ],
)
def test_the_checker_finds_what_is_missing(
    app: Flask, spoil: Callable[[pikepdf.Pdf], None], fault: str
) -> None:
    assert faults_of(spoiled(lambda _book: None)) == []
    assert any(fault in one for one in faults_of(spoiled(spoil)))
