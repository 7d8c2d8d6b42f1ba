"""What ends before a deposit is packed is given to nobody; what is live instead is."""

import json
import threading
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.editorial.items.services import current_revision
from county_portal.models import Deposit, DepositOmission, DepositPackage, Job, Person, Role, State
from county_portal.office.base.extensions import db
from county_portal.papers.deposits import letters, package, services
from county_portal.papers.deposits.holdings import find_left_out
from county_portal.papers.deposits.lines import deposit_lines, parts_changed
from county_portal.papers.deposits.reminders import reminder_for
from county_portal.papers.deposits.services import DepositDraft
from tests.cast import Cast
from tests.factories import go, make_item, make_person
from tests.page import Page
from tests.papers.deposits.conftest import (
    NINTH,
    Package,
    _once_more,
    correct,
    give_away,
    make_deposit,
    unpack,
)

APRIL = DepositDraft(until_on=date(2026, 4, 8))
TWELFTH = "2026-03-12T10:00"
Browse = Callable[[Person | None], Page]


def pack_now(deposit: Deposit, meanwhile: Callable[[], None] | None = None) -> Package:
    """The county's package. meanwhile: what somebody does while it is packed the first time."""
    deeds = [meanwhile] if meanwhile else []

    def progress(_percent: int, doing: str) -> None:
        if doing == "Packing" and deeds:
            deeds.pop()()

    package.pack_in_background(progress=progress, deposit=deposit.id)
    db.session.commit()
    assert not deeds
    return unpack(deposit.id)


def texts(packed: Package) -> list[str]:
    """The paths and titles of the texts in it."""
    said = json.loads(packed.manifest)["files"]
    return [f"{one['path']} {one['title']}" for one in said if one["kind"] == "text"]


def test_what_was_withdrawn_before_it_was_packed_is_given_to_nobody(cast: Cast) -> None:
    bad = make_item(cast.lin, state=State.PUBLISHED, title="要撤的")
    make_item(cast.lin, state=State.PUBLISHED, title="留下的")
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    with clock.frozen(TWELFTH):
        go(bad, State.WITHDRAWN)
        assert letters.changes_due(cast.he) == [] and parts_changed(deposit) == []
        packed = pack_now(deposit)
        assert texts(packed) == ["001-W01-Water/文本/001-W01-2026-00002.pdf 留下的"]
        assert not [name for name in packed.names if "00001" in name]
        for paper in ("明细表-第1联", "交接文据"):
            assert "要撤的" not in packed.words(f"001-W01-Water/图书馆/{paper}.pdf")
        assert "主动公开政府信息1件，共1页；公开附件0件；《" in packed.words(
            "001-W01-Water/图书馆/交接文据.pdf"
        )
        assert "要撤的" not in packed.manifest
        assert letters.changes_due(cast.he) == [] and find_left_out() == []
        reminder = reminder_for(cast.he)
        assert reminder and reminder.letters == 0
    gone, kept = deposit_lines(deposit.parts[0])
    assert (gone.position, gone.lies_there, gone.reason) == (None, False, "It was wrong")
    assert (kept.position, kept.lies_there) == (1, True)
    assert _once_more(deposit) == packed.blob


def test_a_unit_whose_texts_were_all_withdrawn_makes_a_zero_return(cast: Cast) -> None:
    bad = make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
        go(bad, State.WITHDRAWN)
        packed = pack_now(deposit)
    assert "001-W01-Water/图书馆/零报告.pdf" in packed.names
    assert texts(packed) == []


@pytest.mark.slow
def test_what_is_withdrawn_while_it_is_packed_is_not_in_the_package(cast: Cast) -> None:
    bad = make_item(cast.lin, state=State.PUBLISHED, title="要撤的")
    make_item(cast.lin, state=State.PUBLISHED, title="留下的")
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
        packed = pack_now(deposit, meanwhile=lambda: go(bad, State.WITHDRAWN))
        assert texts(packed) == ["001-W01-Water/文本/001-W01-2026-00002.pdf 留下的"]
        assert letters.changes_due(cast.he) == []
        assert db.session.scalar(select(func.count()).select_from(DepositPackage)) == 4
        assert db.session.scalar(select(func.count()).select_from(DepositOmission)) == 1


@pytest.mark.slow
def test_what_was_corrected_before_it_was_packed_goes_as_it_was_signed_last(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED, title="堤防检查")
    make_item(cast.lin, state=State.PUBLISHED, title="水闸检修")
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    correct(item, 11)
    correct(item, 12)
    new = current_revision(item).content_hash
    with clock.frozen("2026-03-13T10:00"):
        packed = pack_now(deposit)
        assert texts(packed) == [
            "001-W01-Water/文本/001-W01-2026-00002.pdf 水闸检修",
            "001-W01-Water/文本/002-W01-2026-00001.pdf 堤防检查",
        ]
        assert new in packed.words("001-W01-Water/文本/002-W01-2026-00001.pdf")
        listed = packed.words("001-W01-Water/档案馆/明细表-第1联.pdf")
        assert "合计：2件" in listed and "2026-03-12" in listed
        assert "送交前已更正，所送为现行文本" in listed
        assert letters.changes_due(cast.he) == []
        assert services.next_offer().waiting == 0
    assert _once_more(deposit) == packed.blob
    correct(item, 14)
    (due,) = letters.changes_due(cast.he)
    assert due.deposit == "青政办送〔2026〕1号"


def test_a_correction_under_another_unit_s_name_lies_in_that_unit_s_part(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED, title="堤防检查")
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    with clock.frozen("2026-03-11T10:00"):
        go(item, State.CORRECTING)
        item.responsible_unit_id = cast.farms.id
        db.session.commit()
        for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
            go(item, state)
        go(item, State.PUBLISHED)
        packed = pack_now(deposit)
    assert texts(packed) == ["002-F01-Farms/文本/001-W01-2026-00001.pdf 堤防检查"]
    assert "各单位件数Farms1件；零报告单位2个" in packed.words("000-全县/档案馆/交接文据.pdf")


def test_a_correction_that_a_later_deposit_has_is_in_that_one_only(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED, title="堤防检查")
    with clock.frozen(NINTH):
        first = make_deposit(cast)
    correct(item, 11)
    with clock.frozen("2026-04-09T10:00"):
        second = make_deposit(cast, APRIL)
        (line,) = deposit_lines(second.parts[0])
        assert line.replaces == ""  # nobody was given what it takes the place of
        assert texts(pack_now(first)) == []
        assert [one.title for one in deposit_lines(second.parts[0])] == ["堤防检查"]


def test_pages_say_what_is_given_to_nobody_and_why(cast: Cast, browse: Browse) -> None:
    bad = make_item(cast.lin, state=State.PUBLISHED, title="要撤的")
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
        go(bad, State.WITHDRAWN)
    for made in (False, True):
        if made:
            give_away_settled(deposit)
        page = browse(cast.he).get(f"/deposits/{deposit.id}")
        said = page.select_one(".alert-warning").text
        assert "are in no package" in said and "要撤的" in said and "It was wrong" in said
        assert "hand over the letter" not in page.text
        assert ("zero return" in page.select("tbody tr")[0].text) is made
        mine = browse(cast.lin).get(f"/deposits/{deposit.id}/units/{cast.water.id}")
        row = mine.select_one("tbody tr").text
        assert "It was wrong" in row and "not handed over" in row and "comes again" not in row


def give_away_settled(deposit: Deposit) -> None:
    (line,) = deposit_lines(deposit.parts[0])
    part_id = deposit.parts[0].id
    db.session.add(DepositOmission(publication_id=line.publication_id, part_id=part_id))
    with clock.frozen(TWELFTH):
        give_away(deposit)


@pytest.mark.usefixtures("waiting_queue")
def test_of_two_clerks_who_put_it_together_at_once_one_does(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    other = make_person("other_clerk", Role.OFFICE_CLERK, unit=cast.he.unit)
    answers: list[int] = []
    at_once = threading.Barrier(2)

    def post(page: Page) -> None:
        with app.app_context():
            at_once.wait()
            said = {"since_on": "2026-03-01", "until_on": "2026-03-08"}
            answers.append(page.client.post("/deposits/", data=said).status_code)

    with clock.frozen(NINTH):
        pages = [browse(cast.he), browse(other)]
        threads = [threading.Thread(target=post, args=(page,)) for page in pages]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert sorted(answers) == [303, 409]
    assert [one.number for one in db.session.scalars(select(Deposit))] == [1]
    assert [one.task for one in db.session.scalars(select(Job))] == [package.TASK]
