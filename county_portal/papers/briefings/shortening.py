"""A text as it is shortened in a plain field: words line by line, tables and pictures by a sign.

A sign such as ［表格1］ stands on a line of its own; it may be moved, and deleted with what it is.
"""

from dataclasses import dataclass
from html import escape

from county_portal.core.html.clean import clean, seen, text_of
from county_portal.core.html.tree import Element, Node, read_html, walk, write_html

TABLE, PICTURE = "表格", "图片"


@dataclass(frozen=True)
class ShortenedBlock:
    """A piece of the text, and the lines by which the field knows it."""

    html: str
    lines: tuple[str, ...]


def as_typed(html: str) -> str:
    """Return the text as the field shows it."""
    return "\n".join(line for block in _blocks(html) for line in block.lines)


def rewritten(html: str, typed: str) -> str:
    """Return the text that was typed, as clean HTML; what nobody changed keeps its form."""
    lines = [line for one in seen(typed).splitlines() if (line := " ".join(one.split()))]
    blocks = _blocks(html)
    if lines == [line for block in blocks for line in block.lines]:
        return html
    kept_blocks = []
    while lines:
        block = next((one for one in blocks if _begins_with(lines, one)), None)
        if block:
            blocks.remove(block)
        else:
            block = ShortenedBlock(f"<p>{escape(lines[0])}</p>", (lines[0],))
        kept_blocks.append(block.html)
        lines = lines[len(block.lines) :]
    return clean("".join(kept_blocks))


def holds_signs(html: str) -> bool:
    """Tell whether the text has tables or pictures, which the field shows by signs."""
    return any(
        isinstance(one, Element) and one.tag in {"table", "img"} for one in walk(read_html(html))
    )


def _begins_with(lines: list[str], block: ShortenedBlock) -> bool:
    return tuple(lines[: len(block.lines)]) == block.lines


def _blocks(html: str) -> list[ShortenedBlock]:
    """Return the text in pieces; a picture is one by itself, even if it stood among words."""
    counts = {TABLE: 0, PICTURE: 0}
    return [block for node in read_html(html) for block in _pieces(node, counts)]


def _pieces(node: Node, counts: dict[str, int]) -> list[ShortenedBlock]:
    if isinstance(node, Element) and node.tag == "table":
        return [_signed(TABLE, write_html([node]), counts)]
    pictures = [one for one in walk([node]) if isinstance(one, Element) and one.tag == "img"]
    html = write_html(_left(node))
    lines = tuple(" ".join(one.split()) for one in text_of(html).splitlines())
    made = [ShortenedBlock(html, lines)] if lines else []
    return made + [_signed(PICTURE, f"<p>{write_html([one])}</p>", counts) for one in pictures]


def _signed(kind: str, html: str, counts: dict[str, int]) -> ShortenedBlock:
    counts[kind] += 1
    return ShortenedBlock(html, (f"［{kind}{counts[kind]}］",))


def _left(node: Node) -> list[Node]:
    """Return the node without its pictures."""
    if isinstance(node, str):
        return [node]
    if node.tag == "img":
        return []
    kept = [one for child in node.children for one in _left(child)]
    return [Element(node.tag, node.attributes, kept)]
