"""Putting deposits together: what is in, what is out, and that nothing is in twice."""

from datetime import date

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from county_portal.core import clock
from county_portal.core.errors import Missing, NotAllowed, OutOfDate, Refused
from county_portal.models import (
    AuditRow,
    Deposit,
    DepositLine,
    DepositPart,
    Publication,
    State,
)
from county_portal.office.base.extensions import db
from county_portal.office.base.settings import store_setting
from county_portal.papers.deposits import services
from county_portal.papers.deposits.lines import deposit_lines
from county_portal.papers.deposits.names import Names, number_of
from county_portal.papers.deposits.services import DepositDraft
from tests.cast import Cast
from tests.factories import go, make_item, make_unit
from tests.papers.deposits.conftest import FIRST, NINTH, give_away, make_deposit

SECOND = DepositDraft(until_on=date(2026, 4, 7))
APRIL = "2026-04-08T10:00"


def titles(deposit: Deposit) -> dict[str, list[str]]:
    """The titles of a deposit by unit, units without any left out."""
    found = {part.unit_name: [line.title for line in deposit_lines(part)] for part in deposit.parts}
    return {unit: said for unit, said in found.items() if said}


def test_it_holds_what_is_live_by_unit_and_in_order_of_time(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED, title="Dikes checked")
    make_item(cast.ma, state=State.PUBLISHED, title="Seed given out")
    with clock.frozen("2026-03-05T09:00"):
        make_item(cast.zhou, state=State.PUBLISHED, title="Sluice opened")
    make_item(cast.lin, state=State.SIGNED_OFF, title="Not published")
    make_item(cast.lin, state=State.WITHDRAWN, title="Withdrawn before")
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    assert titles(deposit) == {
        "Water": ["Dikes checked", "Sluice opened"],
        "Farms": ["Seed given out"],
    }
    assert [part.texts for part in deposit.parts] == [2, 1, 0]
    assert number_of(deposit) == "青政办送〔2026〕1号"
    assert (deposit.month, deposit.due_on) == (date(2026, 3, 1), date(2026, 3, 10))


def test_what_is_published_after_the_last_day_waits_for_the_next(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED, title="In March")
    with clock.frozen("2026-03-09T09:00"):
        make_item(cast.lin, state=State.PUBLISHED, title="On the day it was made")
    with clock.frozen(NINTH):
        first = make_deposit(cast)
    with clock.frozen(APRIL):
        second = make_deposit(cast, SECOND)
    assert titles(first) == {"Water": ["In March"]}
    assert titles(second) == {"Water": ["On the day it was made"]}
    assert second.since_on == date(2026, 3, 9)
    assert (second.number, second.month, second.due_on.month) == (2, date(2026, 4, 1), 4)


def test_what_was_corrected_before_it_was_deposited_goes_in_its_last_version(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.CORRECTING, title="Dikes checked")
    for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
        go(item, state)
    go(item, State.PUBLISHED)
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    (line,) = db.session.scalars(select(DepositLine)).all()
    live = db.session.scalars(select(Publication).where(Publication.ended_at.is_(None))).one()
    assert line.publication_id == live.id
    assert titles(deposit) == {"Water": ["Dikes checked"]}


def test_a_version_that_takes_the_place_of_a_deposited_one_says_so(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED, title="Dikes checked")
    with clock.frozen(NINTH):
        give_away(make_deposit(cast))
        for state in (State.CORRECTING, State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED):
            go(item, state)
        go(go(item, State.SIGNED_OFF), State.PUBLISHED)
    with clock.frozen(APRIL):
        second = make_deposit(cast, SECOND)
    (line,) = deposit_lines(second.parts[0])
    assert line.replaces == "青政办送〔2026〕1号"


def test_the_unit_is_the_one_on_the_signed_text(cast: Cast) -> None:
    """The working copy may say otherwise by now."""
    item = make_item(cast.lin, state=State.PUBLISHED, responsible_unit_id=cast.farms.id)
    item.responsible_unit_id = cast.water.id
    db.session.commit()
    with clock.frozen(NINTH):
        assert titles(make_deposit(cast)) == {"Farms": ["Flood plan"]}


def test_closed_units_have_a_part_only_for_what_they_published(cast: Cast) -> None:
    make_item(cast.ma, state=State.PUBLISHED)
    make_unit("X01", "Closed long ago", active=False)
    cast.farms.active = False
    db.session.commit()
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    assert [part.unit_name for part in deposit.parts] == ["Water", "Farms", "County office"]


def test_what_was_published_before_the_county_began_here_stays_out(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED, title="Old")
    with clock.frozen("2026-03-05T09:00"):
        make_item(cast.lin, state=State.PUBLISHED, title="New")
    with clock.frozen(NINTH):
        late = DepositDraft(until_on=date(2026, 3, 8), since_on=date(2026, 3, 4))
        assert titles(make_deposit(cast, late)) == {"Water": ["New"]}
    with clock.frozen(APRIL):
        assert services.next_offer().waiting == 0


def test_one_deposit_a_month(cast: Cast) -> None:
    with clock.frozen(NINTH):
        make_deposit(cast)
        assert not services.next_offer().begun
        with pytest.raises(OutOfDate, match="made already"):
            services.make_deposit(SECOND, by=cast.he)
    with clock.frozen("2026-04-01T08:00"):
        assert services.next_offer().begun


def test_a_county_that_begins_after_the_days_has_missed_nothing(cast: Cast) -> None:
    with clock.frozen("2026-03-20T10:00"):
        deposit = make_deposit(cast)
    assert (deposit.month, deposit.due_on) == (date(2026, 3, 1), date(2026, 4, 10))


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (DepositDraft(date(2026, 3, 8)), "from which day on"),
        (DepositDraft(date(2026, 3, 9), date(2026, 3, 1)), "a day that is over"),
        (DepositDraft(date(2026, 3, 2), date(2026, 3, 5)), "cannot end before"),
    ],
)
def test_days_that_make_no_sense_are_refused(cast: Cast, draft: DepositDraft, why: str) -> None:
    with clock.frozen(NINTH), pytest.raises(Refused, match=why):
        services.make_deposit(draft, by=cast.he)


def test_names_stay_as_they_were_when_it_was_made(cast: Cast) -> None:
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    store_setting("deposit_archive", "另一家档案馆")
    cast.water.name = "Rivers"
    db.session.commit()
    assert Names.of(deposit.words).receivers["archive"] == "青禾县档案馆"
    assert deposit.parts[0].unit_name == "Water"


def test_making_is_the_clerk_s_and_is_logged(cast: Cast) -> None:
    for person in (cast.lin, cast.zhou, cast.qian, cast.wu, cast.tang, cast.sys):
        with pytest.raises(NotAllowed):
            services.make_deposit(FIRST, by=person)
    with clock.frozen(NINTH):
        make_deposit(cast)
    row = db.session.scalars(select(AuditRow).where(AuditRow.action == "deposit.make")).one()
    assert (row.actor, row.object) == ("he", "deposits:1")


def test_a_unit_sees_its_own_part_only(cast: Cast) -> None:
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    assert services.get_part(deposit.id, cast.water.id, by=cast.lin).unit_name == "Water"
    with pytest.raises(Missing):
        services.get_part(deposit.id, cast.farms.id, by=cast.lin)
    with pytest.raises(Missing):
        services.get_part(deposit.id, 999, by=cast.he)
    assert [part.unit_name for part in services.find_parts(cast.ma)] == ["Farms"]
    with pytest.raises(NotAllowed):
        services.find_deposits(cast.lin)


# The database itself


def test_the_database_keeps_a_publication_out_of_a_second_deposit(cast: Cast) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    line = db.session.scalars(select(DepositLine)).one()
    again = insert(DepositLine).values(
        publication_id=line.publication_id, part_id=deposit.parts[1].id, position=1
    )
    with pytest.raises(IntegrityError):
        db.session.execute(again)


def test_the_database_keeps_a_month_from_a_second_deposit(cast: Cast) -> None:
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
    words = {c.name: getattr(deposit, c.name) for c in Deposit.__table__.columns}
    again = insert(Deposit).values({**words, "id": 99, "number": 99})
    with pytest.raises(IntegrityError):
        db.session.execute(again)


@pytest.mark.parametrize("table", ["deposits", "deposit_parts", "deposit_lines"])
def test_the_database_changes_and_removes_none_of_it(cast: Cast, table: str) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    with clock.frozen(NINTH):
        make_deposit(cast)
    column = "number" if table == "deposits" else "position"
    for deed in (f"UPDATE {table} SET {column} = 7", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="not to be changed"):
            db.session.execute(text(deed))
        db.session.rollback()
    assert db.session.scalars(select(DepositPart)).first()
