"""Papers of the road to print: release forms, items, a unit's yearly list."""

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from county_portal.editorial.items.services import get_item
from county_portal.editorial.sheets import item_papers, year_list
from county_portal.office.base.extensions import db
from county_portal.office.feature import Feature
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do

bp = Blueprint("papers", __name__, url_prefix="/papers")


@bp.get("/items/<int:item_id>.pdf")
@needs(Do.ITEM_VIEW)
def item(item_id: int) -> Response:
    """Show the item with everything that was said about it."""
    sheet = item_papers.item_sheet(get_item(item_id, by=me()), by=me())
    db.session.rollback()  # nothing is held while the press works
    return inline_pdf(item_papers.item_pdf(sheet), f"item-{item_id}.pdf")


@bp.get("/publications/<int:publication_id>.pdf")
@needs(Do.ITEM_VIEW)
def release(publication_id: int) -> Response:
    """Show the release form of one publication."""
    form = item_papers.release_form(item_papers.get_publication(publication_id, by=me()))
    db.session.rollback()
    return inline_pdf(item_papers.release_pdf(form), f"release-{publication_id}.pdf")


@bp.get("/lists")
@needs(Do.UNIT_LIST)
def lists() -> ResponseReturnValue:
    """Show the yearly lists somebody may read."""
    units, years = year_list.units_for(me()), year_list.years_begun()
    return render_template("editorial/review/lists.html", units=units, years=years)


@bp.get("/lists/<int:unit_id>/<int:year>.pdf")
@needs(Do.UNIT_LIST)
def unit_year(unit_id: int, year: int) -> Response:
    """Show what one unit submitted in one year."""
    listed = year_list.year_list(unit_id, year, by=me())
    db.session.rollback()
    return inline_pdf(year_list.year_pdf(listed), f"list-{unit_id}-{year}.pdf")


def inline_pdf(content: bytes, name: str) -> Response:
    """Return the paper as an answer that browsers show, under this name."""
    response = make_response(content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


FEATURE = Feature((bp,))
