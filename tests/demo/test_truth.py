"""The bulk way writes what the services write: every row of every table, hashes and all."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from county_portal.core import clock
from county_portal.demo import build
from county_portal.demo.bulk import Bulk
from county_portal.demo.county import County, found
from county_portal.demo.hours import OfficeHours
from county_portal.demo.ledger import Ledger
from county_portal.demo.papers import make_papers
from county_portal.demo.plans import PlannedDeed
from county_portal.demo.story import WAITING, Story
from county_portal.editorial.items.attachments import Received
from county_portal.editorial.release import public_file, verify
from county_portal.models import Base, Item, State, Unit
from county_portal.office.base.extensions import db
from county_portal.office.desk import deadlines
from county_portal.office.rules.policy import Do
from tests.conftest import _begin_afresh
from tests.demo.by_hand import DEEDS, ByHand
from tests.published import writer

END = datetime(2026, 3, 2, 9, 0, tzinfo=clock.COUNTY)
SEED, ITEMS = 12, 90  # a short story in which everything happens at least once
BUTTONS = {
    Do.ITEM_CREATE,
    Do.ITEM_SUBMIT,
    Do.ITEM_RECALL,
    Do.ITEM_APPROVE,
    Do.ITEM_ACCEPT,
    Do.ITEM_RETURN,
    Do.ITEM_DECLINE,
    Do.ITEM_REASSESS,
    Do.ITEM_CORRECT,
}
NOT_COMPARED = {"items": {"version"}, "people": {"password_hash"}}


def begin(papers: dict[str, Received]) -> tuple[County, list[PlannedDeed]]:
    with clock.frozen("2025-01-02T08:00"):
        county = found(papers)
    db.session.commit()
    hours = OfficeHours(deadlines.calendar(), build.first_day(END), END)
    return county, list(Story(SEED, ITEMS, hours).happenings())


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the office's tables; what is random or only counts saves is left out."""
    found = {}
    for table in Base.metadata.sorted_tables:
        left_out = NOT_COMPARED.get(table.name, set())
        columns = [column for column in table.columns if column.name not in left_out]
        rows = db.session.execute(select(*columns).order_by(*table.primary_key.columns))
        found[table.name] = [tuple(row) for row in rows]
    return found


@pytest.mark.slow
def test_bulk_writes_the_rows_that_the_services_write(app: Flask) -> None:
    papers = make_papers()
    county, story = begin(papers)
    by_hand = ByHand(county)
    for one in story:
        by_hand.play(one)
    db.session.commit()
    public_file.reconcile()
    wanted, public = tables(), writer.item_hashes(app.config["COUNTY"].PUBLIC)

    db.session.remove()
    db.engine.dispose()
    _begin_afresh(app.config["COUNTY"].DATA)
    county, story = begin(make_papers())
    bulk = Bulk(county, deadlines.calendar(), Ledger())
    for one in story:
        bulk.play(one)
    bulk.finish()
    db.session.commit()
    public_file.reconcile()

    have = tables()
    for name, rows in wanted.items():
        assert have[name] == rows, f"the rows of {name} differ"
    assert writer.item_hashes(app.config["COUNTY"].PUBLIC) == public
    assert {one.plan.end for one in story} >= {State.PUBLISHED, *WAITING}
    assert {one.deed.what for one in story} == {*DEEDS, *BUTTONS}
    assert len(wanted["publications"]) > 40
    assert len(public) > 30


@pytest.mark.slow
def test_a_built_county_keeps_every_promise(app: Flask) -> None:
    with clock.frozen(END):
        build.build_county(3, 150, lambda _words: None)
        assert verify.broken_promises() == []
    states = set(db.session.scalars(select(Item.state).distinct()))
    assert states >= {*WAITING, State.PUBLISHED, State.DECLINED}


def test_an_altered_row_is_seen(app: Flask) -> None:
    """The comparison above is not blind: one word in one of the rows makes a difference."""
    found({})
    before = tables()
    found_unit = db.session.scalars(select(Unit)).first()
    found_unit.leader = "somebody else"
    db.session.flush()
    assert {name for name, rows in tables().items() if rows != before[name]} == {"units"}
