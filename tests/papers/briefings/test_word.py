"""The Word file, read back: the same words, in the styles of official paper."""

import hashlib
from dataclasses import replace
from io import BytesIO

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Pt

from county_portal.office.base.files import blob_path
from county_portal.papers.briefings.content import BriefingPiece
from county_portal.papers.briefings.word import briefing_docx
from county_portal.printing.pdf import LEFT_OUT
from tests.editorial.documents import corpus
from tests.papers.briefings.test_paper import content, entry

TABLE = "<table><thead><tr><th>乡镇</th><th>户数</th></tr></thead><tbody><tr><td>龙泉镇</td><td>12</td></tr></tbody></table>"  # noqa: E501
BODY = (
    f"<p>一、总体情况</p><p>正文,<strong>要紧</strong>。</p>{TABLE}<ol><li>甲</li><li>乙</li></ol>"
)


@pytest.fixture(scope="module")
def word():
    made = briefing_docx(
        content(
            BriefingPiece(1, "heading", "基层动态", ""),
            BriefingPiece(2, "note", "", "<p>现予刊发。</p>"),
            entry(3, "县水利局持续优化营商环境激发市场活力和社会创造力", BODY),
            mark="内部资料 注意保存",
        )
    )
    return docx.Document(BytesIO(made))


def lines(word, style):
    return [one.text for one in word.paragraphs if one.style.name == style]


def test_the_page_is_that_of_official_paper(word):
    section = word.sections[0]
    found = [
        section.page_width, section.page_height, section.top_margin,
        section.bottom_margin, section.left_margin, section.right_margin,
    ]  # fmt: skip
    assert [round(one.mm) for one in found] == [210, 297, 37, 35, 28, 26]
    assert section._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "579"


def test_every_word_of_the_paper_is_there_in_its_style(word):
    assert lines(word, "报头标识") == ["内部资料 注意保存"]
    assert lines(word, "报头") == ["政务信息"]
    assert lines(word, "期号") == ["第46期（总第1286期）"]
    assert lines(word, "编发") == ["\u3000青禾县人民政府办公室\t2026年11月2日"]
    assert lines(word, "要目") == ["◇ 县水利局持续优化营商环境激发市场活力和社会创造力"]
    assert lines(word, "一级标题") == ["一、基层动态"]
    assert lines(word, "按语") == ["编者按：现予刊发。"]
    assert lines(word, "简报标题") == ["县水利局持续优化营商环境激发\n市场活力和社会创造力"]
    assert lines(word, "正文一级") == ["一、总体情况"]
    assert lines(word, "简报正文") == ["正文，要紧。", "1.甲", "2.乙"]
    assert lines(word, "来源") == ["（青禾县水利局）"]
    assert [cell.text for cell in word.tables[-1].columns[0].cells] == [
        "报：市政府办公室，县委常委。",
        "送：县委办公室。",
        "发：各乡镇人民政府，县政府各部门。",
        "（共印60份）",
    ]
    cells = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert cells == [["乡镇", "户数"], ["龙泉镇", "12"]]


def test_the_text_is_fangsong_on_a_fixed_pitch_with_two_characters_indent(word):
    style = word.styles["简报正文"]
    fonts = word.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert style.paragraph_format.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    assert style.paragraph_format.line_spacing == Pt(28.95)
    assert style.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    bold = [run.text for one in word.paragraphs for run in one.runs if run.bold]
    assert bold == ["要紧"]


def test_fonts_have_others_that_may_stand_in(word):
    table = next(
        rel.target_part.blob.decode()
        for rel in word.part.rels.values()
        if rel.reltype.endswith("/fontTable")
    )
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong' in table


def test_the_name_is_red_and_the_foot_stands_at_the_bottom(word):
    (name,) = [one for one in word.paragraphs if one.style.name == "报头"]
    assert str(name.style.font.color.rgb) == "E60012"
    assert name.runs[0].font.size == Pt(46)
    foot = word.tables[-1]
    place = foot._tbl.tblPr.find(qn("w:tblpPr"))
    assert place.get(qn("w:vertAnchor")) == "margin"
    assert place.get(qn("w:tblpYSpec")) == "bottom"
    assert {cell.paragraphs[0].style.name for cell in foot.columns[0].cells} == {"版记"}


def test_lines_hold_what_lines_of_the_paper_hold(word):
    """No room between Han characters and figures, and a line of a title is one line high."""
    habits = word.styles["Normal"].element.pPr
    for name in ("autoSpaceDE", "autoSpaceDN", "snapToGrid"):
        assert habits.find(qn(f"w:{name}")).get(qn("w:val")) == "0"


def test_the_head_of_a_table_is_that_of_the_paper(word):
    styles = [[cell.paragraphs[0].style.name for cell in row.cells] for row in word.tables[0].rows]
    assert styles == [["表头文字"] * 2, ["表格文字"] * 2]


MERGED = (
    "<table><caption>报送情况</caption>"
    '<thead><tr><th rowspan="2">单位</th><th colspan="2">数量</th></tr>'
    "<tr><th>报送</th><th>公开</th></tr></thead>"
    '<tbody><tr><td rowspan="2">水利局</td><td>1</td><td>2</td></tr>'
    "<tr><td>3</td><td>4</td></tr></tbody></table>"
)


def table_of(body, **more):
    """The first table of an issue with nothing but this text, and the issue."""
    made = docx.Document(BytesIO(briefing_docx(content(entry(1, "题目", body)), **more)))
    return made.tables[0], made


def test_merged_cells_reach_as_far_as_on_paper():
    table, _word = table_of(MERGED)
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["单位", "数量", "数量"],
        ["单位", "报送", "公开"],
        ["水利局", "1", "2"],
        ["水利局", "3", "4"],
    ]
    assert table.cell(0, 1)._tc is table.cell(0, 2)._tc
    assert {line.style for line in table._tbl.iter(qn("w:p"))} == {
        table.part.get_style_id(name, WD_STYLE_TYPE.PARAGRAPH) for name in ("表头文字", "表格文字")
    }
    assert table.cell(0, 0).vertical_alignment == WD_CELL_VERTICAL_ALIGNMENT.CENTER
    assert table.cell(2, 0)._tc is table.cell(3, 0)._tc


def test_what_a_table_is_called_stands_above_it_and_its_heads_on_each_page():
    table, word = table_of(MERGED)
    assert lines(word, "表名") == ["报送情况"]
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, True, False, False]
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


@pytest.mark.parametrize(
    "cells",
    [
        '<tr><td colspan="100000">甲</td></tr><tr><td>乙</td><td>丙</td></tr>',
        '<tr><td rowspan="100000">甲</td><td>乙</td></tr><tr><td>丙</td></tr>',
        f'<tr><td colspan="{"9" * 5000}" rowspan="x">甲</td><td>乙</td></tr><tr><td>丙</td></tr>',
        '<tr><td>甲</td><td rowspan="2">乙</td></tr><tr><td colspan="2">丙</td></tr>',
    ],
)
def test_a_cell_over_far_too_much_takes_no_more_than_there_is(cells):
    table, _word = table_of(f"<table><tbody>{cells}</tbody></table>")
    assert (len(table.rows), len(table.columns)) == (2, 2)
    words = {cell._tc: cell.text for row in table.rows for cell in row.cells}
    assert sorted(filter(None, words.values())) == ["丙", "乙", "甲"]


def test_every_paragraph_of_a_cell_or_an_entry_has_its_own_line():
    cells = "<td><p>第一段</p><p>第二段</p></td><td><ul><li>甲</li><li>乙</li></ul></td>"
    entries = "<ul><li><p>一段</p><p>二段</p></li></ul>"
    numbered = '<ol start="3"><li>丙</li><li>丁</li></ol>'
    table, word = table_of(f"<table><tbody><tr>{cells}</tr></tbody></table>{entries}{numbered}")
    assert [[one.text for one in cell.paragraphs] for cell in table.rows[0].cells] == [
        ["第一段", "第二段"],
        ["·甲", "·乙"],
    ]
    styles = {one.style.name for cell in table.rows[0].cells for one in cell.paragraphs}
    assert styles == {"表格文字"}
    assert lines(word, "简报正文") == ["·一段", "二段", "3.丙", "4.丁"]


def test_a_row_is_as_high_as_on_paper(word):
    """18 pt and 1 mm above and below. Measured: with less, long issues lose a page in twenty."""
    properties = word.styles["Table Grid"].element.find(qn("w:tblPr"))
    room = properties.find(qn("w:tblCellMar"))
    found = {side: room.find(qn(f"w:{side}")).get(qn("w:w")) for side in ("top", "left")}
    assert found == {"top": "57", "left": "68"}
    assert properties.find(qn("w:tblBorders")).find(qn("w:insideH")).get(qn("w:sz")) == "6"
    for name in ("表头文字", "表格文字"):
        look = word.styles[name].paragraph_format
        assert (look.line_spacing, look.space_before, look.space_after) == (Pt(18), 0, 0)


def test_a_source_stands_alone_on_no_page(word):
    before = word.paragraphs[[one.style.name for one in word.paragraphs].index("来源") - 1]
    assert before.paragraph_format.keep_with_next


def test_what_the_paper_left_out_is_not_in_the_word_file():
    one = content(entry(1, "好的一篇", "<p>正文。</p>"), entry(2, "坏的一篇", "<p>坏字。</p>"))
    word = docx.Document(BytesIO(briefing_docx(one, ("2",))))
    assert lines(word, "要目") == ["◇ 好的一篇"]
    assert lines(word, "简报标题") == ["好的一篇"]
    assert lines(word, "简报正文") == ["正文。", LEFT_OUT]


def test_a_note_has_a_blank_line_before_it_where_the_paper_has_one():
    note = BriefingPiece(2, "note", "", "<p>现予刊发。</p>")
    made = briefing_docx(
        content(note, BriefingPiece(1, "heading", "基层动态", ""), replace(note, id=3))
    )
    before = [
        one.paragraph_format.space_before
        for one in docx.Document(BytesIO(made)).paragraphs
        if one.style.name == "按语"
    ]
    assert before == [Pt(28.95), None]


@pytest.mark.parametrize(
    ("size", "wanted"), [((1200, 800), (156, 104)), ((500, 900), (72, 130)), ((90, 60), (32, 21))]
)
def test_a_picture_stands_in_the_middle_no_larger_than_on_paper(office, tmp_path, size, wanted):
    with office.app_context():
        made = corpus.png(tmp_path / "map.png", size=size).read_bytes()
        sha256 = hashlib.sha256(made).hexdigest()
        place = blob_path(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(made)
        one = entry(1, "题目", '<p><img src="attachment:aaaaaaaa" alt="图"></p>')
        word = docx.Document(
            BytesIO(briefing_docx(content(replace(one, pictures=(("aaaaaaaa", sha256),)))))
        )
    (shape,) = word.inline_shapes
    assert [shape._inline.get(f"dist{side}") for side in "TBLR"] == ["0"] * 4
    assert (round(shape.width.mm), round(shape.height.mm)) == wanted
    line = next(one for one in word.paragraphs if one._p.findall(f".//{qn('w:drawing')}"))
    assert line.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert line._p.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "0"


def test_page_numbers_stand_outside(word):
    section = word.sections[0]
    assert word.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
        line = footer.paragraphs[0]
        assert line.alignment.name == side
        assert line._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"


def test_the_properties_stand_in_the_order_word_wants(word):
    """A run's spacing before its size, a paragraph's indent before its alignment."""
    for properties in word.element.iter(qn("w:rPr")):
        names = [one.tag for one in properties]
        if qn("w:spacing") in names and qn("w:sz") in names:
            assert names.index(qn("w:spacing")) < names.index(qn("w:sz"))
    for properties in word.styles.element.iter(qn("w:pPr")):
        names = [one.tag for one in properties]
        if qn("w:ind") in names and qn("w:jc") in names:
            assert names.index(qn("w:ind")) < names.index(qn("w:jc"))


def test_the_same_content_gives_the_same_file():
    one = content(entry(1, "题目", "<p>正文。</p>"), dated_on=None, number=None)
    assert briefing_docx(one) == briefing_docx(one)
