"""A small tree for cleaned HTML: read it, walk it, write it in one canonical way.

It expects what a real HTML parser has already put in order (see `html.clean`) and must not be
handed a stranger's text: it knows nothing of the many ways in which HTML may be broken.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape

VOID = frozenset({"br", "hr", "img"})


@dataclass(slots=True)
class Element:
    """One element; its children are elements and pieces of text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node]" = field(default_factory=list)


Node = Element | str


_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")*)>|([^<]+|<)')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')


def read_html(html: str, deepest: int = 100) -> list[Node]:
    """Read the nodes of `html`. What lies deeper than `deepest` is unfolded there, no text lost."""
    root = Element("")
    path = [root]
    for slash, tag, attributes, text in _TOKEN.findall(html):
        if text:
            path[-1].children.append(unescape(text))
        elif slash:
            _close(path, tag)
        else:
            pairs = _ATTRIBUTE.findall(attributes)
            element = Element(tag, {name: unescape(value) for name, value in pairs})
            path[-1].children.append(element)
            if tag not in VOID and len(path) <= deepest:
                path.append(element)
    return root.children


def _close(path: list[Element], tag: str) -> None:
    for depth in range(len(path) - 1, 0, -1):
        if path[depth].tag == tag:
            del path[depth:]
            return


def write_html(nodes: Iterable[Node]) -> str:
    """Return the HTML of `nodes`: attributes as they were set, double quotes, nothing optional."""
    return "".join(_pieces(nodes))


def _pieces(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield escape(node, quote=False)
            continue
        yield "<" + node.tag
        for name, value in node.attributes.items():
            yield f' {name}="{escape(value)}"'
        yield ">"
        if node.tag not in VOID:
            yield from _pieces(node.children)
            yield f"</{node.tag}>"


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield every node, parents before children, in the order of the document."""
    for node in nodes:
        yield node
        if isinstance(node, Element):
            yield from walk(node.children)


def elements(nodes: Iterable[Node], tag: str) -> Iterator[Element]:
    """Yield every element of that name, in the order of the document."""
    return (node for node in walk(nodes) if isinstance(node, Element) and node.tag == tag)


def count_of(nodes: Iterable[Node]) -> int:
    """Count elements and pieces of text."""
    return sum(1 for _ in walk(nodes))
