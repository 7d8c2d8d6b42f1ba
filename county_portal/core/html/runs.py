"""Words in a row, each run with the marks around it: paragraphs taken apart and put together."""

import re
from dataclasses import dataclass

from county_portal.core.html.tree import Element, Node

_HAN = "\u2e80-\u2fff\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff"
_BROKEN_LINE = re.compile(rf"(?<=[{_HAN}])[ \t]*[\r\n][ \t\r\n]*(?=[{_HAN}])")
_EDGES = " \u3000"
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")

Wrapper = tuple[str, str, str]  # tag, href, title
Leaf = str | Element


@dataclass(slots=True)
class Run:
    leaf: Leaf
    wrappers: tuple[Wrapper, ...]


def split_at_breaks(runs: list[Run]) -> list[list[Run]]:
    """Cut `runs` wherever two or more line breaks follow one another."""
    parts: list[list[Run]] = [[]]
    breaks: list[Run] = []
    for run in runs:
        if isinstance(run.leaf, Element) and run.leaf.tag == "br":
            breaks.append(run)
        elif breaks and isinstance(run.leaf, str) and not run.leaf.strip():
            continue
        else:
            if len(breaks) > 1:
                parts.append([])
            else:
                parts[-1] += breaks
            breaks = []
            parts[-1].append(run)
    return parts


def tidied(runs: list[Run]) -> list[Run]:
    """Return `runs` with single blanks, none at edges or line breaks, and no empty ends."""
    kept: list[Run] = []
    for run in runs:
        if isinstance(run.leaf, str):
            _append_words(kept, run.leaf, run.wrappers)
        elif run.leaf.tag != "br":
            kept.append(run)
        else:
            _trim(kept)
            if not _at_line_start(kept):
                kept.append(run)
    _trim(kept)
    while kept and _is_break(kept[-1]):
        kept.pop()
        _trim(kept)
    return kept


def _append_words(kept: list[Run], words: str, wrappers: tuple[Wrapper, ...]) -> None:
    text = _BLANKS.sub(" ", _BROKEN_LINE.sub("", words))
    if _at_line_start(kept):
        text = text.lstrip(_EDGES)
    elif isinstance(before := kept[-1].leaf, str) and before.endswith(" "):
        text = text.lstrip(" ")
    if text:
        kept.append(Run(text, wrappers))


def _is_break(run: Run) -> bool:
    return isinstance(run.leaf, Element) and run.leaf.tag == "br"


def _at_line_start(kept: list[Run]) -> bool:
    return not kept or _is_break(kept[-1])


def _trim(kept: list[Run]) -> None:
    while kept and isinstance(kept[-1].leaf, str):
        last = kept[-1]
        text = kept[-1].leaf.rstrip(_EDGES)
        if text:
            kept[-1] = Run(text, last.wrappers)
            return
        kept.pop()


def nest(runs: list[Run]) -> list[Node]:
    """Return the words inside their wrappers; neighbours with equal wrappers share one element."""
    top: list[Node] = []
    open_now: list[tuple[Wrapper, Element]] = []
    for run in runs:
        shared = 0
        while shared < min(len(open_now), len(run.wrappers)):
            if open_now[shared][0] != run.wrappers[shared]:
                break
            shared += 1
        del open_now[shared:]
        for wrapper in run.wrappers[shared:]:
            element = _wrapped(wrapper)
            (open_now[-1][1].children if open_now else top).append(element)
            open_now.append((wrapper, element))
        _add(open_now[-1][1].children if open_now else top, run.leaf)
    return top


def _wrapped(wrapper: Wrapper) -> Element:
    tag, href, title = wrapper
    attributes = {"href": href} if href else {}
    if title:
        attributes["title"] = title
    return Element(tag, attributes)


def _add(children: list[Node], leaf: Leaf) -> None:
    if isinstance(leaf, str) and children and isinstance(children[-1], str):
        children[-1] += leaf
    else:
        children.append(leaf)
