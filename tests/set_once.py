"""Sheets that were set in this session, for tests that need a paper and do not try the press.

Within a session templates, styles, fonts, engine and our code stay as they are; so what a sheet
looks like hangs on its own markup alone, if it has no pictures.
"""

import hashlib
import os
import pickle
from collections.abc import Sequence
from pathlib import Path

from county_portal.printing import process_pool
from county_portal.printing.process_pool import SheetOrder, Sheets, Watch

set_sheets = process_pool.set_sheets


class KeptSheets:
    """Stands in for the process pool; what it set before, for this process or a neighbour, is kept.

    folder: of this session, shared by its processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def set_sheets(
        self, orders: Sequence[SheetOrder], watch: Watch = lambda _share: None
    ) -> list[Sheets]:
        """Those not kept yet are set, all of them in one go as the pool would."""
        missing = [one for one in orders if not self._is_kept(one)]
        if len(missing) != len(orders):
            watch(1 - len(missing) / len(orders))
        made = dict(zip(map(id, missing), set_sheets(missing, watch), strict=True))
        for one in missing:
            self._keep(one, made[id(one)])
        return [made.get(id(one)) or self._kept(one) for one in orders]

    def _is_kept(self, order: SheetOrder) -> bool:
        return not order.pictures and self._path(order).exists()

    def _kept(self, order: SheetOrder) -> Sheets:
        return pickle.loads(self._path(order).read_bytes())  # type: ignore[no-any-return]

    def _keep(self, order: SheetOrder, sheets: Sheets) -> None:
        if not order.pictures:
            fresh = self._path(order).with_suffix(f".{os.getpid()}")
            fresh.write_bytes(pickle.dumps(sheets))
            fresh.rename(self._path(order))

    def _path(self, order: SheetOrder) -> Path:
        name = hashlib.sha256(f"{order.folder}\n{order.html}".encode()).hexdigest()
        return self._folder / name
