"""What the issuer and the editor may type."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from county_portal.core.clock import COUNTY
from county_portal.editorial.catalogue.validity import GROUND_LENGTH, Finding
from county_portal.models import ValidityState
from county_portal.office.accounts.forms import at_most, choices_of


class IssueForm(FlaskForm):
    publish_at = DateTimeLocalField(
        _l("Publish at"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=_l("Left empty: at once"),
    )

    def moment(self) -> datetime | None:
        """Return the chosen moment, meant as county time."""
        typed = self.publish_at.data
        return typed.replace(tzinfo=COUNTY) if typed else None


class ValidityForm(FlaskForm):
    """Whether a published document holds. seen_id: the newest finding the page showed."""

    seen_id = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    state = SelectField(_l("Validity"), choices=lambda: choices_of(ValidityState))
    since_on = DateField(
        _l("From this day on"),
        [InputRequired(_l("Enter the day"))],
        description=_l(
            "A later day is kept back until it has come; an expiry is announced at once"
        ),
    )
    by = StringField(
        _l("Amended or repealed by"),
        [at_most(80)],
        description=_l("Index number or document number of a published text; the pages link both"),
    )
    ground = TextAreaField(
        _l("Ground"),
        [at_most(GROUND_LENGTH)],
        description=_l("Stays inside the office; the public does not read it"),
    )

    def finding(self) -> Finding:
        return Finding(
            state=ValidityState(self.state.data),
            since_on=self.since_on.data,
            by=(self.by.data or "").strip(),
            ground=self.ground.data or "",
        )
