"""The comparison of two revisions: what it says, and that it always ends."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from county_portal.core.html.clean import clean, text_of
from county_portal.core.html.differences import Fate, changes, word_diff
from tests.effort import effort

block = st.builds(
    "<{0}>{1}</{0}>".format,
    st.sampled_from(["p", "h2", "li", "td", "blockquote"]),
    st.lists(
        st.sampled_from(["县", "政府", "公开", "办法", "open", " ", "1,200", "。"]), max_size=8
    ).map("".join),
)
document = st.lists(block, max_size=6).map("".join).map(clean)


def side(told, fate):
    return ["".join(p.text for p in change.parts if p.fate != fate) for change in told]


def squeezed(lines):
    return "".join("".join(lines).split())


@settings(max_examples=200)
@given(document, document)
def test_both_texts_can_be_read_back_from_the_comparison(old, new):
    told = changes(old, new)
    assert squeezed(side(told, Fate.ADDED)).replace("|", "") == squeezed(text_of(old))
    assert squeezed(side(told, Fate.REMOVED)).replace("|", "") == squeezed(text_of(new))


@settings(max_examples=100)
@given(document)
def test_a_text_does_not_differ_from_itself(html):
    assert not any(change.changed for change in changes(html, html))
    assert "<ins>" not in word_diff(html, html)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (
            "<p>拨付12万元。</p>",
            "<p>拨付15万元。</p>",
            "<p>拨付<del>12</del><ins>15</ins>万元。</p>",
        ),
        ("<p>甲</p>", "<p>甲</p><p>乙</p>", "<p>甲</p><p><ins>乙</ins></p>"),
        ("<p>甲</p><p>乙</p>", "<p>乙</p>", "<p><del>甲</del></p><p>乙</p>"),
        ("<p>同意公开</p>", "<p>不同意公开</p>", "<p><ins>不</ins>同意公开</p>"),
        (
            "<p>会议于周一上午在县城召开</p>",
            "<p>会议于周三下午在县城召开</p>",
            "<p>会议于周<del>一上</del><ins>三下</ins>午在县城召开</p>",
        ),
        (
            '<p>见<a href="https://a.example">通知</a>。</p>',
            '<p>见<a href="https://b.example">通知</a>。</p>',
            "<p>见通知 (https://<del>a</del><ins>b</ins>.example)。</p>",
        ),
        (
            "<p>a &lt;b&gt; c</p>",
            "<p>a &lt;i&gt; c</p>",
            "<p>a &lt;<del>b</del><ins>i</ins>&gt; c</p>",
        ),
        (
            "<table><tr><td>甲</td><td>1</td></tr></table>",
            "<table><tr><td>甲</td><td>2</td></tr></table>",
            "<p>甲 | <del>1</del><ins>2</ins></p>",
        ),
    ],
)
def test_the_difference_is_told_by_words(old, new, shown):
    assert str(word_diff(clean(old), clean(new))) == shown


def scattered(seed, blocks, length, words):
    draw = random.Random(seed)
    return "".join(
        "<p>" + "".join(draw.choice(words) for _ in range(length)) + "</p>" for _ in range(blocks)
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            scattered(1, 2400, 80, "政府信息公开条例办法"),
            scattered(2, 2400, 80, "政府信息公开条例办法"),
        ),
        (scattered(1, 2400, 80, "甲乙"), scattered(2, 2400, 80, "甲乙")),
        (scattered(1, 1, 200_000, "甲乙"), scattered(2, 1, 200_000, "甲乙")),
        (
            scattered(1, 1, 200_000, "政府信息公开条例"),
            scattered(2, 1, 200_000, "政府信息公开条例"),
        ),
        ("<p>甲</p>" * 2400, "<p>乙</p>" * 2400),
        ("<p>甲乙</p>" * 2400, "<p>甲丙</p>" * 2400),
        (scattered(1, 40, 5000, "甲乙丙丁"), scattered(2, 40, 5000, "甲乙丙丁")),
    ],
)
def test_even_the_worst_pair_is_little_work(old, new):
    assert effort(lambda: word_diff(old, new)) < 50
    assert "<del>" in word_diff(old, new)


def test_a_long_text_with_a_few_changes_is_told_by_words():
    old = scattered(1, 2400, 80, "政府信息公开条例办法县乡镇部门单位")
    new = old.replace("政府信", "政务信")
    told = changes(old, new)
    assert all(
        len(part.text) <= 3 for change in told for part in change.parts if part.fate == "added"
    )
