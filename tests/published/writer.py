"""The writer of the public file as tests of items use it: an item is told by its number."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from county_portal.published.gazettes import GAZETTE
from county_portal.published.items import ITEM, PublicEntry
from county_portal.published.schema import SiteData, Withdrawal
from county_portal.published.writing import writer
from county_portal.published.writing.writer import NeedsBuild as NeedsBuild
from county_portal.published.writing.writer import Unfit as Unfit
from county_portal.published.writing.writer import files_in as files_in
from county_portal.published.writing.writer import is_current as is_current
from county_portal.published.writing.writer import sweep_public_files as sweep_public_files

KINDS = (ITEM, GAZETTE)
build_public_file = partial(writer.build_public_file, kinds=KINDS)
apply = partial(writer.apply, kinds=KINDS)


def Changes(  # noqa: N802 (it makes one)
    site: SiteData | None = None,
    put: Iterable[PublicEntry] = (),
    remove: Iterable[int] = (),
    withdrawals: Iterable[Withdrawal] = (),
) -> writer.Changes:
    things = tuple((ITEM.name, str(number)) for number in remove)
    return writer.Changes(site, tuple(put), things, tuple(withdrawals))


def item_hashes(folder: Path) -> dict[int, str]:
    every = writer.hashes(folder, KINDS)
    return {int(key): found for (kind, key), found in every.items() if kind == ITEM.name}


def withdrawals_in(folder: Path) -> dict[int, Withdrawal]:
    every = writer.withdrawals_in(folder)
    return {int(key): gone for (kind, key), gone in every.items() if kind == ITEM.name}
