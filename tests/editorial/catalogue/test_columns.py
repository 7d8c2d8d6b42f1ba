"""The columns of the site and the categories of the law."""

import json

import pytest
from sqlalchemy import select

from county_portal.core.errors import NotAllowed, Refused
from county_portal.editorial.catalogue import services
from county_portal.editorial.catalogue.statutory import seed_categories, statutory_categories
from county_portal.models import AuditRow, Category, Column, OpenTo, Role
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import columns_open_to
from tests.factories import make_column, make_item, make_person


def form(cast, **changed):
    words = {
        "slug": "roads",
        "name": "Roads",
        "description": "What is built",
        "parent_id": "",
        "kind": "news",
        "unit_id": cast.office.id,
        "update_days": "14",
        "position": "3",
        "open_to": "all",
        "open": "y",
    }
    return {**words, **changed}


def test_a_column_is_added_and_stands_in_the_tree(browse, cast):
    top = make_column("works")
    page = browse(cast.qian)
    listed = page.post("/columns/new", form(cast, parent_id=top.id))
    assert [a.text for a in listed.select("tbody th a")] == ["Works", "Roads"]
    column = db.session.scalars(select(Column).where(Column.slug == "roads")).one()
    assert (column.parent, column.update_days, column.unit) == (top, 14, cast.office)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"slug": "notices"}, "Another column has this address word"),
        ({"slug": "Roads!"}, "Use small letters, digits and hyphens"),
        ({"name": " "}, "Enter a name"),
        ({"update_days": "15"}, "Not a valid choice"),
        ({"kind": "rumours"}, "Not a valid choice"),
        ({"parent_id": "999"}, "Not a valid choice"),
        ({"position": "-1"}, "Enter a number from 0 to 9999"),
    ],
)
def test_a_column_that_cannot_be_keeps_what_was_typed(browse, cast, changed, reason):
    make_column("notices")
    page = browse(cast.qian).post("/columns/new", form(cast, **changed), status=422)
    assert reason in page.select_one("[role=alert]").text
    assert page.select_one("#description").text.strip() == "What is built"


def test_the_address_word_never_changes(browse, cast):
    column = make_column("works")
    words = form(cast, slug="other", name="Public works", version=column.version)
    browse(cast.qian).post(f"/columns/{column.id}", words)
    db.session.refresh(column)
    assert (column.slug, column.name) == ("works", "Public works")
    row = db.session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()))
    assert "name=Public works" in json.loads(row.details)["changed"]


def test_a_stale_column_is_not_overwritten(browse, cast):
    column, page = make_column("works"), browse(cast.qian)
    words = form(cast, slug="works", version=column.version)
    page.post(f"/columns/{column.id}", {**words, "name": "First"})
    page.post(f"/columns/{column.id}", {**words, "name": "Second"}, status=409)


def test_the_tree_has_two_levels(cast):
    top, below = make_column("top"), make_column("below")
    services.edit_column(
        below,
        services.ColumnDraft("below", "Below", cast.office.id, parent_id=top.id),
        seen_version=below.version,
        by=cast.qian,
    )
    db.session.commit()
    third = services.ColumnDraft("third", "Third", cast.office.id, parent_id=below.id)
    with pytest.raises(Refused, match="upper level"):
        services.create_column(third, by=cast.qian)
    top_down = services.ColumnDraft("top", "Top", cast.office.id, parent_id=make_column("x").id)
    with pytest.raises(Refused, match="has columns below it"):
        services.edit_column(top, top_down, seen_version=top.version, by=cast.qian)
    assert services.possible_parents(top) == []


def test_a_listed_column_is_open_to_its_units_only(browse, cast):
    words = form(cast, open_to="listed", submitter_ids=[cast.water.id])
    browse(cast.qian).post("/columns/new", words)
    slugs = {unit.name: _open_slugs(unit) for unit in (cast.water, cast.farms)}
    assert slugs == {"Water": ["roads"], "Farms": []}
    column = db.session.scalars(select(Column)).one()
    draft = services.column_as_draft(column)
    assert (draft.open_to, draft.submitter_ids) == (OpenTo.LISTED, {cast.water.id})


def _open_slugs(unit):
    return [column.slug for column in db.session.scalars(columns_open_to(unit))]


def test_the_list_counts_the_items(browse, cast):
    make_item(cast.lin)
    assert browse(cast.qian).get("/columns").select_one("td.number").text == "1"


def test_only_editors_change_columns(cast):
    draft = services.ColumnDraft("roads", "Roads", cast.office.id)
    for person in (cast.lin, cast.zhou, cast.wu, cast.tang, cast.he, cast.sys, cast.sec, cast.aud):
        with pytest.raises(NotAllowed):
            services.create_column(draft, by=person)


# Categories


def test_the_law_has_fifteen_seven_and_eight_kinds():
    codes = [category.code for category in statutory_categories()]
    assert len(codes) == len(set(codes)) == 30
    starts = [code.rsplit("-", 1)[0] for code in codes]
    assert [starts.count(part) for part in ("20", "21-county", "21-township")] == [15, 7, 8]


def test_the_categories_are_brought_in_once(browse, cast):
    page = browse(cast.qian)
    page.get("/categories")
    assert len(page.post("/categories").select("tbody tr")) == 30
    assert seed_categories() == 0


def test_a_category_is_put_out_of_use_and_back(browse, cast):
    seed_categories()
    db.session.commit()
    category = db.session.scalars(select(Category).where(Category.code == "20-09")).one()
    page = browse(cast.qian)
    row = page.post(f"/categories/{category.id}", {"active": "no"})
    assert "out of use" in row.select_one(f"#category-{category.id}").text
    page.post(f"/categories/{category.id}", {"active": "yes"})
    db.session.refresh(category)
    assert category.active
    page.post("/categories/999", {"active": "yes"}, status=404)


def test_people_who_may_not_are_refused(browse, cast):
    clerk = make_person("clerk", Role.OFFICE_CLERK)
    browse(clerk).get("/columns", status=403)
    browse(clerk).post("/categories", status=403)
