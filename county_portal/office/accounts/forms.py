"""What people type about accounts. Shape only; rules live in services and policy."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    EqualTo,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
)
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from county_portal.core.html.clean import seen
from county_portal.models import Person, Role, Unit, UnitKind
from county_portal.office.accounts.people import PersonDraft, UnitDraft
from county_portal.office.rules.labels import label

SHORT = Length(max=120, message=_l("At most 120 characters"))


def stripped(text: str | None) -> str:
    """Return the text without blanks around it or signs that show nothing.

    No two accounts look alike.
    """
    return seen(text or "").strip()


def at_most(characters: int) -> Length:
    """Return the rule that no more characters are typed."""
    return Length(max=characters, message=_l("At most %(max)d characters"))


def position_field() -> IntegerField:
    """Return the field for a place in a list."""
    rules = [
        InputRequired(_l("Enter a whole number")),
        NumberRange(0, 9999, _l("Enter a number from 0 to 9999")),
    ]
    return IntegerField(_l("Place in the list"), rules, default=0)


def choices_of(words: type[StrEnum], first: Any = None) -> list[tuple[str, Any]]:
    """Return the words of an enum for a select field. first: what stands for none of them."""
    rest = [(word.value, label(word)) for word in words]
    return [("", first), *rest] if first is not None else rest


class CheckField(SelectMultipleField):
    """Some of a list, one box for each."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SignInForm(FlaskForm):
    login = StringField(
        _l("Name for signing in"),
        [DataRequired(_l("Enter your name for signing in"))],
        filters=[stripped],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Enter your password"))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class PasswordForm(FlaskForm):
    """One's own password. None of the three comes back into the page."""

    old = PasswordField(
        _l("Present password"),
        [DataRequired(_l("Enter your present password"))],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _l("New password"),
        [DataRequired(_l("Enter a new password"))],
        description=_l("At least 10 characters. Three or four unrelated words are easy to keep"),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("New password once more"),
        [EqualTo("new", _l("The two new passwords are not the same"))],
        render_kw={"autocomplete": "new-password"},
    )


class UnitForm(FlaskForm):
    code = StringField(
        _l("Code"),
        [
            DataRequired(_l("Enter a code")),
            Regexp(r"^[A-Z0-9]{2,12}$", message=_l("Use 2 to 12 capital letters and digits")),
        ],
        filters=[stripped],
        description=_l("Stands in index numbers and never changes"),
    )
    name = StringField(_l("Name"), [DataRequired(_l("Enter a name")), SHORT], filters=[stripped])
    kind = SelectField(_l("Kind"), choices=lambda: choices_of(UnitKind))
    position = position_field()
    leader = StringField(_l("Responsible leader"), [SHORT], filters=[stripped])
    address = StringField(_l("Address"), [SHORT], filters=[stripped])
    phone = StringField(_l("Telephone"), [SHORT], filters=[stripped])
    office_hours = StringField(_l("Office hours"), [SHORT], filters=[stripped])
    active = BooleanField(_l("This unit is open"), default=True)
    version = IntegerField(validators=[Optional()], widget=HiddenInput(), default=0)

    @classmethod
    def of(cls, unit: Unit) -> "UnitForm":
        """Build the form of a unit that exists: its code stands still."""
        form = cls(obj=unit)
        form.code.data = unit.code
        form.code.render_kw = {"readonly": True}
        return form

    def draft(self) -> UnitDraft:
        return UnitDraft(
            code=self.code.data,
            name=self.name.data,
            kind=UnitKind(self.kind.data),
            position=self.position.data,
            leader=self.leader.data,
            address=self.address.data,
            phone=self.phone.data,
            office_hours=self.office_hours.data,
            active=self.active.data,
        )


class PersonForm(FlaskForm):
    login = StringField(
        _l("Name for signing in"),
        [
            DataRequired(_l("Enter a name for signing in")),
            Regexp(
                r"^[a-z][a-z0-9._-]{1,31}$",
                message=_l("Use 2 to 32 small letters, digits, dots or hyphens; a letter first"),
            ),
        ],
        filters=[stripped],
        render_kw={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    name = StringField(
        _l("Full name"), [DataRequired(_l("Enter the full name")), SHORT], filters=[stripped]
    )
    unit_id = SelectField(_l("Unit"), coerce=int, validate_choice=True)
    version = IntegerField(validators=[Optional()], widget=HiddenInput(), default=0)

    @classmethod
    def of(cls, person: Person | None, units: list[Unit]) -> "PersonForm":
        form = cls(obj=person)
        form.unit_id.choices = [(unit.id, unit.name) for unit in units]
        return form

    def draft(self) -> PersonDraft:
        return PersonDraft(self.login.data, self.name.data, self.unit_id.data)


class RolesForm(FlaskForm):
    """The roles of somebody else, and the own password once more."""

    roles = CheckField(_l("Roles"), choices=lambda: choices_of(Role), coerce=Role)
    password = PasswordField(
        _l("Your own password"),
        [DataRequired(_l("Enter your own password"))],
        description=_l("Roles are weighty: the password is asked for each time"),
        render_kw={"autocomplete": "current-password"},
    )
    version = IntegerField(validators=[Optional()], widget=HiddenInput(), default=0)

    def chosen(self) -> frozenset[Role]:
        return frozenset(self.roles.data or ())
