"""Words as tokens and questions as phrases: exact for Chinese of any length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysqlite3 import dbapi2 as sqlite

from county_portal.published import search

TABLE = "CREATE VIRTUAL TABLE search USING fts5(title, body, facets, content='', tokenize=ascii)"
LETTERS = "防汛抗旱政务公开县〇1２ab，。 〔〕"


def finds(text: str, words: str) -> bool:
    """Whether an index that holds `text` finds it for `words`."""
    db = sqlite.connect(":memory:")
    db.execute(TABLE)
    db.execute(
        "INSERT INTO search(rowid, title, body, facets) VALUES(1, '', ?, 'c61')",
        (search.tokens(text),),
    )
    question = search.query(words)
    found = bool(
        question and db.execute("SELECT 1 FROM search WHERE search MATCH ?", (question,)).fetchone()
    )
    db.close()
    return found


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("青禾县防汛抗旱指挥部", "防汛", True),
        ("青禾县防汛抗旱指挥部", "防汛抗旱", True),
        ("青禾县防汛抗旱指挥部", "抗汛", False),
        ("青禾县防汛抗旱指挥部", "部", True),
        ("青禾县防汛抗旱指挥部", "旱", True),
        ("加强政务，公开办事", "政务公开", False),
        ("青政发〔2025〕12号", "〔2025〕12号", True),
        ("青政发〔2025〕12号", "2号", False),
        ("ＡＢＣ平台２０２５年", "abc 2025", True),
        ("二〇二五年", "二〇二五", True),
        ("县城 学校", "学校 县城", True),
        ("县城 学校", "学校 医院", False),
        ("饮水安全", '" OR title:*', False),
        ("饮水安全", '安全" NEAR(', False),
    ],
)
def test_what_is_found(text, words, found):
    assert finds(text, words) is found


@given(
    text=st.text(LETTERS, min_size=1, max_size=30),
    start=st.integers(0, 29),
    length=st.integers(1, 8),
)
def test_every_part_of_a_run_is_found_and_nothing_that_is_not_there(text, start, length):
    part = text[start : start + length]
    runs = search.phrases(part)
    han_only = [run for run in runs if all(search.IS_HAN.match(c) for c in run)]
    for run in han_only:
        assert finds(text, run)


@given(
    text=st.text("防汛抗旱政务", max_size=12), words=st.text("防汛抗旱政务", min_size=1, max_size=4)
)
def test_a_run_is_found_exactly_where_it_stands(text, words):
    assert finds(text, words) is (words in text)


@given(st.text())
def test_no_question_is_malformed(words):
    question = search.query(words, ((search.facet("u", words),),))
    if question:
        db = sqlite.connect(":memory:")
        db.execute(TABLE)
        assert (
            db.execute("SELECT rowid FROM search WHERE search MATCH ?", (question,)).fetchall()
            == []
        )
        db.close()


def test_hits_are_marked_and_everything_else_is_escaped():
    shown = search.highlighted("<b>防汛</b>与ＰＤＦ文件", "防汛 pdf")
    assert shown == "&lt;b&gt;<mark>防汛</mark>&lt;/b&gt;与<mark>ＰＤＦ</mark>文件"


def test_a_hit_is_marked_in_its_place_when_folding_lengthens_the_text():
    assert search.highlighted("㈱公司防汛", "防汛") == "㈱公司<mark>防汛</mark>"


def test_the_excerpt_shows_the_first_hit():
    shown = search.excerpt("起" * 300 + "防汛" + "止" * 300, "防汛", 40)
    assert "<mark>防汛</mark>" in shown and shown.startswith("…") and shown.endswith("…")


def test_bold_in_the_middle_of_a_word_splits_nothing():
    assert search.plain_text("<p>防<strong>汛</strong></p><p>抗旱</p>") == "防汛 抗旱"
    assert search.plain_text('<p title="a > b">防汛&amp;抗旱</p>') == "防汛&抗旱"
