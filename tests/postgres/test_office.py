"""The work of the office on PostgreSQL, from the first draft to the report and the log."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, select

from county_portal.core import clock
from county_portal.editorial.release import verify
from county_portal.models import (
    AuditRow,
    Base,
    DepositLine,
    DepositOmission,
    DepositPart,
    Item,
    MadeReport,
    Person,
    State,
)
from county_portal.office.base import audit
from county_portal.office.base.extensions import db, writing
from county_portal.office.desk import editions
from county_portal.papers.deposits import letters
from county_portal.papers.deposits.holdings import count_texts
from county_portal.papers.deposits.late_changes import find_not_given, settle
from county_portal.papers.deposits.lines import deposit_lines
from county_portal.papers.deposits.services import DepositDraft
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import services as reports
from tests.cast import Cast
from tests.crowd import DEEDS, Crowd
from tests.factories import go, make_item
from tests.page import Page
from tests.papers.deposits.conftest import NINTH, correct, give_away, make_deposit
from tests.published import writer

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
Browse = Callable[[Person | None], Page]


def test_the_schema_is_the_one_the_models_describe(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_item_goes_all_the_way_to_the_public_and_back(
    app: Flask, cast: Cast, browse: Browse, citizen: Page
) -> None:
    folder = app.config["COUNTY"].PUBLIC
    item = make_item(cast.lin, state=State.SIGNED_OFF, title="Dikes of the north")
    assert citizen.raw("/columns/notices", status=503)
    go(item, State.PUBLISHED)
    address = f"/items/{item.public_id}"
    assert "Dikes of the north" in citizen.get(address).h1.text
    assert "Dikes of the north" in citizen.get("/search?q=Dikes").text
    go(item, State.CORRECTING)
    assert "Dikes of the north" in citizen.get(address).h1.text
    go(item, State.WITHDRAWN)
    assert "It was wrong" in citizen.get(address, status=410).text
    assert writer.item_hashes(folder) == {}
    assert verify.broken_promises() == []


def test_wrong_passwords_are_counted(cast: Cast, browse: Browse) -> None:
    signed_in, answers = browse(cast.lin), [422] * 10 + [429]
    for status in answers:
        signed_in.post("/password", {"old": "wr\0ng", "new": "x", "again": "x"}, status=status)


def test_a_crowd_hands_in_and_the_log_is_one_chain(app: Flask, cast: Cast) -> None:
    crowd = Crowd(app, cast.water, 8)
    assert crowd.work(DEEDS) == []
    db.session.rollback()
    assert db.session.scalars(select(Item.state)).all() == [State.SUBMITTED] * 8
    assert audit.broken_chain(app.config["COUNTY"]) == []


def test_deeds_and_refusals_of_many_threads_make_one_chain(app: Flask) -> None:
    each, threads = 12, 8
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with app.app_context(), writing():
                for deed in range(each):
                    if deed % 3 == 2:
                        audit.record_refusal(None, "item.edit", f"items:{number}")
                    else:
                        audit.record(None, "item.edit", f"items:{number}", deed=deed)
                        db.session.commit()
        except BaseException as error:  # noqa: BLE001  (told to the test by the list)
            failures.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
    for writer_ in writers:
        writer_.start()
    for writer_ in writers:
        writer_.join()
    assert failures == []
    assert db.session.scalar(select(func.count()).select_from(AuditRow)) == each * threads
    assert audit.broken_chain(app.config["COUNTY"]) == []


def test_the_report_of_a_month_is_made_and_found_again(app: Flask, cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    make_item(cast.lin, state=State.WITHDRAWN)
    make_item(cast.ma, state=State.RETURNED)
    month = Period(clock.today().replace(day=1))
    db.session.rollback()
    made = reports.make_report(month)
    db.session.commit()
    totals = reports.report_figures(made).totals
    assert (totals.submitted, totals.published, totals.withdrawn, totals.returned) == (3, 2, 1, 1)
    assert editions.file_of(made, "pdf")[0].read_bytes().startswith(b"%PDF")
    assert reports.make_report(month).id == made.id
    db.session.rollback()
    assert len(db.session.scalars(select(MadeReport)).all()) == 1


def test_what_was_left_out_of_a_deposit_comes_again(app: Flask, cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(NINTH):
        line = deposit_lines(make_deposit(cast).parts[0])[0]
        part = db.session.scalars(select(DepositLine.part_id)).one()
        left_out = DepositOmission(publication_id=line.publication_id, part_id=part)
        db.session.add(left_out)
        db.session.commit()
    with clock.frozen("2026-04-09T10:00"):
        second = give_away(make_deposit(cast, DepositDraft(until_on=date(2026, 4, 8))))
        (again,) = deposit_lines(second.parts[0])
        go(db.session.scalars(select(Item)).one(), State.WITHDRAWN)
        (change,) = letters.changes_due(cast.he)
    assert (again.missing_in, again.lies_there) == ("青政办送〔2026〕1号", True)
    assert change.deposit == "青政办送〔2026〕2号"


def test_what_ends_before_a_deposit_is_packed_is_given_to_nobody(app: Flask, cast: Cast) -> None:
    gone, corrected = (make_item(cast.lin, state=State.PUBLISHED) for _ in range(2))
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    with clock.frozen("2026-03-10T10:00"):
        go(gone, State.WITHDRAWN)
    correct(corrected, 11)
    with clock.frozen("2026-03-12T10:00"):
        assert letters.changes_due(cast.he) == []
        settle(deposit)
        give_away(deposit)
        assert [one.withdrawn for one in find_not_given(deposit)] == [True, False]
        assert letters.changes_due(cast.he) == []
        assert count_texts(DepositPart.id, [deposit.parts[0].id]) == {deposit.parts[0].id: 1}
    assert [one.position for one in deposit_lines(deposit.parts[0])] == [None, None, 1]


def test_the_demonstration_holds_and_can_be_worked_in(app: Flask) -> None:
    made = app.test_cli_runner().invoke(args=["demo", "--items", "60", "--seed", "3"])
    assert made.exit_code == 0, made.output
    checked = app.test_cli_runner().invoke(args=["verify"])
    assert checked.exit_code == 0, checked.output
    db.session.rollback()
    liaison = db.session.scalars(select(Person).where(Person.login == "liuxi.xx1")).one()
    item = make_item(liaison, state=State.SUBMITTED)
    assert item.id == 61


# What other databases do not mind


def test_nonsense_in_a_form_or_an_address_is_refused(cast: Cast, browse: Browse) -> None:
    page = browse(cast.lin)
    for number in (2**31, 2**40, 2**70):
        page.get(f"/items/{number}", status=404)
        page.get(f"/items/?column={number}")
    page.get("/items/?q=%00", status=400)
    page.get("/language/%00", status=404)
    refused = select(AuditRow.object).where(AuditRow.result == "refused")
    assert "/language/\ufffd" in db.session.scalars(refused).all()
    page.post("/items/new", {"title": "Flood plan", "token": "a\0b"}, status=400)
    assert db.session.scalars(select(Item)).all() == []
