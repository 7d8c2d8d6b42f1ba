"""The same page for typst: every heading, paragraph, table and picture of our HTML, in its markup.

Nothing is spared it and nothing is asked of it that our page does not have.
"""

import re
import subprocess
import sys
from collections.abc import Iterator

import lxml.etree
import lxml.html
import typst

from county_portal.office.base.config import FONTS

HEAD = """
#set document(title: [报告])
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm),
  numbering: "— 1 —")
#set text(font: ("FandolFang R", "Noto Serif CJK SC"), size: 15.75pt, lang: "zh")
#set par(justify: true, leading: 13pt, spacing: 13pt)
#show table: set text(size: 10.5pt)
#show table: set par(leading: 4pt, justify: false)
#show heading: set text(font: "FandolHei", size: 15.75pt, weight: "regular")
"""
COMMAND = """import sys, typst
page, fonts = sys.stdin.buffer.read(), sys.argv[1]
made = typst.compile(page, font_paths=[fonts], pdf_standards=["a-3a"])
sys.stdout.buffer.write(made)"""
SMALL = {"note", "small", "entry", "proof", "caption"}
SPECIAL = re.compile(r"([\\#*_$@<>\[\]~`\"=+/-])")
XLINK = "{http://www.w3.org/2000/svg}"


def source_of(html: str) -> bytes:
    """The page in typst's markup."""
    return (HEAD + "\n\n".join(_blocks(_body(html)))).encode()


def compile_(source: bytes) -> bytes:
    """The page as typst prints it: archival and tagged, like ours."""
    made: bytes = typst.compile(source, font_paths=[str(FONTS)], pdf_standards=["a-3a"])
    return made


def command(source: bytes) -> bytes:
    """The page by a process that is started for it, as typst's own command works."""
    command = [sys.executable, "-c", COMMAND, str(FONTS)]
    return subprocess.run(command, input=source, capture_output=True, check=True).stdout


def _body(html: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(html).find("body")


def _blocks(parent: lxml.html.HtmlElement) -> Iterator[str]:
    for one in parent:
        if not isinstance(one.tag, str):
            if (one.text or "").strip() == "page":
                yield "#pagebreak(weak: true)"
        elif one.tag in {"h1", "h2", "h3", "h4"}:
            yield f"{'=' * int(one.tag[1])} {_plain(one)}"
        elif one.tag == "table":
            yield from (_plain(caption) for caption in one.iter("caption"))
            yield _table(one)
        elif one.tag == "svg":
            yield _picture(one)
        elif one.tag in {"p", "li", "dt", "dd"}:
            yield _paragraph(one)
        else:
            yield from _blocks(one)


def _paragraph(one: lxml.html.HtmlElement) -> str:
    small = SMALL & set((one.get("class") or "").split()) or _above_is_small(one)
    words = _plain(one)
    return f"#text(size: 10.5pt)[{words}]" if small else words


def _above_is_small(one: lxml.html.HtmlElement) -> bool:
    above = one.getparent()
    return bool(SMALL & set((above.get("class") or "").split()))


def _table(one: lxml.html.HtmlElement) -> str:
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in one.iter("tr")]
    columns = max(sum(int(cell.get("colspan", 1)) for cell in row) for row in rows)
    widths = [re.search(r"w(\d+)", col.get("class") or "") for col in one.iter("col")]
    shares = [f"{width[1]}%" if width else "1fr" for width in widths] or ["1fr"] * columns
    heads = sum(1 for row in one.iter("tr") if row.getparent().tag == "thead")
    lines = [", ".join(map(_cell, row)) + "," for row in rows]
    head = f"table.header({' '.join(lines[:heads])})," if heads else ""
    body = "\n".join(lines[heads:])
    return f"#table(columns: ({', '.join(shares)},), stroke: (y: 0.2mm), {head}\n{body})"


def _cell(cell: lxml.html.HtmlElement) -> str:
    span = int(cell.get("colspan", 1))
    words = f"[{_plain(cell)}]"
    return f"table.cell(colspan: {span}){words}" if span > 1 else words


def _picture(one: lxml.html.HtmlElement) -> str:
    svg = lxml.etree.tostring(one, encoding="unicode", with_tail=False)
    if "xmlns=" not in svg:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    quoted = svg.replace("\\", "\\\\").replace('"', '\\"')
    return f'#image(bytes("{quoted}"), format: "svg", width: 100%, alt: "chart")'


def _plain(one: lxml.html.HtmlElement) -> str:
    """What it says, with nothing in it that typst would read as a sign."""
    return SPECIAL.sub(r"\\\1", " ".join(one.text_content().split()))
