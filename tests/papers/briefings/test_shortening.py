"""Shortening the text of an entry: what is changed and what keeps its form."""

import pytest

from county_portal.papers.briefings.shortening import as_typed, holds_signs, rewritten

TABLE = "<table><tbody><tr><td>乡镇</td><td>户数</td></tr></tbody></table>"
PICTURE = '<p><img src="attachment:aaaaaaaa" alt="图"></p>'
LIST = "<ul><li>甲</li><li>乙</li></ul>"
TEXT = f"<p>第一段，<strong>要紧</strong>。</p>{TABLE}<p>第二段。</p>{PICTURE}{LIST}"
SHOWN = "第一段，要紧。\n［表格1］\n第二段。\n［图片1］\n甲\n乙"


def test_tables_and_pictures_are_lines_of_their_own() -> None:
    assert as_typed(TEXT) == SHOWN
    assert holds_signs(TEXT) and not holds_signs(LIST)


def test_what_nobody_changed_is_the_same_to_the_byte() -> None:
    assert rewritten(TEXT, SHOWN.replace("\n", "\r\n\r\n")) is TEXT


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("第一段。\n［表格1］\n［图片1］", f"<p>第一段。</p>{TABLE}{PICTURE}"),
        ("［图片1］\n第二段。", f"{PICTURE}<p>第二段。</p>"),
        ("第一段，要紧。\n甲\n乙", f"<p>第一段，<strong>要紧</strong>。</p>{LIST}"),
        ("第二段。\n甲", "<p>第二段。</p><p>甲</p>"),
        ("［表格1］\n［表格1］", f"{TABLE}<p>［表格1］</p>"),
        ("", ""),
    ],
)
def test_shortening_keeps_the_form_of_what_is_left(typed: str, kept: str) -> None:
    assert rewritten(TEXT, typed) == kept


def test_a_picture_among_words_outlives_them() -> None:
    text = '<p>前<img src="attachment:aaaaaaaa" alt="图">后</p>'
    assert as_typed(text) == "前后\n［图片1］"
    assert rewritten(text, "改写\n［图片1］") == f"<p>改写</p>{PICTURE}"
    assert rewritten(text, "前后") == "<p>前后</p>"
