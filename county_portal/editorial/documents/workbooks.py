"""Workbooks for the public: built anew from the values in the cells that can be seen.

In the sandbox. Nothing but values, their number formats, merged cells and column widths is taken
over; rows and columns that are hidden (or filtered away) are closed up.
"""

import re
import zipfile
from bisect import bisect_left
from datetime import datetime
from math import isfinite
from pathlib import Path
from xml.parsers import expat

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from county_portal.core.errors import Refused
from county_portal.editorial.documents.kinds import Note, open_archive
from county_portal.editorial.documents.workbook_parts import (
    Cell,
    SourceSheet,
    SourceWorkbook,
    broken,
    read_book,
    too_much,
)

MAX_STEPS = 20_000_000  # rows with values times columns: what the writer goes through
MAX_MERGED = 2_000  # cells in one merged block
LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  (the same in every copy, so that bytes are equal)

NOTE_SHEETS = Note("Hidden sheets are left out")
NOTE_HIDDEN = Note("Hidden rows and columns are left out")
NOTE_FORMULAS = Note("Formulas are replaced by their values")
NOTE_EMPTY = Note(
    "Some formulas had no stored value; open the workbook, save it and attach it again"
)
NOTE_COMMENTS = Note("Comments are left out")
NOTE_PICTURES = Note("Pictures and charts are left out")

_FORMAT = re.compile(r'(?:[0#?.,%/:;\- ymdhsYMDHSaApPeEgGbB@_*()+\\]|"[^"]{0,4}"|[^\x00-\x7f"])+')
_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def rebuild(source: Path, target: Path) -> dict[str, object]:
    """Write the public copy of the workbook at `source` to `target`."""
    try:
        with open_archive(source) as archive:
            book = read_book(archive)
        if not any(sheet.cells for sheet in book.sheets):
            raise Refused("The workbook shows no values; there is nothing to publish")
        _write(book, target)
    except (LookupError, ValueError, EOFError, expat.ExpatError, zipfile.BadZipFile) as fault:
        raise broken() from fault
    return {"notes": _notes(book)}


def _notes(book: SourceWorkbook) -> list[Note]:
    seen = {
        NOTE_SHEETS: book.hidden_sheets > 0,
        NOTE_HIDDEN: any(any(map(sheet.hides, sheet.cells)) for sheet in book.sheets),
        NOTE_FORMULAS: any(sheet.formulas for sheet in book.sheets),
        NOTE_EMPTY: any(sheet.formulas_without_value for sheet in book.sheets),
        NOTE_COMMENTS: book.comments,
        NOTE_PICTURES: any(sheet.drawings for sheet in book.sheets),
    }
    return [note for note, was_seen in seen.items() if was_seen]


def _write(book: SourceWorkbook, target: Path) -> None:
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "date_1904": book.starts_1904,
        "in_memory": True,
    }
    with target.open("wb") as file, xlsxwriter.Workbook(file, options) as made:
        made.set_properties({"created": LONG_AGO})
        formats = _Formats(made, book.formats)
        names: set[str] = set()
        for sheet in book.sheets:
            name = _sheet_name(sheet.name, names)
            _SheetWriter(made.add_worksheet(name), sheet, book.strings, formats).write()


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return `name` as Excel allows it, and different from those that are `taken` already."""
    plain = _SHEET_NAME.sub(" ", name).strip("' ")[:28] or "Sheet"
    number, free = 1, plain
    while free.lower() in taken:
        number += 1
        free = f"{plain[:25]} ({number})"[:31]
    taken.add(free.lower())
    return free


class _Formats:
    """One xlsxwriter format for each number format that is used."""

    def __init__(self, made: xlsxwriter.Workbook, formats: list[int | str]) -> None:
        self.made, self.formats = made, formats
        self.ready: dict[int | str, Format | None] = {0: None}

    def code(self, style: int) -> int | str:
        code = self.formats[style] if 0 <= style < len(self.formats) else 0
        return code if isinstance(code, int) or _FORMAT.fullmatch(code[:100]) else 0

    def __getitem__(self, style: int) -> Format | None:
        code = self.code(style)
        if code not in self.ready:
            made = self.made.add_format()
            made.set_num_format(code)
            self.ready[code] = made
        return self.ready[code]

    def hide(self, style: int) -> bool:
        """Tell whether a format of nothing but semicolons shows nothing of the value."""
        code = self.formats[style] if 0 <= style < len(self.formats) else 0
        return isinstance(code, str) and bool(code) and not code.strip("; ")


class _SheetWriter:
    def __init__(
        self, made: Worksheet, sheet: SourceSheet, strings: list[str], formats: _Formats
    ) -> None:
        self.made, self.sheet, self.strings, self.formats = made, sheet, strings, formats
        self.cells = {
            (cell.row, cell.column): cell
            for cell in sheet.cells
            if not sheet.hides(cell) and not formats.hide(cell.style)
        }
        self.rows = _Closed(sheet.hidden_rows)
        self.columns = _Closed(sheet.hidden_columns)

    def write(self) -> None:
        if not self.cells:
            return
        rows = {row for row, _ in self.cells}
        columns = {column for _, column in self.cells}
        if len(rows) * (max(columns) - min(columns)) > MAX_STEPS:
            raise too_much()
        self._set_widths(max(columns))
        done = self._write_merged()
        for position, cell in self.cells.items():
            if position not in done:
                self._put(self.rows[cell.row], self.columns[cell.column], cell)

    def _set_widths(self, last_used: int) -> None:
        for first, last, width in self.sheet.widths:
            for column in range(first, min(last, last_used) + 1):
                if column not in self.sheet.hidden_columns:
                    filled = self.columns[column]
                    self.made.set_column(filled, filled, width)

    def _write_merged(self) -> set[tuple[int, int]]:
        """Merge the blocks that are whole, small and apart from one another."""
        done: set[tuple[int, int]] = set()
        for top, left, bottom, right in self.sheet.merged:
            if not 1 < (bottom - top + 1) * (right - left + 1) <= MAX_MERGED:
                continue
            block = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
            cell = self.cells.get((top, left))
            if cell is None or block & done or self._is_partly_hidden(top, left, bottom, right):
                continue
            ends = self.rows[top], self.columns[left], self.rows[bottom], self.columns[right]
            self.made.merge_range(*ends, "", self.formats[cell.style])
            self._put(ends[0], ends[1], cell)
            done |= block
        return done

    def _is_partly_hidden(self, top: int, left: int, bottom: int, right: int) -> bool:
        rows, columns = range(top, bottom + 1), range(left, right + 1)
        return not (
            self.sheet.hidden_rows.isdisjoint(rows)
            and self.sheet.hidden_columns.isdisjoint(columns)
        )

    def _put(self, row: int, column: int, cell: Cell) -> None:
        shown = self.formats[cell.style]
        if cell.kind == "n" and isfinite(float(cell.value)):
            self.made.write_number(row, column, float(cell.value), shown)
        elif cell.kind == "b":
            self.made.write_boolean(row, column, cell.value == "1", shown)
        else:
            text = self.strings[int(cell.value)] if cell.kind == "s" else cell.value
            self.made.write_string(row, column, _UNSEEN.sub("", text), shown)


class _Closed:
    """Where a row or column goes when the hidden ones before it are closed up."""

    def __init__(self, hidden: set[int]) -> None:
        self.hidden = sorted(hidden)

    def __getitem__(self, index: int) -> int:
        return index - bisect_left(self.hidden, index)
