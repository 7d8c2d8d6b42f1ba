"""What the desks of the editors bring to the office."""

from county_portal.editorial.desk import desk, views
from county_portal.office.desk.waiting import DESK, Pile
from county_portal.office.feature import Feature
from county_portal.office.rules.policy import Do

FEATURE = Feature((views.bp,), piles=(Pile(DESK, Do.ITEM_VIEW, desk.count_items_for),))
