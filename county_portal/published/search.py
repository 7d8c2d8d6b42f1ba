"""Finding Chinese words exactly: texts as tokens, questions as phrases, hits shown in context.

A run of Han characters becomes overlapping two-character tokens, and its last character
a token of its own, so that a word of any length is found as a phrase and a single
character as a prefix. Every other run of letters or digits is one word. Both sides are
folded (NFKC, lower case) first.
"""

import html
import re
import unicodedata
from operator import add

from markupsafe import Markup

HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")
IS_HAN = re.compile(f"[{HAN}]")
TAG = re.compile(r"""</?([a-zA-Z0-9]+)(?:"[^"]*"|[^">])*>""")
WITHIN_A_WORD = frozenset(
    ("a", "abbr", "b", "code", "del", "em", "i", "ins", "mark", "s", "small", "span", "strong")
) | {"sub", "sup", "u"}
SPACE = re.compile(r"\s+")

MOST_RUNS = 24
"""A question of more runs than this is cut: nobody types it by hand."""

SHOWN_CHARACTERS = 110
"""Length of the excerpt under a hit, in characters."""


def folded(text: str) -> str:
    """Make full-width, compatibility and capital forms in the text alike."""
    return unicodedata.normalize("NFKC", text).lower()


def _pieces(run: str) -> list[str]:
    """Split one run into its tokens."""
    if not IS_HAN.match(run):
        return [run]
    return [*map(add, run, run[1:]), run[-1]]


def tokens(text: str) -> str:
    """Turn the text into what the index holds: tokens with spaces between them."""
    return " ".join(piece for run in RUN.findall(folded(text)) for piece in _pieces(run))


def facet(kind: str, value: str) -> str:
    """Build one token for a filter, such as a unit's code: hexadecimal, so nothing in it splits."""
    return f"{kind}{value.encode().hex()}"


def phrases(words: str) -> list[str]:
    """Find the runs of a question, at most MOST_RUNS; join those that stand without a gap."""
    runs: list[str] = []
    end = -1
    for run in list(RUN.finditer(folded(words)))[:MOST_RUNS]:
        if runs and run.start() == end:
            runs[-1] += run[0]
        else:
            runs.append(run[0])
        end = run.end()
    return runs


def _phrase_query(phrase: str) -> str:
    """Write a phrase for FTS5: exact, except that a last single character is a prefix."""
    runs = RUN.findall(phrase)
    pieces = [piece for run in runs[:-1] for piece in _pieces(run)]
    last = _pieces(runs[-1])
    if len(last) > 1:
        last.pop()
    pieces += last
    prefix = " *" if len(last[-1]) == 1 and IS_HAN.match(last[-1]) else ""
    return f'"{" ".join(pieces)}"{prefix}'


def query(words: str, facets: tuple[tuple[str, ...], ...] = ()) -> str:
    """Build the question for FTS5, or "" if it holds no letter, digit or Han character.

    Every phrase must occur, and of each group of facets at least one.
    """
    asked = [_phrase_query(phrase) for phrase in phrases(words)]
    if not asked:
        return ""
    wanted = [f"{{title body}} : ({' AND '.join(asked)})"]
    wanted += [f"facets : ({' OR '.join(group)})" for group in facets]
    return " AND ".join(wanted)


def _gap(tag: re.Match[str]) -> str:
    return "" if tag[1].lower() in WITHIN_A_WORD else " "


def plain_text(body: str) -> str:
    """Put the words of a sanitised body on one line; bold within a word splits nothing."""
    return SPACE.sub(" ", html.unescape(TAG.sub(_gap, body))).strip()


def _folded_with_origins(text: str) -> tuple[str, list[int]]:
    """Fold the text, and note for each character of the result the place it came from."""
    out: list[str] = []
    origins: list[int] = []
    for at, character in enumerate(text):
        for piece in folded(character):
            out.append(piece)
            origins.append(at)
    return "".join(out), origins


def phrase_places(text: str, words: str) -> list[tuple[int, int]]:
    """Find where the phrases of `words` stand in `text`: start and end, in order."""
    wanted = sorted(phrases(words), key=len, reverse=True)
    if not wanted:
        return []
    pattern = re.compile("|".join(map(re.escape, wanted)))
    same = folded(text)
    if len(same) == len(text):
        return [hit.span() for hit in pattern.finditer(same)]
    same, origins = _folded_with_origins(text)
    return [(origins[h.start()], origins[h.end() - 1] + 1) for h in pattern.finditer(same)]


def highlighted(text: str, words: str) -> Markup:
    """Make the text safe to show, with every hit marked."""
    parts, last = [], 0
    for start, end in phrase_places(text, words):
        if start < last:
            continue
        parts += [html.escape(text[last:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        last = end
    return Markup("".join([*parts, html.escape(text[last:])]))  # noqa: S704


def excerpt(text: str, words: str, length: int = SHOWN_CHARACTERS) -> Markup:
    """Cut out the part of the text around the first hit, with every hit in it marked."""
    places = phrase_places(text, words)
    start = max(0, places[0][0] - length // 4) if places else 0
    start = max(0, min(start, len(text) - length))
    part = highlighted(text[start : start + length], words)
    before = "…" if start else ""
    after = "…" if start + length < len(text) else ""
    return Markup("{}{}{}").format(before, part, after)
