"""The pages of columns and categories."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from county_portal.core.web import form_page
from county_portal.editorial.catalogue import services
from county_portal.editorial.catalogue.forms import ColumnForm
from county_portal.models import Category, Column
from county_portal.office.accounts.form_refusals import attempt
from county_portal.office.accounts.people import find_units
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.feature import Feature
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do

bp = Blueprint("catalogue", __name__)


@bp.get("/columns")
@needs(Do.COLUMN_MANAGE)
def columns() -> str:
    """Show both levels in the order of the site."""
    return render_template(
        "editorial/catalogue/columns.html",
        tree=services.find_tree(),
        items=services.items_per_column(),
    )


@bp.route("/columns/new", methods=["GET", "POST"])
@needs(Do.COLUMN_MANAGE)
def new_column() -> ResponseReturnValue:
    form = ColumnForm.of(None, services.possible_parents(), find_units(active=True))
    if form.validate_on_submit() and attempt(
        form, lambda: services.create_column(form.draft(), by=me())
    ):
        db.session.commit()
        flash(_("The column %(name)s was added", name=form.name.data))
        return redirect(url_for(".columns"), 303)
    return form_page("editorial/catalogue/column.html", form, column=None)


@bp.route("/columns/<int:column_id>", methods=["GET", "POST"])
@needs(Do.COLUMN_MANAGE)
def edit_column(column_id: int) -> ResponseReturnValue:
    column = fetch_row(Column, column_id)
    form = ColumnForm.of(column, services.possible_parents(column), find_units())
    if form.validate_on_submit() and attempt(
        form,
        lambda: services.edit_column(
            column, form.draft(), seen_version=form.version.data or 0, by=me()
        ),
    ):
        db.session.commit()
        flash(_("Saved: %(name)s", name=column.name))
        return redirect(url_for(".columns"), 303)
    return form_page("editorial/catalogue/column.html", form, column=column)


@bp.get("/categories")
@needs(Do.COLUMN_MANAGE)
def categories() -> str:
    """Show the statutory kinds, each with its article."""
    return render_template(
        "editorial/catalogue/categories.html", categories=services.find_categories()
    )


@bp.post("/categories")
@needs(Do.COLUMN_MANAGE)
def bring_categories() -> ResponseReturnValue:
    """Bring the categories of the law into the catalogue."""
    came = services.bring_categories(by=me())
    db.session.commit()
    flash(_("%(count)s categories were brought in", count=came))
    return redirect(url_for(".categories"), 303)


@bp.post("/categories/<int:category_id>")
@needs(Do.COLUMN_MANAGE)
def set_category(category_id: int) -> ResponseReturnValue:
    """Allow or forbid new items under the category."""
    category = fetch_row(Category, category_id)
    services.set_category_active(category, active=request.form.get("active") == "yes", by=me())
    db.session.commit()
    flash(_("Saved: %(name)s", name=category.name))
    return redirect(url_for(".categories"), 303)


FEATURE = Feature((bp,))
