"""Papers that were set together and are documents of their own."""

from io import BytesIO

import pikepdf
import pytest
from flask import Flask

from county_portal.core.errors import Refused
from county_portal.printing import pdf
from tests.papers.reports.reading import text_of
from tests.printing.attached import is_archival

PAGE = """<!doctype html><html lang="zh-CN"><head><title>全部</title><style>
section { break-before: page } html { font: 16pt/29pt "FandolFang R" }</style></head><body>
<section id="one"><h1>甲表</h1><p>堤防一处</p></section>
<section id="two"><h1>乙表</h1><p>水闸二处</p><p style="break-before: page">泵站</p></section>
%s<section id="three"><h1>丙表</h1><p><a href="#one">见甲表</a></p></section></body></html>"""
TITLES = {"one": "甲", "two": "乙", "three": "丙"}


@pytest.mark.parametrize("cut", ["", pdf.CUT])
def test_each_has_its_pages_its_words_and_its_title(app: Flask, cut: str) -> None:
    made = pdf.print_papers(PAGE % cut, TITLES)
    assert list(made) == ["one", "two", "three"]
    words = {name: text_of(one) for name, one in made.items()}
    assert "堤防" in words["one"] and "水闸" not in words["one"]
    assert "水闸" in words["two"] and "泵站" in words["two"] and "丙表" not in words["two"]
    for name, pages in (("one", 1), ("two", 2), ("three", 1)):
        with pikepdf.open(BytesIO(made[name])) as book:
            assert len(book.pages) == pages
            assert str(book.docinfo.Title) == TITLES[name] == book.open_metadata()["dc:title"]
            with book.open_outline() as tree:
                assert [one.title for one in tree.root] == [f"{TITLES[name]}表"]


def test_each_is_an_archival_document_that_tells_of_its_own_pages_alone(app: Flask) -> None:
    made = pdf.print_papers(PAGE % "", TITLES)
    for one in made.values():
        assert is_archival(one)
        with pikepdf.open(BytesIO(one)) as book:
            tags = book.Root.StructTreeRoot
            pages = {page.objgen for page in book.pages}
            assert {kid.Pg.objgen for kid in tags.K[0].K} == pages
            assert sorted(tags.ParentTree.Nums[::2]) == [p.StructParents for p in book.pages]
    assert len(made["one"]) < len(pdf.print_paper(PAGE % "").pdf)


def test_the_same_papers_are_the_same_bytes(app: Flask) -> None:
    assert pdf.print_papers(PAGE % "", TITLES) == pdf.print_papers(PAGE % "", TITLES)


def test_they_are_refused_together(app: Flask) -> None:
    with pytest.raises(Refused, match="could not be set"):
        pdf.print_papers(PAGE % ("<div>" * 400 + "</div>" * 400), TITLES)
