"""What the office types about columns. Shape only; rules live in services."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp
from wtforms.widgets import HiddenInput

from county_portal.editorial.catalogue.services import ColumnDraft, column_as_draft
from county_portal.models import Column, ColumnKind, OpenTo, Unit
from county_portal.office.accounts.forms import (
    SHORT,
    CheckField,
    choices_of,
    position_field,
    stripped,
)


def _rules() -> list[tuple[str, str]]:
    """Return how often a column must bring something new.

    Source: State Council website checks, 国办秘函〔2019〕19号.
    """
    return [
        ("", _("No rule")),
        ("14", _("Every two weeks")),
        ("30", _("Every month")),
        ("183", _("Every six months")),
        ("365", _("Every year")),
    ]


def _number(text: str | int | None) -> int | None:
    return int(text) if text not in (None, "") else None


class ColumnForm(FlaskForm):
    slug = StringField(
        _l("Address word"),
        [
            DataRequired(_l("Enter an address word")),
            Length(max=40, message=_l("At most 40 characters")),
            Regexp(
                r"^[a-z][a-z0-9-]*$",
                message=_l("Use small letters, digits and hyphens; a letter first"),
            ),
        ],
        filters=[stripped],
        description=_l("Part of public addresses; it never changes"),
    )
    name = StringField(_l("Name"), [DataRequired(_l("Enter a name")), SHORT], filters=[stripped])
    description = TextAreaField(
        _l("Description"),
        [Length(max=200, message=_l("At most 200 characters"))],
        filters=[stripped],
        render_kw={"rows": 2},
    )
    parent_id = SelectField(_l("Stands under"), coerce=_number)
    kind = SelectField(_l("Kind"), choices=lambda: choices_of(ColumnKind))
    unit_id = SelectField(_l("Responsible unit"), coerce=int)
    update_days = SelectField(_l("Something new"), choices=_rules, coerce=_number)
    position = position_field()
    open_to = SelectField(_l("Who may submit"), choices=lambda: choices_of(OpenTo))
    submitter_ids = CheckField(
        _l("Listed units"),
        coerce=int,
        description=_l("Counts where only listed units may submit"),
    )
    open = BooleanField(_l("This column is open"), default=True)
    version = IntegerField(validators=[Optional()], widget=HiddenInput(), default=0)

    @classmethod
    def of(cls, column: Column | None, parents: list[Column], units: list[Unit]) -> "ColumnForm":
        """Build the form of a column; of one that exists the slug stands still."""
        form = cls(
            obj=column_as_draft(column) if column else None, version=column.version if column else 0
        )
        form.parent_id.choices = [("", _("nothing: it stands on the upper level"))] + [
            (parent.id, parent.name) for parent in parents
        ]
        form.unit_id.choices = [(unit.id, unit.name) for unit in units]
        form.submitter_ids.choices = [(unit.id, unit.name) for unit in units]
        if column:
            form.slug.data = column.slug
            form.slug.render_kw = {"readonly": True}
        return form

    def draft(self) -> ColumnDraft:
        return ColumnDraft(
            slug=self.slug.data,
            name=self.name.data,
            unit_id=self.unit_id.data,
            description=self.description.data,
            kind=ColumnKind(self.kind.data),
            parent_id=self.parent_id.data,
            open_to=OpenTo(self.open_to.data),
            update_days=self.update_days.data,
            position=self.position.data,
            open=self.open.data,
            submitter_ids=frozenset(self.submitter_ids.data or ()),
        )
