import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from county_portal.core.errors import Missing, NotAllowed, OutOfDate, Refused
from county_portal.editorial.items import attachments, services
from county_portal.editorial.items.attachments import keys_for
from county_portal.models import AuditRow, State, StepTaken
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from tests.editorial.documents import corpus
from tests.factories import go, make_item


@pytest.fixture
def take(app, tmp_path):
    """Receives a file made by one of the corpus' makers, under a name."""

    def receive(make, name, **more):
        made = make(tmp_path / name.replace("/", "_"), **more)
        db.session.rollback()
        with made.open("rb") as stream:
            return attachments.receive_attachment(stream, name)

    return receive


def pdf(path, pages=2):
    corpus.plain_pdf(path, pages=pages)
    return path


def docx(path):
    return corpus.office(path, "docx")


def picture(path, size=(6, 4)):
    corpus.png(path, size=size)
    return path


def add(item, received, by, key="aaaaaaaa", **more):
    one = attachments.add(item, received, key=key, by=by, **more)
    db.session.commit()
    return one


def names(item):
    db.session.expire_all()
    return [one.name for one in item.attachments]


def test_an_added_file_has_its_original_and_its_public_copy(cast, take):
    item = make_item(cast.lin)
    one = add(item, take(pdf, "Plan.PDF"), cast.lin)
    assert one.name == "Plan.pdf"
    assert files.blob_path(one.original).stat().st_size == one.size
    assert files.blob_path(one.rendition).stat().st_size == one.rendition_size
    assert one.rendition_type == "application/pdf"
    assert one.original != one.rendition


def test_a_word_file_stays_inside(cast, take):
    item = make_item(cast.lin)
    one = add(item, take(docx, "plan.docx"), cast.lin)
    assert one.rendition is None
    assert services.make_revision(item, by=cast.lin).manifest.files == ()
    with pytest.raises(Missing):
        attachments.served(item, one.key, original=False)
    assert attachments.served(item, one.key, original=True).sha256 == one.original


def test_what_a_workbook_hides_is_left_out_and_the_author_is_told(cast, take):
    one = add(make_item(cast.lin), take(corpus.workbook, "figures.xlsx"), cast.lin)
    assert one.remarks
    assert all(line.strip() for line in one.remarks.splitlines())


def test_a_type_that_does_not_go_is_refused_and_leaves_nothing_behind(app, cast, take):
    with pytest.raises(Refused, match="These go"):
        take(docx, "plan.zip")
    assert not list(app.config["COUNTY"].tmp.glob("*"))


def test_a_file_that_is_too_large_is_refused(app, cast, take, monkeypatch):
    monkeypatch.setattr(app.config["COUNTY"], "FILE_BYTES", 100)
    with pytest.raises(Refused, match="larger than"):
        take(pdf, "plan.pdf")
    assert not list(app.config["COUNTY"].tmp.glob("*"))


def test_all_files_of_an_item_together_have_a_limit(app, cast, take, monkeypatch):
    item, received = make_item(cast.lin), take(pdf, "plan.pdf")
    monkeypatch.setattr(app.config["COUNTY"], "ITEM_BYTES", received.original.size * 2 - 1)
    add(item, received, cast.lin)
    with pytest.raises(Refused, match="together"):
        attachments.add(item, received, key="bbbbbbbb", by=cast.lin)
    db.session.rollback()
    attachments.replace(item, "aaaaaaaa", received, new="cccccccc", by=cast.lin)


def test_the_same_key_adds_a_file_once(cast, take):
    item, received = make_item(cast.lin), take(pdf, "plan.pdf")
    add(item, received, cast.lin)
    add(item, received, cast.lin)
    assert names(item) == ["plan.pdf"]


def test_two_files_of_one_name_can_be_told_apart(cast, take):
    item, received = make_item(cast.lin), take(pdf, "plan.pdf")
    add(item, received, cast.lin)
    add(item, received, cast.lin, key="bbbbbbbb")
    assert names(item) == ["plan.pdf", "plan (2).pdf"]


def test_only_pictures_stand_inside_the_text(cast, take):
    item = make_item(cast.lin)
    with pytest.raises(Refused, match="Only pictures"):
        attachments.add(item, take(pdf, "plan.pdf"), key="aaaaaaaa", inline=True, by=cast.lin)
    assert add(item, take(picture, "map.png"), cast.lin, inline=True).inline


def test_a_picture_is_published_only_if_the_text_shows_it(cast, take):
    item = make_item(cast.lin)
    add(item, take(picture, "map.png"), cast.lin, inline=True)
    assert services.make_revision(item, by=cast.lin).manifest.files == ()
    item.body = '<p>x</p><p><img src="attachment:aaaaaaaa" alt="map"></p>'
    shown = services.make_revision(item, by=cast.lin).manifest.files
    assert [line.key for line in shown] == ["aaaaaaaa"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Dikes", "Dikes.pdf"),
        ("Dikes.PDF", "Dikes.pdf"),
        ("Dikes.exe", "Dikes.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("附件一：堤坝\u202efdp.exe", "附件一：堤坝 fdp.exe.pdf"),
        ('a<b>"c|d?', "a b c d.pdf"),
    ],
)
def test_a_file_is_renamed_and_keeps_its_ending(cast, take, typed, name):
    item = make_item(cast.lin)
    add(item, take(pdf, "plan.pdf"), cast.lin)
    attachments.rename(item, "aaaaaaaa", typed, by=cast.lin)
    db.session.commit()
    assert names(item) == [name]


def test_a_file_needs_a_name(cast, take):
    item = make_item(cast.lin)
    add(item, take(pdf, "plan.pdf"), cast.lin)
    with pytest.raises(Refused, match="Enter a name"):
        attachments.rename(item, "aaaaaaaa", " .pdf", by=cast.lin)


def test_a_replaced_file_keeps_its_place_and_name_and_gets_a_new_key(cast, take):
    item = make_item(cast.lin)
    add(item, take(pdf, "one.pdf"), cast.lin)
    add(item, take(pdf, "two.pdf"), cast.lin, key="bbbbbbbb")
    attachments.replace(item, "aaaaaaaa", take(picture, "scan.png"), new="cccccccc", by=cast.lin)
    db.session.commit()
    assert names(item) == ["one.png", "two.pdf"]
    assert item.attachments[0].key == "cccccccc"
    assert item.attachments[0].rendition_type == "image/png"


def test_files_can_be_put_into_another_order(cast, take):
    item, received = make_item(cast.lin), take(pdf, "plan.pdf")
    for key in ("aaaaaaaa", "bbbbbbbb", "cccccccc"):
        add(item, received, cast.lin, key=key)
    attachments.order(item, ["cccccccc", "aaaaaaaa"], by=cast.lin)
    db.session.commit()
    db.session.expire_all()
    assert [one.key for one in item.attachments] == ["cccccccc", "aaaaaaaa", "bbbbbbbb"]
    attachments.move_attachment(item, "bbbbbbbb", -1, by=cast.lin)
    db.session.commit()
    db.session.expire_all()
    assert [one.key for one in item.attachments] == ["cccccccc", "bbbbbbbb", "aaaaaaaa"]
    attachments.move_attachment(item, "cccccccc", -1, by=cast.lin)
    assert [one.key for one in item.attachments] == ["cccccccc", "bbbbbbbb", "aaaaaaaa"]


def test_a_removed_file_is_still_there_for_the_revision_that_names_it(cast, take):
    item = make_item(cast.lin)
    one = add(item, take(pdf, "plan.pdf"), cast.lin)
    rendition, original = one.rendition, one.original
    services.make_revision(item, by=cast.lin)
    attachments.remove_attachment(item, "aaaaaaaa", by=cast.lin)
    attachments.remove_attachment(item, "aaaaaaaa", by=cast.lin)
    db.session.commit()
    assert names(item) == []
    assert attachments.served(item, "aaaaaaaa", original=False).sha256 == rendition
    assert attachments.served(item, "aaaaaaaa", original=True).sha256 == original
    assert files.blob_path(rendition).exists()


def test_a_file_that_never_was_is_missing(cast):
    item = make_item(cast.lin)
    for original in (True, False):
        with pytest.raises(Missing):
            attachments.served(item, "aaaaaaaa", original=original)


def test_every_change_is_in_the_log(cast, take):
    item = make_item(cast.lin)
    add(item, take(pdf, "plan.pdf"), cast.lin)
    attachments.rename(item, "aaaaaaaa", "dikes", by=cast.lin)
    attachments.remove_attachment(item, "aaaaaaaa", by=cast.lin)
    db.session.commit()
    rows = db.session.scalars(select(AuditRow).where(AuditRow.action == "item.edit"))
    assert [json.loads(row.details) for row in rows] == [
        {"deed": "added", "file": "plan.pdf"},
        {"deed": "renamed", "file": "dikes.pdf"},
        {"deed": "removed", "file": "dikes.pdf"},
    ]


# Who may


def writable(item, by, version=0):
    return attachments.get_writable(item.id, seen_version=version, by=by)


def test_the_files_of_an_item_on_its_way_stand_still(cast):
    item = make_item(cast.lin, state=State.SUBMITTED)
    with pytest.raises(NotAllowed):
        writable(item, cast.lin)
    with pytest.raises(Missing):
        writable(item, cast.ma)


def test_the_editors_change_is_a_revision_of_what_was_seen(cast, take):
    item = make_item(cast.lin, state=State.UNIT_APPROVED)
    with pytest.raises(OutOfDate):
        writable(item, cast.qian, item.version - 1)
    one = writable(item, cast.qian, item.version)
    add(one, take(pdf, "plan.pdf"), cast.qian)
    assert item.revision_number == 2
    assert services.current_revision(item).manifest.files[0].name == "plan.pdf"
    step = db.session.scalar(select(StepTaken).order_by(StepTaken.id.desc()))
    assert (step.action, step.note) == ("item.amend", "+ plan.pdf")


def test_the_editor_cannot_take_away_the_only_thing_to_publish(cast, take):
    item = make_item(cast.lin, body="", summary="A plan")
    add(item, take(pdf, "plan.pdf"), cast.lin)
    for state in (State.SUBMITTED, State.UNIT_APPROVED):
        go(item, state)
    with pytest.raises(Refused, match="still missing"):
        attachments.remove_attachment(item, "aaaaaaaa", by=cast.qian)
    db.session.rollback()
    assert len(item.attachments) == 1


# Names and keys


@given(st.text(max_size=300))
def test_no_name_is_dangerous_or_empty(typed):
    stem = attachments._stem(typed)
    assert stem
    assert len(stem) <= attachments.NAME_LENGTH
    assert not re.search(r'[\\/:*?"<>|\x00-\x1f\u202a-\u202e]', stem)
    assert not stem.startswith(".")


@given(st.text(max_size=12), st.integers(1, 20))
def test_each_file_of_a_form_has_a_key_of_its_own(sent, count):
    keys = keys_for(sent, count)
    assert len(set(keys)) == count
    assert all(re.fullmatch("[0-9a-f]{8}", key) for key in keys)


def test_the_same_form_gets_the_same_keys():
    assert keys_for("0a1b2c3d", 3) == keys_for("0a1b2c3d", 3)
    assert keys_for("0a1b2c3d", 3)[0] == "0a1b2c3d"
