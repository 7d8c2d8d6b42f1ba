"""The annex: where its pages begin, so that it can be set in parts."""

from collections.abc import Iterable
from dataclasses import dataclass

from county_portal.papers.figures.contents import AnnexGroup, PublishedLine

PAGE_ENTRIES = 120  # after so many a column's end ends the page
MOST_ENTRIES = 150  # of one part


@dataclass(frozen=True)
class AnnexPiece:
    """Some of the lines of one column. first: the number of its first line in the annex."""

    name: str
    under: str
    first: int
    lines: tuple[PublishedLine, ...]
    goes_on: bool  # begun on an earlier sheet


def sheets(groups: Iterable[AnnexGroup]) -> Iterable[tuple[AnnexPiece, ...]]:
    """Return the annex in parts that begin on pages of their own, none longer than MOST_ENTRIES."""
    sheet: list[AnnexPiece] = []
    number = 1
    for group in groups:
        rest, goes_on = group.lines, False
        while rest:
            room = MOST_ENTRIES - sum(len(piece.lines) for piece in sheet)
            now, rest = rest[:room], rest[room:]
            sheet.append(AnnexPiece(group.name, group.under, number, now, goes_on))
            number += len(now)
            goes_on = True
            if rest or sum(len(piece.lines) for piece in sheet) > PAGE_ENTRIES:
                yield tuple(sheet)
                sheet = []
    if sheet:
        yield tuple(sheet)
