"""What a reviewer may type. Shape only; rules live in services and policy."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from county_portal.editorial.review.services import QUESTIONS, ItemOpinion
from county_portal.models import Ground, Verdict
from county_portal.office.accounts.forms import at_most, choices_of

ANSWERS = [SelectChoice("clear", _l("No objection")), SelectChoice("objection", _l("Objection"))]

QUESTION_WORDS = {
    "state_secret": _l("State secrets: it holds none, and none can be inferred from it"),
    "work_secret": _l("Work secrets: it holds no internal matter not meant for the public"),
    "commercial_secret": _l("Commercial secrets: it holds none of any business"),
    "personal_data": _l("Personal data: what is there must be there, the rest is masked"),
    "four_stabilities": _l(
        "National, public and economic security and social stability: not endangered"
    ),
    "aggregation": _l("Aggregation: together with what is already public it reveals nothing more"),
    "third_party": _l("Rights of third parties: none is harmed, or they have agreed"),
}


class SignOffForm(FlaskForm):
    """The officer's form: every question, the verdict and what it needs, the password."""

    content_hash = HiddenField(validators=[DataRequired()])
    state_secret = RadioField(QUESTION_WORDS["state_secret"], choices=ANSWERS)
    work_secret = RadioField(QUESTION_WORDS["work_secret"], choices=ANSWERS)
    commercial_secret = RadioField(QUESTION_WORDS["commercial_secret"], choices=ANSWERS)
    personal_data = RadioField(QUESTION_WORDS["personal_data"], choices=ANSWERS)
    four_stabilities = RadioField(QUESTION_WORDS["four_stabilities"], choices=ANSWERS)
    aggregation = RadioField(QUESTION_WORDS["aggregation"], choices=ANSWERS)
    third_party = RadioField(QUESTION_WORDS["third_party"], choices=ANSWERS)
    verdict = RadioField(_l("Verdict"), choices=lambda: choices_of(Verdict))
    ground = SelectField(
        _l("Ground for withholding"), [Optional()], choices=lambda: choices_of(Ground, "—")
    )
    next_review_on = DateField(
        _l("Review again on"),
        [Optional()],
        description=_l("Left empty: after the county's usual time"),
    )
    referred_to = StringField(_l("Referred to"), [at_most(80)])
    letter_number = StringField(_l("Number of the letter"), [at_most(40)])
    opinion = TextAreaField(
        _l("Opinion"),
        [at_most(1000)],
        description=_l("When returning, say why; the author reads it"),
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

    def sign(self) -> ItemOpinion:
        return ItemOpinion(
            verdict=Verdict(self.verdict.data),
            content_hash=self.content_hash.data or "",
            checks={name: self[name].data == "clear" for name in QUESTIONS},
            ground=Ground(self.ground.data) if self.ground.data else None,
            next_review_on=self.next_review_on.data,
            referred_to=self.referred_to.data or "",
            letter_number=self.letter_number.data or "",
            opinion=self.opinion.data or "",
        )
