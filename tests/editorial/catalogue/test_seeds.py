"""What every county has on its first day."""

from county_portal.models import Category
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import calendar


def test_a_county_begins_with_its_calendar_and_categories_and_is_seeded_once(app):
    runner = app.test_cli_runner()
    first = runner.invoke(args=["seed"]).output
    assert "entered" in first
    assert {2025, 2026} <= calendar().years
    codes = set(db.session.scalars(db.select(Category.code)))
    assert {f"20-{number:02}" for number in range(1, 16)} <= codes
    db.session.rollback()
    assert runner.invoke(args=["seed"]).output.startswith("0 year(s)")
