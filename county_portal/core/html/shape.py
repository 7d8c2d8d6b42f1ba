"""Gives a tree of HTML the shape of a plain document: paragraphs, headings, lists, tables.

Whatever an editor or a word processor meant by nested boxes comes out as blocks that hold runs of
words. A second allow-list: an element or attribute that is not named here is never written.
"""

import re
from collections.abc import Callable, Iterable

from county_portal.core.html.runs import Leaf, Run, Wrapper, nest, split_at_breaks, tidied
from county_portal.core.html.tree import Element, Node

MAX_NESTED_BLOCKS = 7  # a table is four elements deep: 7 of them with their words stay below 40
MAX_SPAN = 50
MAX_START = 9999
MAX_LINK = 2000

SAME_AS = {
    "b": "strong",
    "i": "em",
    "strike": "s",
    "del": "s",
    "ins": "u",
    "h1": "h2",
    "h5": "h4",
    "h6": "h4",
    "menu": "ul",
    "dir": "ul",
    "kbd": "code",
    "samp": "code",
    "tt": "code",
}
INLINE = frozenset({"strong", "em", "u", "s", "sub", "sup", "code", "a"})
HEADINGS = frozenset({"h2", "h3", "h4"})
_UNFOLDED = (
    "address article aside center details dd div dl dt fieldset figcaption figure footer form "
    "header legend li main nav section summary td th tr thead tbody tfoot caption"
)
BOXES = frozenset(_UNFOLDED.split())
GROUPS = frozenset({"thead", "tbody", "tfoot"})
SCOPES = frozenset({"row", "col", "rowgroup", "colgroup"})
NUMBERINGS = frozenset({"1", "a", "A", "i", "I"})

_KEY = re.compile(r"attachment:[0-9a-f]{8}")
_LINK = re.compile(r"(?:https?://[^\s/?#][^\s]*|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")


def shape(nodes: Iterable[Node]) -> list[Node]:
    """Return the same words as blocks. What is inline at the top is put into paragraphs."""
    flow = _Flow(0)
    flow.take(nodes, ())
    return flow.finish()


class _Flow:
    """Collects the blocks of one place that may hold blocks: the body, a list entry, a cell."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.blocks: list[Node] = []
        self.runs: list[Run] = []

    def take(self, nodes: Iterable[Node], wrappers: tuple[Wrapper, ...]) -> None:
        for node in nodes:
            if isinstance(node, str):
                self.runs.append(Run(node, wrappers))
            else:
                self.take_element(node, SAME_AS.get(node.tag, node.tag), wrappers)

    def take_element(self, node: Element, tag: str, wrappers: tuple[Wrapper, ...]) -> None:
        if tag in INLINE:
            self.take(node.children, _with(wrappers, tag, node))
        elif tag in {"br", "img"}:
            self.runs.extend(Run(leaf, wrappers) for leaf in _single(node))
        elif tag in BLOCKS or tag in BOXES:
            self.flush()
            BLOCKS.get(tag, _unfold)(self, node, wrappers)
            self.flush()
        else:
            self.take(node.children, wrappers)

    def flush(self, tag: str = "p") -> None:
        """Make what was collected blocks named `tag`; two line breaks in a row part them."""
        runs, self.runs = self.runs, []
        for part in split_at_breaks(runs) if tag == "p" else [runs]:
            nodes = nest(tidied(part))
            if nodes:
                self.blocks.append(Element(tag, {}, nodes))

    def finish(self) -> list[Node]:
        self.flush()
        return self.blocks


def _with(wrappers: tuple[Wrapper, ...], tag: str, node: Element) -> tuple[Wrapper, ...]:
    href = _link(node.attributes.get("href", "")) if tag == "a" else ""
    if any(had[0] == tag for had in wrappers) or (tag == "a" and not href):
        return wrappers
    return (*wrappers, (tag, href, _line(node.attributes.get("title", "")) if href else ""))


def _link(href: str) -> str:
    href = href.strip()
    return href if len(href) <= MAX_LINK and _LINK.fullmatch(href) else ""


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _single(node: Element) -> list[Leaf]:
    if node.tag == "br":
        return [Element("br")]
    source = node.attributes.get("src", "")
    if not _KEY.fullmatch(source):
        return []
    attributes = {"src": source, "alt": _line(node.attributes.get("alt", ""))}
    if title := _line(node.attributes.get("title", "")):
        attributes["title"] = title
    return [Element("img", attributes)]


# Blocks


def _unfold(flow: _Flow, node: Element, wrappers: tuple[Wrapper, ...]) -> None:
    flow.take(node.children, wrappers)


def _heading(flow: _Flow, node: Element, wrappers: tuple[Wrapper, ...]) -> None:
    """Add a heading of words only; a block inside it (a table, a list) follows it."""
    inner = _Flow(flow.level)
    inner.take(node.children, wrappers)
    blocks = inner.finish()
    for index, block in enumerate(blocks):
        if index == 0 and isinstance(block, Element) and block.tag == "p":
            block.tag = SAME_AS.get(node.tag, node.tag)
        flow.blocks.append(block)


def _rule(flow: _Flow, node: Element, wrappers: tuple[Wrapper, ...]) -> None:
    last = flow.blocks[-1] if flow.blocks else None
    if not (isinstance(last, Element) and last.tag == "hr"):
        flow.blocks.append(Element("hr"))


def _verbatim(flow: _Flow, node: Element, wrappers: tuple[Wrapper, ...]) -> None:
    lines = "".join(_raw(node.children)).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if lines.strip():
        flow.blocks.append(Element("pre", {}, [lines]))


def _raw(nodes: Iterable[Node]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.tag == "br":
            yield "\n"
        else:
            yield from _raw(node.children)


def _quotation(flow: _Flow, node: Element, wrappers: tuple[Wrapper, ...]) -> None:
    if flow.level >= MAX_NESTED_BLOCKS:
        _unfold(flow, node, wrappers)
    elif blocks := _inside(flow, node.children, wrappers):
        flow.blocks.append(Element("blockquote", {}, blocks))


def _inside(flow: _Flow, nodes: Iterable[Node], wrappers: tuple[Wrapper, ...]) -> list[Node]:
    inner = _Flow(flow.level + 1)
    inner.take(nodes, wrappers)
    return inner.finish()


def _list(flow: _Flow, node: Element, wrappers: tuple[Wrapper, ...]) -> None:
    if flow.level >= MAX_NESTED_BLOCKS:
        _unfold(flow, node, wrappers)
        return
    entries: list[Node] = []
    for children in _entries(node.children):
        blocks = _inside(flow, children, wrappers)
        if blocks:
            entries.append(Element("li", {}, _bare(blocks)))
    if entries:
        tag = SAME_AS.get(node.tag, node.tag)
        flow.blocks.append(Element(tag, _numbering(node) if tag == "ol" else {}, entries))


def _entries(nodes: list[Node]) -> list[list[Node]]:
    """Return the contents of each entry.

    A list that lies between entries belongs to the one before it.
    """
    entries: list[list[Node]] = []
    loose = False
    for node in nodes:
        if isinstance(node, Element) and node.tag == "li":
            entries.append(list(node.children))
            loose = False
        elif entries and (loose or (isinstance(node, Element) and node.tag in {"ul", "ol"})):
            entries[-1].append(node)
        elif not (isinstance(node, str) and not node.strip()):
            entries.append([node])
            loose = True
    return entries


def _numbering(node: Element) -> dict[str, str]:
    attributes = {}
    if (start := _number(node.attributes.get("start", ""), MAX_START)) not in (None, 1):
        attributes["start"] = str(start)
    if (kind := node.attributes.get("type", "")) in NUMBERINGS - {"1"}:
        attributes["type"] = kind
    return attributes


def _number(text: str, most: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(int(text[:9]), most)


def _bare(blocks: list[Node]) -> list[Node]:
    """Return `blocks` without the paragraph around the first words, if only lists follow it."""
    first, *rest = blocks
    if isinstance(first, Element) and first.tag == "p" and all(map(_is_list, rest)):
        return [*first.children, *rest]
    return blocks


def _is_list(node: Node) -> bool:
    return isinstance(node, Element) and node.tag in {"ul", "ol"}


# Tables


def _table(flow: _Flow, node: Element, wrappers: tuple[Wrapper, ...]) -> None:
    if flow.level >= MAX_NESTED_BLOCKS:
        _unfold(flow, node, wrappers)
        return
    parts = _TableParts()
    _sort_out(parts, node.children, "tbody")
    flow.blocks.extend(_inside(flow, parts.stray, wrappers))
    children = [*_caption(flow, parts.caption, wrappers)]
    for group in ("thead", "tbody"):
        rows = [_row(flow, cells, wrappers) for kind, cells in parts.rows if kind == group]
        if rows:
            children.append(Element(group, {}, rows))
    if len(children) > bool(parts.caption):
        flow.blocks.append(Element("table", {}, children))
    else:
        flow.blocks.extend(_inside(flow, parts.caption, wrappers))


class _TableParts:
    def __init__(self) -> None:
        self.caption: list[Node] = []
        self.rows: list[tuple[str, list[Element]]] = []
        self.stray: list[Node] = []


def _sort_out(parts: _TableParts, nodes: Iterable[Node], group: str) -> None:
    for node in nodes:
        if isinstance(node, str):
            parts.stray.append(node)
        elif node.tag == "caption":
            parts.caption.extend(node.children)
        elif node.tag in GROUPS:
            _sort_out(parts, node.children, "thead" if node.tag == "thead" else "tbody")
        elif node.tag == "tr":
            _sort_out_row(parts, node, group)
        else:
            parts.stray.append(node)


def _sort_out_row(parts: _TableParts, row: Element, group: str) -> None:
    cells = []
    for node in row.children:
        if isinstance(node, Element) and node.tag in {"td", "th"}:
            cells.append(node)
        else:
            parts.stray.append(node)
    if cells:
        parts.rows.append((group, cells))


def _caption(flow: _Flow, nodes: list[Node], wrappers: tuple[Wrapper, ...]) -> list[Node]:
    label: list[Node] = []
    for block in _inside(flow, nodes, wrappers):
        label += [" "] if label else []
        label += _phrases([block])
    return [Element("caption", {}, label)] if label else []


def _phrases(nodes: Iterable[Node]) -> list[Node]:
    """Return `nodes` as one line: the blocks' words, without the blocks."""
    line: list[Node] = []
    for node in nodes:
        if isinstance(node, str) or node.tag in INLINE or node.tag in {"br", "img"}:
            line.append(node)
        else:
            line += _phrases(node.children)
    return line


def _row(flow: _Flow, cells: list[Element], wrappers: tuple[Wrapper, ...]) -> Node:
    return Element("tr", {}, [_cell(flow, cell, wrappers) for cell in cells])


def _cell(flow: _Flow, cell: Element, wrappers: tuple[Wrapper, ...]) -> Node:
    attributes = {}
    for name in ("colspan", "rowspan"):
        if (span := _number(cell.attributes.get(name, ""), MAX_SPAN)) and span > 1:
            attributes[name] = str(span)
    scope = cell.attributes.get("scope", "").lower()
    if cell.tag == "th" and scope in SCOPES:
        attributes["scope"] = scope
    blocks = _inside(flow, cell.children, wrappers)
    return Element(cell.tag, attributes, _bare(blocks) if len(blocks) == 1 else blocks)


BLOCKS: dict[str, Callable[[_Flow, Element, tuple[Wrapper, ...]], None]] = {
    "p": _unfold,
    "h2": _heading,
    "h3": _heading,
    "h4": _heading,
    "hr": _rule,
    "pre": _verbatim,
    "blockquote": _quotation,
    "ul": _list,
    "ol": _list,
    "table": _table,
}
