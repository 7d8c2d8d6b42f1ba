"""Eight people hand in at the same moment: everything is accepted, and the log is one chain."""

import pytest
from sqlalchemy import event, func, select

from county_portal.models import AuditRow, Item, Revision, State
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from tests.crowd import DEEDS, Crowd
from tests.waiting import HUNG_AFTER

PEOPLE, EACH = 8, 25


@pytest.fixture
def patient(app):
    """A thread waits for its turn to write as long as nothing hangs: SQLite keeps no queue."""

    def be_patient(connection, _record):
        connection.execute(f"PRAGMA busy_timeout = {HUNG_AFTER * 1000}")

    event.listen(db.engine, "connect", be_patient)
    db.engine.dispose()
    yield
    event.remove(db.engine, "connect", be_patient)
    db.engine.dispose()


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_nobody_is_turned_away_because_others_write_too(app, cast):
    crowd = Crowd(app, cast.water, PEOPLE)
    assert crowd.work(EACH) == []
    db.session.rollback()
    items = PEOPLE * EACH // DEEDS
    handed_in = db.session.execute(select(Item.state, Item.title)).all()
    assert [state for state, title in handed_in] == [State.SUBMITTED] * items
    assert all(title.endswith(", final") for state, title in handed_in)
    assert db.session.scalar(select(func.count()).select_from(Revision)) == items
    deeds = dict(
        db.session.execute(select(AuditRow.action, func.count()).group_by(AuditRow.action)).all()
    )
    assert deeds["item.create"] == deeds["item.submit"] == items
    assert audit.broken_chain(app.config["COUNTY"]) == []
