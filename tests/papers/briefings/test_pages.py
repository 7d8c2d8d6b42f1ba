"""The pages of briefings, read and used as the clerk, the editor and the issuer do."""

import re

import pytest

from county_portal.core.html.clean import text_of
from county_portal.models import Briefing, BriefingState, Masthead, PartKind, State
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings import mastheads, printing
from county_portal.papers.briefings.services import start_briefing
from tests.factories import go, make_column
from tests.papers.briefings.office import (
    go_to,
    make_briefing,
    make_masthead,
    move,
    published,
    revision_of,
)

S = BriefingState


@pytest.fixture
def clerk(browse, cast):
    return browse(cast.he)


@pytest.fixture
def briefing(cast):
    items = tuple(
        published(cast.lin, title=title, body=f"<p>{title}的第一段。</p><p>第二段。</p>")
        for title in ("水利局加强防汛检查", "水利局修复河堤")
    )
    return make_briefing(cast.he, make_masthead(cast.he, "政务信息"), items)


def form_of(soup, selector="#briefing-form"):
    """What a browser would send of a form if nothing was typed."""
    form = soup.select_one(selector)
    sent = {}
    for one in form.select("input, textarea, select"):
        name = one.get("name")
        if not name or (one.get("type") == "checkbox" and not one.has_attr("checked")):
            continue
        if one.name == "select":
            chosen = one.select_one("[selected]") or one.select_one("option")
            value = chosen.get("value", "")
        else:
            value = one.text.removeprefix("\n") if one.name == "textarea" else one.get("value", "")
        sent.setdefault(name, []).append(value)
    return sent


def bytes_of(page, path):
    """The file at that address."""
    with page.raw(path) as response:
        return response.data


def titles(soup):
    return [one["value"] for one in soup.select("#pieces input[id^=title-]")]


def test_an_office_without_mastheads_is_told_what_to_do(clerk, browse, cast):
    page = clerk.get("/briefings/")
    assert "Set up the first masthead" in page.select_one(".empty").text
    clerk.post(
        "/mastheads/new",
        {
            "name": "政务信息",
            "office": "青禾县人民政府办公室",
            "copies": "60",
            "contents": "y",
            "active": "y",
            "position": "0",
            "last_of_year": "45",
            "last_total": "1285",
            "last_special": "0",
        },
    )
    masthead = db.session.scalar(db.select(Masthead))
    assert mastheads.counts_of(masthead) == mastheads.Counts(45, 0, 1285)
    assert "composes the first" in browse(cast.qian).get("/briefings/").text
    page = clerk.get("/briefings/")
    assert "compose the first" in page.select_one(".empty").text


def test_a_masthead_that_makes_no_sense_comes_back_as_it_was_typed(clerk, cast):
    make_masthead(cast.he, "政务信息")
    typed = {"name": "政务信息", "office": "办公室", "copies": "many", "position": "0"}
    page = clerk.post("/mastheads/new", typed, status=422)
    assert page.select_one("#office")["value"] == "办公室"
    assert page.select_one("#copies")["value"] == "many"
    page = clerk.post("/mastheads/new", typed | {"copies": "3"}, status=422)
    assert "There is a masthead of that name already" in page.text


def test_a_masthead_that_somebody_changed_meanwhile_is_not_overwritten(clerk, cast):
    masthead = make_masthead(cast.he, "政务信息")
    sent = form_of(clerk.get(f"/mastheads/{masthead.id}"), "main form")
    clerk.post(f"/mastheads/{masthead.id}", sent | {"copies": "7"})
    clerk.post(f"/mastheads/{masthead.id}", sent | {"copies": "8"}, status=409)
    assert db.session.get(Masthead, masthead.id).copies == 7


def test_from_the_first_click_to_the_paper(clerk, browse, cast):
    masthead = make_masthead(cast.he, "政务信息")
    item = published(cast.lin, title="水利局加强防汛检查")
    page = clerk.get("/briefings/")
    sent = form_of(page, "main form[method=post]") | {"masthead_id": str(masthead.id)}
    page = clerk.post("/briefings/", sent)
    briefing = db.session.scalar(db.select(Briefing))
    assert "There is nothing in it yet" in page.text
    compose = f"/briefings/{briefing.id}/compose"
    page = clerk.post(compose, form_of(page) | {"deed": "pick"})
    assert "水利局加强防汛检查" in page.select_one(".sources").text
    clerk.post(f"/briefings/{briefing.id}/pick", {"revision": str(revision_of(item))})
    page = clerk.get(compose)
    assert titles(page) == ["水利局加强防汛检查"]
    page = clerk.post(compose, form_of(page) | {"deed": "show"})
    version = page.select_one(".step input[name=version]")["value"]
    road = f"/briefings/{briefing.id}/road"
    clerk.post(f"{road}/briefing.submit", {"version": version})
    clerk.raw(f"{road}/briefing.approve", "POST", status=403, data={"version": version})
    issuer = browse(cast.tang)
    assert "Waiting for you" in issuer.get("/briefings/").text
    page = issuer.get(f"/briefings/{briefing.id}")
    form = page.select_one("form[action$='briefing.approve']")
    sent = {name: form.select_one(f"[name={name}]")["value"] for name in ("version", "digest")}
    page = issuer.post(f"{road}/briefing.approve", sent)
    assert page.h1.text.startswith("政务信息2026年第1期")
    pdf = bytes_of(clerk, f"/briefings/{briefing.id}/file/pdf")
    assert pdf.startswith(b"%PDF")
    assert pdf == bytes_of(issuer, f"/briefings/{briefing.id}/file/pdf")
    assert bytes_of(clerk, f"/briefings/{briefing.id}/file/docx").startswith(b"PK")
    clerk.raw(f"/briefings/{briefing.id}/file/xlsx", status=404)
    clerk.raw(compose, status=409)


def test_every_button_saves_what_was_typed(clerk, briefing):
    page = clerk.get(f"/briefings/{briefing.id}/compose")
    first, second = (part.id for part in briefing.parts)
    sent = form_of(page) | {f"body-{first}": "只说一句。", f"title-{second}": "河堤修好了"}
    page = clerk.post(f"/briefings/{briefing.id}/compose", sent | {"deed": f"down:{first}"})
    assert titles(page) == ["河堤修好了", "水利局加强防汛检查"]
    assert page.select_one(f"#body-{first}").text.strip() == "只说一句。"
    sent = form_of(page)
    page = clerk.post(f"/briefings/{briefing.id}/compose", sent | {"deed": f"remove:{first}"})
    assert titles(page) == ["河堤修好了"]
    page = clerk.post(f"/briefings/{briefing.id}/compose", form_of(page) | {"deed": "heading"})
    assert titles(page) == ["河堤修好了", ""]
    page = clerk.post(f"/briefings/{briefing.id}/compose", form_of(page) | {"deed": "note"})
    kinds = [part.kind for part in db.session.get(Briefing, briefing.id).parts]
    assert kinds == [PartKind.ENTRY, PartKind.HEADING, PartKind.NOTE]


def test_the_order_of_the_form_is_the_order_of_the_paper(clerk, briefing):
    sent = form_of(clerk.get(f"/briefings/{briefing.id}/compose"))
    page = clerk.post(f"/briefings/{briefing.id}/compose", sent | {"part": sent["part"][::-1]})
    assert titles(page) == ["水利局修复河堤", "水利局加强防汛检查"]


def test_shortening_leaves_the_item_and_what_was_not_touched_keeps_its_form(clerk, cast, briefing):
    item = published(cast.lin, body="<p>前言。</p><table><tr><td>甲</td><td>乙</td></tr></table>")
    clerk.post(f"/briefings/{briefing.id}/pick", {"revision": str(revision_of(item))})
    page = clerk.get(f"/briefings/{briefing.id}/compose")
    assert "leave it, move it, or delete it" in page.text
    clerk.post(f"/briefings/{briefing.id}/compose", form_of(page))
    last = db.session.get(Briefing, briefing.id).parts[-1]
    assert "<table>" in last.body
    words = {f"body-{last.id}": "<script>alert(1)</script>前言。"}
    page = clerk.get(f"/briefings/{briefing.id}/compose")
    clerk.post(f"/briefings/{briefing.id}/compose", form_of(page) | words)
    last = db.session.get(Briefing, briefing.id).parts[-1]
    assert last.body == "<p>&lt;script&gt;alert(1)&lt;/script&gt;前言。</p>"  # its sign is gone
    assert "<table>" in db.session.get(type(item), item.id).body


def test_autosave_keeps_the_words_and_the_second_writer_loses_nothing(
    clerk, browse, cast, briefing
):
    address = f"/briefings/{briefing.id}"
    sent = form_of(clerk.get(f"{address}/compose"))
    part = briefing.parts[0].id
    answer = clerk.raw(f"{address}/autosave", "POST", data=sent | {f"title-{part}": "甲"})
    assert 'id="saved"' in answer.text
    assert f'data-version="{int(sent["version"][0]) + 1}"' in answer.text
    clerk.raw(f"{address}/autosave", "POST", status=409, data=sent | {f"title-{part}": "乙"})
    page = clerk.post(f"{address}/compose", sent | {f"title-{part}": "乙"}, status=409)
    assert titles(page)[0] == "乙"
    assert "甲" in page.select_one(".alert-danger details").text
    page = clerk.post(f"{address}/compose", form_of(page))
    assert titles(page)[0] == "乙"


def test_what_makes_no_sense_comes_back_with_everything_typed(clerk, briefing):
    sent = form_of(clerk.get(f"/briefings/{briefing.id}/compose"))
    part = briefing.parts[0].id
    wrong = sent | {"copies": "0", "dated_on": "31 Feb", f"title-{part}": "长" * 121}
    page = clerk.post(
        f"/briefings/{briefing.id}/compose", wrong | {"copies": "5", "dated_on": ""}, 422
    )
    assert "is longer than 120 characters" in page.text
    assert titles(page)[0] == "长" * 121
    page = clerk.post(f"/briefings/{briefing.id}/compose", wrong, status=422)
    assert page.select_one("#copies-error")
    assert page.select_one("#dated_on-error")
    clerk.raw(f"/briefings/{briefing.id}/autosave", "POST", status=422, data=wrong)


def test_picking_by_words_column_unit_and_day(clerk, cast, briefing):
    other = make_column("news")
    published(cast.ma, title="农业简讯", column_id=other.id)
    address = f"/briefings/{briefing.id}/pick"

    def found(query):
        return [one.text for one in clerk.get(f"{address}?{query}").select(".sources strong")]

    everything = found("")
    assert set(everything) == {"水利局加强防汛检查", "水利局修复河堤", "农业简讯"}
    assert found("q=防汛") == ["水利局加强防汛检查"]
    assert found(f"column={other.id}") == ["农业简讯"]
    assert found(f"unit={cast.farms.id}") == ["农业简讯"]
    assert found("since=2026-02-26") == []
    assert found("until=2026-02-25") == everything
    assert found("since=nonsense") == everything
    page = clerk.get(f"{address}?q=nothing+like+it")
    assert "Nothing is like that" in page.select_one(".empty").text
    assert len(clerk.get(address).select(".sources .tag--good")) == 2


def test_an_item_that_stood_in_an_issue_says_so(clerk, cast, briefing):
    go_to(briefing, S.APPROVED, cast.he, cast.tang)
    other = make_briefing(cast.he, briefing.masthead)
    page = clerk.get(f"/briefings/{other.id}/pick")
    assert len([tag for tag in page.select(".tag") if tag.text == "In 政务信息 2026/1"]) == 2


def test_the_preview_shows_every_page_and_says_when_it_is_old(clerk, briefing):
    address = f"/briefings/{briefing.id}"
    page = clerk.get(f"{address}/compose")
    assert "Press “Preview”" in page.text
    page = clerk.post(f"{address}/compose", form_of(page) | {"deed": "preview"})
    pictures = page.select("#preview img")
    assert [one["alt"] for one in pictures] == ["Page 1 of 2", "Page 2 of 2"]
    assert bytes_of(clerk, pictures[0]["src"]).startswith(b"\x89PNG")
    assert 'id="preview"' in clerk.raw(f"{address}/_preview").text
    changed = form_of(page) | {"copies": "99"}
    page = clerk.post(f"{address}/compose", changed)
    assert "has changed since these pages were drawn" in page.text
    page = clerk.post(f"{address}/preview", {"to": "compose"})
    assert "has changed" not in page.select_one("#preview").text
    clerk.raw(f"{address}/preview/{'0' * 64}/1.png", status=404)
    clerk.raw(f"{address}/preview/..%2f..%2fkeys/1.png", status=404)


def test_pictures_that_the_sweep_took_are_drawn_again(app, clerk, briefing):
    address = f"/briefings/{briefing.id}"
    clerk.post(f"{address}/preview")
    for path in app.config["COUNTY"].tmp.glob("preview-*"):
        path.unlink()
    assert not clerk.get(address).select("#preview img")
    assert clerk.post(f"{address}/preview").select("#preview img")


def test_a_paper_that_failed_can_be_asked_for_again(app, clerk, cast, briefing, monkeypatch):
    def broken(*_args):
        raise OSError("no room on the disk")

    go_to(briefing, S.SUBMITTED, cast.he, cast.tang)
    with monkeypatch.context() as patch:
        patch.setattr(printing.paper, "briefing_pdf", broken)
        move(briefing, Do.BRIEFING_APPROVE, cast.tang)
    page = clerk.get(f"/briefings/{briefing.id}")
    assert "no room on the disk" in page.select_one("#print").text
    page = clerk.post(f"/briefings/{briefing.id}/print")
    assert "Download as PDF" in page.select_one("#print").text


def test_the_work_can_be_watched_and_stopped_and_asked_for_again(clerk, cast, briefing, request):
    go_to(briefing, S.SUBMITTED, cast.he, cast.tang)
    request.getfixturevalue("waiting_queue")
    move(briefing, Do.BRIEFING_APPROVE, cast.tang)
    address = f"/briefings/{briefing.id}"
    work = clerk.get(address).select_one("#print a[href^='/work/']")["href"]
    assert "stopped" in clerk.post(f"{work}/stop").text
    page = clerk.get(address)
    assert "The work was stopped" in page.select_one("#print").text
    page = clerk.post(page.select_one("#print form")["action"])
    again = page.select_one("#print a[href^='/work/']")["href"]
    assert again != work
    assert page.select_one("#print progress")


def test_pictures_that_are_being_drawn_can_be_stopped(clerk, cast, briefing, waiting_queue):
    address = f"/briefings/{briefing.id}"
    work = clerk.post(f"{address}/preview").select_one("#preview a[href^='/work/']")["href"]
    assert "Preview: 政务信息" in clerk.get(work).h1.text
    clerk.post(f"{work}/stop")
    assert "The work was stopped" in clerk.get(address).select_one("#preview").text


def test_an_entry_that_may_not_stand_any_longer_is_named(clerk, cast, briefing):
    go(published(cast.lin), State.WITHDRAWN)
    item = briefing.parts[0].revision.item
    go(item, State.WITHDRAWN)
    for address in (f"/briefings/{briefing.id}", f"/briefings/{briefing.id}/compose"):
        assert "“水利局加强防汛检查” is no longer published" in clerk.get(address).text


def test_the_list_is_narrowed_by_year_masthead_and_state(clerk, cast, briefing):
    other = make_briefing(cast.he, make_masthead(cast.he, "参阅"))
    go_to(briefing, S.APPROVED, cast.he, cast.tang)

    def found(query):
        page = clerk.get(f"/briefings/?{query}")
        return [one.a.text for one in page.select("#results tbody th")]

    assert found("") == ["参阅", "政务信息2026年第1期"]
    assert found("year=2026") == ["政务信息2026年第1期"]
    assert found(f"masthead={other.masthead_id}") == ["参阅"]
    assert found("state=draft") == ["参阅"]
    assert found("state=nonsense&year=abc") == ["参阅", "政务信息2026年第1期"]
    assert "Nothing is like that" in clerk.get("/briefings/?state=withdrawn").text


def test_the_list_leaves_what_is_printed_where_it_is(clerk, cast, briefing, statements):
    go_to(briefing, S.APPROVED, cast.he, cast.tang)
    clerk.get("/briefings/")
    with statements() as seen:
        assert "政务信息2026年第1期" in clerk.get("/briefings/").text
    assert not [sql for sql in seen if re.search(r"frozen_briefings\w*\.content\b", sql)]


def test_who_may_not_sees_nothing(browse, cast, briefing):
    for person in (cast.lin, cast.wu, cast.sys):
        browse(person).raw(f"/briefings/{briefing.id}", status=403)
        browse(person).raw("/briefings/", status=403)
    browse(cast.qian).get(f"/briefings/{briefing.id}")
    browse(cast.qian).raw(f"/briefings/{briefing.id}/compose", status=403)
    browse(cast.tang).raw("/mastheads/", status=403)
    browse(cast.he).raw("/briefings/999", status=404)


def test_the_same_click_twice_makes_one_briefing(cast):
    masthead = make_masthead(cast.he)
    one = start_briefing(masthead.id, token="same", by=cast.he)
    assert start_briefing(masthead.id, token="same", by=cast.he) is one
    db.session.commit()


def test_words_of_the_form_are_the_words_of_the_paper(briefing):
    assert text_of(briefing.parts[0].body) == "水利局加强防汛检查的第一段。\n第二段。"


def test_drafts_of_one_masthead_are_told_apart(clerk, cast):
    masthead = make_masthead(cast.he, "政务信息")
    items = [published(cast.lin, title=title) for title in ("修复|河堤", "检查河堤")]
    for count in (0, 1, 2):
        make_briefing(cast.he, masthead, tuple(items[:count]))
    rows = clerk.get("/briefings/").select("tbody tr th")
    assert [row.small.text for row in rows] == [
        "2 items, the first: 修复河堤",
        "1 item: 修复河堤",
        "Nothing stands in it yet",
    ]


def test_a_number_tells_enough(clerk, cast):
    item = published(cast.lin, title="修复河堤")
    go_to(make_briefing(cast.he, items=(item,)), S.APPROVED, cast.he, cast.tang)
    assert "修复河堤" not in clerk.get("/briefings/").select_one("tbody tr").text


def test_what_came_back_says_what_stands_in_it(clerk, cast):
    item = published(cast.lin, title="修复河堤")
    go_to(make_briefing(cast.he, items=(item,)), S.RETURNED, cast.he, cast.tang)
    assert "1 item: 修复河堤" in clerk.get("/briefings/").select_one(".waiting").text
    assert "1 item: 修复河堤 · He" in clerk.get("/").select_one("#papers").text
