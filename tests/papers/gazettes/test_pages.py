"""The gazette as the office and the citizens meet it."""

import re
from datetime import date
from urllib.parse import quote

import pytest

from county_portal.core import clock
from county_portal.models import Gazette, GazetteSection, GazetteState, State
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import selection
from tests.factories import PASSWORD, go, make_item
from tests.papers.gazettes.office import (
    MONTH,
    issue_it,
    make_document,
    print_it,
    publish,
    repeal,
    sign_it,
)

ANSWERS = dict.fromkeys(("complete", "aggregation", "personal_data"), "clear")


def the_gazette():
    db.session.expire_all()
    return db.session.scalars(db.select(Gazette)).one()


def draft(cast):
    gazette = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    return gazette


# The office


def test_the_whole_road_by_its_pages(cast, browse, citizen):
    first, second = (make_document(cast, number, None) for number in (1, 2))
    ids, public_ids = [first.id, second.id], [first.public_id, second.public_id]
    clerk, officer, issuer = browse(cast.he), browse(cast.wu), browse(cast.tang)
    assert "no gazette yet. Choose a month" in clerk.get("/gazettes/").text
    for item_id in ids:
        page = clerk.post(f"/review/{item_id}/gazette", {"section": "county"})
        assert "It waits for the next gazette" in page.text
    assert "2 texts wait" in clerk.get("/gazettes/").text
    page = clerk.post("/gazettes/", {"month": "2026-03"})
    assert [a.text for a in page.select("td a")] == [
        f"青禾县人民政府关于第{n}号工作的通知" for n in (1, 2)
    ]
    address = f"/gazettes/{the_gazette().id}"
    version = page.select_one("[name=version]")["value"]
    page = clerk.post(f"{address}/texts/{ids[1]}/up", {"version": version})
    assert "第2号" in page.select_one("td a").text
    version = page.select_one("[name=version]")["value"]
    assert "It is ready." in clerk.post(f"{address}/freeze", {"version": version}).text
    page = clerk.get(address)
    assert "Gazette 2026 no. 1" in page.select_one("h1").text
    assert not page.select(f"[action='{address}/issue']"), "the clerk does not issue"
    form = officer.get(f"{address}/sign")
    shown = form.select_one("#content_hash")["value"]
    assert shown in form.text
    words = {**ANSWERS, "verdict": "release", "content_hash": shown, "password": PASSWORD}
    assert "Signed" in officer.post(f"{address}/sign", words).text
    page = issuer.get(address)
    shown = page.select_one(f"[action='{address}/issue'] [name=content_hash]")["value"]
    assert "Published" in issuer.post(f"{address}/issue", {"content_hash": shown}).text
    listed = citizen.get("/gazette/")
    assert listed.select_one(".lines a")["href"] == "/gazette/2026-1"
    page = citizen.get("/gazette/2026-1")
    links = [a["href"] for a in page.select(".toc a:not(.toc__page)")]
    assert links == [f"/items/{public_ids[1]}", f"/items/{public_ids[0]}"]
    pdf = page.select_one("main .btn")["href"]
    with citizen.raw(pdf) as answer:
        assert answer.data.startswith(b"%PDF")
        assert answer.headers["Content-Type"] == "application/pdf"
    assert page.select_one(".toc__page")["href"].startswith(f"{pdf}#page=")


def test_a_name_with_a_slash_in_it_leads_to_the_paper(cast, citizen):
    settings.store_setting("gazette_name", "青禾/县公报")
    db.session.commit()
    make_document(cast, 1)
    publish(cast)
    page = citizen.get("/gazette/2026-1")
    assert "青禾/县公报" in page.h1.text
    with citizen.raw(page.select_one("main .btn")["href"]) as answer:
        assert answer.data.startswith(b"%PDF")


def test_a_wrong_password_signs_nothing_and_keeps_what_was_filled_in(cast, browse):
    make_document(cast, 1)
    gazette = print_it(draft(cast), cast)
    address = f"/gazettes/{gazette.id}/sign"
    officer = browse(cast.wu)
    shown = officer.get(address).select_one("#content_hash")["value"]
    words = {
        **ANSWERS,
        "verdict": "return",
        "opinion": "The second text is upside down",
        "content_hash": shown,
        "password": "not this",
    }
    page = officer.post(address, words, status=422)
    assert "This is not your password" in page.text
    assert page.select_one("#opinion").text.strip() == words["opinion"]
    assert the_gazette().state is GazetteState.FROZEN


def test_the_officer_answers_every_question_and_gives_a_reason(cast, browse):
    make_document(cast, 1)
    gazette = print_it(draft(cast), cast)
    address = f"/gazettes/{gazette.id}/sign"
    officer = browse(cast.wu)
    shown = officer.get(address).select_one("#content_hash")["value"]
    words = {"verdict": "return", "content_hash": shown, "password": PASSWORD}
    assert "Answer this question" in officer.post(address, words, status=422).text
    page = officer.post(address, {**words, **ANSWERS}, status=422)
    assert "Say why" in page.select_one("#opinion-error").text
    objection = {**words, **ANSWERS, "verdict": "release", "aggregation": "objection"}
    assert "with an objection" in officer.post(address, objection, status=422).text
    assert the_gazette().state is GazetteState.FROZEN


def test_an_old_page_of_the_composer_is_too_late(cast, browse):
    make_document(cast, 1), make_document(cast, 2)
    gazette = draft(cast)
    item_id, seen = gazette.texts[0].item_id, gazette.version
    clerk = browse(cast.he)
    for _ in (200, 409):
        clerk.raw(
            f"/gazettes/{gazette.id}/texts/{item_id}/down",
            "POST",
            status=303 if _ == 200 else 409,
            data={"version": seen},
        )


def test_the_office_s_page_leads_to_the_public_one_as_long_as_there_is_one(cast, browse, citizen):
    make_document(cast, 1)
    words = "a:-soup-contains('See it on the public site')"
    gazette = print_it(draft(cast), cast)
    issuer, address = browse(cast.tang), f"/gazettes/{gazette.id}"
    assert issuer.get(address).select_one(words) is None
    sign_it(gazette, cast), issue_it(gazette, cast)
    link = issuer.get(address).select_one(words)["href"]
    assert "2026" in citizen.get(link.removeprefix("https://www.qinghe.example")).h1.text
    page = issuer.post(f"{address}/withdraw", {"note": "第3页有误"})
    assert page.select_one(words) is None
    road = [step.strong.text for step in page.select(".thread li")]
    assert road == [
        *("Print and freeze", "Sign off for release", "Issue and publish", "Take off the site")
    ]
    assert "of 2026-03" in page.select_one(".title-line").text


def test_taking_off_the_site_leaves_a_page_that_says_why(cast, browse, citizen):
    make_document(cast, 1)
    gazette = publish(cast)
    page = citizen.get("/gazette/2026-1")
    pdf = page.select_one("main .btn")["href"]
    issuer = browse(cast.tang)
    address = f"/gazettes/{gazette.id}/withdraw"
    assert "at once" in issuer.get(address).text
    page = issuer.post(address, {"note": "第3页有误"})
    assert "第3页有误" in page.text
    for path in ("/gazette/2026-1", pdf):
        assert "第3页有误" in citizen.get(path, status=410).text
    assert citizen.get("/gazette/").select(".lines a") == []


def test_the_office_is_told_which_text_took_the_gazette_down(cast, browse, citizen):
    item, _ = make_document(cast, 1), make_document(cast, 2)
    gazette_id, item_id = publish(cast).id, item.id
    issuer = browse(cast.tang)
    issuer.post(f"/review/{item_id}/withdraw", {"note": "数字有误"})
    page = browse(cast.he).get(f"/gazettes/{gazette_id}")
    told = " ".join(alert.text for alert in page.select(".alert"))
    assert "Taken off the public site" in told
    assert page.select_one(f".alert a[href='/review/{item_id}']")
    assert page.select(f"[action='/gazettes/{gazette_id}/reopen']")
    citizen.get("/gazette/2026-1", status=410)


def test_the_bound_volume_is_asked_for_once_there_are_issues(cast, browse, citizen):
    clerk = browse(cast.he)
    assert not clerk.get("/gazettes/").select("#year")
    make_document(cast, 1)
    publish(cast)
    page = clerk.post("/gazettes/volumes", {"year": "2026"})
    assert "Bound volume of 2026" in page.select_one("h1").text
    clerk.post("/gazettes/volumes", {"year": "2020"}, status=422)
    volume = db.session.scalars(db.select(Gazette).order_by(Gazette.id.desc())).first()
    volume = print_it(volume, cast)
    sign_it(volume, cast)
    shown = browse(cast.tang).get(f"/gazettes/{volume.id}")
    address = f"/gazettes/{volume.id}/issue"
    words = {"content_hash": shown.select_one(f"[action='{address}'] [name=content_hash]")["value"]}
    browse(cast.tang).post(address, words)
    page = citizen.get("/gazette/2026-volume")
    assert page.select_one(".toc__part a")["href"] == "/gazette/2026-1"
    assert [a["href"] for a in citizen.get("/gazette/").select(".lines a")] == [
        "/gazette/2026-1",
        "/gazette/2026-volume",
    ]


def test_the_list_asks_as_often_for_many_gazettes_and_years_as_for_one(cast, browse, statements):
    def asked(person):
        page = browse(person)
        page.get("/gazettes/")
        with statements() as seen:
            texts = [cell.text for cell in page.get("/gazettes/").select("[data-head=Texts]")]
        return texts, len(seen)

    make_document(cast, 1)
    publish(cast)
    few = [asked(person) for person in (cast.he, cast.tang)]
    for number, month in enumerate((date(2026, 4, 1), date(2026, 5, 1), date(2027, 1, 1)), 2):
        with clock.frozen(f"{month:%Y-%m}-02T09:00"):
            make_document(cast, number), make_document(cast, number + 10)
            publish(cast, month)
    with clock.frozen("2027-01-02T10:00"):
        many = [asked(person) for person in (cast.he, cast.tang)]
    assert [texts for texts, _ in many] == [["2", "2", "2", "1"]] * 2
    assert [count for _, count in many] == [count for _, count in few]
    assert max(count for _, count in many) <= 13


def test_a_mark_is_put_and_taken_away_on_the_item_s_page(cast, browse):
    item_id = make_document(cast, 1, None).id
    clerk = browse(cast.he)
    page = clerk.post(f"/review/{item_id}/gazette", {"section": "personnel"})
    assert page.select_one("#gazette-section option[selected]")["value"] == "personnel"
    page = clerk.post(f"/review/{item_id}/gazette", {"section": ""})
    assert "not marked for the gazette" in page.text
    draft_item = make_item(cast.lin, state=State.SUBMITTED)
    assert not clerk.get(f"/review/{draft_item.id}").select("#gazette-section")
    browse(cast.lin).post(f"/review/{item_id}/gazette", {"section": "county"}, status=403)


@pytest.mark.parametrize("name", ["lin", "zhou", "sys", "sec", "aud"])
def test_nobody_outside_the_county_office_comes_in(cast, browse, name):
    make_document(cast, 1)
    gazette = draft(cast)
    page = browse(getattr(cast, name))
    for address in ("/gazettes/", f"/gazettes/{gazette.id}", f"/gazettes/{gazette.id}/sign"):
        page.raw(address, status=403)


def test_what_is_not_there_is_missing(cast, browse, citizen):
    make_document(cast, 1)
    gazette = publish(cast)
    clerk = browse(cast.he)
    clerk.get("/gazettes/99", status=404)
    clerk.get(f"/gazettes/{gazette.id}/editions/99.pdf", status=404)
    clerk.raw(f"/gazettes/{gazette.id}/texts/1/burn", "POST", status=404)
    for path in ("/gazette/2026-9", "/gazette/2026-1/other.pdf", "/gazette/%00", "/gazette/x/y"):
        citizen.get(path, status=404)


# The public site


def test_a_gazette_tells_of_repeals_and_leads_to_them(cast, citizen):
    old, new = make_document(cast, 1, None), make_document(cast, 2)
    repeal(old, "青政发〔2026〕2号", cast)
    publish(cast)
    page = citizen.get("/gazette/2026-1")
    last = page.select("ul.toc li")[-1]
    assert [a["href"] for a in last.select("a")] == [
        f"/items/{old.public_id}",
        f"/items/{new.public_id}",
    ]
    assert "Repealed" in last.text
    assert old.public_id != new.public_id


def test_headings_stand_in_the_order_of_the_gazette(cast, citizen):
    for number, section in enumerate(reversed(GazetteSection), 1):
        make_document(cast, number, section)
    publish(cast)
    page = citizen.get("/gazette/2026-1")
    assert [h3.text for h3 in page.select("main h3")] == [
        "Documents of the county government",
        "Documents of the county office",
        "Appointments and removals",
        "Other texts",
    ]


def test_the_site_leads_to_its_gazettes_only_when_there_are_any(cast, citizen):
    item = make_document(cast, 1)
    assert not citizen.get("/").select("footer a[href='/gazette/']")
    assert "No gazette has been published yet" in citizen.get("/gazette/").text
    publish(cast)
    assert citizen.get("/").select("footer a[href='/gazette/']")
    assert "/gazette/" in citizen.raw("/sitemap/pages.xml").get_data(as_text=True)
    go(item, State.WITHDRAWN)
    assert not citizen.get("/").select("footer a[href='/gazette/']")


def test_two_counties_with_equal_gazettes_have_equal_pages(cast, citizen):
    """What was composed, printed and returned before leaves no trace on the public side."""
    make_document(cast, 1)
    gazette = publish(cast)
    before = [citizen.raw(path).data for path in ("/gazette/", "/gazette/2026-1", "/")]
    make_item(cast.lin, state=State.ACCEPTED)
    other = selection.compose_issue(date(2026, 2, 1), by=cast.he)
    db.session.commit()
    assert other.id != gazette.id
    assert [citizen.raw(path).data for path in ("/gazette/", "/gazette/2026-1", "/")] == before


def test_the_pdf_has_its_name_in_its_address(cast, citizen):
    make_document(cast, 1)
    publish(cast)
    link = citizen.get("/gazette/2026-1").select_one("main .btn")["href"]
    assert re.fullmatch(r"/gazette/2026-1/.+\.pdf", link)
    assert quote("青禾县人民政府公报（2026年第1期）.pdf") in quote(link, safe="%/-.")
