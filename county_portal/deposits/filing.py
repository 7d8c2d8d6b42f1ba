"""The papers that go with a packed deposit: lists, records and zero returns, for each receiver."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from county_portal.core import clock
from county_portal.deposits import papers, shelf
from county_portal.deposits.hands import Task, side_by_side
from county_portal.deposits.lines import TextLine
from county_portal.deposits.plans import Part, Plan
from county_portal.deposits.shelf import Entry
from county_portal.models import Receiver

FOLDERS = {Receiver.ARCHIVE: "档案馆", Receiver.LIBRARY: "图书馆"}
WHOLE = "000-全县"  # where the county's own papers lie
Tell = Callable[[float, float], None]
NOT_SET = "文本未能排版，另行补送"


def add_papers(plan: Plan, folder: Path, tell: Tell) -> list[Entry]:
    """Each unit has its papers. What the county's package holds: its own papers, and all of that.

    The papers of a unit count its files, the county's count everybody's.
    """
    tasks = [(part, name, task) for part in plan.parts for name, task in _papers_of(plan, part)]
    orders = (((part, name), task) for part, name, task in tasks)
    for (part, name), work in side_by_side(orders, lambda done: tell(done, len(tasks) + 6)):
        part.entries.append(shelf.lay_down(folder, name, work.result(), "paper"))
    entries = [one.under(part.folder) for part in plan.parts for one in part.entries]
    own = _papers_of_all(plan, entries)
    for name, work in side_by_side(own, lambda done: tell(len(tasks) + done, len(tasks) + 6)):
        entries.append(shelf.lay_down(folder, f"{WHOLE}/{name}", work.result(), "paper"))
    return entries


def _papers_of(plan: Plan, part: Part) -> Iterator[tuple[str, Task]]:
    """The papers of a unit's part, by where they lie in its package."""
    lines = tuple(_list_lines(plan, part))
    for receiver, place in FOLDERS.items():
        head = plan.head_of(part, receiver)
        for name, task in _papers(head, lines, part.entries, plan, ()):
            yield f"{place}/{name}.pdf", task


def _papers_of_all(plan: Plan, entries: list[Entry]) -> Iterator[tuple[str, Task]]:
    """The county's own papers."""
    lines = tuple(line for part in plan.parts for line in _list_lines(plan, part))
    units = tuple((part.name, len(part.lines)) for part in plan.parts)
    for receiver, place in FOLDERS.items():
        for name, task in _papers(plan.head_of(None, receiver), lines, entries, plan, units):
            yield f"{place}/{name}.pdf", task


def _papers(
    head: papers.Head,
    lines: tuple[papers.ListLine, ...],
    entries: list[Entry],
    plan: Plan,
    units: tuple[tuple[str, int], ...],
) -> Iterator[tuple[str, Task]]:
    """The papers for one receiver by name."""
    if not lines:
        yield "零报告", partial(papers.zero_pdf, head)
        return
    for number, copy in enumerate(papers.COPIES, 1):
        deposit_list = papers.DepositList(head, copy, lines)
        yield f"明细表-第{number}联", partial(papers.list_pdf, deposit_list)
    record = papers.Record(
        head=head,
        texts=len(lines),
        pages=sum(line.pages or 0 for line in lines),
        files=sum(one.kind == "file" for one in entries),
        carrier=plan.names.carrier,
        checksum=shelf.checksum(entries),
        units=units,
    )
    yield "交接文据", partial(papers.record_pdf, record)


def _list_lines(plan: Plan, part: Part) -> Iterator[papers.ListLine]:
    for line in part.lines:
        pages = part.pages.get(line.publication_id)
        yield papers.ListLine(
            index_number=line.index_number,
            title=line.title,
            document_number=line.document_number,
            formed_on=line.formed_on,
            published_on=clock.county_day(line.published_at),
            pages=pages,
            carrier=plan.names.carrier,
            note="；".join(_remarks(line, set_well=pages is not None)),
            unit=part.name,
        )


def _remarks(line: TextLine, *, set_well: bool) -> Iterator[str]:
    offered = sum(not one["inline"] for one in line.files)
    if offered:
        yield f"附件{offered}件"
    if line.replaces:
        yield f"替换{line.replaces}所送文本"
    if not set_well:
        yield NOT_SET
