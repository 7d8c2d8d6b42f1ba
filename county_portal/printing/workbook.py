"""Figures as a workbook: real numbers, heads that stay in sight, and the same bytes each time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from county_portal.core import clock

Cell = str | int | Decimal | date | None
PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FONT = {"font_name": "仿宋", "font_size": 11}
FORMATS = {
    "title": {"font_name": "黑体", "font_size": 14},
    "note": {"font_name": "楷体", "font_size": 10},
    "head": {"font_name": "黑体", "bold": True, "border": 1, "text_wrap": True, "align": "center"},
    "text": {**FONT, "border": 1, "text_wrap": True, "valign": "vcenter"},
    "number": {**FONT, "border": 1, "num_format": "0"},
    "decimal": {**FONT, "border": 1, "num_format": "0.00"},
    "none": {**FONT, "border": 1, "align": "right"},
    "day": {**FONT, "border": 1, "num_format": "yyyy-mm-dd"},
}
NOTHING = "—"  # as on paper: there is no such figure
HEADS_END = 3  # rows above the first figure


@dataclass(frozen=True)
class WorkbookSheet:
    """One table. widths: in characters."""

    name: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[Cell, ...]]


def write_book(
    title: str, note: str, sheets: Iterable[WorkbookSheet], *, made_at: datetime
) -> bytes:
    """Write a workbook of tables, ready to print. Text stays text, whatever it begins with."""
    file = BytesIO()
    with Workbook(file, PLAIN) as book:
        created = made_at.astimezone(clock.COUNTY).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": title, "created": created})
        formats = {name: book.add_format(look) for name, look in FORMATS.items()}
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, (title, note), formats)
    return file.getvalue()


def _write_sheet(
    page: Any, sheet: WorkbookSheet, words: tuple[str, str], formats: dict[str, Any]
) -> None:
    page.write_string(0, 0, f"{words[0]} {sheet.name}", formats["title"])
    page.write_string(1, 0, words[1], formats["note"])
    for column, (head, width) in enumerate(zip(sheet.heads, sheet.widths, strict=True)):
        page.set_column(column, column, width)
        page.write_string(2, column, head, formats["head"])
    for row, cells in enumerate(sheet.rows, HEADS_END):
        for column, cell in enumerate(cells):
            _write_cell(page, row, column, cell, formats)
    _set_page(page, sheet)


def _write_cell(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is None:
        page.write_string(row, column, NOTHING, formats["none"])
    elif isinstance(cell, str):
        page.write_string(row, column, cell, formats["text"])
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, formats["day"])
    else:
        look = formats["number" if isinstance(cell, int) else "decimal"]
        page.write_number(row, column, float(cell), look)


def _set_page(page: Any, sheet: WorkbookSheet) -> None:
    """Fit the table to the width of A4; heads stay in sight and come again on each page."""
    page.freeze_panes(HEADS_END, 0)
    page.repeat_rows(HEADS_END - 1)
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, HEADS_END - 1 + len(sheet.rows), len(sheet.heads) - 1)
    page.set_footer("&C第 &P 页 共 &N 页")
