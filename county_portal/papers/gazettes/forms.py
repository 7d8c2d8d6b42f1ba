"""What the clerk and the officer may type."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from county_portal.models import Verdict
from county_portal.office.rules.labels import label
from county_portal.papers.gazettes.selection import months, years_to_bind
from county_portal.papers.gazettes.services import QUESTIONS, GazetteOpinion

ANSWERS = [SelectChoice("clear", _l("No objection")), SelectChoice("objection", _l("Objection"))]
QUESTION_WORDS = {
    "complete": _l("The contents are right, and every text stands there as it was published"),
    "aggregation": _l("Aggregation: put together the texts reveal nothing more"),
    "personal_data": _l("Personal data: names in the personnel section may be printed"),
}
VERDICTS = (Verdict.RELEASE, Verdict.RETURN)


class GazetteMonthForm(FlaskForm):
    """Which month to compose."""

    month = SelectField(_l("Month"))

    @classmethod
    def offering_months(cls) -> "GazetteMonthForm":
        """Build the form with the month before this one chosen: the last that is over."""
        form = cls()
        form.month.choices = [(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in months()]
        if not form.is_submitted():
            form.month.data = form.month.choices[1][0]
        return form

    def chosen(self) -> date:
        return date.fromisoformat(f"{self.month.data}-01")


class VolumeForm(FlaskForm):
    """Which year to bind."""

    year = SelectField(_l("Year"))

    @classmethod
    def offering_years(cls) -> "VolumeForm":
        form = cls()
        form.year.choices = [(str(year), str(year)) for year in years_to_bind()]
        return form


class SignForm(FlaskForm):
    """The officer's form: every question, the verdict, the password."""

    content_hash = HiddenField(validators=[DataRequired()])
    complete = RadioField(QUESTION_WORDS["complete"], choices=ANSWERS)
    aggregation = RadioField(QUESTION_WORDS["aggregation"], choices=ANSWERS)
    personal_data = RadioField(QUESTION_WORDS["personal_data"], choices=ANSWERS)
    verdict = RadioField(_l("Verdict"))
    opinion = TextAreaField(
        _l("Opinion"),
        [Length(max=1000, message=_l("At most %(max)d characters"))],
        description=_l("When returning, say why; the clerk reads it"),
    )
    password = PasswordField(
        _l("Your password"),
        [DataRequired(_l("Enter your password: it stands for your signature"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        must = InputRequired(_l("Answer this question"))
        for name in QUESTIONS:
            self[name].validators = [must]
        self.verdict.validators = [InputRequired(_l("Choose a verdict"))]
        self.verdict.choices = [SelectChoice(one.value, label(one)) for one in VERDICTS]

    def validate(self, **more: Any) -> bool:
        """Also: who returns says why, and nothing is released over an objection."""
        if not super().validate(**more):
            return False
        given = self.given()
        if given.verdict is Verdict.RETURN and not given.opinion.strip():
            self.opinion.errors = [_l("Say why, so that the clerk can act on it")]
        elif given.verdict is Verdict.RELEASE and not all(given.checks.values()):
            self.verdict.errors = [
                _l("A question is answered with an objection; this cannot be released")
            ]
        return not self.errors

    def given(self) -> GazetteOpinion:
        return GazetteOpinion(
            verdict=Verdict(self.verdict.data),
            content_hash=self.content_hash.data or "",
            checks={name: self[name].data == "clear" for name in QUESTIONS},
            opinion=self.opinion.data or "",
        )
