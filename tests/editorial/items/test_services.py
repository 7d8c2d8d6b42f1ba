from datetime import timedelta

import pytest
from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import OutOfDate
from county_portal.editorial.items import services
from county_portal.editorial.items.services import Draft
from county_portal.models import AuditRow, Item, State
from county_portal.office.base.extensions import db
from tests.factories import go, make_item


def told(item):
    rows = select(AuditRow.action).where(AuditRow.object == f"items:{item.id}")
    return list(db.session.scalars(rows.order_by(AuditRow.seq)))


def type_on(item, by, title):
    draft = Draft(title=title)
    services.edit_item(item, draft, seen_version=item.version, by=by, by_itself=True)
    db.session.commit()


def test_the_same_token_makes_one_item(cast):
    one = services.create_item(Draft(title="A"), token="t", by=cast.lin)
    db.session.commit()
    two = services.create_item(Draft(title="A"), token="t", by=cast.lin)
    assert one is two
    assert one.version == 1


def test_newer_words_under_the_same_token_are_kept(cast):
    one = services.create_item(Draft(title="A"), token="t", by=cast.lin)
    db.session.commit()
    services.create_item(Draft(title="A and B"), token="t", by=cast.lin)
    assert one.title == "A and B"


def test_a_token_sent_again_late_overwrites_nothing(cast):
    one = services.create_item(Draft(title="A"), token="t", by=cast.lin)
    db.session.commit()
    type_on(one, cast.zhou, "By Zhou")
    with pytest.raises(OutOfDate):
        services.create_item(Draft(title="A and B"), token="t", by=cast.lin)
    assert one.title == "By Zhou"


def test_another_persons_token_makes_another_item(cast):
    services.create_item(Draft(title="A"), token="t1", by=cast.lin)
    services.create_item(Draft(title="A"), token="t2", by=cast.ma)
    assert len(list(db.session.scalars(select(Item)))) == 2


def test_saving_by_itself_writes_one_line_an_hour_into_the_log(cast):
    item = make_item(cast.lin)
    for number in range(5):
        type_on(item, cast.lin, f"Title {number}")
    assert told(item) == ["item.create"]
    with clock.frozen(clock.now() + timedelta(hours=1, seconds=1)):
        for number in range(5):
            type_on(item, cast.lin, f"Title {number}")
    assert told(item) == ["item.create", "item.edit"]


def test_the_log_tells_each_person_who_writes(cast):
    item = make_item(cast.lin)
    type_on(item, cast.zhou, "By Zhou")
    assert told(item) == ["item.create", "item.edit"]


def test_saving_by_hand_is_always_in_the_log(cast):
    item = make_item(cast.lin)
    draft = Draft(title="By hand")
    services.edit_item(item, draft, seen_version=item.version, by=cast.lin)
    assert told(item) == ["item.create", "item.edit"]


def test_saving_by_itself_never_overwrites_somebody_elses_words(cast):
    item = make_item(cast.lin)
    seen = item.version
    type_on(item, cast.zhou, "By Zhou")
    with pytest.raises(OutOfDate):
        services.save_by_itself(item, Draft(title="Mine"), token="", seen_version=seen, by=cast.lin)


def test_why_it_came_back_is_the_newest_reason(cast):
    item = make_item(cast.lin, state=State.RETURNED)
    assert services.why_back(item).note == "Name the river"
    go(item, State.SUBMITTED)
    assert services.why_back(item) is None
