"""Release forms, items as printed sheets, yearly lists: what stands on them, and who reads them."""

import re
from collections.abc import Callable
from datetime import date

import pypdfium2
import pytest

from county_portal.core import clock
from county_portal.editorial.items import services as items
from county_portal.editorial.items.services import current_revision
from county_portal.editorial.release.services import publish_due
from county_portal.editorial.sheets import item_papers, year_list
from county_portal.models import Item, Person, Publication, State
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from tests.cast import Cast
from tests.factories import go, make_category, make_column, make_item
from tests.page import Page
from tests.papers.reports.reading import text_of

Browse = Callable[[Person | None], Page]
ROAD = (
    State.SUBMITTED,
    State.UNIT_APPROVED,
    State.ACCEPTED,
    State.SIGNED_OFF,
    State.PUBLISHED,
)


def squeezed(pdf: bytes) -> str:
    return re.sub(r"\s", "", text_of(pdf))


def pages_of(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


@pytest.fixture
def item(cast: Cast) -> Item:
    """Published on 6 March, each desk on a day of its own."""
    made = make_item(
        cast.lin,
        title="关于做好2026年防汛工作的通知",
        document_number="青水发〔2026〕12号",
        category_id=make_category().id,
        body="<h2>一、总体要求</h2><p>各乡镇要在汛期到来前完成堤防检查。</p>",
        note="请尽快审核",
    )
    for day, step in enumerate(ROAD, 2):
        with clock.frozen(f"2026-03-{day:02}T09:{day:02}"):
            go(made, step)
    return made


def correct(item: Item) -> None:
    with clock.frozen("2026-03-12T10:00"):
        for state in (State.CORRECTING, *ROAD):
            go(item, state)


def form_of(item: Item, place: int = 0) -> item_papers.ReleaseForm:
    return item_papers.release_form(item_papers.item_publications(item)[place])


# The release form


def test_every_level_stands_on_it_with_its_time_and_version(item: Item) -> None:
    form = form_of(item)
    stages = (form.author, form.leader, form.editor, form.officer, form.issuer)
    assert [(one.level.name, one.level.at.day) for one in stages] == [
        ("Lin", 2),
        ("Zhou", 3),
        ("Qian", 4),
        ("Wu", 5),
        ("Tang", 6),
    ]
    assert {one.content_hash for one in stages} == {current_revision(item).content_hash}
    pdf = item_papers.release_pdf(form)
    words = squeezed(pdf)
    assert pages_of(pdf) == 1
    for one in stages:
        level = one.level
        said = f"{level.unit}{level.name}2026年3月{level.at.day}日{level.at:%H:%M}"
        assert re.sub(r"\s", "", said) in words
    assert words.count(form.content_hash) == 6  # five levels and the form itself
    for said in (form.number, form.index_number, "首次发布", "Readinfull", "同意报送。"):
        assert said in words


def test_an_editor_s_correction_shows_in_the_versions(cast: Cast) -> None:
    made = make_item(cast.lin, state=State.UNIT_APPROVED, title="First words")
    draft = items.Draft(**{name: getattr(made, name) for name in items.Draft.__dataclass_fields__})
    items.amend_item(made, draft, seen_version=made.version, note="A comma", by=cast.qian)
    db.session.commit()
    for state in (State.ACCEPTED, State.SIGNED_OFF, State.PUBLISHED):
        go(made, state)
    form = form_of(made)
    assert [form.author.revision, form.leader.revision, form.editor.revision] == [1, 1, 2]
    assert form.author.content_hash != form.officer.content_hash == form.content_hash


def test_each_publication_has_its_own_form(item: Item) -> None:
    correct(item)
    later, first = form_of(item), form_of(item, 1)
    assert (first.corrects, first.ending) == (None, "superseded")
    assert later.corrects == first.published_at
    assert first.issuer.level.at.day == 6 and later.issuer.level.at.day == 12
    assert "更正：替换2026年3月6日09:06发布的文本" in squeezed(item_papers.release_pdf(later))
    assert "由更正后的文本替换" in squeezed(item_papers.release_pdf(first))


def test_a_withdrawal_stands_on_the_form(item: Item) -> None:
    with clock.frozen("2026-03-12T10:00"):
        go(item, State.WITHDRAWN)
    assert "2026年3月12日10:00撤回，理由：Itwaswrong" in squeezed(
        item_papers.release_pdf(form_of(item))
    )


def test_what_the_timetable_published_says_so(cast: Cast) -> None:
    made = make_item(cast.lin, state=State.ISSUED)
    with clock.frozen("2027-03-05T10:00"):
        publish_due()
        db.session.commit()
        form = form_of(made)
    assert form.by_timetable
    assert form.issuer.level.name == "Tang"


# The item as a sheet


def test_the_sheet_holds_text_and_thread(item: Item, cast: Cast) -> None:
    items.remark(item, "数字请再核对", by=cast.qian)
    db.session.commit()
    sheet = item_papers.item_sheet(item, by=cast.qian)
    words = squeezed(item_papers.item_pdf(sheet))
    for said in (
        "关于做好2026年防汛工作的通知",
        "各乡镇要在汛期到来前完成堤防检查。",
        "请尽快审核",
        "当前状态已公开",
        "数字请再核对",
        "打印：Qian",
        current_revision(item).content_hash,
    ):
        assert said in words
    for deed in ("报送", "单位审核通过", "编辑审核通过", "同意公开", "签发", "发布", "意见"):
        assert deed in words


def test_a_draft_can_be_printed_by_its_unit(cast: Cast) -> None:
    made = make_item(cast.lin, title="", column_id=None, formed_on=None, body="")
    sheet = item_papers.item_sheet(made, by=cast.zhou)
    assert sheet.working_copy and sheet.thread == ()
    words = squeezed(item_papers.item_pdf(sheet))
    assert "（无标题）" in words and "尚未报送" in words


def test_others_read_what_was_handed_over_and_not_what_is_being_written(cast: Cast) -> None:
    made = make_item(cast.lin, state=State.RETURNED, title="Handed over")
    made.title = "Being written"
    db.session.commit()
    assert item_papers.item_sheet(made, by=cast.lin).item.title == "Being written"
    assert item_papers.item_sheet(made, by=cast.qian).item.title == "Handed over"


def test_paper_has_words_for_every_state_and_deed(app: object) -> None:
    said = app.jinja_env.get_template("editorial/review/_paper.html").module
    assert set(said.STATES) == set(State)
    road = {one for one in Do if one.startswith("item.")}
    assert set(said.DEEDS) == road - {Do.ITEM_VIEW, Do.ITEM_CREATE, Do.ITEM_EDIT}


# A unit's year


@pytest.fixture
def year(cast: Cast, item: Item) -> year_list.YearList:
    with clock.frozen("2026-04-01T09:00"):
        make_item(cast.zhou, state=State.RETURNED, title="堤防检查", column_id=_news().id)
        make_item(cast.lin, state=State.DRAFT, title="没有报送")
        make_item(cast.ma, state=State.PUBLISHED, title="别的单位")
        return year_list.year_list(cast.water.id, 2026, by=cast.lin)


def _news() -> object:
    return make_column("news", name="工作动态")


def test_the_list_holds_what_the_unit_submitted_by_column(year: year_list.YearList) -> None:
    assert [(one.name, [line.title for line in one.lines]) for one in year.columns] == [
        ("Notices", ["关于做好2026年防汛工作的通知"]),
        ("工作动态", ["堤防检查"]),
    ]
    assert year.counts == {"published": 1, "returned": 1}
    first, second = (one.lines[0] for one in year.columns)
    assert (first.submitted_on, first.published_on) == (date(2026, 3, 2), date(2026, 3, 6))
    assert first.index_number == "W01/2026-00001"
    assert (second.published_on, second.index_number) == (None, "")
    words = squeezed(year_list.year_pdf(year))
    for said in (
        "Water2026年度政府信息报送清单",
        "全年报送2件，其中已公开1件、已退回1件。",
        "工作动态（1件）",
        "青水发〔2026〕12号2026-02-252026-03-022026-03-06已公开W01/2026-00001",
    ):
        assert said in words
    assert "别的单位" not in words and "没有报送" not in words


def test_another_year_holds_nothing_of_this_one(cast: Cast, item: Item) -> None:
    with clock.frozen("2027-01-04T09:00"):
        listed = year_list.year_list(cast.water.id, 2027, by=cast.he)
        assert listed.total == 0
        assert "2027年没有报送政府信息。" in squeezed(year_list.year_pdf(listed))
        assert year_list.years_begun() == [2027, 2026]


# Pages


def test_the_item_s_page_leads_to_its_papers(cast: Cast, item: Item, browse: Browse) -> None:
    with clock.frozen("2026-03-10T09:00"):
        editor = browse(cast.qian)
        page = editor.get(f"/review/{item.id}")
        links = [str(one["href"]) for one in page.select("aside a[href^='/papers/']")]
        made = db.session.query(Publication).one()
        assert links == [
            f"/papers/items/{item.id}.pdf",
            f"/papers/publications/{made.id}.pdf",
            "/papers/lists",
        ]
        for link in links[:2]:
            answer = editor.raw(link)
            assert answer.headers["Content-Type"] == "application/pdf"
            assert answer.data[:5] == b"%PDF-"


def test_a_unit_reads_its_own_papers_only(cast: Cast, item: Item, browse: Browse) -> None:
    with clock.frozen("2026-03-10T09:00"):
        made = db.session.query(Publication).one()
        other = browse(cast.ma)
        for address in (
            f"/papers/items/{item.id}.pdf",
            f"/papers/publications/{made.id}.pdf",
            f"/papers/lists/{cast.water.id}/2026.pdf",
            "/papers/publications/99.pdf",
            f"/papers/lists/{cast.farms.id}/1999.pdf",
        ):
            other.raw(address, status=404)
        own = browse(cast.lin)
        assert "Yearly lists" in own.get("/items/").text
        rows = own.get("/papers/lists").select("tbody tr")
        assert [row.th.text for row in rows] == ["Water"]
        assert own.raw(str(rows[0].a["href"])).data[:5] == b"%PDF-"
        assert len(browse(cast.he).get("/papers/lists").select("tbody tr")) == 3
        for person in (cast.wu, cast.sys, cast.aud):
            browse(person).raw("/papers/lists", status=403)
        assert "Yearly lists" not in browse(cast.wu).get("/items/").text
