"""The furniture itself: each state is reached by the road everybody takes."""

import pytest

from county_portal.models import State
from tests.factories import make_item


@pytest.mark.parametrize("state", list(State))
def test_an_item_is_in_the_state_the_test_asks_for(cast, state):
    item = make_item(cast.lin, state=state)
    assert item.state is state
    assert item.unit is cast.water


def test_two_people_sign_in_beside_each_other(browse, cast):
    lin, ma = browse(cast.lin), browse(cast.ma)
    assert "Lin" in lin.get("/account").text
    assert "Ma" in ma.get("/account").text
    assert "Lin" in lin.get("/account").text


def test_the_public_site_opens(app, citizen, cast):
    make_item(cast.lin, state=State.PUBLISHED, title="Flood plan of 2026")
    assert "Flood plan of 2026" in citizen.get("/").text
