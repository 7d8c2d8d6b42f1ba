import io

import pytest
from sqlalchemy import select

from county_portal.editorial.items import attachments, finding
from county_portal.models import Attachment, AuditRow, Item, Person, State
from county_portal.office.base.extensions import db
from tests.editorial.documents import corpus
from tests.factories import go, make_column, make_item

TODAY = "2026-03-02"


def words_of(soup):
    """What the item's form would send if nobody touched it."""
    form, words = soup.select_one("#item-form"), {}
    for control in soup.select("#item-form [name], [name][form=item-form]"):
        if control.get("type") == "radio" and not control.has_attr("checked"):
            continue
        if control.name == "select":
            chosen = control.select_one("option[selected]")
            words[control["name"]] = chosen["value"] if chosen else ""
        elif control.name == "textarea":
            words[control["name"]] = control.text.removeprefix("\n").removeprefix("\r\n")
        else:
            words[control["name"]] = control.get("value", "")
    assert form is not None
    return words


def pdf_bytes(tmp_path):
    corpus.plain_pdf(tmp_path / "plan.pdf")
    return (tmp_path / "plan.pdf").read_bytes()


def upload(content, name, **more):
    return {"file": [(io.BytesIO(content), name)], **more}


# The list


def test_the_list_says_where_each_item_is_since_when_and_with_whom(browse, cast):
    item = make_item(cast.lin, state=State.SUBMITTED)
    row = browse(cast.lin).get("/items/").select_one(f"#item-{item.id}").text
    for words in ("Flood plan", "Waiting for unit approval", "2026-03-02 09:00", "Unit leader"):
        assert words in row


def test_a_row_leads_to_the_form_or_to_the_item(browse, cast):
    draft, sent = make_item(cast.lin), make_item(cast.lin, state=State.SUBMITTED)
    page = browse(cast.lin).get("/items/")
    assert page.select_one(f"#item-{draft.id} a")["href"] == f"/items/{draft.id}"
    assert page.select_one(f"#item-{sent.id} a")["href"] == f"/review/{sent.id}"


def test_the_list_is_narrowed_by_what_is_typed(browse, cast):
    make_item(cast.lin, title="Flood plan")
    make_item(cast.lin, title="Dry year")
    page = browse(cast.lin).get("/items/?q=flood&state=draft&order=title&since=nonsense")
    assert [cell.text for cell in page.select("#results th[scope=row]")] == ["Flood plan"]
    assert page.select_one("#q")["value"] == "flood"


def test_an_empty_list_says_what_to_do(browse, cast):
    assert browse(cast.lin).get("/items/").select_one(".empty a")["href"] == "/items/new"
    assert "handed over" in browse(cast.qian).get("/items/").select_one(".empty").text
    make_item(cast.lin)
    assert "show all" in browse(cast.lin).get("/items/?q=zzz").select_one(".empty").text


def test_the_list_comes_in_pages_that_keep_the_filter(browse, cast, monkeypatch):
    monkeypatch.setattr(finding, "PER_PAGE", 1)
    make_item(cast.lin, title="Plan A")
    make_item(cast.lin, title="Plan B")
    following = browse(cast.lin).get("/items/?q=plan&order=title").select_one("[rel=next]")["href"]
    page = browse(cast.lin).get(following)
    assert [cell.text for cell in page.select("#results th[scope=row]")] == ["Plan B"]


def test_administrators_have_no_list(browse, cast):
    for person in (cast.sys, cast.sec, cast.aud):
        browse(person).get("/items/", status=403)


# Writing


def test_nothing_is_made_until_something_is_saved_and_then_once(browse, cast):
    page = browse(cast.lin)
    words = words_of(page.get("/items/new"))
    assert db.session.scalar(select(Item)) is None
    for _twice in range(2):
        page.post("/items/new", {**words, "title": "Flood plan"})
    assert [item.title for item in db.session.scalars(select(Item))] == ["Flood plan"]
    assert page.address.startswith("/items/")


def test_only_liaisons_write(browse, cast):
    browse(cast.qian).get("/items/new", status=403)
    browse(cast.qian).get(f"/items/{make_item(cast.lin).id}", status=403)
    browse(cast.ma).get(f"/items/{make_item(cast.lin).id}", status=404)


def test_an_untouched_form_changes_nothing(browse, cast):
    item = make_item(cast.lin, keywords="dike", body="<p>One</p><ul><li>Two</li></ul>")
    names = ("title", "column_id", "attribute", "formed_on", "summary", "body", "keywords")
    page, before = browse(cast.lin), [getattr(item, name) for name in names]
    page.post(f"/items/{item.id}", words_of(page.get(f"/items/{item.id}")))
    assert [getattr(item, name) for name in names] == before


def test_a_wrong_field_is_told_beside_it_and_keeps_what_was_typed(browse, cast):
    item = make_item(cast.lin)
    page = browse(cast.lin)
    words = {**words_of(page.get(f"/items/{item.id}")), "title": "x" * 121, "note": "Please"}
    answer = page.post(f"/items/{item.id}", words, status=422)
    assert answer.select_one("#title-error").text == "At most 120 characters"
    assert answer.select_one("#title")["value"] == "x" * 121
    assert answer.select_one("#note").text.strip() == "Please"


def test_a_second_writer_gets_both_texts_and_loses_nothing(browse, cast):
    item = make_item(cast.lin)
    lin, zhou = browse(cast.lin), browse(cast.zhou)
    words = words_of(lin.get(f"/items/{item.id}"))
    zhou.post(f"/items/{item.id}", {**words, "title": "By Zhou", "body": "<p>Zhou wrote</p>"})
    answer = lin.post(f"/items/{item.id}", {**words, "title": "By Lin"}, status=409)
    assert answer.select_one("#title")["value"] == "By Lin"
    assert "By Zhou" in answer.select_one(".theirs").text
    assert "Zhou wrote" in answer.select_one(".theirs").text
    assert item.title == "By Zhou"
    lin.post(f"/items/{item.id}", words_of(answer))
    assert item.title == "By Lin"


def test_plain_words_without_script_become_paragraphs(browse, cast):
    item = make_item(cast.lin)
    page = browse(cast.lin)
    words = words_of(page.get(f"/items/{item.id}"))
    page.post(f"/items/{item.id}", {**words, "body": "第一段\r\n\r\n第二段"})
    assert item.body == "<p>第一段</p><p>第二段</p>"


def test_what_is_missing_leads_to_its_field(browse, cast):
    item = make_item(cast.lin, title="", summary="", body="", formed_on=None, column_id=None)
    page = browse(cast.lin).get(f"/items/{item.id}")
    targets = [link["href"] for link in page.select("#missing a")]
    assert targets == ["#title", "#column_id", "#formed_on", "#summary", "#body"]
    assert all(page.select_one(target) for target in targets)


def test_a_complete_item_says_so(browse, cast):
    page = browse(cast.lin).get(f"/items/{make_item(cast.lin).id}")
    assert "can be submitted" in page.select_one("#missing").text


def test_why_an_item_came_back_stands_above_its_form(browse, cast):
    item = make_item(cast.lin, state=State.RETURNED)
    page = browse(cast.lin).get(f"/items/{item.id}")
    assert "Name the river" in page.select_one(".came-back").text


def test_submitting_saves_and_hands_over_in_one(browse, cast):
    item = make_item(cast.lin)
    page = browse(cast.lin)
    soup = page.get(f"/items/{item.id}")
    address = soup.select_one("#bar [formaction]")["formaction"]
    page.post(address, {**words_of(soup), "title": "Flood plan, final"})
    assert (item.state, item.title) == (State.SUBMITTED, "Flood plan, final")


def test_what_was_handed_over_can_no_longer_be_edited(browse, cast):
    item = make_item(cast.lin, state=State.SUBMITTED)
    browse(cast.lin).get(f"/items/{item.id}", status=403)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-03-02", ["2026-03-30", "28 days left"]),
        ("2026-01-05", ["2026-02-02", "28 days late"]),
        ("2026-12-20", ["2027-01-15", "Provisional"]),
        ("", []),
        ("2026-13-01", []),
    ],
)
def test_the_deadline_appears_as_soon_as_the_date_is_typed(browse, cast, typed, words):
    text = browse(cast.lin).raw(f"/items/deadline?formed_on={typed}").get_data(as_text=True)
    assert all(word in text for word in words), text
    assert bool(text.strip()) == bool(words)


# Saving by itself


def test_the_first_save_makes_the_item_and_says_where_it_lives(browse, cast):
    page = browse(cast.lin)
    words = {**words_of(page.get("/items/new")), "title": "Flood plan", "body": "<p>Dikes.</p>"}
    for _twice in range(2):
        answer = page.raw("/items/autosave", "POST", data=words).get_data(as_text=True)
    item = db.session.scalars(select(Item)).one()
    assert f'data-address="/items/{item.id}"' in answer
    assert f'data-version="{item.version}"' in answer
    assert 'data-summary="Dikes."' in answer
    assert "Choose a column" in answer


def test_later_saves_need_the_newest_version(browse, cast):
    item = make_item(cast.lin)
    page = browse(cast.lin)
    words = words_of(page.get(f"/items/{item.id}"))
    answer = page.raw(f"/items/{item.id}/autosave", "POST", data={**words, "title": "One"})
    assert f'data-version="{item.version}"' in answer.get_data(as_text=True)
    page.raw(f"/items/{item.id}/autosave", "POST", data={**words, "title": "Two"}, status=409)
    assert item.title == "One"


def test_a_save_with_a_wrong_field_says_which(browse, cast):
    item = make_item(cast.lin)
    page = browse(cast.lin)
    words = {**words_of(page.get(f"/items/{item.id}")), "keywords": "x" * 200}
    answer = page.raw(f"/items/{item.id}/autosave", "POST", data=words, status=422)
    assert "Keywords</a>: At most 100 characters" in answer.get_data(as_text=True)


def test_another_units_item_is_missing_for_every_deed(browse, cast):
    item = make_item(cast.lin)
    page = browse(cast.ma)
    for address in ("autosave", "files", "files/order", "files/aaaaaaaa/remove"):
        page.post(f"/items/{item.id}/{address}", {}, status=404)


# Files


def test_files_are_added_shown_and_removed(browse, cast, tmp_path):
    item = make_item(cast.lin)
    page, content = browse(cast.lin), pdf_bytes(tmp_path)
    soup = page.post(f"/items/{item.id}/files", upload(content, "plan.pdf", key="0a1b2c3d"))
    assert "plan.pdf" in soup.select_one("#files").text
    page.post(f"/items/{item.id}/files", upload(content, "plan.pdf", key="0a1b2c3d"))
    assert len(item.attachments) == 1
    soup = page.post(f"/items/{item.id}/files/0a1b2c3d/remove")
    assert soup.select_one("#files") is None


def test_adding_a_file_does_not_make_the_form_stale(browse, cast, tmp_path):
    item = make_item(cast.lin)
    page = browse(cast.lin)
    words = words_of(page.get(f"/items/{item.id}"))
    page.post(f"/items/{item.id}/files", upload(pdf_bytes(tmp_path), "plan.pdf"))
    page.post(f"/items/{item.id}", {**words, "title": "Second"})
    assert item.title == "Second"


def test_several_files_come_in_one_form_without_script(browse, cast, tmp_path):
    item, content = make_item(cast.lin), pdf_bytes(tmp_path)
    both = {"file": [(io.BytesIO(content), "a.pdf"), (io.BytesIO(content), "b.pdf")]}
    soup = browse(cast.lin).post(f"/items/{item.id}/files", both)
    assert [name.text for name in soup.select(".file__name")] == ["a.pdf", "b.pdf"]


def test_a_word_file_asks_for_a_pdf(browse, cast, tmp_path):
    item = make_item(cast.lin)
    content = corpus.office(tmp_path / "plan.docx", "docx").read_bytes()
    soup = browse(cast.lin).post(f"/items/{item.id}/files", upload(content, "plan.docx"))
    assert "attach it as a PDF" in soup.select_one("#files .inside").text


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"PK\x05\x06" + b"\0" * 18, "all.zip", "These go: docx"),
        (b"<svg onload=alert(1)>", "map.svg", "These go: docx"),
        (b"MZ" + b"\0" * 100, "plan.pdf", "These go: docx"),
    ],
)
def test_what_does_not_go_is_refused_with_the_types_that_do(browse, cast, content, name, reason):
    item = make_item(cast.lin)
    soup = browse(cast.lin).post(f"/items/{item.id}/files", upload(content, name), status=422)
    assert reason in soup.text
    assert item.attachments == []


def test_choosing_nothing_is_told(browse, cast):
    item = make_item(cast.lin)
    soup = browse(cast.lin).post(f"/items/{item.id}/files", upload(b"", ""), status=422)
    assert "Choose a file first" in soup.text


def test_originals_are_saved_and_copies_are_shown(browse, cast, tmp_path):
    item, content = make_item(cast.lin), pdf_bytes(tmp_path)
    page = browse(cast.lin)
    page.post(f"/items/{item.id}/files", upload(content, "堤坝.pdf", key="0a1b2c3d"))
    original = page.raw(f"/items/{item.id}/files/0a1b2c3d/original")
    assert original.data == content
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in original.headers["Content-Security-Policy"]
    original.close()
    copy = page.raw(f"/items/{item.id}/files/0a1b2c3d/rendition")
    assert copy.data.startswith(b"%PDF")
    assert copy.data != content
    assert copy.headers["Content-Disposition"].startswith("inline")
    copy.close()
    for stranger in (cast.ma, cast.qian):
        browse(stranger).raw(f"/items/{item.id}/files/0a1b2c3d/original", status=404)


def test_renaming_ordering_and_replacing(browse, cast, tmp_path):
    item, content = make_item(cast.lin), pdf_bytes(tmp_path)
    page, files = browse(cast.lin), f"/items/{item.id}/files"
    for key in ("aaaaaaaa", "bbbbbbbb"):
        page.post(files, upload(content, f"{key}.pdf", key=key))
    page.post(f"{files}/aaaaaaaa/rename", {"name": "Dikes"})
    page.post(f"{files}/aaaaaaaa/move", {"to": "down"})
    names = [name.text for name in page.get(f"/items/{item.id}").select(".file__name")]
    assert names == ["bbbbbbbb.pdf", "Dikes.pdf"]
    page.post(f"{files}/order", {"key": ["aaaaaaaa", "bbbbbbbb"]})
    page.post(f"{files}/aaaaaaaa/replace", upload(content, "new.pdf", key="cccccccc"))
    page.post(f"{files}/aaaaaaaa/replace", upload(content, "new.pdf", key="cccccccc"))
    keys = list(db.session.scalars(select(Attachment.key).order_by(Attachment.position)))
    assert keys == ["cccccccc", "bbbbbbbb"]


def test_no_transaction_is_open_while_a_file_is_worked_on(browse, cast, tmp_path, monkeypatch):
    item, content = make_item(cast.lin), pdf_bytes(tmp_path)
    real, beside = attachments.make_rendition, []

    def slow(source, target, kind):
        with db.engine.connect() as other, other.begin():
            other.execute(Person.__table__.update().values(version=Person.version))
        beside.append(kind)
        return real(source, target, kind)

    monkeypatch.setattr(attachments, "make_rendition", slow)
    browse(cast.lin).post(f"/items/{item.id}/files", upload(content, "plan.pdf"))
    assert beside
    assert len(item.attachments) == 1


def test_the_editor_adds_a_file_as_a_version_of_its_own(browse, cast, tmp_path):
    item, content = make_item(cast.lin), pdf_bytes(tmp_path)
    for state in (State.SUBMITTED, State.UNIT_APPROVED):
        go(item, state)
    page = browse(cast.qian)
    stale = upload(content, "plan.pdf", version=item.version - 1)
    page.post(f"/items/{item.id}/files", stale, status=409)
    page.post(f"/items/{item.id}/files", upload(content, "plan.pdf", version=item.version))
    assert item.revision_number == 2


def test_saving_by_itself_and_by_hand_are_logged_with_their_person(browse, cast):
    make_column()
    page = browse(cast.lin)
    words = words_of(page.get("/items/new"))
    page.raw("/items/autosave", "POST", data={**words, "title": "One"})
    rows = db.session.scalars(select(AuditRow).where(AuditRow.object.like("items:%")))
    assert [(row.actor, row.action) for row in rows] == [("lin", "item.create")]


def test_the_list_asks_the_database_as_often_for_many_items_as_for_few(browse, cast, statements):
    counts, page = [], browse(cast.lin)
    page.get("/items/")
    for many in (2, 12):
        for _again in range(many):
            make_item(cast.lin, state=State.SUBMITTED)
        with statements() as seen:
            page.get("/items/")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 15, counts
