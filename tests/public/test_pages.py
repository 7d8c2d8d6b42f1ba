"""The public pages as citizens, machines and mischief find them."""

import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from flask import render_template

from county_portal.published.items import ItemManifest, PublicItem
from tests.public.furniture import Visitor, make_site, meta, numbers
from tests.published import writer
from tests.published.factory import (
    SITE,
    make_blob,
    make_county,
    make_entry,
    make_manifest,
    make_withdrawal,
)
from tests.published.writer import Changes

CORRECTED = datetime(2025, 12, 1, 2, 3, tzinfo=UTC)
PICTURE = b"\xff\xd8\xff\xe0 a picture"
PDF = b"%PDF-1.7 " + b"0123456789" * 100


@pytest.fixture
def folder(tmp_path):
    """45 varied items, item 46 with files and a correction, and the withdrawn item 47."""
    blobs = tmp_path / "blobs"
    files = [
        make_blob(
            blobs, PICTURE, key="aaaaaaaa", name="河.jpg", media_type="image/jpeg", inline=True
        ),
        make_blob(blobs, PDF, key="bbbbbbbb", name="预案 (一).pdf"),
        make_blob(
            blobs,
            b"PK sheet",
            key="cccccccc",
            name="表.xlsx",
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ]
    rich = make_entry(
        46,
        files=files,
        body='<p>堤防巡查</p><p><img src="attachment:aaaaaaaa" alt="堤防"></p>',
        source="河湾镇人民政府",
        corrected_at=CORRECTED,
    )
    public = tmp_path / "public"
    writer.build_public_file(
        public, SITE, [*make_county(45, characters=100), rich], [make_withdrawal(47)]
    )
    return public


@pytest.fixture
def visit(folder):
    return Visitor(make_site(folder))


def test_the_home_page_leads_to_everything(visit):
    page = visit.get("/")
    assert meta(page, "SiteName") == "青禾县人民政府"
    assert meta(page, "SiteDomain") == "www.qinghe.example"
    assert meta(page, "SiteIDCode") == "0000000000"
    assert "青禾县人民政府办公室" in page.select_one("footer").text
    assert "0000000000" in page.select_one("footer").text
    linked = {a["href"] for a in page.select("a")}
    assert {"/columns/news", "/columns/notices", "/catalogue", "/columns"} <= linked
    assert 46 in numbers(page)


def test_a_site_with_nothing_says_so(tmp_path):
    writer.build_public_file(tmp_path / "public", SITE, [])
    visit = Visitor(make_site(tmp_path / "public"))
    assert "Nothing has been published here yet" in visit.get("/").text
    assert "Nothing has been published" in visit.get("/columns/news").text
    assert "Nothing in the catalogue fits" in visit.get("/catalogue").text
    assert "<entry>" not in visit.text("/feed.xml")


def test_a_column_names_itself_to_machines_and_lists_its_items(visit):
    page = visit.get("/columns/county-news")
    assert meta(page, "ColumnName") == "青禾要闻"
    assert meta(page, "ColumnDescription") == "县委县政府重要活动"
    assert meta(page, "ColumnKeywords") == "青禾要闻,新闻动态"
    assert meta(page, "ColumnType") == "新闻动态"
    ids = numbers(page)
    assert ids and ids == sorted(ids, reverse=True)


def test_paging_walks_the_whole_list_once(visit):
    seen, path = [], "/catalogue"
    while path:
        page = visit.get(path)
        seen += numbers(page)
        following = page.select_one("a[rel=next]")
        path = following["href"] if following else ""
    assert seen == list(range(46, 0, -1))


@pytest.mark.parametrize("page", ["0", "-1", "x", "4", "501", "99999", "１", "1.0", "%00"])
def test_a_page_that_is_none_is_not_found(visit, page):
    visit.get(f"/catalogue?page={page}", 404)


def test_an_item_shows_what_was_signed(visit):
    page = visit.get("/items/46")
    assert page.h1.text == "关于做好第46号防汛工作的通知"
    facts = {tag.dt.text: tag.dd.text for tag in page.select(".item__facts div")}
    assert facts["Index number"] == "QH002/2025-00046"
    assert facts["Document number"] == "青水〔2025〕46号"
    assert facts["Date formed"] == "2025-08-29"
    assert facts["Responsible unit"] == "青禾县水务局"
    assert facts["Origin"] == "Own: 河湾镇人民政府"
    assert "corrected on 2025-12-01 10:03" in page.text
    assert page.select_one(".item__body img")["src"] == "/files/46/aaaaaaaa/%E6%B2%B3.jpg"
    shown = [(a.text, a.find_next("span").text) for a in page.select(".item__files a")]
    assert shown == [("预案 (一).pdf", "PDF, 1009 B"), ("表.xlsx", "XLSX, 8 B")]


def test_an_item_tells_machines_about_itself(visit):
    page = visit.get("/items/46")
    assert meta(page, "ArticleTitle") == page.h1.text
    assert meta(page, "PubDate") == "2025-09-03 07:00"
    assert meta(page, "ContentSource") == "河湾镇人民政府"
    assert meta(page, "Keywords") == "防汛,值班"
    assert meta(page, "Author") == "青禾县水务局"
    assert meta(page, "Description") == "汛期将至，请各单位落实值班制度。"
    assert meta(page, "Url") == "https://www.qinghe.example/items/46"
    assert meta(page, "Image").endswith("/files/46/aaaaaaaa/%E6%B2%B3.jpg")
    assert meta(page, "ColumnName") == "通知公告"


def test_the_body_is_cleaned_once_more_and_kept_from_htmx(folder):
    hostile = '<p hx-get="/x" onclick="x()" style="color:red">正文</p><script>x()</script>'
    writer.apply(folder, Changes(put=(make_entry(50, body=hostile),)))
    body = Visitor(make_site(folder)).get("/items/50").select_one(".item__body")
    assert body.decode_contents() == "<p>正文</p>"
    assert body.find_parent(attrs={"hx-ignore": True})


def test_the_print_view_is_the_item_and_no_more(visit):
    page = visit.get("/items/46/print")
    assert page.select_one(".item").decode() == visit.get("/items/46").select_one(".item").decode()
    assert not page.select("nav")


def test_a_withdrawn_item_says_when_and_why_and_nothing_else(folder):
    writer.apply(folder, Changes(withdrawals=(make_withdrawal(46),)))
    visit = Visitor(make_site(folder))
    for path in ("/items/46", "/items/46/print", "/files/46/bbbbbbbb/x.pdf"):
        page = visit.get(path, 410)
        assert "2025-11-30 09:00" in page.text and "内容有误" in page.text
        assert "第46号" not in page.text
    assert 46 not in numbers(visit.get("/catalogue"))


def test_what_never_was_cannot_be_told_from_what_is_not_public(visit):
    pages = {visit.text(f"/items/{n}", 404) for n in (48, 99, 9007199254740991)}
    assert len(pages) == 1
    visit.get("/items/9007199254740992", 404)
    visit.get("/items/-1", 404)
    visit.get("/columns/nowhere", 404)


def test_the_catalogue_narrows_and_keeps_what_was_chosen(visit):
    page = visit.get("/catalogue?unit=QH002&category=20-12&sort=formed&year=2025")
    chosen = [tag["value"] for tag in page.select("option[selected]")]
    assert chosen == ["QH002", "20-12", "2025", "formed"]
    assert 46 in numbers(page)
    cells = [tag.text for tag in page.select("td[data-label=Unit]")]
    assert set(cells) == {"青禾县水务局"}
    assert numbers(visit.get("/catalogue?unit=nobody")) == numbers(visit.get("/catalogue"))


def test_search_marks_two_character_words(visit):
    page = visit.get("/search?q=堤防")
    assert numbers(page) == [46]
    assert {tag.text for tag in page.select("mark")} == {"堤防"}
    assert numbers(visit.get("/search?q=堤防&unit=QH001")) == []
    assert numbers(visit.get("/search?q=堤防&column=notices&year=2025")) == [46]


@pytest.mark.parametrize(
    "words", ["堤汛", '"', "*", "title:x OR", "<script>", "%00", "%ff", "a" * 5000]
)
def test_search_takes_any_words(visit, words):
    page = visit.get(f"/search?q={words}")
    assert numbers(page) == [] and not page.select("main script")


@pytest.mark.parametrize(
    "path",
    [
        "/columns/%00",
        "/columns/%ff",
        "/files/46/%00/%00",
        "/files/46/bbbbbbbb/%ff",
        "/sitemap/%00.xml",
        "/sitemap/٢٠٢٥.xml",
        "/items/４６",
        "/items/1/../2",
        "//items/1",
        "/catalogue?unit=%00&year=%ff",
        "/catalogue?page=1&page=x",
        "/catalogue?lang=%00",
        "/?lang[]=en",
        "/search?q=%ed%a0%80",
        "/search?q=a&q=b&sort='",
        "/static/../wsgi.py",
        "/static/%2e%2e/wsgi.py",
    ],
)
def test_no_address_breaks_the_site(visit, path):
    response = visit.client.get(path)
    assert response.status_code in {200, 308, 404}
    assert b"import" not in response.data


@pytest.mark.parametrize("host", ["", "a b", "x" * 300, "[::1", "evil.example/items"])
def test_no_host_is_echoed(visit, host):
    response = visit.client.get("/items/46", headers={"Host": host})
    assert response.status_code < 500
    assert "evil" not in response.text


def test_the_officer_sees_what_the_public_will_see(folder):
    """The preview of an unsigned manifest is the public page but for what is drawn later."""
    entry = make_entry(46, title="预案", summary="")
    writer.apply(folder, Changes(put=(entry,)))
    app = make_site(folder)
    public = Visitor(app).get("/items/46").select_one(".item")
    with app.test_request_context("/"):
        preview = render_template(
            "public/_item.html",
            item=PublicItem(**vars(ItemManifest.read(entry.manifest_text))),
            address=lambda file: f"/preview/{file.key}",
        )
    for drawn in ("QH002/2025-00046", "2025-09-03 07:00"):
        assert drawn in public.text and drawn not in preview
    assert preview.count("assigned at publication") == 2
    shown = BeautifulSoup(preview, "html.parser")
    for part in ("h1", ".item__body"):
        assert str(shown.select_one(part)) == str(public.select_one(part))


def test_an_unfinished_item_can_be_shown_too(folder):
    manifest = make_manifest(1, column=None, category=None, formed_on=None, document_number="")
    with make_site(folder).test_request_context("/"):
        shown = render_template(
            "public/_item.html", item=PublicItem(**vars(ItemManifest.read(manifest))), address=str
        )
    assert "assigned at publication" in shown


def test_search_without_words_says_what_to_do(visit):
    assert "Type one or more words" in visit.get("/search").text


def test_files_come_whole_in_part_and_not_at_all(visit):
    path = "/files/46/bbbbbbbb/%E9%A2%84%E6%A1%88%20(%E4%B8%80).pdf"
    whole = visit.client.get(path, buffered=True)
    assert whole.data == PDF and whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Disposition"].startswith("inline;")
    assert "filename*=UTF-8''%E9%A2%84%E6%A1%88%20%28" in whole.headers["Content-Disposition"]
    assert "Last-Modified" not in whole.headers
    part = visit.client.get(path, buffered=True, headers={"Range": "bytes=9-18"})
    assert (part.status_code, part.data) == (206, b"0123456789")
    same = visit.client.get(path, buffered=True, headers={"If-None-Match": whole.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert (
        visit.client.get(path, buffered=True, headers={"Range": "bytes=9999-"}).status_code == 416
    )
    assert visit.client.head(path, buffered=True).headers["Content-Length"] == str(len(PDF))


def test_only_listed_files_are_there_and_only_under_their_name(visit):
    for path in (
        "/files/46/bbbbbbbb/other.pdf",
        "/files/46/dddddddd/x.pdf",
        "/files/1/bbbbbbbb/预案 (一).pdf",
        "/files/46/bbbbbbbb/../../site.sqlite",
        "/files/46/..%2f..%2fsite.sqlite/x",
    ):
        visit.get(path, 404)


def test_a_sheet_is_downloaded_and_a_picture_is_shown(visit):
    sheet = visit.client.get("/files/46/cccccccc/表.xlsx", buffered=True)
    assert sheet.headers["Content-Disposition"].startswith("attachment;")
    picture = visit.client.get("/files/46/aaaaaaaa/河.jpg", buffered=True)
    assert picture.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in picture.headers["Content-Security-Policy"]


def test_the_feed_is_atom_and_newest_first(visit):
    root = ElementTree.fromstring(visit.text("/feed.xml"))
    atom = "{http://www.w3.org/2005/Atom}"
    ids = [entry.find(f"{atom}id").text for entry in root.findall(f"{atom}entry")]
    assert len(ids) == 30 and ids[0] == "https://www.qinghe.example/items/46"
    assert root.find(f"{atom}updated").text.startswith("2025-12-01T02:03:00")


def test_the_sitemaps_name_every_public_item(visit):
    index = ElementTree.fromstring(visit.text("/sitemap.xml"))
    places = [loc.text for loc in index.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert places == [
        "https://www.qinghe.example/sitemap/pages.xml",
        "https://www.qinghe.example/sitemap/2025.xml",
    ]
    year = ElementTree.fromstring(visit.text("/sitemap/2025.xml"))
    found = [loc.text for loc in year.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert found == [f"https://www.qinghe.example/items/{n}" for n in range(1, 47)]
    assert "/columns/news" in visit.text("/sitemap/pages.xml")
    assert "Sitemap: https://www.qinghe.example/sitemap.xml" in visit.text("/robots.txt")
    visit.get("/sitemap/1999.xml", 404)


def test_the_language_stays_with_the_reader(folder):
    visit = Visitor(make_site(folder, locale="zh_Hans_CN"))
    page = visit.get("/?lang=en")
    assert page.html["lang"] == "en"
    inside = [a["href"] for a in page.select("main a[href^='/']")]
    assert inside and all(href.endswith("lang=en") for href in inside)
    back = page.select_one("a[hreflang=zh-CN]")
    assert back["href"] == "/"
    assert visit.get("/?lang=xx").html["lang"] == "zh-CN"


def test_other_methods_are_answered_sanely(visit):
    refused = visit.client.post("/items/46")
    assert refused.status_code == 405 and "GET" in refused.headers["Allow"]
    assert visit.client.options("/items/46").status_code == 200
    head = visit.client.head("/items/46")
    assert (head.status_code, head.data) == (200, b"")


def test_without_a_public_file_the_site_says_it_is_coming(tmp_path):
    app = make_site(tmp_path)
    response = app.test_client().get("/")
    assert response.status_code == 503 and response.headers["Retry-After"]
    assert "being prepared" in response.text
    assert app.test_client().get("/nowhere").status_code == 404


def test_equal_contents_make_equal_pages(folder, tmp_path):
    """Nothing on a page depends on how the file came to be, or when."""
    past = tmp_path / "past"
    entries = make_county(20, characters=100)
    writer.build_public_file(past, SITE, [*entries[:12], make_entry(90)])
    writer.apply(past, Changes(put=tuple(entries[12:])))
    writer.apply(past, Changes(remove=(90,)))
    straight = tmp_path / "straight"
    writer.build_public_file(straight, SITE, entries)
    paths = [
        "/",
        "/items/3",
        "/items/90",
        "/catalogue",
        "/search?q=防汛",
        "/feed.xml",
        "/columns/news",
    ]
    answers = []
    for place in (past, straight):
        client = make_site(place).test_client()
        responses = [client.get(path) for path in paths]
        answers.append([(r.status_code, dict(r.headers), r.data) for r in responses])
    assert answers[0] == answers[1]
