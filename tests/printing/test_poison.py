"""Papers with something in them that no press can set: it comes out without that."""

from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from county_portal.printing import pdf
from tests.papers.reports.reading import text_of
from tests.waiting import unless_hung

PAGE = """<!doctype html><html lang="zh-CN"><head><title>简报</title>
<link rel="stylesheet" href="print.css"></head><body>%s</body></html>"""
POISON = {
    "nested": "<div><blockquote>" * 1000 + "深" + "</blockquote></div>" * 1000,
    "colspan": "<table><tr><td colspan='100000'>宽</td></tr><tr><td>格</td></tr></table>" * 3,
    "wider": "<table><tr><td colspan='9000000'>更宽</td></tr></table>",
    "picture": '<p><img src="picture:huge" alt="大图"></p>',
    "unbroken": f"<p>{'A' * 60_000}</p>",
    "tables": "<table><tr><td>" * 60 + "表" + "</td></tr></table>" * 60,
}


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file that is 30,000 by 30,000 pixels when it is opened."""
    path = tmp_path_factory.mktemp("pictures") / "huge.png"
    Image.new("1", (30_000, 30_000)).save(path)
    return path


@pytest.mark.slow
def test_a_poisoned_paper_comes_out_without_its_poison(app: Flask, huge: Path) -> None:
    pieces = [
        f'<section data-piece="{name}"><h2>{name}</h2>{body}</section>'
        for name, body in POISON.items()
    ]
    good = [f'<section data-piece="g{n}"><p>第{n}件正常的信息。</p></section>' for n in range(8)]
    with unless_hung():
        made = pdf.print_paper(PAGE % "".join(good + pieces), pictures={"huge": huge})
    words = text_of(made.pdf)
    assert all(f"第{n}件" in words for n in range(8))
    assert {"nested", "wider"} <= set(made.left_out) <= set(POISON)
    assert words.count("已略去") == len(made.left_out)
