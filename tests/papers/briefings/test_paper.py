"""The sheet against the national standard, measured on the PDF's own positions.

Source: GB/T 9704-2012, sections 5 and 7: A4, 37 mm above, 28 mm at the binding, 156 x 225 mm of
text, 22 lines of 28 characters.
"""

import json
from datetime import date
from io import BytesIO
from itertools import pairwise

import pikepdf
import pytest

from county_portal.papers.briefings import paper
from county_portal.papers.briefings.content import BriefingPiece, Content, IssueNumber
from county_portal.papers.briefings.paper import briefing_pdf
from county_portal.papers.briefings.printing import titles_of
from county_portal.printing import pdf as setting
from tests.papers.briefings.measuring import MM, fonts_of, sheets_of

PITCH = 28.95 * MM
LEFT, RIGHT, TOP, BOTTOM = 28, 184, 37, 262
TEXT = "政府信息公开是一项新的非常重要的工作应结合实际做好各项准备"
LONG = f"<p>{TEXT * 60}</p>"
HEAD = 5 * PITCH
RED = (230, 0, 18)


def entry(number: int, title: str, body: str, unit: str = "青禾县水利局") -> BriefingPiece:
    return BriefingPiece(number, "entry", title, body, unit, number, 1, "0" * 64)


def content(*pieces: BriefingPiece, **more: object) -> Content:
    words = {
        "masthead": "政务信息",
        "office": "青禾县人民政府办公室",
        "mark": "",
        "special": False,
        "number": IssueNumber(2026, 46, 1286),
        "dated_on": date(2026, 11, 2),
        "contents": True,
        "foot_numbered": False,
        "note": "",
        "pieces": pieces,
        "report_to": "市政府办公室,县委常委",
        "send_to": "县委办公室",
        "issue_to": "各乡镇人民政府,县政府各部门",
        "copies": 60,
        **more,
    }
    return Content(**words)


@pytest.fixture(scope="module")
def pdf(office):
    """Two long entries under headings, with a note: several full pages."""
    with office.app_context():
        return briefing_pdf(
            content(
                BriefingPiece(1, "heading", "基层动态", ""),
                entry(2, "龙泉镇深入开展安全生产大检查", LONG),
                BriefingPiece(3, "heading", "部门工作", ""),
                BriefingPiece(4, "note", "", "<p>该局做法值得借鉴,现予刊发。</p>"),
                entry(5, "县水利局持续优化营商环境激发市场活力和社会创造力", LONG),
            )
        ).pdf


@pytest.fixture(scope="module")
def sheets(pdf):
    return sheets_of(pdf)


@pytest.fixture
def set_pages(office):
    def set_one(*pieces, **more):
        with office.app_context():
            return sheets_of(briefing_pdf(content(*pieces, **more)).pdf)

    return set_one


def body_lines(sheet):
    """Lines of the text: in the area of the text, at its size."""
    return [line for line in sheet.lines() if line[0].y < BOTTOM and 15 < line[0].size < 16]


def test_the_paper_is_a4(sheets):
    for sheet in sheets:
        assert (sheet.width, sheet.height) == pytest.approx((210, 297), abs=0.1)


def test_the_margins_hold_within_half_a_millimetre(sheets):
    width = 15.75 * MM
    for sheet in sheets:
        signs = [sign for sign in sheet.signs if sign.y < BOTTOM]
        assert min(sign.x for sign in signs) >= LEFT - 0.5
        assert max(sign.x + sign.size * MM for sign in signs) <= RIGHT + 0.5
    full = [line for sheet in sheets for line in body_lines(sheet) if len(line) == 28]
    assert len(full) > 40
    for line in full:
        assert line[0].x == pytest.approx(LEFT, abs=0.5)
        assert line[-1].x + width == pytest.approx(RIGHT, abs=0.5)


def test_a_full_page_holds_22_lines_of_28_characters_at_their_pitch(sheets):
    full = [lines for sheet in sheets if len(lines := body_lines(sheet)) == 22]
    assert full
    for lines in full:
        assert {len(line) for line in lines} == {28}
        for above, below in pairwise(lines):
            assert below[0].y - above[0].y == pytest.approx(PITCH, abs=0.05)
        ascent = lines[0][0].y - TOP
        assert 0 < ascent < PITCH
        assert lines[-1][0].y - ascent + PITCH == pytest.approx(TOP + 22 * PITCH, abs=0.05)
        assert TOP + 22 * PITCH <= BOTTOM


def test_every_line_of_text_stands_on_the_grid(sheets):
    for sheet in sheets[:-1]:
        below_the_head = [line for line in body_lines(sheet) if line[0].y > TOP + HEAD]
        for line in below_the_head if sheet is sheets[0] else body_lines(sheet):
            place = (line[0].y - 44.22) / PITCH
            assert place == pytest.approx(round(place), abs=0.05 / PITCH), line


def test_the_head_is_red_and_centred_above_its_line(sheets):
    name, number, row = sheets[0].lines()[:3]
    assert "".join(sign.text for sign in name) == "政务信息"
    assert name[0].size == pytest.approx(46, abs=0.5)
    middle = (name[0].x + name[-1].x + name[-1].size * MM) / 2
    assert middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)
    assert "".join(sign.text for sign in number) == "第46期（总第1286期）"
    assert "".join(sign.text for sign in row) == "青禾县人民政府办公室2026年11月2日"
    assert row[0].x == pytest.approx(LEFT + 15.75 * MM, abs=0.5)
    (rule,) = [rule for rule in sheets[0].rules if rule.colour == RED]
    assert (rule.left, rule.right) == pytest.approx((LEFT, RIGHT), abs=0.5)
    assert rule.bottom == pytest.approx(TOP + HEAD, abs=0.5)
    assert row[0].y < rule.bottom


def test_the_first_page_tells_what_is_in_the_issue(sheets):
    words = sheets[0].words()
    at = words.index("本期要目")
    assert words[at + 1] == "◇龙泉镇深入开展安全生产大检查"
    assert words[at + 2] == "◇县水利局持续优化营商环境激发市场活力和社会创造力"
    assert "一、基层动态" in words


def test_titles_are_large_and_centred_line_by_line(sheets):
    titles = [line for sheet in sheets for line in sheet.lines() if 21.5 < line[0].size < 22.5]
    assert len(titles) == 4  # 本期要目, one title in one line, one in two
    for line in titles:
        middle = (line[0].x + line[-1].x + line[-1].size * MM) / 2
        assert middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.7)
        assert len(line) > 2


def test_each_entry_ends_with_its_unit(sheets):
    sources = [line for sheet in sheets for line in sheet.lines() if line[0].text == "（"]
    units = [line for line in sources if "".join(sign.text for sign in line) == "（青禾县水利局）"]
    assert len(units) == 2
    for line in units:
        assert line[-1].x + 3 * 15.75 * MM == pytest.approx(RIGHT, abs=0.5)


def test_the_foot_ends_on_the_lower_edge_of_the_last_even_page(sheets):
    assert len(sheets) % 2 == 0
    last = sheets[-1]
    rules = [rule for rule in last.rules if rule.colour == (0, 0, 0)]
    assert max(rule.bottom for rule in rules) == pytest.approx(BOTTOM, abs=0.05)
    words = last.words()
    assert words[-4:] == [
        "报：市政府办公室，县委常委。",
        "送：县委办公室。",
        "发：各乡镇人民政府，县政府各部门。",
        "（共印60份）",
    ]
    foot = last.lines()[-4:]
    assert {round(line[0].size) for line in foot} == {14}
    assert foot[0][0].x == pytest.approx(LEFT + 14 * MM, abs=0.5)


def test_a_list_goes_on_from_the_number_it_was_given(set_pages):
    (sheet, _foot) = set_pages(entry(1, "题目", '<ol start="3"><li>丙</li><li>丁</li></ol>'))
    assert {"3.丙", "4.丁"} <= set(sheet.words())


def test_pages_are_numbered_outside_and_the_page_of_the_foot_is_not(sheets):
    for number, sheet in enumerate(sheets[:-1], 1):
        folio = sheet.lines()[-1]
        assert "".join(sign.text for sign in folio) == f"—{number}—"
        if number % 2:
            assert folio[-1].x > 160
        else:
            assert folio[0].x == pytest.approx(LEFT + 14 * MM, abs=0.5)
    assert all(sign.y < BOTTOM for sign in sheets[-1].signs)


@pytest.mark.parametrize("lines", [1, 6, 11, 12, 24, 28, 30, 34])
def test_however_long_the_text_the_foot_finds_its_place(set_pages, lines):
    pages = set_pages(
        entry(1, "龙泉镇开展检查", f"<p>{TEXT}</p>" * lines), contents=False, send_to="县政协" * 30
    )
    assert len(pages) % 2 == 0
    foot = [n for n, sheet in enumerate(pages) if "（共印60份）" in sheet.words()]
    assert foot == [len(pages) - 1]
    black = [rule for rule in pages[-1].rules if rule.colour == (0, 0, 0)]
    assert max(rule.bottom for rule in black) == pytest.approx(BOTTOM, abs=0.05)
    highest = min(rule.top for rule in black)
    text = [line[0].y for line in body_lines(pages[-1])]
    assert all(y < highest for y in text)


def test_a_blank_page_before_the_foot_carries_no_number(set_pages):
    pages = set_pages(entry(1, "题目一二三四", "<p>甲</p>" * 34), contents=False)
    bare = [sheet for sheet in pages if not sheet.signs]
    numbered = [n for n, sheet in enumerate(pages, 1) if f"—{n}—" in sheet.words()]
    assert len(pages) == 4
    assert len(bare) == 1
    assert numbered == [1, 2]


def test_an_office_may_want_the_number_there_too(set_pages):
    text = entry(1, "题目", "<p>甲</p>" * 16)
    pages = set_pages(text, foot_numbered=True)
    assert pages[1].words()[0] == "甲"
    assert "—2—" in pages[1].words()
    assert "—2—" not in set_pages(text)[1].words()


def test_fonts_are_embedded_and_cut_down(pdf):
    fonts = fonts_of(pdf)
    assert {name.split("+")[1] for name, _kept in fonts} >= {
        "FandolFang",
        "FandolHei",
        "FandolKai",
        "Noto-Serif-CJK-SC-Bold",
    }
    for name, kept in fonts:
        assert kept, name
        assert name[6] == "+", name


def test_the_same_content_gives_the_same_bytes_and_carries_its_data(office, pdf):
    one = content(entry(1, "题目", "<p>正文。</p>"))
    with office.app_context():
        made = briefing_pdf(one)
        assert made.pdf == briefing_pdf(one).pdf
    with pikepdf.open(BytesIO(made.pdf)) as document:
        (name,) = document.attachments
        data = document.attachments[name].get_file().read_bytes()
        assert str(document.docinfo["/Title"]) == "政务信息第46期（总第1286期）"
    assert json.loads(data) == json.loads(one.as_json())


def test_a_draft_leaves_room_for_its_number_and_special_issues_say_so(set_pages):
    words = set_pages(entry(1, "题目", "<p>正文。</p>"), number=None, dated_on=None)[0].words()
    assert "第期（总第期）" in words
    assert "青禾县人民政府办公室年月日" in words
    special = {"special": True, "number": IssueNumber(2026, 3, None), "mark": "内部资料 注意保存"}
    words = set_pages(entry(1, "题目", "<p>正文。</p>"), **special)[0].words()
    assert words[0] == "内部资料注意保存"
    assert "增刊第3期" in words


def test_long_names_of_mastheads_stay_in_one_line(set_pages):
    for name in ("青禾政务信息", "青禾县政务公开专报", "青禾县人民政府政务公开信息专报"):
        sheet = set_pages(entry(1, "题目", "<p>正文。</p>"), masthead=name)[0]
        assert sheet.words()[0] == name
        assert sheet.lines()[0][0].x >= LEFT
        assert sheet.lines()[0][-1].x < RIGHT


POISON = {
    "three thousand boxes in one another": f"{'<div>' * 3000}深{'</div>' * 3000}",
    "a cell over a million columns": '<table><tr><td colspan="1000000">深</td></tr></table>',
    "a word of thirty thousand letters": f"<p>{'x' * 30_000}深</p>",
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_a_poisoned_entry_spoils_nothing_for_the_others(set_pages, poison):
    good, last = entry(1, "好的一篇", "<p>正文。</p>"), entry(3, "末篇", "<p>结尾。</p>")
    pages = set_pages(good, entry(2, "坏的一篇", poison), last)
    words = "".join("".join(sheet.words()) for sheet in pages)
    assert "正文。" in words
    assert "结尾。" in words
    assert "深" in words


@pytest.fixture
def press_without(monkeypatch):
    """A press that cannot set a piece; a true one takes minutes to find that out."""

    def leave_out(name):
        whole = paper.set_parts

        def set_parts(html, **more):
            left_out = (name,) if name in setting.pieces_in(html) else ()
            return whole(setting.without(html, left_out), **more)[0], left_out

        monkeypatch.setattr(paper, "set_parts", set_parts)

    return leave_out


def test_what_was_left_out_is_not_named_among_the_contents(office, press_without):
    good, bad = entry(1, "好的一篇", "<p>正文。</p>"), entry(2, "坏的一篇", "<p>坏字。</p>")
    press_without("2")
    with office.app_context():
        made = briefing_pdf(content(good, bad))
    words = "".join("".join(sheet.words()) for sheet in sheets_of(made.pdf))
    assert made.left_out == ("2",)
    assert words.count("好的一篇") == 2  # among the contents, and where it stands
    assert "坏的一篇" not in words
    assert words.count("已略去") == 1


def test_what_was_left_out_is_called_by_its_title():
    one = content(entry(1, "好的一篇", ""), entry(2, "坏的一篇", ""))
    assert titles_of(one, ("2",)) == ["坏的一篇"]
