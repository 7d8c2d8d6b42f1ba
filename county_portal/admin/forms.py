"""What administrators type: settings, and the days of a year."""

from datetime import date

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from county_portal.admin.yearbook import YearDraft, year_mark
from county_portal.office.accounts.forms import stripped
from county_portal.office.base.settings import CHOICES

LONG = Length(max=200, message=_l("At most 200 characters"))


class SettingsForm(FlaskForm):
    """One field for each thing the office decides; see `settings.CHOICES`."""

    seen = HiddenField()

    @classmethod
    def of(cls, values: dict[str, str], seen: str) -> "SettingsForm":
        """Build the form with what is decided now."""
        fields = {choice.key: _setting(choice.label) for choice in CHOICES}
        whole = type("WholeSettingsForm", (cls,), fields)
        form: SettingsForm = whole(data={**values, "seen": seen})
        for choice in CHOICES:
            form[choice.key].description = _about(choice.default, choice.source)
        return form

    def decisions(self) -> list[tuple[str, str]]:
        return [(choice.key, self[choice.key].data) for choice in CHOICES]


def _setting(label: LazyString) -> StringField:
    validators = [DataRequired(_l("Enter a value")), LONG]
    return StringField(label, validators, filters=[stripped])


def _about(default: str, source: LazyString | str) -> str:
    about = _("Default: %(default)s", default=default)
    return f"{about} ({source})" if source else str(about)


class YearForm(FlaskForm):
    year = IntegerField(
        _l("Year"),
        [
            InputRequired(_l("Enter a year")),
            NumberRange(2000, 2100, _l("Enter a year from 2000 to 2100")),
        ],
    )
    source = StringField(
        _l("Source"),
        [DataRequired(_l("Name the notice that announces it")), LONG],
        filters=[stripped],
        description=_l("The notice of the State Council, with its number"),
    )
    holidays = TextAreaField(
        _l("Weekdays that are off"),
        filters=[stripped],
        description=_l(
            "One day or span a line, then a name: 2027-02-05..2027-02-11 Spring Festival."
            " Weekends inside a span may stand in it"
        ),
        render_kw={"rows": 14, "spellcheck": "false"},
    )
    makeup = TextAreaField(
        _l("Weekend days that are worked"),
        filters=[stripped],
        render_kw={"rows": 6, "spellcheck": "false"},
    )
    seen = HiddenField()

    @classmethod
    def of(cls, draft: YearDraft, *, new: bool) -> "YearForm":
        """Build the form of a year; the number of one that was chosen already stands still."""
        values = {**vars(draft), "seen": year_mark(draft)}
        form = cls(data={**values, "year": None if new else draft.year})
        if not new:
            form.year.data = draft.year
            form.year.render_kw = {"readonly": True}
        return form

    def draft(self) -> YearDraft:
        return YearDraft(self.year.data, self.source.data, self.holidays.data, self.makeup.data)


def day_of(text: str) -> date | None:
    """Return the day of a filter; what is no day filters nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
