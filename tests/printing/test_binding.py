"""Binding: pages joined and numbered, tags in one tree, data attached."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as raw
import pytest

from county_portal.printing import pdf
from county_portal.printing.process_pool import SheetOrder, Sheets, set_sheets
from tests.printing.attached import data_of, is_archival

MM = 72 / 25.4
PAGE = """<!doctype html><html lang="zh-CN"><head><title>合订</title><style>
@page { size: A4; margin: 37mm 26mm 35mm 28mm } @page quiet { margin: 10mm }
html { font: 15.75pt/28.95pt "FandolFang R" } .q { page: quiet }</style></head>
<body>%s</body></html>"""


@pytest.fixture(scope="module")
def parts() -> list[Sheets]:
    """Three parts: two pages with a link and a table, one page, and one without a number."""
    long = "<p>" + "汉字排版" * 200 + "</p>"
    bodies = [
        f'<h1 id="a">甲</h1><p><a href="#a">回到甲</a></p><table><tr><th>头</th></tr>'
        f"<tr><td>格</td></tr></table>{long}",
        '<h1 id="b">乙</h1><h2>乙一</h2><p><a href="https://example.cn/">外</a></p>',
        '<div class="q"><p>封底</p></div>',
    ]
    return set_sheets([SheetOrder(PAGE % body, Path("/nonexistent")) for body in bodies])


@pytest.fixture(scope="module")
def book(parts) -> bytes:
    return pdf.bound(parts, attach='{"n":1}')


def numbers_on(content: bytes) -> list[str]:
    """The page number of each page, as it is read; empty for none."""
    found = []
    for page in pypdfium2.PdfDocument(content):
        foot = page.get_textpage().get_text_bounded(0, 60, 600, 95)
        found.append("".join(re.findall(r"— ?(\d+) ?—", foot)))
    return found


def test_all_pages_are_there_and_carry_their_numbers(book, parts):
    assert [one.pages for one in parts] == [2, 1, 1]
    assert numbers_on(book) == ["1", "2", "3", ""]


def test_pages_before_number_one_carry_none(parts):
    assert numbers_on(pdf.bound(parts, first=-1)) == ["", "", "1", ""]


def test_the_number_stands_outside_one_character_in_seven_millimetres_below(book):
    """Source: GB/T 9704-2012, 7.5."""
    document = pypdfium2.PdfDocument(book)
    edges = []
    for page in (document[0], document[1]):
        text = page.get_textpage()
        boxes = [
            text.get_charbox(number)
            for number in range(text.count_chars())
            if text.get_charbox(number)[1] < 90
            and chr(raw.FPDFText_GetUnicode(text.raw, number)) == "—"
        ]
        middles = [(bottom + top) / 2 / MM for _left, bottom, _right, top in boxes]
        assert middles == pytest.approx([297 - 269] * 2, abs=0.5)
        edges.append((min(box[0] for box in boxes) / MM, max(box[2] for box in boxes) / MM))
    assert edges[0][1] == pytest.approx(184 - 14 / MM, abs=0.6)  # odd: outside is right
    assert edges[1][0] == pytest.approx(28 + 14 / MM, abs=0.6)


def test_the_numbers_are_artifacts_with_their_font_embedded(book):
    with pikepdf.open(BytesIO(book)) as document:
        page = document.pages[2]
        drawn = b"".join(one.read_bytes() for one in page.Contents)
        assert b"/Artifact <</Type /Pagination>> BDC" in drawn
        assert drawn.count(b"BDC") == drawn.count(b"EMC")
        font = page.Resources.Font.Folio.DescendantFonts[0].FontDescriptor
        assert "/FontFile3" in font or "/FontFile2" in font


def test_all_tags_are_in_one_tree(book):
    """Every key of a page or a link finds its elements, and they lie under the one document."""
    with pikepdf.open(BytesIO(book)) as document:
        root = document.Root.StructTreeRoot
        numbers = list(root.ParentTree.Nums)
        keys = [int(key) for key in numbers[::2]]
        assert len(set(keys)) == len(keys)
        assert keys == sorted(keys)
        tree = dict(zip(keys, numbers[1::2], strict=True))
        (top,) = root.K
        for page in document.pages:
            for element in tree[int(page.StructParents)]:
                assert element.Pg.objgen == page.obj.objgen
                assert topmost(element).objgen == top.objgen
            for note in page.get("/Annots", []):
                assert str(tree[int(note.StructParent)].S) in {"/Link", "/Span", "/P"}
        kinds = {str(kid.S) for kid in top.K}
        assert {"/H1", "/P", "/Table"} <= kinds


def topmost(element):
    while str(element.P.get("/Type", "")) != "/StructTreeRoot":
        element = element.P
    return element


def test_bookmarks_lead_to_the_pages_of_the_whole(book):
    with pikepdf.open(BytesIO(book)) as document, document.open_outline() as outline:
        found = [(item.title, len(item.children)) for item in outline.root]
        targets = [item.destination[0].objgen for item in outline.root]
        assert found == [("甲", 0), ("乙", 1)]
        assert targets == [document.pages[0].obj.objgen, document.pages[2].obj.objgen]


def test_the_document_is_archival_and_carries_its_data(book):
    assert is_archival(book)
    assert data_of(book) == '{"n":1}'


def test_the_same_parts_give_the_same_bytes(parts, book):
    assert pdf.bound(parts, attach='{"n":1}') == book


def test_a_document_without_data_says_so(parts):
    assert data_of(pdf.bound(parts)) == ""
