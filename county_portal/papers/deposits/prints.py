"""The papers of a deposit: plain data in, PDF out. Chinese, as the receivers file them.

Source: Open Government Information Regulations (2019), art. 25; the columns of the list are local
practice.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

from markupsafe import Markup

from county_portal.core.html.clean import clean, with_addresses
from county_portal.printing.pdf import print_paper, print_papers, render_html, render_pdf
from county_portal.published.items import PublicItem

COPIES = ("第一联　送交单位留存", "第二联　接收单位留存")


@dataclass(frozen=True)
class Head:
    """What every paper of a package says at its top. whole: it is the county's, not a unit's."""

    number: str
    giver: str  # who hands over
    receiver: str
    receiver_contact: str
    since_on: date
    until_on: date
    due_on: date
    contact: str
    phone: str
    made_at: datetime  # county time
    whole: bool


@dataclass(frozen=True)
class ListLine:
    """One line of the list. pages: of the text; None if it could not be set, so is not there."""

    index_number: str
    title: str
    document_number: str
    formed_on: date
    published_on: date
    pages: int | None
    carrier: str
    note: str
    unit: str


@dataclass(frozen=True)
class DepositList:
    """主动公开政府信息送交明细表."""

    head: Head
    copy: str
    lines: tuple[ListLine, ...]

    kind: ClassVar = "list"
    name: ClassVar = "主动公开政府信息送交明细表"

    @property
    def texts(self) -> int:
        """How many of the texts are in the package."""
        return sum(line.pages is not None for line in self.lines)

    @property
    def left_out(self) -> int:
        return len(self.lines) - self.texts

    @property
    def pages(self) -> int:
        return sum(line.pages or 0 for line in self.lines)


@dataclass(frozen=True)
class Record:
    """交接文据: what is handed over, for both to sign. files: renditions beside the texts.

    left_out: texts that stand in the list and could not be set; they are counted nowhere else.
    """

    head: Head
    texts: int
    left_out: int
    pages: int
    files: int
    carrier: str
    checksum: str
    units: tuple[tuple[str, int, int], ...]  # name, texts, left out; the county's only

    kind: ClassVar = "record"
    name: ClassVar = "政府公开信息交接文据"


@dataclass(frozen=True)
class Zero:
    """零报告: nothing was published, and that is handed over too."""

    head: Head

    kind: ClassVar = "zero"
    name: ClassVar = "主动公开政府信息送交零报告"


Paper = DepositList | Record | Zero


@dataclass(frozen=True)
class LetterLine:
    """One text that was replaced (new_on is set) or withdrawn."""

    index_number: str
    title: str
    new_title: str
    deposit: str
    published_on: date
    content_hash: str
    ended_on: date | None
    new_on: date | None
    new_hash: str
    reason: str


@dataclass(frozen=True)
class Letter:
    """撤换函."""

    number: str
    office: str
    contact: str
    phone: str
    receivers: tuple[str, ...]
    made_at: datetime  # county time
    lines: tuple[LetterLine, ...]


@dataclass(frozen=True)
class DepositText:
    """A signed, published text. pictures: the files of those that stand in it, by key."""

    item: PublicItem
    pictures: Mapping[str, Path]


def pdfs_of(papers: Mapping[str, Paper]) -> dict[str, bytes]:
    """Print the papers that go with one part, by the names given here; set together.

    At most four lists, each of which counts its own pages.
    """
    kinds: Counter[str] = Counter()
    by_id: dict[str, Paper] = {}
    for paper in papers.values():
        kinds[paper.kind] += 1
        by_id[f"{paper.kind}{kinds[paper.kind]}"] = paper
    titles = {name: f"{paper.name}（{paper.head.number}）" for name, paper in by_id.items()}
    made = print_papers(
        render_html("papers/deposits/papers.html", papers=by_id, titles=titles), titles
    )
    return dict(zip(papers, (made[name] for name in by_id), strict=True))


def letter_pdf(letter: Letter) -> bytes:
    return render_pdf("papers/deposits/letter.html", letter=letter)


def text_html(text: DepositText) -> str:
    """Render the text ready to be set; `text_pdf` may then do it anywhere, without the database."""
    shown = {key: f"picture:{key}" for key in text.pictures}
    body = Markup(with_addresses(clean(text.item.body), shown.get))  # noqa: S704 (cleaned here)
    return render_html("papers/deposits/text.html", item=text.item, body=body)


def text_pdf(html: str, pictures: Mapping[str, Path]) -> bytes:
    """Set a text. Raises Refused for one that cannot be set."""
    return print_paper(html, pictures=pictures).pdf
