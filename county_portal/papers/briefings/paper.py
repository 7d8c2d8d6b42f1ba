"""A briefing on paper: what stands on the sheet, word for word, and the sheet as a PDF.

Source: GB/T 9704-2012 for the geometry; the customs of 简报 for head and foot.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from county_portal.models import FrozenBriefing, PartKind
from county_portal.office.base.files import blob_path
from county_portal.papers.briefings.content import BriefingPiece, Content
from county_portal.papers.briefings.official_text import (
    LINE_BREAK,
    balanced,
    full_width,
    set_note,
    set_official_text,
    width,
)
from county_portal.printing.numerals import numeral
from county_portal.printing.pdf import LEFT_OUT, Printed, bound, nobody, render_html, set_parts
from county_portal.printing.process_pool import Watch

PICTURE = "picture:"  # the address of a stored picture, as the press knows it
GAP = "gap"  # the kind of block that stands for a piece that was left out
ROOM = "\u3000"  # for a number that is not drawn yet
TEMPLATE = "papers/briefings/paper.html"
SIZES = ((4, "four"), (6, "six"), (9, "nine"), (14, "fourteen"))  # characters of a name, its style


@dataclass(frozen=True)
class BriefingBlock:
    """A heading, an entry or a note, as it is set; or the gap that one left out leaves.

    lines: of the title, or what is said in the gap.
    """

    id: int
    kind: str
    lines: tuple[str, ...]
    html: str
    source: str


@dataclass(frozen=True)
class Foot:
    """版记: where the briefing goes, one line for each kind of receiver, and how many copies."""

    lines: tuple[tuple[str, str], ...]
    copies: str


@dataclass(frozen=True)
class BriefingSheet:
    """Everything on the paper; the template computes nothing."""

    title: str  # of the document
    name: str
    size: str
    mark: str
    number: str
    office: str
    day: str
    dated_on: str  # as machines write it
    contents: tuple[str, ...]
    note: str
    blocks: tuple[BriefingBlock, ...]
    foot: Foot
    foot_alone: bool = False  # nothing but the foot, on a page without a number


def briefing_sheet(content: Content, left_out: Collection[str] = ()) -> BriefingSheet:
    """Build the sheet: the words of the content as official paper wants them.

    left_out: ids of pieces that could not be set; each leaves a gap with a line that says so.
    """
    there = [piece for piece in content.pieces if str(piece.id) not in left_out]
    entries = [piece for piece in there if piece.kind == PartKind.ENTRY]
    return BriefingSheet(
        title=f"{content.masthead}{number_line(content)}",
        name=content.masthead,
        size=next((name for most, name in SIZES if width(content.masthead) <= most), "long"),
        mark=content.mark,
        number=number_line(content),
        office=content.office,
        day=day_line(content.dated_on),
        dated_on=content.dated_on.isoformat() if content.dated_on else "",
        contents=tuple(_in_one(one.title) for one in entries) if content.contents else (),
        note=set_note(content.note),
        blocks=_blocks(content.pieces, left_out),
        foot=_foot(content),
    )


def number_line(content: Content) -> str:
    """Write the number of an issue, such as 第46期（总第1286期）; a draft leaves room for it.

    Special issues have a count of their own.

    Source: the customs of 简报: counted by year, special issues never among the others.
    """
    known = content.number
    number = known.number if known else ROOM
    if content.special:
        return f"增刊第{number}期"
    return f"第{number}期（总第{known.total if known else ROOM}期）"


def name_line(masthead: str, known: FrozenBriefing | None, *, special: bool) -> str:
    """Name an issue as lists and file names do, such as 政务信息2026年第46期."""
    kind = "增刊" if special else ""
    return f"{masthead}{known.year}年{kind}第{known.number}期" if known else f"{masthead}{kind}"


def day_line(day: date | None) -> str:
    """Write the date without leading zeros; None leaves room. Source: GB/T 9704-2012, 7.3.5.4."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "\u3000年\u3000月\u3000日"


def _blocks(
    pieces: tuple[BriefingPiece, ...], left_out: Collection[str]
) -> tuple[BriefingBlock, ...]:
    headings = 0
    blocks_found = []
    for piece in pieces:
        headings += piece.kind == PartKind.HEADING
        gone = str(piece.id) in left_out
        blocks_found.append(_gap(piece) if gone else _block(piece, headings))
    return tuple(blocks_found)


def _gap(piece: BriefingPiece) -> BriefingBlock:
    return BriefingBlock(piece.id, GAP, (LEFT_OUT,), "", "")


def _block(piece: BriefingPiece, heading: int) -> BriefingBlock:
    title = full_width(piece.title)
    if piece.kind == PartKind.ENTRY:
        lines = balanced(title)
    else:
        lines = (f"{numeral(heading)}、{title}",) if title else ()
    source = f"（{piece.unit}）" if piece.unit else ""
    pictures = {key: f"{PICTURE}{sha256}" for key, sha256 in piece.pictures}
    note = piece.kind == PartKind.NOTE
    html = set_note(piece.body) if note else set_official_text(piece.body, pictures)
    return BriefingBlock(piece.id, piece.kind, lines, html, source)


def _in_one(title: str) -> str:
    """Write a title in one line, without the marks where its clerk wanted another."""
    return full_width("".join(title.split(LINE_BREAK)))


def _foot(content: Content) -> Foot:
    receivers = (("报：", content.report_to), ("送：", content.send_to), ("发：", content.issue_to))
    lines = tuple((head, _ended(full_width(who))) for head, who in receivers if who)
    return Foot(lines, f"（共印{content.copies}份）")


def _ended(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith("。") else f"{text}。"


# PDF


def briefing_pdf(content: Content, watch: Watch = nobody) -> Printed:
    """Print the briefing; its foot stands at the bottom of the last, even page.

    Where the text ends on an odd page, the foot has the next one for itself. Entries that cannot
    be set are left out and named. watch: hears how far it is, from 0 to 1.
    """
    sheet, pictures = briefing_sheet(content), pictures_of(content)
    parts, left_out = set_parts(_html(sheet), pictures=pictures, watch=watch)
    if left_out:  # set once more: the list of contents may not name what is not there
        sheet = briefing_sheet(content, left_out)
        parts, more = set_parts(_html(sheet), pictures=pictures, watch=watch)
        left_out += more
    if parts[-1].spared:
        parts += set_parts(_html(replace(sheet, foot_alone=True)))[0]
    if not content.foot_numbered:
        parts[-1] = replace(parts[-1], numbered=(*parts[-1].numbered[:-1], False))
    return Printed(bound(parts, attach=content.as_json()), left_out)


def pictures_of(content: Content) -> dict[str, Path]:
    """Return the files of all pictures, by their hash."""
    hashes = {sha256 for piece in content.pieces for _key, sha256 in piece.pictures}
    return {sha256: blob_path(sha256) for sha256 in sorted(hashes)}


def briefing_page(content: Content) -> str:
    """Render the briefing as a page, before it is set."""
    return _html(briefing_sheet(content))


def _html(sheet: BriefingSheet) -> str:
    return render_html(TEMPLATE, sheet=sheet)
