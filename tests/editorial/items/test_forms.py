from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from county_portal.core.clock import COUNTY
from county_portal.core.html.clean import clean, text_of
from county_portal.editorial.items.finding import ItemOrder
from county_portal.editorial.items.forms import FilterForm, ItemForm, typed_html
from county_portal.models import Attribute, Ground, Origin, State
from tests.factories import make_column, make_item


def draft_of(app, item, **typed):
    """The draft that the item's form gives when it comes back with these words."""
    with app.test_request_context("/items/", method="POST", data=typed):
        return ItemForm.of(item).draft()


def test_an_untouched_form_gives_back_what_the_item_holds(app, cast):
    item = make_item(
        cast.lin,
        responsible_unit_id=cast.farms.id,
        keywords="flood dike",
        wanted_at=datetime(2026, 3, 9, 9, 30, tzinfo=COUNTY),
        attribute=Attribute.WITHHELD,
        ground=Ground.INTERNAL_AFFAIRS,
        ground_note="A list of keys",
        origin=Origin.JOINT,
        source="Farms",
        document_number="水发〔2026〕3号",
    )
    draft = draft_of(app, item)
    held = {name: getattr(item, name) for name in draft.__dict__}
    assert draft.__dict__ == held


def test_keywords_may_be_parted_in_any_way_and_each_counts_once(app, cast):
    item = make_item(cast.lin)
    assert draft_of(app, item, keywords=" 防汛、水库，防汛；dike ").keywords == "防汛 水库 dike"


@pytest.mark.parametrize(
    "typed", ["水发[2026]3号", "水发（2026）3号", "水发【2026】3号", "水发〔2026〕3号"]
)
def test_the_year_of_a_document_number_gets_its_proper_brackets(app, cast, typed):
    assert (
        draft_of(app, make_item(cast.lin), document_number=typed).document_number
        == "水发〔2026〕3号"
    )


def test_a_wanted_time_is_county_time(app, cast):
    draft = draft_of(app, make_item(cast.lin), wanted_at="2026-03-09T09:30")
    assert draft.wanted_at == datetime(2026, 3, 9, 9, 30, tzinfo=COUNTY)


def test_an_empty_summary_is_offered_from_the_first_paragraph(app, cast):
    item = make_item(cast.lin, summary="", body="<p>各乡镇：</p><p>堤坝已检查。明天再查。</p>")
    with app.test_request_context("/items/"):
        assert ItemForm.of(item).summary.data == "堤坝已检查。明天再查。"


def test_a_column_that_is_not_offered_is_refused_beside_its_field(app, cast):
    closed = make_column("closed", open=False)
    with app.test_request_context("/items/", method="POST", data={"column_id": closed.id}):
        form = ItemForm.of(make_item(cast.lin))
        assert not form.validate()
        assert form.column_id.errors == ["This is no longer offered; choose another"]


def test_a_column_closed_meanwhile_stays_with_the_item_that_has_it(app, cast):
    item = make_item(cast.lin, column_id=make_column("old").id)
    item.column.open = False
    with app.test_request_context("/items/", method="POST", data={"column_id": item.column_id}):
        form = ItemForm.of(item)
        assert form.validate(), form.errors


def test_too_large_a_text_is_refused_beside_its_field(app, cast):
    with app.test_request_context("/items/", method="POST", data={"body": "<p>x</p>" * 6000}):
        form = ItemForm.of(make_item(cast.lin))
        assert not form.validate()
        assert "too many parts" in form.body.errors[0]


# The text


def test_plain_words_become_paragraphs():
    assert typed_html("第一段\n\n  a < b & c\n") == "<p>第一段</p><p>a &lt; b &amp; c</p>"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=200))
def test_plain_words_are_all_there_after_cleaning(typed):
    words = "".join(typed.split())
    if "<" not in typed:
        assert "".join(text_of(clean(typed_html(typed))).split()) == "".join(
            text_of(clean(typed_html(words))).split()
        )


def test_a_picture_goes_out_by_its_address_and_comes_back_by_its_key(app, cast):
    address = "/items/7/files/ab12cd34/rendition"
    for prefix in ("", "/office", "http://127.0.0.1:8000/office"):
        typed = f'<p>x</p><img src="{prefix}{address}" alt="map">'
        assert 'src="attachment:ab12cd34"' in clean(typed_html(typed))


WORD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{{}}</style>'
    "</head><body lang=ZH-CN style='tab-interval:21.0pt'><!--StartFragment-->"
    "<h1 style='text-align:center'><span style='font-family:黑体'>{head}<o:p></o:p></span>"
    "</h1>"
    "<p class=MsoNormal style='text-indent:32.0pt;mso-char-indent-count:2.0'>"
    "<span style='font-size:16.0pt;font-family:仿宋_GB2312'>{words}</span>"
    "<span lang=EN-US style='mso-font-kerning:0pt'><o:p>&nbsp;</o:p></span></p>"
    "<table class=MsoTableGrid border=1 style='border-collapse:collapse;mso-yfti-tbllook:1184'>"
    "<tr style='mso-yfti-irow:0'><td width=277 valign=top style='width:207.4pt'>"
    "<p class=MsoNormal>{cell}<o:p></o:p></p></td></tr></table>"
    "<!--[if gte vml 1]><v:shape id='x'></v:shape><![endif]-->"
    "<img width=10 src='file:///C:/Users/a/clip_image001.png' v:shapes='x'>"
    "<!--EndFragment--></body></html>"
)
WORDS = st.text(alphabet="防汛工作通知一二三（）。，、abc 123", min_size=1, max_size=30).filter(
    str.strip
)


@given(head=WORDS, words=WORDS, cell=WORDS)
def test_what_word_pastes_comes_out_clean(head, words, cell):
    html = clean(typed_html(WORD.format(head=head, words=words, cell=cell)))
    for trace in ("Mso", "mso-", "style", "class", "<o:", "<span", "<!--", "file:", "<img"):
        assert trace not in html
    assert "<h2>" in html and "<table>" in html
    lines = [" ".join(line.split()) for line in text_of(html).split("\n")]
    assert [" ".join(one.split()) for one in (head, words, cell)] == lines


# The filter of the list


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
@given(
    words=st.dictionaries(
        st.sampled_from(["q", "state", "column", "since", "until", "order"]), st.text(max_size=12)
    )
)
def test_a_filter_that_makes_no_sense_is_passed_over(app, words):
    with app.test_request_context("/items/"):
        wanted = FilterForm.of(MultiDict(words)).filter()
    assert wanted.state is None or wanted.state in State
    assert wanted.order in ItemOrder
    assert not isinstance(wanted.since, str)


def test_a_filter_takes_what_was_chosen(app, cast):
    column = make_column()
    typed = {"q": "flood  plan", "state": "draft", "column": str(column.id), "since": "2026-02-01"}
    with app.test_request_context("/items/"):
        wanted = FilterForm.of(MultiDict(typed)).filter()
    assert wanted.words == ("flood", "plan")
    assert (wanted.state, wanted.column_id) == (State.DRAFT, column.id)
    assert wanted.since == date(2026, 2, 1)
