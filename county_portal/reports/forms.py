"""Which month to report on."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField

from county_portal.reports.services import months


class MonthForm(FlaskForm):
    month = SelectField(_l("Month"))

    @classmethod
    def offering_known_months(cls) -> "MonthForm":
        """With the month before this one chosen: the last that is over."""
        form = cls()
        form.month.choices = [(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in months()]
        if not form.is_submitted() and len(form.month.choices) > 1:
            form.month.data = form.month.choices[1][0]
        return form

    def chosen(self) -> date:
        return date.fromisoformat(f"{self.month.data}-01")
