"""What the HTML gate lets through, what it turns into words, and what it refuses."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from county_portal.core.errors import Refused
from county_portal.core.html.clean import (
    MAX_NODES,
    clean,
    first_paragraph,
    image_keys,
    text_of,
    with_addresses,
    without_addresses,
)
from county_portal.core.html.tree import Element, count_of, read_html, walk
from tests.effort import effort

NAMES = (
    "p div h1 h2 h4 h6 b strong i em u s sub sup code a font span blockquote ul ol li table "
    "caption thead tbody tr td th pre br hr img section form script style svg math details o:p"
)
TAGS = NAMES.split()
ATTRIBUTES = (
    ' style="x"',
    ' class="x"',
    ' id="x"',
    ' onclick="x()"',
    ' hx-post="/x" hx-trigger="load"',
    ' data-hx-get="/x"',
    ' href="javascript:x()"',
    ' href="https://www.example.org/?a=1&b=2"',
    ' src="attachment:0123abcd"',
    ' src="http://elsewhere.example/x.png"',
    ' colspan="99999"',
    ' rowspan="-1"',
    ' scope="col"',
    ' start="3"',
    ' alt="a > b"',
    " title='\"'",
)
WORDS = (*"公 \n\u00a0　a<>。", "&lt;b&gt;", "&amp;", "<!--", "-->", "]]>")

tag = st.builds(
    lambda slash, name, attributes: f"<{slash}{name}{''.join(attributes)}>",
    st.sampled_from(["", "", "/"]),
    st.sampled_from(TAGS),
    st.lists(st.sampled_from(ATTRIBUTES), max_size=2),
)
soup = st.lists(st.one_of(tag, st.sampled_from(WORDS)), max_size=40).map("".join)

ALLOWED = {
    "p": set(),
    "br": set(),
    "hr": set(),
    "h2": set(),
    "h3": set(),
    "h4": set(),
    "strong": set(),
    "em": set(),
    "u": set(),
    "s": set(),
    "sub": set(),
    "sup": set(),
    "code": set(),
    "pre": set(),
    "blockquote": set(),
    "ul": set(),
    "ol": {"start", "type"},
    "li": set(),
    "table": set(),
    "caption": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
}


def elements(html):
    return [node for node in walk(read_html(html)) if isinstance(node, Element)]


def depth(nodes):
    return max((1 + depth(node.children) for node in nodes if isinstance(node, Element)), default=0)


@settings(max_examples=400)
@given(soup)
def test_cleaning_what_is_clean_changes_nothing(html):
    once = clean(html)
    assert clean(once) == once


@settings(max_examples=400)
@given(soup)
def test_nothing_but_the_allow_list_comes_out(html):
    for element in elements(clean(html)):
        assert element.tag in ALLOWED
        assert set(element.attributes) <= ALLOWED[element.tag]
        assert re.match(r"https?://|mailto:|$", element.attributes.get("href", ""))
        assert re.fullmatch(r"attachment:[0-9a-f]{8}|", element.attributes.get("src", ""))
        for span in ("colspan", "rowspan"):
            assert 1 <= int(element.attributes.get(span, 1)) <= 50


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_any_text_is_cleaned_without_an_accident(text):
    once = clean(text)
    assert clean(once) == once


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["公开", "办法", "第一条", "。", "2026"]), min_size=1, max_size=9))
def test_no_word_is_lost(words):
    for form in ("<div>%s</div>", "<table><tr><td>%s", "<ul><li>%s", "<h1>%s", "<b><p>%s", "%s"):
        assert text_of(clean(form % "".join(words))) == "".join(words)


@pytest.mark.parametrize(
    ("unclean", "clean_html"),
    [
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("a<br><br>b", "<p>a</p><p>b</p>"),
        ("<p>a<br>b<br></p>", "<p>a<br>b</p>"),
        ("<h1>a</h1><h5>b</h5>", "<h2>a</h2><h4>b</h4>"),
        ("<p>&nbsp;</p><p><br></p><p>a</p><p> </p>", "<p>a</p>"),
        ("<p>　　各乡镇&nbsp;&nbsp;人民政府：</p>", "<p>各乡镇 人民政府：</p>"),
        ("<p>政府\n信息 open\ndata</p>", "<p>政府信息 open data</p>"),
        ("<b>a</b><b>b</b><i>c</i>", "<p><strong>ab</strong><em>c</em></p>"),
        ("<b><p>a</p><p>b</p></b>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
        ("<p style='text-align:right'><span lang=EN>a<o:p></o:p></span></p>", "<p>a</p>"),
        ("<!--[if x]><xml><w:x>Normal</w:x></xml><![endif]--><p>a</p>", "<p>a</p>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<ol start=4 type=a><li><p>a</p></li></ol>", '<ol start="4" type="a"><li>a</li></ol>'),
        (
            "<table><tr><th scope=COL colspan=2><p>a</p><td rowspan=0>",
            '<table><tbody><tr><th colspan="2" scope="col">a</th><td></td></tr></tbody></table>',
        ),
        ("<pre>\n a\n  b</pre>", "<pre> a\n  b</pre>"),
        ("<p>a\u202e\u200bb\x07</p>", "<p>ab</p>"),
        ("<a href='/office/sign-out'>a</a><a href='//e.example'>b</a>", "<p>ab</p>"),
        (
            "<a href='https://e.example' target=_blank>a</a>",
            '<p><a href="https://e.example">a</a></p>',
        ),
        ("<p>a\ud800b</p>", "<p>ab</p>"),
    ],
)
def test_what_was_meant_is_kept(unclean, clean_html):
    assert clean(unclean) == clean_html


@pytest.mark.parametrize(
    "hostile",
    [
        "<div hx-post='/office/items/1/sign' hx-trigger='load'>words</div>",
        "<p data-hx-get='/x' data-x=1>words</p>",
        "<script>alert(1)</script><p onclick=x>words",
        "<svg><script>alert(1)</script></svg>words",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=x&gt;'>w",
        "<p>words<iframe srcdoc='<script>x</script>'></iframe>",
        "<a href=' javascript:alert(1)'>words</a>",
        "<a href='java\tscript:alert(1)'>words</a>",
        "<a href='data:text/html,x'>words</a>",
        "<img src='data:image/png;base64,AAAA'><img src=x onerror=x>words",
        "<img src='attachment:0123ABCD'><img src='attachment:0123abcd/../..'>words",
        "<form action=/x><button>go</button></form>words",
        "<base href=//e.example><meta http-equiv=refresh content='0;url=x'>words",
        "<style>p{}</style><link rel=stylesheet href=x><p style='x' class=y id=z>words",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>words</noscript>words",
    ],
)
def test_nothing_hostile_is_left(hostile):
    answer = clean(hostile)
    assert not re.search(
        r"script|onerror|onclick|hx-|data|style|class|id=|src=|href=|<form|<img", answer
    )


def test_boxes_inside_boxes_end_flat():
    for form in ("<div>", "<blockquote>", "<ul><li>", "<table><tr><td>", "<ol><li><blockquote>"):
        answer = clean(form * 90 + "words")
        assert text_of(answer) == "words"
        assert depth(read_html(answer)) <= 40


def test_deepest_possible_document_stays_within_forty():
    inline = "<strong><em><u><s><sub><sup><code><a href='https://e.example'>"
    answer = clean("<table><tr><td>" * 20 + inline + "words")
    assert 30 <= depth(read_html(answer)) <= 40


def test_too_many_parts_are_refused_with_advice():
    fits = "<p>a</p>" * (MAX_NODES // 2)
    assert count_of(read_html(clean(fits))) == MAX_NODES
    with pytest.raises(Refused, match="attach it as a PDF"):
        clean(fits + "<p>a</p>")


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 30_000,
        '<div a="</div>">' * 20_000,
        "<p>" + "".join(f"<font a={i}>" for i in range(15_000)) + "</p>" + "<p>x</p>" * 10_000,
        "<p>"
        + "".join(f'<font a={i} b="</font>">' for i in range(9_000))
        + "</p>"
        + "<p>x" * 9_000,
        "<b </b " * 19_000,
        "<a " * 39_000,
        "<ul><li>" * 19_000,
        "<table><tr><td>" * 13_000,
        "<!--" * 39_000,
        "<" * 39_000,
        "x" * 2_000_000,
        "&" * 900_000,
        "&nbsp;a" * 99_000,
        "&nbsp;<br>" * 39_000,
    ],
)
def test_bombs_are_little_work(bomb):
    def deed():
        with contextlib.suppress(Refused):
            clean(bomb)

    assert effort(deed) < 80


def test_text_has_a_line_for_each_paragraph():
    html = clean("<h1>标题</h1><p>一<br>二<table><tr><td>三<p>叁<td>四</table><ul><li>五<ul><li>六")
    assert text_of(html) == "标题\n一\n二\n三 叁\t四\n五\n六"


def test_text_is_words_and_not_markup():
    assert text_of(clean("<p>1 &lt; 2 &amp;amp; 3</p>")) == "1 < 2 &amp; 3"


@pytest.mark.parametrize(
    ("html", "summary"),
    [
        ("<h2>关于</h2><p>各乡镇人民政府：</p><p>现将办法印发。</p>", "现将办法印发。"),
        ("<p>各乡镇人民政府：</p>", "各乡镇人民政府："),
        ("<p>" + "今天开会。" * 30 + "</p>", "今天开会。" * 20),
        ("<p>" + "长" * 101 + "</p>", "长" * 99 + "…"),
        ("<p>" + "长" * 100 + "</p>", "长" * 100),
        ("<h2>只有标题</h2>", ""),
        ("", ""),
    ],
)
def test_the_offered_summary_is_the_first_paragraph(html, summary):
    assert first_paragraph(html) == summary
    assert len(first_paragraph(html)) <= 100


def test_image_keys_are_named_once_in_order():
    html = clean(
        "".join(f'<img src="attachment:{key}">' for key in ("bbbbbbbb", "aaaaaaaa", "bbbbbbbb"))
    )
    assert image_keys(html) == ["bbbbbbbb", "aaaaaaaa"]


def test_an_image_gets_its_address_or_is_left_out():
    html = clean('<p>a<img src="attachment:aaaaaaaa" alt="图"><img src="attachment:bbbbbbbb">b</p>')
    shown = with_addresses(html, {"aaaaaaaa": '/files/1/aaaaaaaa/图"一".png'}.get)
    assert shown == '<p>a<img src="/files/1/aaaaaaaa/图&quot;一&quot;.png" alt="图">b</p>'


def test_what_the_editor_sends_gets_its_keys_back():
    sent = (
        '<p><img alt="1 > 2" class="se" src="/office/items/7/files/ab12cd34/a.png" width="9">'
        "<img src='https://county.example/office/items/7/files/ab12cd35/b.png'>"
        "<img src=/office/items/7/files/ab12cd36/c.png>"
        '<img src="/office/items/8/files/ab12cd37/d.png"></p>'
    )
    keyed = clean(without_addresses(sent, r"/office/items/7/files/([0-9a-f]{8})/"))
    assert image_keys(keyed) == ["ab12cd34", "ab12cd35", "ab12cd36"]


@settings(max_examples=100)
@given(st.lists(st.text("0123456789abcdef", min_size=8, max_size=8), max_size=5, unique=True))
def test_addresses_and_keys_are_inverse(keys):
    html = clean("".join(f'<p>图<img src="attachment:{key}" alt="x"></p>' for key in keys))
    shown = with_addresses(html, lambda key: f"/office/items/7/files/{key}/图.png")
    assert clean(without_addresses(shown, r"/office/items/7/files/([0-9a-f]{8})/")) == html


@pytest.mark.parametrize("bomb", ["<img ", "<img src=", "<img src='", '<img "', "<img src=x "])
def test_finding_addresses_is_quick_on_rubbish(bomb):
    assert effort(lambda: without_addresses(bomb * 50_000, "files/(x)")) < 20
