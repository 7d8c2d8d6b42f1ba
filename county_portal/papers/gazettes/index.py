"""The index of a bound volume: by category, by document number, by title."""

import re
from dataclasses import dataclass
from string import digits

from sqlalchemy import select

from county_portal.models import Category
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes.contents import GazettePiece, Paper

RUNS = re.compile("[0-9]+|[^0-9]+")


@dataclass(frozen=True)
class IndexGroup:
    """One heading of the index by category."""

    name: str
    pieces: tuple[GazettePiece, ...]


def by_category(paper: Paper) -> tuple[IndexGroup, ...]:
    """Return the texts under the statutory categories, in their order.

    Those without one come last.
    """
    order = db.session.scalars(select(Category.code).order_by(Category.position)).all()
    names = {piece.category: piece.category_name for piece in paper.pieces}
    codes = [code for code in order if code in names]
    codes += sorted(names.keys() - set(codes) - {""}) + [""] * ("" in names)
    return tuple(
        IndexGroup(
            names[code] or "未分类",
            tuple(piece for piece in paper.pieces if piece.category == code),
        )
        for code in codes
    )


def by_number(paper: Paper) -> tuple[GazettePiece, ...]:
    """Return the texts that have a document number, in its order."""
    numbered = (piece for piece in paper.pieces if piece.document_number)
    return tuple(sorted(numbered, key=lambda piece: _natural(piece.document_number)))


def by_title(paper: Paper) -> tuple[GazettePiece, ...]:
    """Return every text in the order of its title, as Chinese dictionaries have it."""
    return tuple(sorted(paper.pieces, key=lambda piece: spelled_title(piece.title)))


def _natural(number: str) -> tuple[tuple[int, bytes], ...]:
    """So that 9 comes before 10, and words by their spelling."""
    runs = RUNS.findall(number)
    return tuple((int(run), b"") if run[0] in digits else (0, spelled_title(run)) for run in runs)


def spelled_title(text: str) -> bytes:
    """Return a key that sorts Chinese by pinyin: the common characters lie in GBK in that order."""
    return text.encode("gb18030", errors="replace")
