"""The public file as the writer leaves it: whole, exact, and without what was removed."""

import random
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from pysqlite3 import dbapi2 as sqlite

from county_portal.office.base.config import ROOT
from county_portal.published import schema, search
from county_portal.published.items import PublicEntry
from county_portal.published.lists import Filters
from county_portal.published.reader import Reader
from tests.published import writer
from tests.published.factory import (
    SITE,
    make_blob,
    make_county,
    make_entry,
    make_withdrawal,
)
from tests.published.writer import Changes

SECRET = "骉鱻麤鑫馫"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "public"


def bytes_of(folder):
    return schema.site_path(folder).read_bytes()


def terms_of(folder):
    """Every token in the index with the number of items it stands in."""
    db = sqlite.connect(":memory:")
    db.execute("ATTACH ? AS public", (str(schema.site_path(folder)),))
    db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(public, search, row)")
    rows = dict(db.execute("SELECT term, doc FROM temp.terms").fetchall())
    db.close()
    return rows


def found(folder, words):
    site = Reader(folder).current()
    return [hit.line.public_id for hit in site.search(words, Filters(), "newest", 1).lines]


def test_building_holds_exactly_the_entries(folder):
    entries = make_county(30)
    writer.build_public_file(folder, SITE, entries, [make_withdrawal(99)])
    assert writer.item_hashes(folder) == {e.public_id: e.content_hash for e in entries}
    assert writer.withdrawals_in(folder) == {99: make_withdrawal(99)}


def test_the_same_entries_make_the_same_bytes(folder, tmp_path):
    entries = make_county(30)
    writer.build_public_file(folder, SITE, entries)
    writer.build_public_file(tmp_path / "other", SITE, reversed(entries))
    assert bytes_of(folder) == bytes_of(tmp_path / "other")


def test_the_mark_depends_on_what_the_file_says_and_not_on_its_past(folder, tmp_path):
    one, two = make_entry(1), make_entry(2)
    writer.build_public_file(folder, SITE, [one])
    writer.apply(folder, Changes(put=(two, make_entry(3))))
    writer.apply(folder, Changes(remove=(3,)))
    writer.build_public_file(tmp_path / "other", SITE, [one, two])
    marks = {Reader(f).current().generation for f in (folder, tmp_path / "other")}
    assert len(marks) == 1
    assert terms_of(folder) == terms_of(tmp_path / "other")


def test_an_entry_can_be_added_corrected_and_removed(folder):
    writer.build_public_file(folder, SITE, [make_entry(1)])
    writer.apply(folder, Changes(put=(make_entry(2, title="森林防火通告"),)))
    assert found(folder, "森林防火") == [2]
    corrected = make_entry(2, title="草原防火通告")
    writer.apply(folder, Changes(put=(corrected,)))
    assert found(folder, "森林防火") == [] and found(folder, "草原防火") == [2]
    writer.apply(folder, Changes(remove=(2,)))
    assert found(folder, "草原防火") == []
    assert set(writer.item_hashes(folder)) == {1}


def test_a_withdrawal_takes_the_item_and_says_so_until_it_is_published_again(folder):
    writer.build_public_file(folder, SITE, [make_entry(1), make_entry(2)])
    writer.apply(folder, Changes(withdrawals=(make_withdrawal(2),)))
    assert set(writer.item_hashes(folder)) == {1}
    assert set(writer.withdrawals_in(folder)) == {2}
    writer.apply(folder, Changes(put=(make_entry(2),)))
    assert set(writer.item_hashes(folder)) == {1, 2}
    assert writer.withdrawals_in(folder) == {}


def test_the_reference_tables_can_change_alone(folder):
    writer.build_public_file(folder, SITE, [make_entry(1)])
    renamed = schema.SiteData({**SITE.settings, "site_name": "新名"}, SITE.units, (), ())
    writer.apply(folder, Changes(site=renamed))
    site = Reader(folder).current()
    assert site.settings["site_name"] == "新名" and site.columns == {}
    assert set(writer.item_hashes(folder)) == {1}


@pytest.mark.parametrize("size", [10, 3_000, 60_000])
def test_no_byte_of_what_was_removed_stays(folder, size):
    secret = make_entry(
        20, title=f"{SECRET}标题", body=f"<p>{SECRET}{'内情' * (size // 2)}</p>", keywords=[SECRET]
    )
    entries = make_county(60, characters=200)
    entries[19] = secret
    writer.build_public_file(folder, SITE, entries)
    assert SECRET.encode() in bytes_of(folder)
    writer.apply(folder, Changes(remove=(20,)))
    assert not remains(folder, SECRET)


def remains(folder, text):
    """Whether the text, or a token only it has, can still be read in the raw file."""
    raw = bytes_of(folder)
    single = [character for character in text if character.encode() in raw]
    return (
        text.encode() in raw or single or set(search.tokens(text).split()) & set(terms_of(folder))
    )


def test_the_mark_changes_with_a_withdrawal(folder, tmp_path):
    gone = make_withdrawal(2)
    marks = set()
    for number, told in enumerate(([], [gone], [replace(gone, reason="另有原因")])):
        place = tmp_path / str(number)
        writer.build_public_file(place, SITE, [make_entry(1)], told)
        marks.add(Reader(place).current().generation)
    assert len(marks) == 3


def test_what_went_into_the_index_comes_out_after_the_words_are_made_otherwise(folder, monkeypatch):
    """A later program may split words in another way; the file keeps what it was given."""
    writer.build_public_file(folder, SITE, [make_entry(1), make_entry(20, title=f"{SECRET}标题")])
    monkeypatch.setattr(search, "tokens", lambda text: " ".join(text))
    writer.apply(folder, Changes(remove=(20,)))
    assert not set("".join(terms_of(folder))) & set(SECRET)
    assert not remains(folder, SECRET)
    writer.apply(folder, Changes(remove=(1,)))
    assert not terms_of(folder)


def test_no_byte_stays_after_many_corrections_and_removals(folder):
    chance = random.Random(7)
    writer.build_public_file(folder, SITE, make_county(40, characters=300))
    rare = [chr(0x9000 + n * 7) for n in range(40)]
    for n, character in enumerate(rare):
        word = character * 3
        body = f"<p>{word * chance.randrange(1, 400)}</p>"
        writer.apply(folder, Changes(put=(make_entry(50 + n, title=word, body=body),)))
    for n in chance.sample(range(40), 20):
        writer.apply(folder, Changes(put=(make_entry(50 + n, title="更正", body="<p>改</p>"),)))
    for n in chance.sample(range(40), 40):
        writer.apply(folder, Changes(remove=(50 + n,)))
    raw = bytes_of(folder)
    assert [c for c in rare if (c * 2).encode() in raw] == []
    assert not set(rare) & {term[:1] for term in terms_of(folder)}


def test_a_manifest_that_was_not_signed_is_refused_and_nothing_changes(folder):
    writer.build_public_file(folder, SITE, [make_entry(1)])
    before = bytes_of(folder)
    forged = PublicEntry(
        2, "X/1", make_entry(2).manifest_text, "0" * 64, make_entry(2).published_at
    )
    with pytest.raises(writer.Unfit, match="signed"):
        writer.apply(folder, Changes(put=(forged,)))
    with pytest.raises(writer.Unfit, match="signed"):
        writer.build_public_file(folder, SITE, [forged])
    assert bytes_of(folder) == before
    assert sorted(p.name for p in folder.iterdir()) == [".writer", "site.sqlite"]


def test_an_unfinished_manifest_is_refused(folder):
    with pytest.raises(writer.Unfit, match="column"):
        writer.build_public_file(folder, SITE, [make_entry(1, column=None)])


def test_a_change_needs_a_file_of_this_form(folder):
    with pytest.raises(writer.NeedsBuild):
        writer.apply(folder, Changes(put=(make_entry(1),)))
    writer.build_public_file(folder, SITE, [])
    db = sqlite.connect(str(schema.site_path(folder)))
    db.execute("UPDATE site SET value = 'older' WHERE key = 'format'")
    db.commit()
    db.close()
    with pytest.raises(writer.NeedsBuild):
        writer.apply(folder, Changes(put=(make_entry(1),)))
    assert writer.item_hashes(folder) == {}


def test_files_come_before_the_swap_and_go_after_it(folder, tmp_path):
    line = make_blob(tmp_path / "blobs", b"%PDF-1.7 one")
    other = make_blob(tmp_path / "blobs", b"%PDF-1.7 two", key="11111111")
    shared = make_entry(1, files=[line])
    writer.build_public_file(folder, SITE, [shared, make_entry(2, files=[line, other])])
    paths = [folder / "files" / f["sha256"][:2] / f["sha256"] for f in (line, other)]
    assert [p.read_bytes() for p in paths] == [b"%PDF-1.7 one", b"%PDF-1.7 two"]
    assert paths[0].samefile(tmp_path / "blobs" / line["sha256"][:2] / line["sha256"])
    writer.apply(folder, Changes(remove=(2,)))
    assert paths[0].exists() and not paths[1].exists()
    assert writer.files_in(folder) == {line["sha256"]}


@pytest.mark.parametrize("fault", ["missing", "another size"])
def test_an_entry_without_its_files_is_refused(folder, tmp_path, fault):
    line = make_blob(tmp_path / "blobs", b"%PDF-1.7 one")
    blob = tmp_path / "blobs" / line["sha256"][:2] / line["sha256"]
    blob.unlink() if fault == "missing" else blob.write_bytes(b"%PDF")
    with pytest.raises(writer.Unfit, match=r"附件一\.pdf"):
        writer.build_public_file(folder, SITE, [make_entry(1, files=[line])])


def test_sweeping_removes_what_nobody_lists(folder, tmp_path):
    line = make_blob(tmp_path / "blobs", b"%PDF-1.7 one")
    writer.build_public_file(folder, SITE, [make_entry(1, files=[line])])
    stray = folder / "files" / "ab" / ("ab" + "0" * 62)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"left by a crash")
    (folder / "site.sqlite.next").write_bytes(b"half a file")
    writer.sweep_public_files(folder)
    assert not stray.exists() and not (folder / "site.sqlite.next").exists()
    assert (folder / "files" / line["sha256"][:2] / line["sha256"]).exists()


CHILD = """
import sys
from pathlib import Path
from tests.published import writer
from tests.published.writer import Changes
from tests.kills.stages import die_at
from tests.published.factory import make_blob, make_entry
folder, stage = Path(sys.argv[1]), sys.argv[2]
line = make_blob(folder.parent / "blobs", b"new")
die_at(stage)
writer.apply(folder, Changes(put=(make_entry(101, files=[line]),), remove=(100,)))
"""
HASH = "[0-9a-f]" * 64


@pytest.mark.parametrize(
    ("stage", "is_new"),
    [
        ("before link */blobs/*", False),
        ("after link */blobs/*", False),
        (f"before rename */files/??/{HASH}", False),
        (f"after rename */files/??/{HASH}", False),
        ("before rename */site.sqlite", False),
        ("after rename */site.sqlite", True),
        (f"before remove */files/??/{HASH}", True),
        (f"after remove */files/??/{HASH}", True),
    ],
)
def test_killed_at_any_stage_the_old_or_the_new_file_is_whole(folder, tmp_path, stage, is_new):
    old = make_entry(100, files=[make_blob(tmp_path / "blobs", b"old")])
    writer.build_public_file(folder, SITE, [*make_county(50, characters=200), old])
    died = subprocess.run([sys.executable, "-c", CHILD, str(folder), stage], cwd=ROOT)
    assert died.returncode == -signal.SIGKILL
    whole(folder)
    assert {100, 101} & set(writer.item_hashes(folder)) == {101 if is_new else 100}
    writer.sweep_public_files(folder)
    on_disk = {path.name for path in (folder / "files").glob("??/*")}
    assert on_disk == writer.files_in(folder)
    writer.apply(folder, Changes(remove=(100, 101)))
    whole(folder)


def whole(folder):
    """The file passes SQLite's own check, its hashes fit and its files are there."""
    db = sqlite.connect(str(schema.site_path(folder)))
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    stored = {int(key): found for key, found in db.execute("SELECT key, content_hash FROM entries")}
    db.close()
    assert writer.item_hashes(folder) == stored
    for sha256 in writer.files_in(folder):
        assert (folder / "files" / sha256[:2] / sha256).is_file()
