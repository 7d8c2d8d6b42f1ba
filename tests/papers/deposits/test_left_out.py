"""What is left out of a package: what could not be set comes again, with all that belongs to it."""

import json
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from county_portal.core import clock
from county_portal.models import DepositLine, DepositSupplement, State
from county_portal.office.base.config import MIGRATIONS
from county_portal.office.base.extensions import db
from county_portal.papers.deposits import letters, package, services
from county_portal.papers.deposits.holdings import find_left_out
from county_portal.papers.deposits.lines import deposit_lines, parts_changed
from county_portal.papers.deposits.services import DepositDraft
from tests.cast import Cast
from tests.factories import go, make_item
from tests.papers.deposits.conftest import NINTH, make_deposit, pack, publish_with_files, unpack

APRIL = DepositDraft(until_on=date(2026, 4, 8))
IN_APRIL = "2026-04-09T10:00"
WAITS = "另有1件未能排版，随下一批次补送"


@pytest.mark.slow
def test_a_text_that_cannot_be_set_is_left_out_and_named(cast: Cast, press: set[str]) -> None:
    make_item(cast.lin, state=State.PUBLISHED, title="好文本")
    make_item(cast.lin, state=State.PUBLISHED, title="坏文本")
    press.add("坏文本")
    with clock.frozen(NINTH):
        deposit = pack(cast)
        assert services.next_offer().waiting == 1
    said = json.loads(package.package_of(deposit.id, "W01").contents)
    assert said["left_out"] == [{"index_number": "W01/2026-00002", "title": "坏文本"}]
    assert [one["title"] for one in said["files"] if one["kind"] == "text"] == ["好文本"]
    assert [one.lies_there for one in deposit_lines(deposit.parts[0])] == [True, False]
    assert [(one.title, one.deposit) for one in find_left_out()] == [
        ("坏文本", "青政办送〔2026〕1号")
    ]


@pytest.mark.slow
def test_what_was_left_out_comes_again_until_it_is_set(cast: Cast, press: set[str]) -> None:
    make_item(cast.lin, state=State.PUBLISHED, title="坏文本")
    press.add("坏文本")
    with clock.frozen(NINTH):
        pack(cast)
    with clock.frozen("2026-04-09T10:00"):
        second = pack(cast, DepositDraft(until_on=date(2026, 4, 8)))
        (again,) = deposit_lines(second.parts[0])
        assert (again.missing_in, again.lies_there) == ("青政办送〔2026〕1号", False)
        assert [one.deposit for one in find_left_out()] == ["青政办送〔2026〕2号"]
    press.clear()
    with clock.frozen("2026-05-11T10:00"):
        third = pack(cast, DepositDraft(until_on=date(2026, 5, 8)))
        assert find_left_out() == [] and services.next_offer().waiting == 0
    water = unpack(third.id, "W01")
    assert "补送青政办送〔2026〕2号所缺文本" in water.words("档案馆/明细表-第1联.pdf")
    assert "文本/001-W01-2026-00001.pdf" in water.names
    with clock.frozen("2026-06-09T10:00"):
        fourth = make_deposit(cast, DepositDraft(until_on=date(2026, 6, 8)))
    assert deposit_lines(fourth.parts[0]) == []


@pytest.mark.slow
def test_what_was_left_out_before_is_known_from_the_packages(cast: Cast, press: set[str]) -> None:
    """The migration reads it there, so that it comes again, too."""
    make_item(cast.lin, state=State.PUBLISHED, title="好文本")
    make_item(cast.lin, state=State.PUBLISHED, title="坏文本")
    press.add("坏文本")
    with clock.frozen(NINTH):
        pack(cast)
    file = MIGRATIONS / "versions" / "0008_left_out_of_deposits.py"
    spec = spec_from_file_location("left_out_of_deposits", file)
    migration = module_from_spec(spec)
    spec.loader.exec_module(migration)
    found = list(migration._left_out_before(db.session.connection()))
    assert found == [(one.publication_id, one.part_id) for one in find_left_out()] != []


def test_a_text_that_nobody_got_needs_no_letter(cast: Cast, press: set[str]) -> None:
    bad = make_item(cast.lin, state=State.PUBLISHED, title="坏文本")
    press.add("坏文本")
    with clock.frozen(NINTH):
        deposit = pack(cast)
        go(bad, State.WITHDRAWN)
        assert letters.changes_due(cast.he) == []
        assert find_left_out() == [] and parts_changed(deposit) == []


def test_the_database_takes_a_text_again_only_if_it_was_left_out(
    cast: Cast, press: set[str]
) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(NINTH):
        deposit = pack(cast)
    water, farms, _office = deposit.parts
    line = db.session.scalars(select(DepositLine)).one()
    again = insert(DepositSupplement).values(
        publication_id=line.publication_id, omitted_from=water.id, part_id=farms.id, position=1
    )
    with pytest.raises(IntegrityError):
        db.session.execute(again)


def test_papers_count_what_is_in_the_package_and_name_what_is_not(
    cast: Cast, press: set[str]
) -> None:
    make_item(cast.lin, state=State.PUBLISHED, title="好文本")
    make_item(cast.lin, state=State.PUBLISHED, title="坏文本")
    press.add("坏文本")
    with clock.frozen(NINTH):
        whole = unpack(pack(cast).id)
    for folder in ("000-全县", "001-W01-Water"):
        record = whole.words(f"{folder}/图书馆/交接文据.pdf")
        assert f"主动公开政府信息1件，共1页；公开附件0件；{WAITS}；" in record
        listed = whole.words(f"{folder}/档案馆/明细表-第2联.pdf")
        assert f"合计：1件，1页；{WAITS}" in listed
        assert "文本未能排版，随下一批次补送" in listed
    county = whole.words("000-全县/图书馆/交接文据.pdf")
    assert "各单位件数Water1件（另有1件未能排版）；零报告单位2个" in county


def test_a_unit_of_which_nothing_could_be_set_makes_no_zero_return(
    cast: Cast, press: set[str]
) -> None:
    make_item(cast.lin, state=State.PUBLISHED, title="坏文本")
    press.add("坏文本")
    with clock.frozen(NINTH):
        deposit = pack(cast)
    water, whole = unpack(deposit.id, "W01"), unpack(deposit.id)
    assert not [name for name in water.names if "零报告" in name]
    assert f"主动公开政府信息0件，共0页；公开附件0件；{WAITS}；" in water.words(
        "档案馆/交接文据.pdf"
    )
    assert "各单位件数Water0件（另有1件未能排版）；零报告单位2个" in whole.words(
        "000-全县/档案馆/交接文据.pdf"
    )


@pytest.mark.slow
def test_attachments_come_with_their_text_and_once(
    cast: Cast, press: set[str], tmp_path: Path
) -> None:
    publish_with_files(cast, tmp_path)
    press.add("东堤加固工程平面图")
    with clock.frozen(NINTH):
        first = unpack(pack(cast).id, "W01")
    press.clear()
    with clock.frozen(IN_APRIL):
        second = unpack(pack(cast, APRIL).id, "W01")
    given = [
        [name for name in one.names if name.startswith(("文本/", "附件/"))]
        for one in (first, second)
    ]
    stem = "001-W01-2026-00001"
    assert given == [[], [f"文本/{stem}.pdf", f"附件/{stem}/01-附件 plan.pdf"]]
    assert "公开附件0件" in first.words("档案馆/交接文据.pdf")
    assert "附件1件" not in first.words("档案馆/明细表-第1联.pdf")
    assert "公开附件1件" in second.words("档案馆/交接文据.pdf")
