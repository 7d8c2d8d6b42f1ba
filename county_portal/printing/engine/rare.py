"""Rare characters in names: set from another face, because the text's face lacks them."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from fontTools.ttLib import TTFont

RARE = re.compile("[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
PHRASES = frozenset({"style", "script", "title"})  # whose words are not set


def mark_rare(tree: ET.Element, known: frozenset[int]) -> None:
    parents = [one for one in tree.iter() if one.tag not in PHRASES]
    for parent in parents:
        if parent.text and is_rare(parent.text, known):
            parent.text, spans = pieces_of(parent.text, known)
            parent[0:0] = spans
        for child in list(parent):
            if child.tail and child.get("class") != "rare" and is_rare(child.tail, known):
                child.tail, spans = pieces_of(child.tail, known)
                position = list(parent).index(child) + 1
                parent[position:position] = spans


def is_rare(text: str, known: frozenset[int]) -> bool:
    return any(ord(sign) not in known and RARE.match(sign) for sign in set(text))


def pieces_of(text: str, known: frozenset[int]) -> tuple[str, list[ET.Element]]:
    """Split the text into what precedes the first rare character, and a span for each of them.

    The text behind such a character is the tail of its span.
    """
    before, spans = "", []
    for sign in text:
        if ord(sign) not in known and RARE.match(sign):
            span = ET.Element("span", {"class": "rare"})
            span.text, span.tail = sign, ""
            spans.append(span)
        elif spans:
            spans[-1].tail = (spans[-1].tail or "") + sign
        else:
            before += sign
    return before, spans


def characters_of(face: Path) -> frozenset[int]:
    """Read which code points a font has a picture of."""
    with TTFont(face, lazy=True) as font:
        return frozenset(font.getBestCmap())
