"""Whether a document holds: written down in the office, read by the public, proved by verify."""

from datetime import date, timedelta

import pytest
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.editorial.catalogue import validity
from county_portal.editorial.catalogue.validity import Finding
from county_portal.editorial.release import public_file, verify
from county_portal.models import ColumnKind, State, Validity, ValidityState
from county_portal.office.base.extensions import db
from county_portal.published import schema
from county_portal.published.reader import Reader
from county_portal.published.standing import standing
from tests.factories import go, make_category, make_column, make_item

TODAY = date(2026, 3, 2)
REPEALED, EXPIRED = ValidityState.REPEALED, ValidityState.EXPIRED
SECRET_GROUND = "The county meeting of last week said so"


def document(cast, number, title="Flood plan", **more):
    column = make_column("policies", kind=ColumnKind.POLICY)
    words = {"column_id": column.id, "document_number": number, "title": title, **more}
    words["category_id"] = make_category().id
    return make_item(cast.lin, state=State.PUBLISHED, **words)


def find(item, state, by="", *, person, since=TODAY, ground=SECRET_GROUND):
    finding = Finding(state=state, since_on=since, by=by, ground=ground)
    row = validity.change(item, finding, seen_id=validity.newest_id(item), by=person)
    db.session.commit()
    public_file.reconcile()
    return row


@pytest.fixture
def site(app):
    """How the public file stands with an item."""
    return lambda item: standing(Reader(app.config["COUNTY"].PUBLIC).current(), item.public_id)


# By itself


def test_a_document_with_a_number_is_in_force_until_something_is_found(cast, site):
    assert site(document(cast, "青政发〔2026〕1号")).state == "in_force"
    assert site(document(cast, "")) is None
    news = make_column("news", kind=ColumnKind.NEWS)
    item = make_item(
        cast.lin, state=State.PUBLISHED, column_id=news.id, document_number="青政发〔2026〕9号"
    )
    assert site(item) is None
    assert validity.state_in(validity.standing_of(item), item) is None


# What is found


def test_a_repeal_is_linked_both_ways_and_its_ground_stays_inside(cast, app, site):
    old, new = document(cast, "青政发〔2025〕1号"), document(cast, "青政发〔2026〕7号", "New plan")
    find(old, REPEALED, "青政发〔2026〕7号", person=cast.qian)
    told = site(old)
    assert (told.state, told.since_on, told.by.title) == ("repealed", TODAY, "New plan")
    assert [line.public_id for line in site(new).changes] == [old.public_id]
    raw = schema.site_path(app.config["COUNTY"].PUBLIC).read_bytes()
    assert SECRET_GROUND.encode() not in raw
    assert verify.broken_promises() == []


def test_a_day_to_come_is_kept_back_until_it_has_come(cast, site):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian, since=TODAY + timedelta(days=30))
    assert site(item).state == "in_force"
    with clock.frozen("2026-04-01T00:01"):
        public_file.reconcile()
        assert site(item).state == "expired"
        assert verify.broken_promises() == []


# An expiry to come

EXPIRY = date(2026, 9, 1)
AMENDED, IN_FORCE = ValidityState.AMENDED, ValidityState.IN_FORCE


def on(day, item, site):
    """What office and public site say of the item on a day: they say the same."""
    with clock.frozen(f"{day}T09:00"):
        public_file.reconcile()
        told, known = site(item), validity.standing_of(item)
        assert told.state == validity.state_in(known, item).value
        assert told.expires_on == known.expires_on
        if known.found:
            assert told.since_on == known.found.since_on
        assert verify.broken_promises() == []
        return told.state, told.expires_on


def test_an_expiry_to_come_is_announced_and_outlives_an_amendment(cast, site):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian, since=EXPIRY)
    assert on("2026-03-02", item, site) == ("in_force", EXPIRY)
    find(item, AMENDED, person=cast.qian, since=date(2026, 3, 2))
    assert on("2026-03-02", item, site) == ("amended", EXPIRY)
    assert on("2026-08-31", item, site) == ("amended", EXPIRY)
    assert on("2026-09-01", item, site) == ("expired", None)
    assert on("2027-09-01", item, site) == ("expired", None)


def test_a_text_found_in_force_still_expires_on_its_day(cast, site):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian, since=EXPIRY)
    find(item, IN_FORCE, person=cast.qian, since=TODAY)
    assert on("2026-03-02", item, site) == ("in_force", EXPIRY)
    assert on("2026-09-01", item, site) == ("expired", None)


def test_in_force_from_the_day_of_an_expiry_takes_it_back(cast, site):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian, since=EXPIRY)
    find(item, IN_FORCE, person=cast.qian, since=EXPIRY)
    assert on("2026-03-02", item, site) == ("in_force", None)
    assert on("2026-09-01", item, site) == ("in_force", None)


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2027, 6, 1)])
def test_a_new_expiry_replaces_the_one_before(cast, site, day):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian, since=EXPIRY)
    find(item, EXPIRED, person=cast.qian, since=day)
    assert on("2026-03-02", item, site) == ("in_force", day)
    assert on(day - timedelta(days=1), item, site) == ("in_force", day)
    assert on(day, item, site) == ("expired", None)


def test_a_repeal_ends_it_earlier_and_for_good(cast, site):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian, since=EXPIRY)
    find(item, REPEALED, person=cast.qian, since=date(2026, 6, 1))
    assert on("2026-06-01", item, site) == ("repealed", None)
    assert on("2026-09-01", item, site) == ("repealed", None)


def test_a_repeal_is_not_undone_by_an_amendment_written_down_late(cast, site):
    item = document(cast, "青政发〔2026〕1号", formed_on=date(2026, 1, 5))
    find(item, REPEALED, person=cast.qian, since=TODAY)
    find(item, AMENDED, person=cast.qian, since=date(2026, 2, 2))
    assert on("2026-03-02", item, site) == ("repealed", None)


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        (Finding(AMENDED, TODAY, ground="x"), "has ended by this day"),
        (Finding(AMENDED, EXPIRY, ground="x"), "has ended by this day"),
        (Finding(EXPIRED, EXPIRY), "has ended by this day"),
        (Finding(IN_FORCE, TODAY - timedelta(days=1)), "has ended since"),
    ],
)
def test_what_would_change_nothing_about_an_ended_text_is_refused(cast, finding, message):
    item = document(cast, "青政发〔2026〕1号", formed_on=date(2026, 1, 5))
    row = find(item, REPEALED, person=cast.qian)
    with pytest.raises(Refused, match=message):
        validity.change(item, finding, seen_id=row.id, by=cast.qian)


def test_office_and_public_pages_say_when_a_text_expires(cast, browse, citizen):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian, since=date(2026, 8, 1))
    find(item, EXPIRED, person=cast.qian, since=EXPIRY)
    find(item, AMENDED, person=cast.qian)
    said = "In force (amended from 2026-03-02), expires on 2026-09-01"
    number, public_id = item.id, item.public_id
    office = browse(cast.qian)
    assert said in office.get(f"/review/{number}").select_one("#validity").parent.text
    form = office.get(f"/review/{number}/validity")
    assert said in form.text
    history = [" ".join(li.text.split()) for li in form.select("main li")]
    assert "Expired from 2026-09-01 still to come" in history[1]
    assert "Expired from 2026-08-01 replaced by a later finding" in history[2]
    shown = citizen.get(f"/items/{public_id}")
    assert said in shown.select_one(".item__standing").text
    assert said in shown.select_one("dl").text


def test_the_newest_finding_counts_and_none_is_lost(cast, site):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian)
    find(item, ValidityState.IN_FORCE, person=cast.tang, ground="It was prolonged")
    assert site(item).state == "in_force"
    assert [row.state.value for row in validity.validity_history(item)] == ["in_force", "expired"]


def test_a_withdrawn_text_is_no_longer_named_as_the_one_that_repealed(cast, site):
    old, new = document(cast, "青政发〔2025〕1号"), document(cast, "青政发〔2026〕7号")
    find(old, REPEALED, new.index_number, person=cast.qian)
    go(new, State.WITHDRAWN)
    assert site(old).by is None, "even before the file is put right"
    public_file.reconcile()
    assert (site(old).state, site(old).by) == ("repealed", None)
    assert verify.broken_promises() == []


def test_a_corrected_document_keeps_its_validity(cast, site):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian)
    for state in (
        State.CORRECTING,
        State.SUBMITTED,
        State.UNIT_APPROVED,
        State.ACCEPTED,
        State.SIGNED_OFF,
        State.PUBLISHED,
    ):
        go(item, state)
    assert site(item).state == "expired"
    assert verify.broken_promises() == []


# What is refused


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        (Finding(REPEALED, TODAY, by="nobody"), "No published text"),
        (Finding(REPEALED, TODAY, by="青政发〔2026〕1号"), "does not amend or repeal itself"),
        (Finding(REPEALED, TODAY, by="twice"), "enter the index number"),
        (Finding(REPEALED, TODAY), "on what ground"),
        (Finding(EXPIRED, TODAY, by="twice"), "names another text"),
        (Finding(EXPIRED, date(2020, 1, 1)), "formed after"),
        (Finding(EXPIRED, date(2999, 1, 1)), "too far ahead"),
        (Finding(EXPIRED, TODAY, ground="x" * 301), "too long"),
    ],
)
def test_a_finding_that_does_not_hold_together_is_refused(cast, finding, message):
    item = document(cast, "青政发〔2026〕1号")
    document(cast, "twice"), document(cast, "twice")
    with pytest.raises(Refused, match=message):
        validity.change(item, finding, seen_id=0, by=cast.qian)


def test_only_what_is_public_has_a_validity(cast):
    item = go(document(cast, "青政发〔2026〕1号"), State.WITHDRAWN)
    with pytest.raises(Refused, match="not on the public site"):
        validity.change(item, Finding(EXPIRED, TODAY), seen_id=0, by=cast.qian)


@pytest.mark.parametrize("name", ["lin", "zhou", "wu", "he", "sys", "aud"])
def test_nobody_else_changes_a_validity(cast, name):
    item = document(cast, "青政发〔2026〕1号")
    with pytest.raises(NotAllowed):
        validity.change(item, Finding(EXPIRED, TODAY), seen_id=0, by=getattr(cast, name))


def test_a_page_drawn_before_another_finding_is_too_late(cast):
    item = document(cast, "青政发〔2026〕1号")
    find(item, EXPIRED, person=cast.qian)
    with pytest.raises(OutOfDate):
        validity.change(item, Finding(EXPIRED, TODAY), seen_id=0, by=cast.tang)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE validities SET state = 'in_force'",
        "UPDATE validities SET since_on = '2020-01-01'",
        "DELETE FROM validities",
        "INSERT OR REPLACE INTO validities SELECT id, item_id, 'in_force', since_on, NULL, '',"
        " set_by, set_at FROM validities",
    ],
)
def test_the_database_changes_no_finding(cast, statement):
    find(document(cast, "青政发〔2026〕1号"), EXPIRED, person=cast.qian)
    with pytest.raises(IntegrityError, match="not to be changed"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert db.session.scalars(db.select(Validity.state)).one() is EXPIRED


# The public file


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE items SET validity = 'in_force'",
        "UPDATE items SET validity_on = '2020-01-01'",
        "UPDATE items SET validity_by = NULL",
        "UPDATE items SET validity = '', validity_on = '', validity_by = NULL",
        "UPDATE items SET expires_on = '2030-01-01'",
    ],
)
def test_verify_sees_a_forged_validity_and_reconcile_puts_it_right(cast, app, statement):
    old, new = document(cast, "青政发〔2025〕1号"), document(cast, "青政发〔2026〕7号")
    find(old, REPEALED, new.index_number, person=cast.qian)
    file = sqlite.connect(str(schema.site_path(app.config["COUNTY"].PUBLIC)))
    file.execute(f"{statement} WHERE public_id = {old.public_id}")
    file.commit()
    file.close()
    assert [fault.where for fault in verify.broken_promises()] == ["public:items"]
    assert public_file.reconcile()
    assert verify.broken_promises() == []


# Pages


def test_the_editor_writes_it_down_and_citizens_read_it(cast, browse, citizen):
    old, new = document(cast, "青政发〔2025〕1号"), document(cast, "青政发〔2026〕7号", "New plan")
    old_id, address = old.public_id, f"/review/{old.id}/validity"
    new_id = new.public_id
    office = browse(cast.qian)
    form = office.get(address)
    assert "In force" in form.text
    words = {
        "seen_id": form.select_one("#seen_id")["value"],
        "state": "repealed",
        "since_on": "2026-03-01",
        "by": "青政发〔2026〕7号",
        "ground": SECRET_GROUND,
    }
    page = office.post(address, words)
    assert "Repealed" in page.select_one("#validity").parent.text
    assert SECRET_GROUND in page.text
    shown = citizen.get(f"/items/{old_id}")
    assert "This document has been repealed" in shown.select_one(".item__standing").text
    assert shown.select_one(".item__standing a")["href"] == f"/items/{new_id}"
    assert SECRET_GROUND not in shown.text
    assert "Repeals: Flood plan" in " ".join(citizen.get(f"/items/{new_id}").text.split())
    assert "Repealed" in citizen.get(f"/items/{old_id}/print").text


def test_what_is_wrong_with_a_finding_stands_at_its_field_and_nothing_typed_is_lost(cast, browse):
    item = document(cast, "青政发〔2026〕1号")
    words = {
        "seen_id": "0",
        "state": "repealed",
        "since_on": "2026-03-01",
        "by": "no such number",
        "ground": "A long reason that nobody wants to type again",
    }
    page = browse(cast.tang).post(f"/review/{item.id}/validity", words, status=422)
    assert "No published text has this number" in page.select_one("#by-error").text
    assert page.select_one("#ground").text.strip() == words["ground"]


def test_the_catalogue_is_narrowed_by_validity(cast, citizen):
    old, new = document(cast, "青政发〔2025〕1号", "Old plan"), document(cast, "青政发〔2026〕7号")
    document(cast, "", "Not a document")
    find(old, REPEALED, new.index_number, person=cast.qian)
    titles = {
        state: [a.text for a in citizen.get(f"/catalogue?validity={state}").select("td a")]
        for state in ("in_force", "repealed", "expired", "", "nonsense")
    }
    assert titles["in_force"] == ["Flood plan"]
    assert titles["repealed"] == ["Old plan"]
    assert titles["expired"] == []
    assert len(titles[""]) == len(titles["nonsense"]) == 3
