"""Signs, lines of titles and levels of headings, as official paper wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from county_portal.papers.briefings.official_text import (
    TITLE_WIDTH,
    balanced,
    full_width,
    set_note,
    set_official_text,
    width,
)
from county_portal.papers.briefings.pieces import MOST_PARTS
from county_portal.printing.numerals import numeral

HAN = st.text(
    "县水利局持续优化营商环境激发市场活力社会创造，、“”（）2026a", min_size=1, max_size=90
)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("会议强调,要抓好落实;要见实效", "会议强调，要抓好落实；要见实效"),
        ("县政府(办公室)", "县政府（办公室）"),
        ("(三)不断加强", "（三）不断加强"),
        ("共1,286家,整改342处", "共1,286家，整改342处"),
        ("时间:9:30", "时间：9:30"),
        ("see (a, b): http://x.example", "see (a, b): http://x.example"),
        ("好吗?好!", "好吗？好！"),
        ("（已经）,是的", "（已经），是的"),
    ],
)
def test_half_width_signs_after_han_become_full(typed, printed):
    assert full_width(typed) == printed


@given(HAN)
def test_making_signs_full_width_twice_changes_nothing_more(text):
    assert full_width(full_width(text)) == full_width(text)


def test_headings_count_in_chinese():
    assert [numeral(n) for n in (1, 9, 10, 11, 20, 21, 99, 100, 101, 110, 111, 120, 200)] == [
        "一", "九", "十", "十一", "二十", "二十一", "九十九",
        "一百", "一百零一", "一百一十", "一百一十一", "一百二十", "二百",
    ]  # fmt: skip


def test_every_heading_that_a_briefing_may_have_finds_its_number():
    assert len({numeral(n) for n in range(1, MOST_PARTS + 1)}) == MOST_PARTS


def test_a_title_of_two_lines_is_a_trapezium_and_parts_no_word():
    lines = balanced("县水利局持续优化营商环境激发市场活力和社会创造力")
    assert lines == ("县水利局持续优化营商环境激发", "市场活力和社会创造力")


def test_a_title_of_three_lines_is_a_lozenge():
    lines = balanced(
        "龙泉镇召开重点项目推进会暨安全生产大检查工作动员部署会议并学习贯彻落实上级文件精神的情况"
    )
    assert len(lines) == 3
    assert width(lines[1]) > max(width(lines[0]), width(lines[2]))


def test_a_line_ends_where_the_clerk_wants_it():
    assert balanced("关于防汛|工作的通报") == ("关于防汛", "工作的通报")


@given(HAN)
def test_no_line_is_too_wide_or_a_single_character_and_nothing_is_lost(title):
    lines = balanced(title)
    whole = "".join(title.split())
    assert "".join("".join(line.split()) for line in lines) == whole
    assert all(width(line) <= TITLE_WIDTH for line in lines)
    assert all(len(line) > 1 for line in lines) or len(whole) == 1


def test_levels_of_headings_are_marked_and_leads_too():
    html = "<p>一、总体情况</p><p>（一）主要做法。坚持问题导向。</p><p>正文,继续</p><h2>附</h2>"
    assert set_official_text(html) == (
        '<p class="first">一、总体情况</p>'
        '<p><span class="second">（一）主要做法。</span>坚持问题导向。</p>'
        '<p>正文，继续</p><p class="first">附</p>'
    )


def test_signs_see_over_the_edge_of_bold_words():
    assert set_official_text("<p>强调<strong>落实</strong>,再落实</p>") == (
        "<p>强调<strong>落实</strong>，再落实</p>"
    )


def test_pictures_without_a_file_are_left_out():
    html = '<p>甲</p><p><img src="attachment:0000000a" alt="图"></p>'
    assert set_official_text(html) == "<p>甲</p>"
    assert 'src="picture:ff"' in set_official_text(html, {"0000000a": "picture:ff"})


def test_a_note_says_what_it_is():
    assert set_note("<p>现予刊发。</p>") == '<p><span class="by">编者按：</span>现予刊发。</p>'
    assert set_note("") == ""
