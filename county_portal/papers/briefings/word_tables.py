"""The cells of a table in rows and columns, as far as they reach: what Word must be told."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from county_portal.core.html.tree import Element

MOST = 50  # rows or columns that one cell is over: what is cleaned has no more


@dataclass(frozen=True)
class Spot:
    """A cell: its first row and column, and those behind its last."""

    cell: Element
    row: int
    column: int
    below: int
    after: int


@dataclass(frozen=True)
class Grid:
    """A table. heads: how many rows at its top stand above each page of it."""

    rows: int
    columns: int
    heads: int
    spots: tuple[Spot, ...]


def grid_of(table: Element) -> Grid:
    """Return every cell at its place; a place that a cell above reaches into is not given again.

    Columns in which no cell begins are none: a span over more than there is takes no room.
    """
    cells, rows, heads = [], 0, 0
    for group in _groups(table):
        cells += [
            replace(one, row=one.row + rows, below=one.below + rows) for one in _placed(group)
        ]
        rows += len(group.children)
        heads = rows if group.tag == "thead" and heads == rows - len(group.children) else heads
    starts = sorted({one.column for one in cells})
    spots = (
        replace(one, column=bisect_left(starts, one.column), after=bisect_left(starts, one.after))
        for one in cells
    )
    return Grid(rows, len(starts), heads, tuple(spots))


def _groups(table: Element) -> Iterator[Element]:
    """Yield its head and bodies, with nothing but rows in them.

    No cell reaches from one into another.
    """
    for child in _elements(table):
        if child.tag != "caption":
            yield Element(child.tag, {}, [row for row in _elements(child) if row.tag == "tr"])


def _placed(group: Element) -> Iterator[Spot]:
    taken: dict[int, int] = {}  # each column: the first row in which it is free
    for number, row in enumerate(_elements(group)):
        column = 0
        for cell in _elements(row):
            while taken.get(column, 0) > number:
                column += 1
            after = column + 1
            while after < column + _span(cell, "colspan") and taken.get(after, 0) <= number:
                after += 1
            below = min(number + _span(cell, "rowspan"), len(group.children))
            taken.update(dict.fromkeys(range(column, after), below))
            yield Spot(cell, number, column, below, after)
            column = after


def _span(cell: Element, name: str) -> int:
    digits = cell.attributes.get(name, "1")[:4]
    return max(1, min(int(digits), MOST)) if digits.isascii() and digits.isdigit() else 1


def _elements(node: Element) -> list[Element]:
    return [one for one in node.children if isinstance(one, Element)]
