"""The pages of deposits, as the clerk and the units use them."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import select

from county_portal.core import clock
from county_portal.models import (
    Deposit,
    DepositLine,
    DepositOmission,
    DepositPackage,
    Handover,
    Job,
    JobState,
    Person,
    Receiver,
    State,
)
from county_portal.office.base.extensions import db
from county_portal.papers.deposits import package
from county_portal.papers.deposits.services import DepositDraft
from tests.cast import Cast
from tests.factories import go, make_item
from tests.page import Page
from tests.papers.deposits.conftest import NINTH, give_away, make_deposit, squeezed

Browse = Callable[[Person | None], Page]
FIRST_TO_NINTH = DepositDraft(until_on=date(2026, 3, 9), since_on=date(2026, 3, 1))
HANDED = {
    "handed_on": "2026-03-09",
    "handed_by": "Lin",
    "received_by": "白晓",
    "receipt_number": "收8号",
    "note": "",
    "seen": "0",
}


@pytest.fixture(autouse=True)
def on_the_ninth(cast: Cast) -> Iterator[None]:
    with clock.frozen(NINTH):
        yield


@pytest.fixture
def deposit(cast: Cast) -> Deposit:
    """A deposit with one text of Water, whose packages nobody has asked for."""
    make_item(cast.lin, state=State.PUBLISHED, title="堤防检查情况")
    with clock.frozen("2026-03-10T09:00"):
        return make_deposit(cast, FIRST_TO_NINTH)


def test_the_first_page_says_when_and_how_much(cast: Cast, browse: Browse) -> None:
    with clock.frozen("2026-03-02T12:00"):
        make_item(cast.lin, state=State.PUBLISHED)
    page = browse(cast.he).get("/deposits/")
    assert "Handed over on 2026-03-09, 2026-03-10." in page.text
    assert "1 published text is not deposited yet." in page.text
    assert "No deposit has been made yet." in page.text
    assert page.select_one("#until_on")["value"] == "2026-03-08"
    assert page.select_one("#since_on")["value"] == "2026-03-01"


def test_a_deposit_is_made_and_downloaded(cast: Cast, browse: Browse) -> None:
    with clock.frozen("2026-03-02T12:00"):
        make_item(cast.lin, state=State.PUBLISHED, title="堤防检查情况")
    clerk = browse(cast.he)
    page = clerk.post("/deposits/", {"since_on": "2026-03-01", "until_on": "2026-03-08"})
    assert "It is ready." in page.text
    page = clerk.get(str(page.find("a", string="Open the deposit")["href"]))
    assert "Deposit 青政办送〔2026〕1号" in page.text
    made = db.session.scalars(select(Deposit)).one()
    with clerk.raw(f"/deposits/{made.id}/package.zip") as answer:
        whole, headers = answer.data, answer.headers
    row = package.package_of(made.id)
    assert hashlib.sha256(whole).hexdigest() == row.blob
    assert headers["ETag"] == f'"{row.blob}"'
    assert "filename*=UTF-8''%E9%80%81%E4%BA%A4" in headers["Content-Disposition"]
    with (
        clock.frozen("2027-06-01T10:00"),
        browse(cast.he).raw(f"/deposits/{made.id}/package.zip") as answer,
    ):
        assert answer.data == whole
    _a_unit_reads_its_own(cast, browse, made)
    again = clerk.get("/deposits/")
    assert "This month's deposit is made" in again.text
    assert not again.select("form.filters")
    clerk.post("/deposits/", {"until_on": "2026-03-08"}, status=409)


def _a_unit_reads_its_own(cast: Cast, browse: Browse, made: Deposit) -> None:
    unit = browse(cast.lin)
    page = unit.get(f"/deposits/{made.id}/units/{cast.water.id}")
    link = page.find("a", string="堤防检查情况")["href"]
    with unit.raw(link) as answer:
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "堤防检查情况" in squeezed(answer.data)
    with unit.raw(f"/deposits/{made.id}/units/{cast.water.id}/package.zip") as answer:
        assert answer.data[:2] == b"PK"
    for address in (
        f"/deposits/{made.id}/units/{cast.farms.id}",
        f"/deposits/{made.id}/units/{cast.farms.id}/package.zip",
        f"/deposits/{made.id}/units/{cast.farms.id}/files/1",
        f"/deposits/{made.id}/units/{cast.water.id}/files/99",
        f"/deposits/{made.id}/units/{cast.water.id}/files/0",
    ):
        unit.raw(address, status=404)
    for address in (f"/deposits/{made.id}", f"/deposits/{made.id}/package.zip"):
        unit.raw(address, status=403)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"since_on": "2026-03-01", "until_on": "the eighth"}, "Enter a day"),
        ({"since_on": "2026-03-01", "until_on": ""}, "Enter a day"),
        ({"since_on": "2026-03-01", "until_on": "2026-03-09"}, "yesterday or before"),
        ({"since_on": "2026-03-05", "until_on": "2026-03-02"}, "cannot end before"),
    ],
)
def test_days_typed_wrong_are_said_to_be(
    cast: Cast, browse: Browse, typed: dict[str, str], why: str
) -> None:
    page = browse(cast.he).post("/deposits/", typed, status=422)
    assert why in page.text
    assert db.session.scalar(select(Deposit.id)) is None


def test_the_packages_can_be_asked_for_again(cast: Cast, browse: Browse, deposit: Deposit) -> None:
    clerk = browse(cast.he)
    assert "The packages are not made yet." in clerk.get(f"/deposits/{deposit.id}").text
    clerk.raw(f"/deposits/{deposit.id}/package.zip", status=404)
    assert not browse(cast.qian).get(f"/deposits/{deposit.id}").select("form[action$=package]")
    job = Job(
        key=f"deposits.package:{deposit.id}:0",
        task=package.TASK,
        arguments=f'{{"deposit": {deposit.id}}}',
        state=JobState.RUNNING,
        progress=40,
        doing="Setting the texts",
        asked_at=clock.now(),
    )
    db.session.add(job)
    db.session.commit()
    page = clerk.get(f"/deposits/{deposit.id}")
    assert "The packages are being made (40 %)." in page.text
    work = clerk.get(str(page.find("a", string="See how far they are")["href"]))
    assert work.progress["value"] == "40" and "Setting the texts…" in work.text
    browse(cast.lin).raw(f"/work/{job.id}", status=403)
    job = db.session.get_one(Job, job.id)
    job.state, job.error = JobState.FAILED, "OSError: no room on the disk"
    db.session.commit()
    assert "no room on the disk" in clerk.get(f"/deposits/{deposit.id}").text
    assert "It is ready." in clerk.post(f"/deposits/{deposit.id}/package").text
    done = clerk.get(f"/deposits/{deposit.id}")
    assert "Download the package of the whole county" in done.text
    assert db.session.scalars(select(DepositPackage)).all()
    clerk.post(f"/deposits/{deposit.id}/package", status=422)


def test_a_unit_writes_its_handover_down(cast: Cast, browse: Browse, deposit: Deposit) -> None:
    address = f"/deposits/{deposit.id}/units/{cast.water.id}"
    with clock.frozen("2026-03-10T10:00"):
        unit = browse(cast.lin)
        mine = unit.get("/deposits/")
        assert "Deposits of Water" in mine.text and "To be handed over" in mine.text
        form = unit.get(f"{address}/handover/archive")
        assert form.select_one("#handed_by")["value"] == "Lin"
        assert "青禾县档案馆" in form.text and "接收利用科" in form.text
        wrong = unit.post(f"{address}/handover/archive", {**HANDED, "received_by": ""}, status=422)
        assert "Enter a name" in wrong.text
        assert wrong.select_one("#receipt_number")["value"] == "收8号"  # nothing typed is lost
        ready = {**HANDED, "handed_on": "2026-03-10"}
        page = unit.post(f"{address}/handover/archive", ready)
        assert "Lin to 白晓, receipt 收8号" in page.text
        stale = unit.post(f"{address}/handover/archive", ready, status=409)
        assert "since the page was drawn" in stale.text
        unit.post(f"{address}/handover/library", ready)
        assert "In time" in unit.get("/deposits/").text
    row = db.session.scalars(select(Handover).where(Handover.receiver == Receiver.ARCHIVE)).one()
    assert row.receipt_number == "收8号"


def test_the_clerk_writes_it_down_for_all(cast: Cast, browse: Browse, deposit: Deposit) -> None:
    with clock.frozen("2026-03-11T10:00"):
        clerk = browse(cast.he)
        page = clerk.post(
            f"/deposits/{deposit.id}/handover/library", {**HANDED, "handed_on": "2026-03-11"}
        )
        assert "Written down for 3 units" in page.text
        assert page.text.count("still here") == 3
        assert not page.find("a", string=re.compile("handed over to 青禾县图书馆"))
        year = clerk.get("/deposits/years/2026")
        assert year.text.count("Missed") >= 3 and "从重扣分" in year.text
        clerk.raw("/deposits/years/1999", status=404)
    for bad in ("museum", "ARCHIVE"):
        clerk.raw(f"/deposits/{deposit.id}/handover/{bad}", status=404)


def test_letters_are_offered_made_and_read(cast: Cast, browse: Browse) -> None:
    with clock.frozen("2026-03-02T12:00"):
        item = make_item(cast.lin, state=State.PUBLISHED, title="堤防检查情况")
    deposit = give_away(make_deposit(cast))
    go(item, State.WITHDRAWN)
    clerk = browse(cast.he)
    assert "hand over the letter with it" in clerk.get(f"/deposits/{deposit.id}").text
    assert "the archive and the library wait for a letter" in clerk.get("/").text
    page = clerk.get("/deposits/")
    assert "1 text that the receivers hold" in page.text and "It was wrong" in page.text
    assert page.find("a", string=item.title)["href"] == f"/review/{item.id}"
    assert not browse(cast.qian).get("/deposits/").select("form[action='/deposits/letters']")
    done = clerk.post("/deposits/letters")
    assert "Letter 青政办送函〔2026〕1号 is made" in done.text
    assert "The receivers know of every change." in done.text
    link = done.find("a", string="PDF")["href"]
    with clerk.raw(link) as answer:
        assert "撤回1件" in squeezed(answer.data)
    clerk.post("/deposits/letters", status=409)
    clerk.raw("/deposits/letters/99.pdf", status=404)
    part = browse(cast.lin).get(f"/deposits/{deposit.id}/units/{cast.water.id}")
    assert "Withdrawn" in part.select_one("tbody").text


@pytest.mark.parametrize("name", ["wu", "sys", "sec", "aud"])
def test_nobody_else_comes_in(cast: Cast, browse: Browse, deposit: Deposit, name: str) -> None:
    other = browse(getattr(cast, name))
    for address in ("/deposits/", f"/deposits/{deposit.id}", "/deposits/years/2026"):
        other.raw(address, status=403)


def test_what_is_not_there_is_missing(cast: Cast, browse: Browse) -> None:
    clerk = browse(cast.he)
    for address in ("/deposits/99", "/deposits/99/package.zip", "/deposits/99/units/1"):
        clerk.raw(address, status=404)


def test_what_was_left_out_is_named_until_it_comes_again(cast: Cast, browse: Browse) -> None:
    with clock.frozen("2026-03-02T12:00"):
        make_item(cast.lin, state=State.PUBLISHED, title="堤防图表")
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
        line = db.session.scalars(select(DepositLine)).one()
        left_out = DepositOmission(publication_id=line.publication_id, part_id=line.part_id)
        db.session.add(left_out)
        db.session.commit()
        named = "left out of 青政办送〔2026〕1号"
        assert named in browse(cast.he).get("/deposits/").text
        mine = browse(cast.lin).get(f"/deposits/{deposit.id}/units/{cast.water.id}")
        assert "could not be set, comes again" in mine.text
    with clock.frozen("2026-04-09T10:00"):
        second = make_deposit(cast, DepositDraft(until_on=date(2026, 4, 8)))
        assert named not in browse(cast.he).get("/deposits/").text
        mine = browse(cast.lin).get(f"/deposits/{second.id}/units/{cast.water.id}")
        assert "makes up for 青政办送〔2026〕1号" in mine.text
