from datetime import date

import pytest

from county_portal.editorial.items import finding
from county_portal.editorial.items.finding import ItemFilter, ItemOrder, find_items, has_any_item
from county_portal.models import State
from tests.factories import make_column, make_item


def titles(person, page=1, **wanted):
    return [item.title for item in find_items(person, ItemFilter(**wanted), page).rows]


def test_a_liaison_finds_the_units_own_and_the_office_what_was_handed_over(cast):
    make_item(cast.lin, title="Draft of Water")
    make_item(cast.ma, title="Sent by Farms", state=State.SUBMITTED)
    assert titles(cast.zhou) == ["Draft of Water"]
    assert titles(cast.qian) == ["Sent by Farms"]
    assert titles(cast.aud) == []


def test_every_word_must_be_in_the_title_and_signs_mean_themselves(cast):
    make_item(cast.lin, title="Flood plan 100%")
    make_item(cast.lin, title="Plan of the year")
    assert titles(cast.lin, words=("plan", "flood")) == ["Flood plan 100%"]
    assert titles(cast.lin, words=("100%",)) == ["Flood plan 100%"]
    assert titles(cast.lin, words=("_",)) == []


def test_state_column_and_dates_narrow_the_list(cast):
    other = make_column("other")
    make_item(cast.lin, title="A", formed_on=date(2026, 2, 1))
    make_item(cast.lin, title="B", column_id=other.id, state=State.SUBMITTED)
    assert titles(cast.lin, state=State.SUBMITTED) == ["B"]
    assert titles(cast.lin, column_id=other.id) == ["B"]
    assert titles(cast.lin, until=date(2026, 2, 1)) == ["A"]
    assert titles(cast.lin, since=date(2026, 2, 2)) == ["B"]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (ItemOrder.DUE, "B"),
        (ItemOrder.FORMED, "A"),
        (ItemOrder.TITLE, "A"),
        (ItemOrder.CHANGED, "C"),
    ],
)
def test_the_list_can_be_ordered(cast, order, first):
    make_item(cast.lin, title="A", formed_on=date(2026, 2, 26))
    make_item(cast.lin, title="B", formed_on=date(2026, 2, 3))
    make_item(cast.lin, title="C", formed_on=None)
    assert titles(cast.lin, order=order)[0] == first


def test_long_lists_come_in_pages_and_a_page_too_far_is_the_last(cast, monkeypatch):
    monkeypatch.setattr(finding, "PER_PAGE", 2)
    for number in range(5):
        make_item(cast.lin, title=f"Item {number}")
    found = find_items(cast.lin, ItemFilter(), 99)
    assert (found.number, found.last, found.total, found.has_more) == (3, 3, 5, False)
    assert [item.title for item in found.rows] == ["Item 0"]


def test_whether_there_is_anything_at_all(cast):
    assert not has_any_item(cast.lin)
    make_item(cast.lin)
    assert has_any_item(cast.lin)
    assert not has_any_item(cast.ma)
