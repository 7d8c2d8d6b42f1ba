"""The confidentiality review sheet: what was signed, by whom, after whom, on one page."""

import hashlib
import re
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from flask import Flask

from county_portal.core import clock
from county_portal.editorial.items import services as items
from county_portal.editorial.review import services as review
from county_portal.editorial.sheets import review_sheet
from county_portal.editorial.sheets.review_sheet import Level
from county_portal.models import Attachment, Attribute, Blob, Ground, Item, SignOff, State, Verdict
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import sign_offs_of
from county_portal.published.schema import FileLine
from tests.cast import Cast
from tests.factories import go, make_category, make_item, sign
from tests.papers.reports.reading import text_of


def words_of(one: review_sheet.ReviewSheet) -> str:
    return re.sub(r"\s", "", text_of(review_sheet.review_sheet_pdf(one)))


def pages_of(one: review_sheet.ReviewSheet) -> int:
    with pypdfium2.PdfDocument(review_sheet.review_sheet_pdf(one)) as document:
        return len(document)


def sheet_of(item: Item) -> review_sheet.ReviewSheet:
    return review_sheet.review_sheet_of(sign_offs_of(SignOff, item)[0])


def who(level: Level | None) -> tuple[str, str, str] | None:
    return level and (level.name, level.unit, f"{level.at:%Y-%m-%d %H:%M}")


@pytest.fixture
def issued(cast: Cast) -> Item:
    """An item on whose road each desk took its step on a day of its own."""
    item = make_item(
        cast.lin,
        title="关于做好2026年防汛工作的通知",
        document_number="青政办发〔2026〕12号",
        category_id=make_category().id,
    )
    for day, step in enumerate(
        [State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF, State.ISSUED], 2
    ):
        with clock.frozen(f"2026-03-{day:02}T09:{day:02}"):
            go(item, step)
    return item


def test_all_levels_stand_on_it(issued: Item) -> None:
    one = sheet_of(issued)
    assert who(one.author) == ("Lin", "Water", "2026-03-02 09:02")
    assert who(one.leader) == ("Zhou", "Water", "2026-03-03 09:03")
    assert who(one.editor) == ("Qian", "County office", "2026-03-04 09:04")
    assert who(one.officer) == ("Wu", "County office", "2026-03-05 09:05")
    assert who(one.issuer) == ("Tang", "County office", "2026-03-06 09:06")
    assert one.verdict == "release"
    assert one.content_hash == items.current_revision(issued).content_hash
    assert one.manifest.formed_on == issued.formed_on
    text = words_of(one)
    for level in (one.author, one.leader, one.editor, one.officer, one.issuer):
        assert re.sub(r"\s", "", f"{level.unit}{level.name}2026年3月{level.at.day}日") in text
    for word in (one.content_hash, one.number, "关于做好2026年防汛工作的通知", "√同意公开"):
        assert word in text
    assert "青政办发〔2026〕12号" in text
    assert "√公文类" in text


def test_it_is_one_page_and_the_same_bytes(issued: Item) -> None:
    one = sheet_of(issued)
    assert pages_of(one) == 1
    assert review_sheet.review_sheet_pdf(one) == review_sheet.review_sheet_pdf(one)


def test_before_the_issue_nobody_has_issued(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    assert sheet_of(item).issuer is None


def test_the_answers_are_printed_in_the_order_of_the_form(issued: Item) -> None:
    one = sheet_of(issued)
    assert [check.question for check in one.checks] == list(review.QUESTIONS)
    assert words_of(one).count("√否") == len(review.QUESTIONS)
    doubtful = replace(one, checks=(replace(one.checks[0], clear=False), *one.checks[1:]))
    assert words_of(doubtful).count("√是") == 1
    older = replace(one, checks=(*one.checks, review_sheet.Check("an older question", clear=True)))
    assert "anolderquestion" in words_of(older)


def test_withholding_says_why_and_until_when(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.WITHHELD)
    one = sheet_of(item)
    assert one.ground == Ground.PROCESS_INFORMATION
    assert one.next_review_on == date(2027, 3, 2)
    text = words_of(one)
    assert "√不予公开" in text
    assert "不予公开理由：过程性信息（条例第十六条）" in text
    assert "下次评估日期：2027年3月2日" in text
    assert one.issuer is None


def test_a_referral_says_to_whom(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.REFERRED)
    one = replace(sheet_of(item), letter_number="青保函〔2026〕3号")
    text = words_of(one)
    assert "√报请确定" in text
    assert "报请：Thesecrecyauthority，函号：青保函〔2026〕3号" in text


def test_each_verdict_has_its_own_sheet(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.REFERRED)
    with clock.frozen("2026-03-09T10:00"):
        review.take_plain_step(
            item, Do.ITEM_REASSESS, by=cast.wu, note="The authority has answered"
        )
        db.session.commit()
        sign(item, Verdict.RELEASE, by=cast.wu)
    release, refer = [review_sheet.review_sheet_of(one) for one in sign_offs_of(SignOff, item)]
    assert (release.verdict, refer.verdict) == ("release", "refer")
    assert release.number != refer.number
    assert release.content_hash == refer.content_hash


def test_an_older_verdict_keeps_its_own_revision_and_people(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.ACCEPTED, title="First words")
    sign(item, Verdict.RETURN)
    with clock.frozen("2026-03-09T10:00"):
        draft = items.Draft(
            **{
                name: getattr(item, name)
                for name in items.Draft.__dataclass_fields__
                if name != "title"
            },
            title="Second words",
        )
        items.edit_item(item, draft, seen_version=item.version, by=cast.lin)
        db.session.commit()
        for step in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
            go(item, step)
    later, earlier = [review_sheet.review_sheet_of(one) for one in sign_offs_of(SignOff, item)]
    told = [
        (one.manifest.title, one.manifest.revision, one.author.at.day) for one in (earlier, later)
    ]
    assert told == [("First words", 1, 2), ("Second words", 2, 9)]
    assert earlier.content_hash != later.content_hash
    assert "√退回" in words_of(earlier)


def test_files_stand_with_their_hashes(cast: Cast, app: Flask) -> None:
    item = make_item(cast.lin)
    sha256 = attach(item, cast)
    for step in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
        go(item, step)
    one = sheet_of(item)
    told = [(file.name, file.size, file.sha256) for file in one.manifest.files]
    assert told == [("附件一.pdf", 1234, sha256)]
    assert one.originals == 1
    text = words_of(one)
    assert "附件一.pdf（1,234字节）" in text
    assert sha256 in text


def attach(item: Item, cast: Cast) -> str:
    """A PDF with a rendition, as rows."""
    sha256 = hashlib.sha256(b"x").hexdigest()
    db.session.add(
        Blob(sha256=sha256, size=1234, media_type="application/pdf", stored_at=clock.now())
    )
    db.session.flush()
    db.session.add(
        Attachment(
            item_id=item.id,
            key="0a1b2c3d",
            name="附件一.pdf",
            original=sha256,
            rendition=sha256,
            rendition_type="application/pdf",
            rendition_size=1234,
            size=1234,
            uploaded_by=cast.lin.id,
            uploaded_at=clock.now(),
        )
    )
    db.session.commit()
    return sha256


def test_the_longest_texts_still_fit_on_one_page(issued: Item) -> None:
    short = sheet_of(issued)
    manifest = replace(
        short.manifest,
        title="关于" + "进一步做好防汛工作" * 13,
        summary="为做好防汛工作，" * 12,
        files=tuple(
            FileLine(f"附件{n}.pdf", 10**6, "0f" * 32, f"{n:08}", "application/pdf", inline=False)
            for n in range(4)
        ),
        attribute=Attribute.ON_REQUEST.value,
    )
    one = replace(
        short,
        manifest=manifest,
        ground_asked=Ground.THIRD_PARTY.value,
        ground_note="说明" * 20,
    )
    assert "SHA-256" in words_of(one)
    assert pages_of(one) == 1


@pytest.mark.parametrize("verdict", list(Verdict))
def test_paper_has_words_for_every_verdict(issued: Item, verdict: Verdict) -> None:
    text = words_of(replace(sheet_of(issued), verdict=verdict.value))
    assert text.count("√") == 3 + len(review.QUESTIONS)


@pytest.mark.parametrize("ground", list(Ground))
def test_paper_has_words_for_every_ground(issued: Item, ground: Ground) -> None:
    text = words_of(replace(sheet_of(issued), ground=ground.value))
    assert re.search(r"不予公开理由：.+（条例第十[四五六]条）", text)
