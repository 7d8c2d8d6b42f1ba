"""The papers that go with a packed deposit: lists, records and zero returns, for each receiver."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from county_portal.core import clock
from county_portal.models import Receiver
from county_portal.papers.deposits import package_files, prints
from county_portal.papers.deposits.lines import TextLine
from county_portal.papers.deposits.package_files import PackageEntry
from county_portal.papers.deposits.plans import PackagePlan, PlannedPart
from county_portal.papers.deposits.prints import Paper
from county_portal.papers.deposits.thread_pool import side_by_side
from county_portal.papers.figures.figures import copy_fields

FOLDERS = {Receiver.ARCHIVE: "档案馆", Receiver.LIBRARY: "图书馆"}
WHOLE = "000-全县"  # where the county's own papers lie
Tell = Callable[[float, float], None]
NOT_SET = "文本未能排版，随下一批次补送"
IN_PLACE = "送交前已更正，所送为现行文本"  # of what was published after the last day


def add_papers(plan: PackagePlan, folder: Path, tell: Tell) -> list[PackageEntry]:
    """Add each unit's papers. Return what the county's package holds.

    Its own papers, and all of that.

    The papers of a unit count its files, the county's count everybody's.
    """
    steps = len(plan.parts) + 1
    orders = (
        (part, partial(prints.pdfs_of, _papers(plan, part, part.entries))) for part in plan.parts
    )
    for part, work in side_by_side(orders, lambda done: tell(done, steps)):
        part.entries.extend(_laid_down(folder, "", work.result()))
    entries = [one.under(part.folder) for part in plan.parts for one in part.entries]
    own = [(WHOLE, partial(prints.pdfs_of, _papers(plan, None, entries)))]
    for name, work in side_by_side(own, lambda done: tell(steps - 1, steps)):
        entries.extend(_laid_down(folder, f"{name}/", work.result()))
    return entries


def _laid_down(folder: Path, under: str, made: dict[str, bytes]) -> list[PackageEntry]:
    return [
        package_files.lay_down(folder, under + name, pdf, "paper") for name, pdf in made.items()
    ]


def _papers(
    plan: PackagePlan, part: PlannedPart | None, entries: list[PackageEntry]
) -> dict[str, Paper]:
    """Return the papers of a unit's part for the receivers, by the folder of each.

    The county's for None.

    entries: the files of the package.
    """
    parts = plan.parts if part is None else (part,)
    lines = tuple(line for one in parts for line in _list_lines(plan, one))
    heads = {place: plan.head_of(part, receiver) for receiver, place in FOLDERS.items()}
    if not lines:
        return {f"{folder}/零报告.pdf": prints.Zero(head) for folder, head in heads.items()}
    units = tuple((one.name, len(one.pages), len(one.left_out)) for one in parts)
    made: dict[str, Paper] = {}
    for folder, head in heads.items():
        lists = [prints.DepositList(head, copy, lines) for copy in prints.COPIES]
        for number, paper in enumerate(lists, 1):
            made[f"{folder}/明细表-第{number}联.pdf"] = paper
        made[f"{folder}/交接文据.pdf"] = prints.Record(
            head=head,
            texts=lists[0].texts,
            left_out=lists[0].left_out,
            pages=lists[0].pages,
            files=sum(entry.kind == "file" for entry in entries),
            carrier=plan.names.carrier,
            checksum=package_files.checksum(entries),
            units=units if part is None else (),
        )
    return made


def _list_lines(plan: PackagePlan, part: PlannedPart) -> Iterator[prints.ListLine]:
    for line in part.lines:
        pages = part.pages.get(line.publication_id)
        yield copy_fields(
            prints.ListLine,
            line,
            published_on=clock.county_day(line.published_at),
            pages=pages,
            carrier=plan.names.carrier,
            note=NOT_SET if pages is None else "；".join(_remarks(line, plan.head)),
            unit=part.name,
        )


def _remarks(line: TextLine, head: prints.Head) -> Iterator[str]:
    offered = sum(not one.inline for one in line.files)
    if offered:
        yield f"附件{offered}件"
    if clock.county_day(line.published_at) > head.until_on:
        yield IN_PLACE
    if line.replaces:
        yield f"替换{line.replaces}所送文本"
    if line.missing_in:
        yield f"补送{line.missing_in}所缺文本"
