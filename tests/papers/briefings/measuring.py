"""Where the signs of a PDF stand, in millimetres from the upper left corner of the page."""

import ctypes
from collections import defaultdict
from dataclasses import dataclass
from io import BytesIO

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

MM = 25.4 / 72


@dataclass(frozen=True)
class Sign:
    """One character: where it begins, its baseline, how wide its box is, its size in points."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Rule:
    """A line or filled box."""

    left: float
    top: float
    right: float
    bottom: float
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class Sheet:
    """One page."""

    width: float
    height: float
    signs: tuple[Sign, ...]
    rules: tuple[Rule, ...]

    def lines(self) -> list[list[Sign]]:
        """The signs of each baseline, from the top; within a line from the left."""
        rows: dict[float, list[Sign]] = defaultdict(list)
        for sign in self.signs:
            rows[round(sign.y, 1)].append(sign)
        return [sorted(rows[y], key=lambda sign: sign.x) for y in sorted(rows)]

    def words(self) -> list[str]:
        return ["".join(sign.text for sign in line) for line in self.lines()]


def sheets_of(pdf: bytes) -> list[Sheet]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [_sheet(page) for page in document]


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    width, height = page.get_size()
    text = page.get_textpage()
    signs = [_sign(text, n, height) for n in range(text.count_chars())]
    text.close()
    rules = [
        _rule(one, height)
        for one in page.get_objects(max_depth=4)
        if one.type == pdfium.FPDF_PAGEOBJ_PATH
    ]
    return Sheet(
        width * MM, height * MM, tuple(one for one in signs if one.text.strip()), tuple(rules)
    )


def _sign(text: pypdfium2.PdfTextPage, number: int, height: float) -> Sign:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text.raw, number, x, y)
    sign = chr(pdfium.FPDFText_GetUnicode(text.raw, number))
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text.raw, number, matrix)
    size = pdfium.FPDFText_GetFontSize(text.raw, number) * matrix.a
    return Sign(sign, x.value * MM, (height - y.value) * MM, size)


def _rule(one: pypdfium2.PdfObject, height: float) -> Rule:
    left, bottom, right, top = one.get_bounds()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFPageObj_GetFillColor(one.raw, red, green, blue, alpha)
    colour = (red.value, green.value, blue.value)
    return Rule(left * MM, (height - top) * MM, right * MM, (height - bottom) * MM, colour)


def fonts_of(pdf: bytes) -> list[tuple[str, bool]]:
    """The fonts: name, and whether the font itself lies in the file."""
    found = []
    with pikepdf.open(BytesIO(pdf)) as document:
        for one in document.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
                kept = any(name in one for name in ("/FontFile", "/FontFile2", "/FontFile3"))
                found.append((str(one["/FontName"]).lstrip("/"), kept))
    return found
