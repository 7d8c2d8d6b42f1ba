"""The styles of official paper as a Word file: page, fonts, paragraphs. Source: GB/T 9704-2012.

Word counts sizes in half points: 3号 is 16 pt set 0.25 pt closer, which is the 15.75 pt of the
paper, so that here too a line holds 28 characters.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table

LINE = 28.95  # pt
FANG, KAI, HEI, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"
# What an office without those fonts takes instead, as the file's font table says it.
OTHERS = {
    FANG: "仿宋,FangSong,FandolFang R",
    KAI: "楷体,KaiTi,FandolKai",
    HEI: "SimHei,FandolHei,Noto Sans CJK SC",
    SONG: "宋体,SimSun,Noto Serif CJK SC",
}
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the only day a zip need know
RED = RGBColor(0xE6, 0x00, 0x12)
CLOSER = "-5"  # twentieths of a point
GRID = "579"  # twentieths of a point: 28.95 pt
TABLE = "Table Grid"
RULE = "6"  # eighths of a point
# Twentieths of a point around the words of a cell: 1 mm above and below, 1.2 mm beside.
CELL_ROOM = {"top": "57", "left": "68", "bottom": "57", "right": "68"}


@dataclass(frozen=True)
class Look:
    """How one kind of paragraph is set. first: indent of its first line, in characters."""

    font: str = FANG
    size: float = 16
    line: float = LINE
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    first: float = 0
    before: float = 0
    after: float = 0
    bold: bool = False
    red: bool = False
    level: int | None = None
    keep: bool = False  # with what follows


CENTER, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
LOOKS = {
    "报头标识": Look(HEI, align=LEFT),
    "报头": Look(SONG, 46, 58, CENTER, before=22, red=True),
    "期号": Look(align=CENTER),
    "编发": Look(align=LEFT),
    "要目标题": Look(SONG, 22, align=CENTER, before=LINE, after=LINE, keep=True),
    "要目": Look(align=LEFT, first=2),
    "按语": Look(KAI, first=2),
    "一级标题": Look(HEI, align=LEFT, first=2, before=LINE, keep=True, level=0),
    "简报标题": Look(SONG, 22, align=CENTER, before=LINE, after=LINE, keep=True, level=1),
    "正文一级": Look(HEI, align=LEFT, first=2, keep=True),
    "正文二级": Look(KAI, first=2, keep=True),
    "简报正文": Look(first=2),
    "表名": Look(size=12, line=18, align=LEFT, before=4, keep=True),
    "表格文字": Look(size=12, line=18, align=LEFT),
    "表头文字": Look(HEI, size=12, line=18, align=CENTER),
    "来源": Look(KAI, align=RIGHT),
    "版记": Look(size=14, line=24, align=LEFT),
    "落脚": Look(size=1, line=1),  # the last line, behind the foot
    "页码": Look("宋体", 14, 18),
}
# In the language of Word the order of properties counts: what comes behind each of them.
_AFTER_INDENT = """
w:contextualSpacing w:mirrorIndents w:suppressOverlap w:jc w:textDirection w:textAlignment
w:textboxTightWrap w:outlineLvl w:divId w:cnfStyle w:rPr w:sectPr w:pPrChange
"""
_AFTER_BORDERS = """
w:shd w:tabs w:suppressAutoHyphens w:kinsoku w:wordWrap w:overflowPunct w:topLinePunct
w:autoSpaceDE w:autoSpaceDN w:bidi w:adjustRightInd w:snapToGrid w:spacing w:ind
"""
_AFTER_SPACING = """
w:w w:kern w:position w:sz w:szCs w:highlight w:u w:effect w:bdr w:shd w:fitText w:vertAlign
w:rtl w:cs w:em w:lang w:eastAsianLayout w:specVanish w:oMath
"""
AFTER_INDENT = _AFTER_INDENT.split()
AFTER_LEVEL = AFTER_INDENT[AFTER_INDENT.index("w:divId") :]
AFTER_BORDERS = _AFTER_BORDERS.split() + AFTER_INDENT
AFTER_SPACING = _AFTER_SPACING.split()
# Room between Han characters and digits; and lines of a title on two lines of the grid.
UNWANTED = ("autoSpaceDE", "autoSpaceDN", "snapToGrid")
AFTER_HABITS = ["w:spacing", "w:ind", *AFTER_INDENT]


def prepare_document(document: Document) -> None:
    """Set up the page, the fonts, the tables and every style of LOOKS."""
    _set_page(document)
    base = document.styles["Normal"]
    _set_font(base, FANG, 16)
    for habit in UNWANTED:
        base.element.get_or_add_pPr().insert_element_before(
            element(f"w:{habit}", val="0"), *AFTER_HABITS
        )
    for name, look in LOOKS.items():
        add_style(document, name, look)
    _rule_tables(document)
    _name_other_fonts(document)


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance, section.header_distance = Mm(22), Mm(15)
    document.settings.odd_and_even_pages_header_footer = True
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = element("w:docGrid", type="lines", linePitch=GRID)
    section._sectPr.append(grid)


def add_style(document: Document, name: str, look: Look) -> None:
    """Add a paragraph style with this look to the document."""
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    _set_font(style, look.font, look.size)
    style.font.bold = look.bold
    if look.red:
        style.font.color.rgb = RED
    spacing = style.paragraph_format
    spacing.alignment = look.align
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    spacing.space_before, spacing.space_after = Pt(look.before), Pt(look.after)
    spacing.widow_control, spacing.keep_with_next = False, look.keep
    properties = style.element.get_or_add_pPr()
    if look.first:
        indent = {"firstLineChars": str(int(look.first * 100)), "firstLine": "630"}
        properties.insert_element_before(element("w:ind", **indent), *AFTER_INDENT)
    if look.level is not None:
        level = element("w:outlineLvl", val=str(look.level))
        properties.insert_element_before(level, *AFTER_LEVEL)


def _set_font(style: ParagraphStyle, font: str, size: float) -> None:
    style.font.size = Pt(size)
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    names = {"ascii": font, "hAnsi": font, "eastAsia": font, "cs": "Times New Roman"}
    properties.insert(0, element("w:rFonts", **names))
    if size == 16:
        set_apart(properties, CLOSER)


def _rule_tables(document: Document) -> None:
    """Give tables the lines of the paper, and its room around the words of a cell."""
    properties = document.styles[TABLE].element.find(qn("w:tblPr"))
    borders, room = element("w:tblBorders"), element("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{side}", val="single", sz=RULE, space="0", color="000000"))
    for side, width in CELL_ROOM.items():
        room.append(element(f"w:{side}", w=width, type="dxa"))
    for part in (borders, room):
        for old in properties.findall(part.tag):
            properties.remove(old)
        properties.append(part)


def set_table(table: Table, heads: int) -> None:
    """Set a table as wide as the text: no row is split, the first `heads` stand on each page."""
    table.style, table.autofit = TABLE, False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(element("w:cantSplit"))
        if number < heads:
            properties.append(element("w:tblHeader"))


def add_page_numbers(document: Document) -> None:
    """Number the pages — 1 — outside: on the right of odd pages, on the left of even ones."""
    section = document.sections[0]
    for footer, side in ((section.footer, RIGHT), (section.even_page_footer, LEFT)):
        line = footer.paragraphs[0]
        line.style, line.alignment = document.styles["页码"], side
        indent = line.paragraph_format
        indent.left_indent, indent.right_indent = Pt(14), Pt(14)
        line.add_run("— ")
        number = element("w:fldSimple", instr="PAGE")
        number.append(line.add_run("1")._r)
        line._p.append(number)
        line.add_run(" —")


def pack_document(document: Document) -> bytes:
    """Write the document as a file without the moment at which it was packed."""
    made, packed = BytesIO(), BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, FIRST_DAY)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return packed.getvalue()


def _name_other_fonts(document: Document) -> None:
    """Name in the font table what may stand in for each font."""
    part = next(
        rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/fontTable")
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/></w:font>'
        for name, others in OTHERS.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{fonts}</w:fonts>".encode())


def set_apart(properties: BaseOxmlElement, twentieths: str) -> None:
    """Add room behind each character of a run or style, in twentieths of a point."""
    spacing = element("w:spacing", val=twentieths)
    properties.insert_element_before(spacing, *AFTER_SPACING)


def element(tag: str, **attributes: str) -> BaseOxmlElement:
    """Build an XML element of a Word file with these attributes."""
    made: BaseOxmlElement = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made
