"""The public file as pages ask it: lists, items, words, and what happens when it is swapped."""

from datetime import UTC, datetime
from threading import Thread

import pytest
from pysqlite3 import dbapi2 as sqlite

from county_portal.published import reader, schema
from county_portal.published.items import ITEM, ItemManifest
from county_portal.published.lists import Filters
from county_portal.published.open_file import NoSite
from county_portal.published.reader import Reader, Site
from tests.published import writer
from tests.published.factory import (
    SITE,
    make_blob,
    make_county,
    make_entry,
    make_withdrawal,
)
from tests.published.writer import Changes

EVERYTHING = Filters()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "public"


@pytest.fixture
def county(folder):
    """130 varied entries and the file they make."""
    entries = make_county(130, characters=120)
    writer.build_public_file(folder, SITE, entries)
    return entries


def ids(lines):
    return [line.public_id for line in lines]


def test_lists_are_newest_first_and_paged(folder, county):
    site = Reader(folder).current()
    first = site.catalogue(EVERYTHING, "newest", 1)
    assert ids(first.lines) == list(range(130, 110, -1))
    assert first.count == 130 and first.more
    last = site.catalogue(EVERYTHING, "newest", 7)
    assert ids(last.lines) == list(range(10, 0, -1)) and not last.more


def test_every_filter_keeps_what_it_says(folder, county):
    site = Reader(folder).current()
    lines = site.catalogue(Filters(column="notices", unit="QH002"), "newest", 1).lines
    assert lines and all((x.column_slug, x.unit_code) == ("notices", "QH002") for x in lines)
    lines = site.catalogue(Filters(category="20-01", year="2025"), "newest", 1).lines
    assert lines and {x.category_code for x in lines} == {"20-01"}
    assert site.catalogue(Filters(year="2031"), "newest", 1).count == 0


def test_an_upper_column_holds_those_below_it(folder, county):
    site = Reader(folder).current()
    lines = site.catalogue(Filters(column="news"), "newest", 1).lines
    assert {x.column_slug for x in lines} == {"news", "county-news", "township-news"}


def test_the_order_by_date_formed(folder, county):
    lines = Reader(folder).current().catalogue(EVERYTHING, "formed", 1).lines
    assert [x.formed_on for x in lines] == sorted((x.formed_on for x in lines), reverse=True)


def test_the_year_is_that_of_the_county(folder):
    at_new_year = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    writer.build_public_file(folder, SITE, [make_entry(1, published_at=at_new_year)])
    site = Reader(folder).current()
    assert site.years == ("2026",)
    assert site.catalogue(Filters(year="2026"), "newest", 1).count == 1
    assert site.search("防汛", Filters(year="2026"), "newest", 1).count == 1
    assert site.search("防汛", Filters(year="2025"), "newest", 1).count == 0
    assert len(list(site.addresses("2026"))) == 1


def words_of(entry):
    item = ItemManifest.read(entry.manifest_text)
    parts = [item.title, item.summary, item.document_number, *item.keywords, item.body]
    return "\n".join(parts)


def test_search_agrees_with_reading_everything(folder, county):
    site = Reader(folder).current()
    for words in ("防汛", "政务公开", "乡村振兴", "通报", "青"):
        holding = [e for e in county if words in words_of(e)]
        assert site.search(words, EVERYTHING, "newest", 1).count == len(holding), words


def test_search_can_be_narrowed_by_column_unit_and_year(folder, county):
    site = Reader(folder).current()
    filters = Filters(column="news", unit="QH001", year="2025")
    hits = site.search("通报", filters, "newest", 1).lines
    assert hits
    for hit in hits:
        assert hit.line.column_slug in {"news", "county-news", "township-news"}
        assert hit.line.unit_code == "QH001"


def test_relevance_puts_titles_first(folder):
    about = make_entry(1, title="森林防火")
    aside = [make_entry(n, body="<p>防汛之外也要森林防火</p>") for n in range(2, 6)]
    writer.build_public_file(folder, SITE, [about, *aside])
    site = Reader(folder).current()
    assert site.search("森林防火", EVERYTHING, "newest", 1).lines[0].line.public_id == 5
    assert site.search("森林防火", EVERYTHING, "relevance", 1).lines[0].line.public_id == 1


def test_more_than_can_be_counted_is_said_so(folder, monkeypatch):
    monkeypatch.setattr(reader, "COUNTED", 50)
    writer.build_public_file(folder, SITE, make_county(60, characters=20))
    site = Reader(folder).current()
    lines = site.catalogue(EVERYTHING, "newest", 3)
    assert lines.uncounted and lines.count == 50 and not lines.more
    assert site.catalogue(EVERYTHING, "newest", 2).more
    assert site.search("通报", EVERYTHING, "newest", 1).uncounted
    assert not site.search("通报", EVERYTHING, "newest", 3).more
    monkeypatch.setattr(reader, "LAST_PAGE", 2)
    assert not site.catalogue(EVERYTHING, "newest", 2).more


def test_an_item_comes_back_as_it_was_signed(folder, tmp_path):
    line = make_blob(tmp_path / "blobs", b"%PDF-1.7")
    entry = make_entry(4, files=[line], corrected_at=datetime(2025, 11, 1, tzinfo=UTC))
    writer.build_public_file(folder, SITE, [entry])
    site = Reader(folder).current()
    item = site.item(4)
    assert item.content_hash == entry.content_hash
    assert (item.index_number, item.published_at) == (entry.index_number, entry.published_at)
    assert item.corrected_at == entry.corrected_at
    assert site.file(ITEM, "4", "0a1b2c3d") == item.files[0] == item.attachments[0]
    assert site.file(ITEM, "4", "ffffffff") is None and site.file(ITEM, "5", "0a1b2c3d") is None
    assert site.item(5) is None and site.withdrawal(ITEM, "4") is None


def test_a_withdrawal_says_when_and_why(folder):
    writer.build_public_file(folder, SITE, [], [make_withdrawal(3)])
    assert Reader(folder).current().withdrawal(ITEM, "3") == make_withdrawal(3)


def test_the_columns_stand_in_their_tree(folder):
    writer.build_public_file(folder, SITE, [])
    tree = Reader(folder).current().tree
    assert [branch.column.slug for branch in tree] == [
        "news",
        "notices",
        "disclosure",
        "interaction",
    ]
    assert [c.slug for c in tree[0].children] == ["county-news", "township-news"]


def test_the_reader_sees_the_new_file_and_an_open_page_the_old_one(folder):
    writer.build_public_file(folder, SITE, [make_entry(1)])
    door = Reader(folder)
    before = door.current()
    writer.apply(folder, Changes(put=(make_entry(2),)))
    after = door.current()
    assert before.item(2) is None and after.item(2) is not None
    assert before.generation != after.generation
    assert door.current() is after


def test_every_thread_reads_for_itself_and_may_end_before_the_reader(folder):
    writer.build_public_file(folder, SITE, [make_entry(1)])
    door = Reader(folder)
    mine, sites = door.current(), []
    threads = [Thread(target=lambda: sites.append(door.current())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(site) for site in [*sites, mine]}) == 5
    sites.clear()
    assert door.current() is mine and mine.item(1) is not None


def test_without_a_file_there_is_no_site(folder):
    with pytest.raises(NoSite):
        Reader(folder).current()
    folder.mkdir()
    (folder / "site.sqlite").write_bytes(b"no database at all, just some bytes" * 40)
    with pytest.raises(NoSite):
        Reader(folder).current()


def test_no_question_walks_the_rows(folder, county):
    """Every list walks an index in order and fetches only the rows it shows."""
    site = Reader(folder).current()
    asked = []
    site._db.set_trace_callback(asked.append)
    for filters in (
        EVERYTHING,
        Filters(unit="QH002"),
        Filters(column="notices", year="2025"),
        Filters(category="20-01"),
    ):
        site.catalogue(filters, "newest", 2)
    site._db.set_trace_callback(None)
    asked = [question for question in asked if "FROM items" in question]
    assert len(asked) == 8
    for question in asked:
        plan = [row[3] for row in site._db.execute(f"EXPLAIN QUERY PLAN {question}")]
        assert any("COVERING INDEX" in step for step in plan), plan
        assert not any(step.startswith("SCAN items") and "INDEX" not in step for step in plan), plan


# Reading only


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO site VALUES ('site_name', 'Never signed')",
        "UPDATE items SET title = 'Never signed'",
        "DELETE FROM items",
        "CREATE TABLE notes (words)",
        "DROP TABLE items",
        "INSERT INTO search(search) VALUES ('rebuild')",
        "PRAGMA user_version = 7",
        "VACUUM",
    ],
)
def test_the_reader_cannot_write(folder, statement):
    writer.build_public_file(folder, SITE, [make_entry(1)])
    path = schema.site_path(folder)
    before = path.read_bytes()
    with pytest.raises(sqlite.OperationalError, match="readonly"):
        Reader(folder).current().ask(statement)
    assert path.read_bytes() == before


def test_the_reader_makes_no_file_where_none_is(folder):
    """As when the file is taken away between the look at it and its opening."""
    folder.mkdir()
    with pytest.raises(NoSite):
        Site(folder, (0, 0, 0), {})
    assert list(folder.iterdir()) == []


def test_reading_leaves_nothing_beside_the_file(folder, county):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    site = Reader(folder).current()
    assert site.catalogue(EVERYTHING, "newest", 1).count == 130
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
