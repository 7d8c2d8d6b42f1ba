from county_portal.editorial.items.choices import choices_for
from county_portal.models import OpenTo
from tests.factories import make_category, make_column, make_item


def names(groups):
    return {heading: [name for _number, name in lines] for heading, lines in groups.items()}


def test_columns_stand_under_their_parents_and_parents_cannot_be_chosen(cast):
    news = make_column("news")
    make_column("towns", parent_id=news.id)
    make_column("plans")
    assert names(choices_for(cast.water).columns) == {"News": ["Towns"], "Plans": ["Plans"]}


def test_only_columns_open_to_the_unit_are_offered(cast):
    make_column("for-towns", open_to=OpenTo.TOWNSHIPS)
    make_column("for-departments", open_to=OpenTo.DEPARTMENTS)
    make_column("closed", open=False)
    assert names(choices_for(cast.water).columns) == {"For departments": ["For departments"]}
    assert names(choices_for(cast.farms).columns) == {"For towns": ["For towns"]}


def test_a_parent_whose_own_columns_are_closed_to_the_unit_can_be_chosen(cast):
    parent = make_column("parent")
    make_column("child", parent_id=parent.id, open_to=OpenTo.TOWNSHIPS)
    assert names(choices_for(cast.water).columns) == {"Parent": ["Parent"]}


def test_each_kind_of_unit_gets_its_own_additions_to_the_categories(cast):
    make_category("20-1", name="Rules")
    make_category("21-county-1", name="City building", article="21(1)")
    make_category("21-township-1", name="Village funds", article="21(2)")
    water, farms = (
        {name for lines in choices_for(unit).categories.values() for _id, name in lines}
        for unit in (cast.water, cast.farms)
    )
    assert water == {"Rules", "City building"}
    assert farms == {"Rules", "Village funds"}


def test_a_closed_unit_stays_with_the_item_that_names_it(cast):
    item = make_item(cast.lin, responsible_unit_id=cast.farms.id)
    cast.farms.active = False
    assert (cast.farms.id, "Farms") in choices_for(cast.water, item).units
    assert (cast.farms.id, "Farms") not in choices_for(cast.water).units
