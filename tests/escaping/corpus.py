"""What is planted: words that would act if a page took them for markup or for a template.

Each piece begins with a code of its own, by which it is found again on every page.
"""

import re

MARK = "zqx"  # no page, no library and no person writes this
EVALUATED = re.compile(rf"(?<![0-9a-f]){7919 * 7907}(?![0-9a-f])")  # were it a template
CODE = re.compile(r"Z\d{4}")
PAYLOADS = (
    "{}zqx\"' zqx=1 hx-get=/zqx onclick=zqx()></title></textarea><zqx>&lt;zqx&gt;"
    "{{{{7919*7907}}}}{{%zqx%}}</script><script>zqx",
    "{}zqx\"' zqx=1 hx-get=/zqx></title><zqx onclick=zqx()>&lt;zqx&gt;"
    "{{{{7919*7907}}}}{{%zqx%}}<script>",
    "{}zqx\"' zqx=1><zqx>&lt;zqx&gt;{{{{7919*7907}}}}{{%zqx%}}",
    "{}zqx\"' zqx=1><zqx>&lt;{{{{7919*7907}}}}",
    '{}"><zqx>{{{{zqx}}}}',
)


class Corpus:
    """Hands out pieces, and knows each by its code."""

    def __init__(self) -> None:
        self.pieces: dict[str, str] = {}

    def piece(self, longest: int = 200) -> str:
        """A piece of at most so many characters."""
        code = f"Z{len(self.pieces) + 1:04}"
        fitting = (one.format(code) for one in PAYLOADS)
        return self._kept(code, next(one for one in fitting if len(one) <= longest))

    def keyword(self) -> str:
        """A piece without the signs that part keywords from each other."""
        code = self.codes_in(self.piece(100)).pop()
        return self._kept(code, re.sub("[ ;]", "", self.pieces[code]))

    def pattern(self) -> str:
        """A piece without the braces that a pattern of index numbers understands."""
        code = self.codes_in(self.piece()).pop()
        return self._kept(code, self.pieces[code].partition("{")[0])

    def file_name(self) -> str:
        """A piece without the signs that no disk allows in a name."""
        code = self.codes_in(self.piece()).pop()
        return self._kept(code, f"{code}zqx' zqx=1 onclick=zqx() &lt;zqx&gt; {{{{7919-7907}}}}")

    def _kept(self, code: str, text: str) -> str:
        self.pieces[code] = text
        return text

    def codes_in(self, text: str) -> set[str]:
        """The codes of the pieces that stand in the text."""
        return set(CODE.findall(text)) & self.pieces.keys()

    def mangled(self, text: str, *, squeezed: bool = False) -> list[str]:
        """What begins like a piece and does not read like it. One that ends with … is cut off.

        squeezed: the text lost its spaces and line ends on paper. A name that became that of a
        file has a wide slash.
        """
        text = (squeeze(text) if squeezed else text).replace("／", "/")
        wrong = []
        for found in CODE.finditer(text):
            piece = self.pieces.get(found[0], found[0])
            piece = squeeze(piece) if squeezed else piece
            read = text[found.start() : found.start() + len(piece)]
            if read != piece and not _is_cut(read, piece):
                wrong.append(read)
        return wrong


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def _is_cut(read: str, piece: str) -> bool:
    start, dots, _rest = read.partition("…")
    return bool(dots) and piece.startswith(start)
