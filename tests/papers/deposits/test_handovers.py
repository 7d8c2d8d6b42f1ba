"""Who handed over to whom, and who missed the day."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.models import AuditRow, Deposit, DepositPart, Handover, Receiver, State
from county_portal.office.base.extensions import db
from county_portal.office.base.settings import store_setting
from county_portal.papers.deposits import handovers
from county_portal.papers.deposits.handovers import Handed
from county_portal.papers.deposits.reminders import reminder_for
from county_portal.papers.deposits.services import DepositDraft
from tests.cast import Cast
from tests.factories import make_item
from tests.papers.deposits.conftest import NINTH, make_deposit

TENTH = date(2026, 3, 10)
HANDED = Handed(Receiver.ARCHIVE, date(2026, 3, 9), "Lin", "Bai", "收〔2026〕8号")


@pytest.fixture
def part(cast: Cast) -> DepositPart:
    """Water's part of a deposit that is due on 10 March."""
    with clock.frozen(NINTH):
        return make_deposit(cast).parts[0]


def both(part: DepositPart, day: int, by: object) -> None:
    for receiver in Receiver:
        handed = replace(HANDED, receiver=receiver, handed_on=date(2026, 3, day))
        handovers.hand_over(part, handed, by=by)
    db.session.commit()


def test_it_is_written_down_with_names_and_receipt(cast: Cast, part: DepositPart) -> None:
    with clock.frozen(NINTH):
        handovers.hand_over(part, HANDED, by=cast.lin)
        db.session.commit()
    (row,) = handovers.handover_history(part, Receiver.ARCHIVE)
    said = (row.handed_by, row.received_by, row.handed_on, row.receipt_number, row.recorder)
    assert said == ("Lin", "Bai", date(2026, 3, 9), "收〔2026〕8号", cast.lin)
    assert handovers.handover_history(part, Receiver.LIBRARY) == []
    log = db.session.scalars(select(AuditRow).where(AuditRow.action == "deposit.hand_over")).one()
    assert (log.actor, log.object) == ("lin", f"deposit_parts:{part.id}")


def test_said_again_it_corrects_and_keeps_what_was_said(cast: Cast, part: DepositPart) -> None:
    with clock.frozen(NINTH):
        handovers.hand_over(part, HANDED, by=cast.lin)
        with pytest.raises(OutOfDate):
            handovers.hand_over(part, HANDED, by=cast.lin)  # the second click
        handovers.hand_over(part, replace(HANDED, received_by="Hu", seen=1), by=cast.he)
    assert [row.received_by for row in handovers.handover_history(part, Receiver.ARCHIVE)] == [
        "Hu",
        "Bai",
    ]
    assert handovers.newest_handovers([part])[part.id, Receiver.ARCHIVE].received_by == "Hu"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"handed_by": " "}, "who handed over"),
        ({"received_by": ""}, "who received"),
        ({"handed_on": date(2026, 3, 20)}, "in the future"),
        ({"handed_on": date(2026, 3, 8)}, "not made yet"),
    ],
)
def test_what_cannot_be_is_refused(
    cast: Cast, part: DepositPart, changed: dict[str, object], why: str
) -> None:
    with clock.frozen(NINTH), pytest.raises(Refused, match=why):
        handovers.hand_over(part, replace(HANDED, **changed), by=cast.he)


def test_another_unit_hands_over_nothing_of_it(cast: Cast, part: DepositPart) -> None:
    for person in (cast.ma, cast.qian, cast.tang):
        with clock.frozen(NINTH), pytest.raises(NotAllowed):
            handovers.hand_over(part, HANDED, by=person)


def test_the_clerk_hands_over_what_is_still_here_at_once(cast: Cast, part: DepositPart) -> None:
    with clock.frozen(NINTH):
        handovers.hand_over(part, HANDED, by=cast.lin)
        others = replace(HANDED, handed_by="He")
        assert handovers.hand_over_all(part.deposit, others, by=cast.he) == 2
        with pytest.raises(OutOfDate, match="already"):
            handovers.hand_over_all(part.deposit, others, by=cast.he)
        with pytest.raises(NotAllowed):
            handovers.hand_over_all(part.deposit, others, by=cast.lin)
    rows = db.session.scalars(select(Handover).order_by(Handover.part_id)).all()
    assert [row.handed_by for row in rows] == ["Lin", "He", "He"]


@pytest.mark.parametrize(
    ("handed", "asked", "missed"),
    [
        (9, "2026-03-12T09:00", False),
        (10, "2026-03-12T09:00", False),
        (11, "2026-03-12T09:00", True),
        (None, "2026-03-10T23:00", False),
        (None, "2026-03-11T00:30", True),
    ],
)
def test_the_last_day_still_counts_and_the_next_does_not(
    cast: Cast, part: DepositPart, handed: int | None, asked: str, missed
) -> None:
    with clock.frozen(asked):
        if handed:
            both(part, handed, cast.he)
        (kept,) = handovers.keeping([part])
    assert kept.missed is missed
    assert kept.handed_on == (date(2026, 3, handed) if handed else None)


def test_one_receiver_of_two_is_not_enough(cast: Cast, part: DepositPart) -> None:
    with clock.frozen("2026-03-12T09:00"):
        handovers.hand_over(part, HANDED, by=cast.he)
        (kept,) = handovers.keeping([part])
    assert kept.missed and kept.handed_on is None


def three_deposits(cast: Cast) -> list[Deposit]:
    """March, April and June; nobody made one in May."""
    made = []
    for month, until in ((3, None), (4, 8), (6, 8)):
        with clock.frozen(f"2026-{month:02}-09T10:00"):
            draft = DepositDraft(date(2026, month, until)) if until else None
            made.append(make_deposit(cast, draft) if draft else make_deposit(cast))
    return made


def test_missed_deposits_are_counted_by_unit_and_have_their_consequence(cast: Cast) -> None:
    march, april, june = three_deposits(cast)
    store_setting("deposit_missed_3", "A meeting is called")
    db.session.commit()
    with clock.frozen("2026-06-10T10:00"):
        for deposit, units in ((march, (0, 1)), (april, (0,)), (june, (0, 1))):
            for place in units:
                part, day = deposit.parts[place], clock.county_day(deposit.made_at)
                for receiver in Receiver:
                    handed = replace(HANDED, receiver=receiver, handed_on=day)
                    handovers.hand_over(part, handed, by=cast.he)
    with clock.frozen("2026-06-11T10:00"):
        found = handovers.year_of(2026, by=cast.he)
        assert {unit.unit: unit.missed for unit in found.units} == {
            "Water": 0,
            "Farms": 1,
            "County office": 3,
        }
        said = {unit.unit: unit.consequence for unit in found.units}
        assert said == {
            "Water": "",
            "Farms": "从重扣分",
            "County office": "A meeting is called",
        }
        assert found.not_made == (date(2026, 5, 1),)
        assert handovers.year_of(2025, by=cast.he).units == ()
        assert handovers.deposit_years() == [2026]


# The desk


def test_the_clerk_is_reminded_from_its_day_until_it_is_handed_over(cast: Cast) -> None:
    with clock.frozen("2026-03-03T09:00"):
        assert reminder_for(cast.he) is None
    with clock.frozen("2026-03-04T09:00"):  # three working days before the 9th
        found = reminder_for(cast.he)
        assert found and found.to_make and not found.late
        assert (found.first, found.last) == (date(2026, 3, 9), TENTH)
        assert reminder_for(cast.lin) is None and reminder_for(cast.qian) is None
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
        found = reminder_for(cast.he)
        assert found and not found.to_make
        assert found.to_hand_over == 3
    with clock.frozen("2026-03-12T09:00"):
        found = reminder_for(cast.he)
        assert found and found.late
        for receiver in Receiver:
            both_day = replace(HANDED, receiver=receiver, handed_on=TENTH)
            handovers.hand_over_all(deposit, both_day, by=cast.he)
        assert reminder_for(cast.he) is None


def test_the_desk_shows_it(cast: Cast, browse: object) -> None:
    with clock.frozen("2026-03-10T09:00"):
        page = browse(cast.he).get("/")
        assert "Put this month's deposit together" in page.text
        assert page.select_one(".alert-warning a[href='/deposits/']")
        assert "deposit together" not in browse(cast.qian).get("/").text
        make_item(cast.lin, state=State.SUBMITTED)
        assert "deposit together" not in browse(cast.zhou).get("/").text


# The database itself


def test_the_database_keeps_handovers_as_they_were_written(cast: Cast, part: DepositPart) -> None:
    with clock.frozen(NINTH):
        row = handovers.hand_over(part, HANDED, by=cast.lin)
        db.session.commit()
        for deed in ("UPDATE handovers SET received_by = 'X'", "DELETE FROM handovers"):
            with pytest.raises(DatabaseError, match="not to be changed"):
                db.session.execute(text(deed))
            db.session.rollback()
        words = {c.name: getattr(row, c.name) for c in Handover.__table__.columns}
        with pytest.raises(IntegrityError):
            db.session.execute(insert(Handover).values({**words, "id": 99}))
