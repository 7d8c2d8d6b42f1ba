"""What changed between two clean texts, told block by block and word by word.

Chinese is compared by characters, other scripts by words. The work is bounded: when two texts have
too little in common to be aligned in time, whole paragraphs are shown as taken out and put in.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import TypeVar

from markupsafe import Markup, escape

from county_portal.core.html.tree import Element, Node, read_html

MOST_STEPS = 1_500_000  # comparisons of two pieces, over the whole text
SMALL = 40_000  # sides whose product is no more are compared piece by piece with each other
DEEPEST = 12  # landmarks between landmarks
ALIKE = 0.4
WINDOW = 12
SHORTEST_ISLAND = 2

_PIECES = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)
_HOLDERS = frozenset({"ul", "ol", "table", "thead", "tbody", "blockquote"})
_OWN_BLOCKS = _HOLDERS | {"p", "pre", "h2", "h3", "h4", "hr", "li"}


class Fate(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class TextPart:
    """Neighbouring words of one fate."""

    fate: Fate
    text: str


@dataclass(frozen=True)
class BlockChange:
    """One block of the comparison: a paragraph, a heading, an entry of a list, a row of a table."""

    tag: str
    parts: tuple[TextPart, ...]

    @property
    def changed(self) -> bool:
        return any(part.fate != Fate.KEPT for part in self.parts)


@dataclass(frozen=True)
class _Block:
    tag: str
    text: str


def changes(old_html: str, new_html: str) -> list[BlockChange]:
    """Return every block of both texts in reading order, with what was taken out and put in."""
    old, new = [*_blocks(read_html(old_html))], [*_blocks(read_html(new_html))]
    budget = _Budget(MOST_STEPS)
    told: list[BlockChange] = []
    for same, olds, news in _aligned(old, new, budget):
        if same:
            told += [BlockChange(block.tag, _whole(Fate.KEPT, block)) for block in news]
        else:
            told += _compared(olds, news, budget)
    return told


def word_diff(old_html: str, new_html: str) -> Markup:
    """Write the comparison as HTML.

    A paragraph for each block, with <del> and <ins> around the words.
    """
    return Markup("").join(map(_shown, changes(old_html, new_html)))


def _shown(change: BlockChange) -> Markup:
    text = Markup("").join(map(_shown_part, change.parts))
    if change.tag in {"h2", "h3", "h4"}:
        text = Markup("<strong>{}</strong>").format(text)
    return Markup("<p>{}{}</p>").format("• " if change.tag == "li" else "", text)


def _shown_part(part: TextPart) -> Markup:
    text = escape(part.text).replace("\n", Markup("<br>"))
    name = {Fate.ADDED: "ins", Fate.REMOVED: "del"}.get(part.fate)
    return Markup(f"<{name}>%s</{name}>") % text if name else text  # noqa: S704


# From HTML to blocks


def _blocks(nodes: Sequence[Node]) -> Iterator[_Block]:
    for node in nodes:
        if isinstance(node, str):
            continue
        if node.tag in _HOLDERS:
            yield from _blocks(node.children)
        elif node.tag == "li":
            yield from _entry(node)
        else:
            yield _Block(node.tag, _line(node))


def _entry(node: Element) -> Iterator[_Block]:
    """Yield the words of the entry itself, then the blocks that lie in it."""
    inner = [child for child in node.children if _is_block(child)]
    text = "".join(_words([child for child in node.children if not _is_block(child)]))
    if text:
        yield _Block("li", text)
    yield from _blocks(inner)


def _is_block(node: Node) -> bool:
    return isinstance(node, Element) and node.tag in _OWN_BLOCKS


def _line(node: Element) -> str:
    if node.tag == "tr":
        cells = (child for child in node.children if isinstance(child, Element))
        return " | ".join("".join(_words(cell.children)) for cell in cells)
    return "".join(_words(node.children)) if node.tag != "hr" else "———"


def _words(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.tag == "br":
            yield "\n"
        elif node.tag == "img":
            attributes = node.attributes
            yield f"[{attributes.get('alt') or ''} {attributes.get('src', '')}]"
        else:
            yield from _words(node.children)
            yield " " if _is_block(node) else ""
            yield f" ({node.attributes['href']})" if "href" in node.attributes else ""


# Alignment


class _Budget:
    def __init__(self, steps: int) -> None:
        self.left = steps

    def allows(self, steps: int) -> bool:
        """Take `steps` more if they are allowed. Tell whether they are."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


Piece = TypeVar("Piece", bound=Hashable)
Stretch = tuple[bool, Sequence[Piece], Sequence[Piece]]  # whether both sides are the same


def _aligned(
    old: Sequence[Piece], new: Sequence[Piece], budget: _Budget, level: int = 0
) -> Iterator[Stretch[Piece]]:
    """Yield both sides cut into stretches that are the same and that are not, in order."""
    head = _shared_head(old, new)
    tail = _shared_head(old[head:][::-1], new[head:][::-1])
    if head:
        yield True, old[:head], new[:head]
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if middle_old and middle_new:
        yield from _aligned_middle(middle_old, middle_new, budget, level)
    elif middle_old or middle_new:
        yield False, middle_old, middle_new
    if tail:
        yield True, old[len(old) - tail :], new[len(new) - tail :]


def _shared_head(old: Sequence[Piece], new: Sequence[Piece]) -> int:
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _aligned_middle(
    old: Sequence[Piece], new: Sequence[Piece], budget: _Budget, level: int
) -> Iterator[Stretch[Piece]]:
    steps = len(old) * len(new)
    if steps <= SMALL and budget.allows(steps):
        pairs = _longest_common(old, new)
    elif level < DEEPEST and budget.allows(len(old) + len(new)):
        pairs = _landmarks(old, new)
    else:
        pairs = []
    if not pairs:
        yield False, old, new
        return
    at_old = at_new = 0
    for earlier, other in [*pairs, (len(old), len(new))]:
        if earlier > at_old or other > at_new:
            yield from _aligned(old[at_old:earlier], new[at_new:other], budget, level + 1)
        if earlier < len(old):
            yield True, old[earlier : earlier + 1], new[other : other + 1]
        at_old, at_new = earlier + 1, other + 1


def _landmarks(old: Sequence[Piece], new: Sequence[Piece]) -> list[tuple[int, int]]:
    """Return the places of pieces that stand once on each side, as many as keep their order."""
    old_once, new_once = _once(old), _once(new)
    pairs = [(at, new_once[piece]) for piece, at in old_once.items() if piece in new_once]
    return _rising(pairs)


def _once(pieces: Sequence[Piece]) -> dict[Piece, int]:
    counts = Counter(pieces)
    return {piece: at for at, piece in enumerate(pieces) if counts[piece] == 1}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest run of `pairs` (sorted by the first) in which the second rises too."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for index, (_, other) in enumerate(pairs):
        rank = bisect_left(ends, other)
        before.append(last[rank - 1] if rank else None)
        ends[rank : rank + 1] = [other]
        last[rank : rank + 1] = [index]
    run: list[tuple[int, int]] = []
    step = last[-1] if last else None
    while step is not None:
        run.append(pairs[step])
        step = before[step]
    return run[::-1]


def _longest_common(old: Sequence[Piece], new: Sequence[Piece]) -> list[tuple[int, int]]:
    """Return the places of the longest common subsequence."""
    lengths = [[0] * (len(new) + 1)]
    for mine in reversed(old):
        below, row = lengths[-1], [0]
        for at, other in enumerate(reversed(new)):
            row.append(below[at] + 1 if mine == other else max(row[at], below[at + 1]))
        lengths.append(row)
    lengths.reverse()
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        rest = len(new) - j
        if old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][rest] >= lengths[i][rest - 1]:
            i += 1
        else:
            j += 1
    return pairs


# Blocks that are not the same


def _compared(
    olds: Sequence[_Block], news: Sequence[_Block], budget: _Budget
) -> Iterator[BlockChange]:
    """Yield paragraphs that resemble one another side by side, the others taken out or put in."""
    old_counts, new_counts = [*map(_count, olds)], [*map(_count, news)]
    at_old = at_new = 0
    for index, counts in enumerate(new_counts):
        window = range(at_old, min(at_old + WINDOW, len(olds)))
        match = next((at for at in window if _alike(old_counts[at], counts)), None)
        if match is not None:
            yield from _replaced(olds[at_old:match], news[at_new:index])
            yield _reworded(olds[match], news[index], budget)
            at_old, at_new = match + 1, index + 1
    yield from _replaced(olds[at_old:], news[at_new:])


def _count(block: _Block) -> Counter[str]:
    return Counter(_PIECES.findall(block.text))


def _alike(one: Counter[str], other: Counter[str]) -> bool:
    shared = sum((one & other).values())
    return shared >= ALIKE * max(one.total(), other.total(), 1)


def _replaced(olds: Sequence[_Block], news: Sequence[_Block]) -> Iterator[BlockChange]:
    yield from (BlockChange(block.tag, _whole(Fate.REMOVED, block)) for block in olds)
    yield from (BlockChange(block.tag, _whole(Fate.ADDED, block)) for block in news)


def _whole(fate: Fate, block: _Block) -> tuple[TextPart, ...]:
    return (TextPart(fate, block.text),)


def _reworded(old: _Block, new: _Block, budget: _Budget) -> BlockChange:
    pieces = _PIECES.findall(old.text), _PIECES.findall(new.text)
    told: list[tuple[str, str, str]] = []  # kept, removed, added: one after the other
    for same, olds, news in _aligned(*pieces, budget):
        kept = "".join(news) if same else ""
        removed, added = ("", "") if same else ("".join(olds), "".join(news))
        if told and not told[-1][1] + told[-1][2] and same:
            told[-1] = (told[-1][0] + kept, "", "")
        else:
            told.append((kept, removed, added))
    return BlockChange(new.tag, tuple(_parts(told)))


def _parts(told: list[tuple[str, str, str]]) -> Iterator[TextPart]:
    """Yield parts in order; a single character that stayed between two changes belongs to them."""
    removed = added = ""
    for index, (kept, out, put) in enumerate(told):
        inside = 0 < index < len(told) - 1
        if kept and inside and len(kept) < SHORTEST_ISLAND:
            removed, added = removed + kept, added + kept
        elif kept:
            yield from _changed(removed, added)
            removed = added = ""
            yield TextPart(Fate.KEPT, kept)
        else:
            removed, added = removed + out, added + put
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[TextPart]:
    if removed:
        yield TextPart(Fate.REMOVED, removed)
    if added:
        yield TextPart(Fate.ADDED, added)
