"""What is handed over: every text, every hash, the same bytes each time."""

import hashlib
import json
from datetime import date

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import (
    AuditRow,
    DepositPackage,
    Job,
    JobState,
)
from county_portal.office.base.extensions import db
from county_portal.papers.deposits import package, prints
from county_portal.papers.deposits.package_files import safe
from tests.cast import Cast
from tests.papers.deposits.conftest import NINTH, Packed, make_deposit, squeezed

TEXT = "001-W01-Water/文本/001-W01-2026-00001.pdf"


def test_the_manifest_names_every_file_with_its_hash(packed: Packed) -> None:
    for one in (packed.whole, packed.water, packed.farms):
        said = json.loads(one.files["manifest.json"])
        listed = {line["path"]: line["sha256"] for line in said["files"]}
        lying = {name for name in one.names if not name.startswith("manifest.")}
        assert set(listed) == lying
        for name, sha256 in listed.items():
            assert hashlib.sha256(one.files[name]).hexdigest() == sha256
        assert [line["size"] for line in said["files"]] == [
            len(one.files[line["path"]]) for line in said["files"]
        ]
        assert said["left_out"] == []


def test_people_can_check_it_with_a_common_program(packed: Packed) -> None:
    """manifest.txt is what `sha256sum -c` reads, and vouches for manifest.json too."""
    lines = packed.whole.files["manifest.txt"].decode().splitlines()
    known = dict(reversed(line.split("  ", 1)) for line in lines)
    assert set(known) == set(packed.whole.names) - {"manifest.txt"}
    for name, sha256 in known.items():
        assert hashlib.sha256(packed.whole.files[name]).hexdigest() == sha256


def test_the_county_has_all_that_the_units_have(packed: Packed) -> None:
    of_water = {f"001-W01-Water/{name}": it for name, it in packed.water.files.items()}
    for name, content in of_water.items():
        if "manifest." not in name:
            assert packed.whole.files[name] == content
    assert {name.split("/")[0] for name in packed.whole.names if "/" in name} == {
        "000-全县",
        "001-W01-Water",
        "002-F01-Farms",
        "003-A01-County office",
    }


def test_packing_it_again_gives_the_same_bytes(packed: Packed) -> None:
    assert packed.again == packed.whole.blob == hashlib.sha256(packed.whole.raw).hexdigest()
    assert packed.whole.names[:-2] == sorted(packed.whole.names[:-2])


def highest(words: pypdfium2.PdfTextPage, looked_for: str) -> tuple[float, ...]:
    """Where the first sign of it stands that is nearest to the top: left, bottom, right, top."""
    found, search = [], words.search(looked_for)
    while hit := search.get_next():
        found.append(words.get_charbox(hit[0]))
    return max(found, key=lambda box: box[3])


def test_a_text_carries_its_number_and_mark_at_the_top_right(packed: Packed) -> None:
    pdf = packed.whole.files[TEXT]
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        words, (width, height) = page.get_textpage(), page.get_size()
        number, mark = (highest(words, one) for one in ("W01/2026-00001", "主动公开"))
    for left, _bottom, right, top in (number, mark):
        assert left > width / 2 and right < width - 70  # right of the middle, not in the margin
        assert height - top < 37 / 25.4 * 72  # above the text
    assert mark[3] < number[1] + 1


def test_a_text_says_what_was_signed(packed: Packed) -> None:
    words = packed.whole.words(TEXT)
    for said in (
        "关于做好2026年防汛工作的通知",
        "一、总体要求",
        "各乡镇要在汛期到来前完成堤防检查。",
        "青水发〔2026〕12号",
        "生成日期2026年2月25日",
        "公开日期2026年3月2日",
        packed.hashes["关于做好2026年防汛工作的通知"],
    ):
        assert said in words


def test_pictures_stand_in_the_text_and_files_lie_beside_it(packed: Packed) -> None:
    with pypdfium2.PdfDocument(packed.water.files["文本/002-W01-2026-00002.pdf"]) as document:
        kinds = [one.type for page in document for one in page.get_objects()]
    assert pypdfium2.raw.FPDF_PAGEOBJ_IMAGE in kinds
    (name,) = [one for one in packed.water.names if one.startswith("附件/")]
    assert name == "附件/002-W01-2026-00002/01-附件 plan.pdf"
    with pypdfium2.PdfDocument(packed.water.files[name]) as document:
        assert len(document) == 2


@pytest.mark.parametrize("place", ["档案馆", "图书馆"])
def test_the_list_comes_in_two_copies_for_each_receiver(packed: Packed, place: str) -> None:
    for number, copy in ((1, "第一联送交单位留存"), (2, "第二联接收单位留存")):
        words = packed.water.words(f"{place}/明细表-第{number}联.pdf")
        assert f"接收单位：青禾县{place}" in words
        assert copy in words
        for column in ("序号", "索引号", "信息名称", "发文字号", "生成日期", "公开日期"):
            assert column in words
        for column in ("页数/份数", "载体", "备注", "送交人", "接收人", "接收日期", "盖章"):
            assert column in words
        assert "送交单位：Water" in words
        assert "送交期间：2026年3月1日至2026年3月8日" in words
        assert "联系人：Lin、Zhou" in words
        assert "青水发〔2026〕12号2026-02-252026-03-021/1纸质、电子" in words
        assert "附件1件" in words


def test_the_list_counts_the_pages_of_the_texts(packed: Packed) -> None:
    pages = 0
    for name in packed.water.names:
        if name.startswith("文本/"):
            with pypdfium2.PdfDocument(packed.water.files[name]) as document:
                pages += len(document)
    assert f"合计：3件，{pages}页" in packed.water.words("档案馆/明细表-第1联.pdf")
    assert f"主动公开政府信息3件，共{pages}页；公开附件1件" in packed.water.words(
        "档案馆/交接文据.pdf"
    )


def test_the_record_vouches_for_texts_and_files_by_one_check_sum(packed: Packed) -> None:
    for one, folder in ((packed.water, ""), (packed.whole, "000-全县/")):
        said = json.loads(one.files["manifest.json"])
        lines = sorted(
            f"{line['sha256']}  {line['path']}\n"
            for line in said["files"]
            if line["kind"] != "paper"
        )
        assert len(lines) == 4
        whole = hashlib.sha256("".join(lines).encode()).hexdigest()
        assert said["checksum"] == whole
        assert whole in one.words(f"{folder}图书馆/交接文据.pdf")


def test_nothing_is_handed_over_as_a_zero_return(packed: Packed) -> None:
    papers_of_farms = [name for name in packed.farms.names if "/" in name]
    assert sorted(papers_of_farms) == ["图书馆/零报告.pdf", "档案馆/零报告.pdf"]
    words = packed.farms.words("档案馆/零报告.pdf")
    assert "Farms在2026年3月1日至2026年3月8日期间没有新公开的政府信息" in words
    assert "0件" in words and "青禾县档案馆" in words


def test_the_county_s_record_counts_every_unit(packed: Packed) -> None:
    words = packed.whole.words("000-全县/档案馆/交接文据.pdf")
    assert "各单位件数Water3件；零报告单位2个" in words
    assert "送交单位青禾县人民政府办公室" in words


# The work


def test_packages_are_made_once_and_logged(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)  # nothing was published: quick
        package.request_package(deposit, by=cast.he)
        db.session.commit()
        with pytest.raises(Refused, match="made already"):
            package.request_package(deposit, by=cast.he)
        package.pack_in_background(progress=lambda percent, doing: None, deposit=deposit.id)
        db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(DepositPackage)) == 4
    rows = db.session.scalars(select(AuditRow).where(AuditRow.action == "deposit.make")).all()
    assert len(rows) == 2
    assert package.package_of(deposit.id).blob in rows[1].details


def test_work_that_failed_is_asked_for_again(cast: Cast) -> None:
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
        job = package.request_package(deposit, by=cast.he)
        assert package.request_package(deposit, by=cast.he) is job
        job.state, job.error = JobState.FAILED, "OSError: no room on the disk"
        db.session.flush()
        assert package.request_package(deposit, by=cast.he) is not job
        assert db.session.scalar(select(func.count(Job.id))) == 2
    db.session.rollback()


# Its papers, as plain data


def test_the_longest_list_runs_over_pages_with_its_head_on_each(app: Flask) -> None:
    line = prints.ListLine(
        index_number="W01/2026-00001",
        title="关于进一步做好全县防汛抗旱工作的通知" * 3,
        document_number="青水发〔2026〕112号",
        formed_on=date(2026, 2, 25),
        published_on=date(2026, 3, 2),
        pages=3,
        carrier="纸质、电子",
        note="附件2件；替换青政办送〔2026〕1号所送文本",
        unit="县水利局",
    )
    head = prints.Head(
        number="青政办送〔2026〕1号",
        giver="县水利局",
        receiver="青禾县档案馆",
        receiver_contact="接收利用科",
        since_on=date(2026, 3, 1),
        until_on=date(2026, 3, 8),
        due_on=date(2026, 3, 10),
        contact="林某",
        phone="",
        made_at=clock.now(),
        whole=False,
    )
    wanted = {
        "short": prints.DepositList(head, prints.COPIES[1], (line,)),
        "long": prints.DepositList(head, prints.COPIES[0], (line,) * 40),
        "zero": prints.Zero(head),
    }
    made = prints.pdfs_of(wanted)
    pdf = made["long"]
    with pypdfium2.PdfDocument(pdf) as document:
        pages, wide = len(document), document[0].get_width() > document[0].get_height()
    words = squeezed(pdf)
    assert wide and pages > 1
    assert words.count("信息名称") == pages
    assert f"第{pages}页共{pages}页" in words
    assert words.count("第1页") == 1
    assert "合计：40件，120页" in words
    assert "第1页共1页" in squeezed(made["short"])
    assert "零报告" in squeezed(made["zero"])


def test_names_of_files_can_be_stored_anywhere() -> None:
    assert safe("W01/2026-00001") == "W01-2026-00001"
    assert safe('a<b>:"c|d?*\x01.pdf') == "a-b-c-d-.pdf"
    assert safe("../../etc/passwd") == "etc-passwd"
    assert safe("...") == "-"
    assert len(safe("长" * 300 + ".pdf")) == 64
