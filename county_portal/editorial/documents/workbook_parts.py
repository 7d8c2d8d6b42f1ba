"""What a workbook says, read from the parts of its file as streams of tags. In the sandbox.

Only what the public copy needs is read: values, what is hidden, number formats, merged cells and
widths. A cell far away costs no more than a near one.
"""

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from county_portal.core.sandbox.runner import Broken, TooMuch

MAX_CELLS = 200_000
MAX_STRINGS = 400_000
MAX_SHEETS = 100
MAX_TEXT = 32_767  # characters in a cell
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True)
class Cell:
    """One value as stored: its kind (the file's own letter), its words, its number format."""

    row: int
    column: int
    kind: str
    value: str
    style: int


@dataclass
class SourceSheet:
    """What can be seen of one sheet, and what cannot."""

    name: str
    cells: list[Cell] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: list[tuple[int, int, float]] = field(default_factory=list)
    formulas: int = 0
    formulas_without_value: int = 0
    drawings: bool = False

    def hides(self, cell: Cell) -> bool:
        return cell.row in self.hidden_rows or cell.column in self.hidden_columns


@dataclass
class SourceWorkbook:
    """What the parts of the file say together."""

    sheets: list[SourceSheet]
    strings: list[str]
    formats: list[int | str]
    starts_1904: bool
    hidden_sheets: int
    comments: bool


def read_book(archive: zipfile.ZipFile) -> SourceWorkbook:
    """Read the visible sheets of the workbook in `archive`."""
    main = _main_part(archive)
    parts = _relations(archive, main)
    outline = _BookReader()
    outline.read(archive, main)
    visible = [sheet for sheet in outline.sheets if sheet.get("state", "visible") == "visible"]
    if len(outline.sheets) > MAX_SHEETS:
        raise too_much()
    strings, styles = _StringsReader(), _StylesReader()
    for kind, reader in (("sharedStrings", strings), ("styles", styles)):
        for part in (path for of, path in parts.values() if of == kind):
            reader.read(archive, part)
    budget = [MAX_CELLS]
    sheets = []
    for listed in visible:
        of, path = parts[listed.get("id", "")]
        if of == "worksheet":
            sheets.append(_SheetReader(listed.get("name", ""), budget).sheet_in(archive, path))
    return SourceWorkbook(
        sheets,
        strings.strings,
        styles.formats,
        outline.starts_1904,
        len(outline.sheets) - len(visible),
        any("comments" in name.lower() for name in archive.namelist()),
    )


def _main_part(archive: zipfile.ZipFile) -> str:
    for kind, path in _relations(archive, "").values():
        if kind == "officeDocument":
            return path
    raise broken()


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return what `part` refers to: the last word of the kind, and the path, by identifier."""
    folder, name = posixpath.split(part)
    reader = _RelationsReader(folder)
    reader.read(archive, posixpath.join(folder, "_rels", name + ".rels"))
    return reader.relations


class _Reader:
    """Reads one part as a stream of tags, by their names without prefixes.

    path: the elements that are open, the innermost last.
    """

    path: list[str]

    def read(self, archive: zipfile.ZipFile, part: str) -> None:
        self.path = []
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._open
        parser.EndElementHandler = lambda _name: self.end(self.path.pop())
        parser.CharacterDataHandler = self.words
        with archive.open(part) as stream:
            while piece := stream.read(65_536):
                parser.Parse(piece)
        parser.Parse(b"", True)  # noqa: FBT003  (expat takes it so)

    def _refuse_doctype(self, *_: object) -> None:
        raise broken()

    def _open(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        self.start(tag, {key.rpartition(" ")[2]: given[key] for key in given})
        self.path.append(tag)

    def start(self, tag: str, given: dict[str, str]) -> None:
        """Begin an element."""

    def end(self, tag: str) -> None:
        """End an element."""

    def words(self, text: str) -> None:
        """Take text that stands in the innermost element."""


class _RelationsReader(_Reader):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.relations: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag != "Relationship" or given.get("TargetMode") == "External":
            return
        path = posixpath.normpath(posixpath.join("/", self.folder, given["Target"]))
        self.relations[given["Id"]] = given["Type"].rpartition("/")[2], path.lstrip("/")


class _BookReader(_Reader):
    def __init__(self) -> None:
        self.sheets: list[dict[str, str]] = []
        self.starts_1904 = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "sheet":
            self.sheets.append(given)
        elif tag == "workbookPr":
            self.starts_1904 = _is_true(given.get("date1904"))


class _StringsReader(_Reader):
    """Shared strings: the words of each, without the readings printed above Chinese characters."""

    def __init__(self) -> None:
        self.strings: list[str] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "si":
            self.strings.append("")
            if len(self.strings) > MAX_STRINGS:
                raise too_much()

    def words(self, text: str) -> None:
        if self.path[-1] == "t" and "rPh" not in self.path and self.strings:
            self.strings[-1] = (self.strings[-1] + text)[:MAX_TEXT]


class _StylesReader(_Reader):
    """The number format of each cell style: its number, or its code if it is the file's own."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.formats: list[int | str] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "numFmt":
            self.codes[int(given["numFmtId"])] = given.get("formatCode", "")
        elif tag == "xf" and self.path[-1:] == ["cellXfs"]:
            number = int(given.get("numFmtId", "0"))
            self.formats.append(self.codes.get(number, number))


class _SheetReader(_Reader):
    def __init__(self, name: str, budget: list[int]) -> None:
        self.sheet = SourceSheet(name)
        self.budget = budget
        self.row = self.column = 0
        self.rows_hidden = False
        self.columns_told = 0
        self.given: dict[str, str] | None = None  # the cell that is open
        self.text = ""
        self.formula = False

    def sheet_in(self, archive: zipfile.ZipFile, part: str) -> SourceSheet:
        self.read(archive, part)
        return self.sheet

    def start(self, tag: str, given: dict[str, str]) -> None:
        begins = getattr(self, f"_begin_{tag}", None)
        if begins:
            begins(given)

    def _begin_sheetFormatPr(self, given: dict[str, str]) -> None:  # noqa: N802
        self.rows_hidden = _is_true(given.get("zeroHeight"))

    def _begin_col(self, given: dict[str, str]) -> None:
        first, last = int(given["min"]) - 1, int(given["max"]) - 1
        width = float(given.get("width", "9"))
        self.columns_told += last - first + 1
        if not 0 <= first <= last or self.columns_told > LAST_COLUMN * 2:
            raise broken()
        if _is_true(given.get("hidden")) or width < 0.2:
            self.sheet.hidden_columns.update(range(first, last + 1))
        else:
            self.sheet.widths.append((first, last, min(width, 100.0)))

    def _begin_row(self, given: dict[str, str]) -> None:
        self.row = int(given["r"]) - 1 if "r" in given else self.row + 1
        self.column = -1
        hidden = _is_true(given["hidden"]) if "hidden" in given else self.rows_hidden
        if hidden or float(given.get("ht", "15")) < 0.5:
            self.sheet.hidden_rows.add(self.row)

    def _begin_c(self, given: dict[str, str]) -> None:
        reference = _REFERENCE.fullmatch(given["r"]) if "r" in given else None
        self.column = _column(reference[1]) if reference else self.column + 1
        self.row = int(reference[2]) - 1 if reference else self.row
        if not (0 <= self.row < LAST_ROW and 0 <= self.column < LAST_COLUMN):
            raise broken()
        self.given, self.text, self.formula = given, "", False

    def _begin_f(self, given: dict[str, str]) -> None:
        self.formula = True

    def _begin_mergeCell(self, given: dict[str, str]) -> None:  # noqa: N802
        if block := _block(given.get("ref", "")):
            self.sheet.merged.append(block)
        if len(self.sheet.merged) > MAX_CELLS:
            raise too_much()

    def _begin_drawing(self, given: dict[str, str]) -> None:
        self.sheet.drawings = True

    def words(self, text: str) -> None:
        if self.given is not None and self.path[-1] in {"v", "t"} and "rPh" not in self.path:
            self.text = (self.text + text)[:MAX_TEXT]

    def end(self, tag: str) -> None:
        if tag == "c" and self.given is not None:
            self._keep(self.given)
            self.given = None

    def _keep(self, given: dict[str, str]) -> None:
        self.sheet.formulas += self.formula
        kind, style = given.get("t", "n"), int(given.get("s", "0"))
        if not self.text:
            self.sheet.formulas_without_value += self.formula and kind != "str"
            return
        self.budget[0] -= 1
        if self.budget[0] < 0:
            raise too_much()
        self.sheet.cells.append(Cell(self.row, self.column, kind, self.text, style))


def _is_true(value: str | None) -> bool:
    return value in {"1", "true"}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _block(reference: str) -> tuple[int, int, int, int] | None:
    """Return first row, first column, last row, last column of "A1:B2"."""
    first, _, last = reference.partition(":")
    start, other = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
    if not start or not other:
        return None
    return int(start[2]) - 1, _column(start[1]), int(other[2]) - 1, _column(other[1])


def broken() -> Broken:
    return Broken("The workbook cannot be read; it seems to be damaged. Save it again")


def too_much() -> TooMuch:
    return TooMuch(
        "The workbook has too many cells, or cells too far apart, to be published; split it"
    )
