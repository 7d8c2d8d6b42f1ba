"""Which period to report on, and what the clerk writes about it."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from county_portal.office.accounts.forms import stripped
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports.remarks import WORDS_LENGTH, Noted
from county_portal.papers.reports.services import known_periods

LENGTHS = {1: _l("Months"), 3: _l("Quarters"), 6: _l("Half-years"), 12: _l("Years")}


class PeriodForm(FlaskForm):
    period = SelectField(_l("Period"))
    annex = BooleanField(_l("With the list of everything published"), default=True)

    @classmethod
    def offering_known_periods(cls) -> "PeriodForm":
        """Build the form with the month before this one chosen: the last that is over."""
        form, known = cls(), known_periods()
        form.period.choices = {
            LENGTHS[months]: [(one.code, one.code) for one in found]
            for months, found in known.items()
        }
        if not form.is_submitted() and len(known[1]) > 1:
            form.period.data = known[1][1].code
        return form

    def chosen(self) -> Period:
        return Period.named(self.period.data)


class RemarksForm(FlaskForm):
    """The clerk's remarks, and for each late item why; its field is named after the item."""

    words = TextAreaField(
        _l("Remarks"),
        [Length(max=WORDS_LENGTH, message=_l("Too long: shorten it"))],
        filters=[stripped],
        description=_l("Printed at the end of the report; each line is a paragraph."),
        render_kw={"rows": 6},
    )
    seen = HiddenField()

    @classmethod
    def of(cls, noted: Noted) -> "RemarksForm":
        """Build the form with what is written down already."""
        about = [Length(max=200, message=_l("At most 200 characters"))]
        fields = {
            f"item-{one.item}": StringField(_l("Why it is late"), about, filters=[stripped])
            for one in noted.late
        }
        whole = type("WholeRemarksForm", (cls,), fields)
        typed = {f"item-{one.item}": one.reason for one in noted.late}
        form: RemarksForm = whole(data={"words": noted.words, "seen": noted.seen, **typed})
        return form

    def reasons(self) -> dict[int, str]:
        """Return, by item, why it is late."""
        return {
            int(field.name.removeprefix("item-")): field.data or ""
            for field in self
            if field.name.startswith("item-")
        }


class ReasonForm(FlaskForm):
    reason = TextAreaField(
        _l("Why the month is opened again"),
        [
            DataRequired(_l("Say why; it stands in the log")),
            Length(max=500, message=_l("At most 500 characters")),
        ],
        filters=[stripped],
        render_kw={"rows": 3},
    )
