"""What the office types about briefings. Shape only; rules live in services."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, fields

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from county_portal.core.html.clean import text_of
from county_portal.editorial.items.choices import all_columns
from county_portal.editorial.items.forms import ItemForm, SelectOne, SelectWord
from county_portal.models import Briefing, BriefingState, Masthead, Unit
from county_portal.office.accounts.forms import at_most
from county_portal.papers.briefings.finding import BriefingFilter, numbered_years
from county_portal.papers.briefings.mastheads import HIGHEST, Counts, MastheadDraft
from county_portal.papers.briefings.services import TITLE_LENGTH, BriefingDraft, PartWords
from county_portal.papers.briefings.shortening import as_typed
from county_portal.papers.briefings.sources import Wanted

ANY = _l("Any")
COPIES = NumberRange(1, 9999, _l("Enter a number from 1 to 9999"))
COUNT = NumberRange(0, HIGHEST, _l("Enter a number from 0 to %(max)s"))
LONGEST_WORDS = 40  # characters of a search


def _receivers(label: LazyString, where: LazyString) -> TextAreaField:
    return TextAreaField(label, [at_most(500)], description=where, render_kw={"rows": 2})


class Receivers(FlaskForm):
    """Who gets it. Source: the customs of 简报: 报 upwards, 送 sideways, 发 downwards."""

    report_to = _receivers(_l("Report to (报)"), _l("Above us"))
    send_to = _receivers(_l("Send to (送)"), _l("Beside us"))
    issue_to = _receivers(_l("Issue to (发)"), _l("Below us"))
    copies = IntegerField(
        _l("Copies"), [InputRequired(_l("Enter a whole number")), COPIES], default=1
    )


class MastheadForm(Receivers):
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter a name")), at_most(20)],
        description=_l("Printed large and red"),
    )
    office = StringField(
        _l("Issuing body"),
        [DataRequired(_l("Enter the issuing body")), at_most(40)],
        description=_l("In full, as it is printed above the red line"),
    )
    mark = StringField(
        _l("Mark"),
        [at_most(20)],
        description=_l("Printed above on the left, such as 内部资料 注意保存; empty for none"),
    )
    internal = BooleanField(
        _l("Internal edition"),
        description=_l("Accepted items may stand in it before they are published"),
    )
    contents = BooleanField(_l("Contents under the head (本期要目)"), default=True)
    foot_numbered = BooleanField(
        _l("Page number on the last page too"),
        description=_l("The page with the distribution list usually carries none"),
    )
    last_of_year = IntegerField(_l("Last number of this year"), [Optional(), COUNT], default=0)
    last_special = IntegerField(
        _l("Last special issue of this year"), [Optional(), COUNT], default=0
    )
    last_total = IntegerField(_l("Last total number"), [Optional(), COUNT], default=0)
    position = IntegerField(
        _l("Place in the list"),
        [InputRequired(_l("Enter a whole number")), NumberRange(0, 9999)],
        default=0,
    )
    active = BooleanField(_l("In use"), default=True)
    version = IntegerField(validators=[Optional()], widget=HiddenInput(), default=0)

    @classmethod
    def of(cls, masthead: Masthead | None, counts: Counts, office: str) -> "MastheadForm":
        own = None if masthead else {"office": office}
        return cls(obj=masthead, data=own, **asdict(counts))

    def draft(self) -> MastheadDraft:
        return MastheadDraft(**{one.name: self[one.name].data for one in fields(MastheadDraft)})

    def counts(self) -> Counts:
        return Counts(**{field.name: self[field.name].data or 0 for field in fields(Counts)})


class StartForm(FlaskForm):
    """Which masthead a new briefing has."""

    masthead_id = SelectField(_l("Masthead"), coerce=int)
    token = HiddenField()

    @classmethod
    def offering(cls, offered: Iterable[Masthead]) -> "StartForm":
        form = cls(data={"token": secrets.token_hex(16)})
        form.masthead_id.choices = [(one.id, one.name) for one in offered]
        return form


class ListForm(FlaskForm):
    """What the list of briefings is narrowed to."""

    class Meta:
        csrf = False

    year = SelectOne(_l("Year"), nothing=ANY)
    masthead = SelectOne(_l("Masthead"), nothing=ANY)
    state = SelectWord(_l("State"), BriefingState, nothing=ANY)

    @classmethod
    def of(cls, typed: MultiDict[str, str], offered: Iterable[Masthead]) -> "ListForm":
        form = cls(typed)
        form.year.offer({"": [(year, str(year)) for year in numbered_years()]})
        form.masthead.offer({"": [(one.id, one.name) for one in offered]})
        form.validate()
        return form

    def filter(self) -> BriefingFilter:
        good = {name: one.data for name, one in self._fields.items() if not one.errors}
        return BriefingFilter(good.get("year"), good.get("masthead"), good.get("state"))


class PickForm(FlaskForm):
    """What the clerk looks for among the items."""

    class Meta:
        csrf = False

    q = StringField(_l("Words in the title or summary"))
    column = SelectOne(_l("Column"), nothing=ANY)
    unit = SelectOne(_l("Unit"), nothing=ANY)
    since = DateField(_l("Formed since"), [Optional()])
    until = DateField(_l("Formed until"), [Optional()])

    @classmethod
    def of(cls, typed: MultiDict[str, str], units: Iterable[Unit]) -> "PickForm":
        form = cls(typed)
        form.column.offer(all_columns())
        form.unit.offer({"": [(unit.id, unit.name) for unit in units]})
        form.validate()
        return form

    def wanted(self) -> Wanted:
        good = {name: one.data for name, one in self._fields.items() if not one.errors}
        terms = (good.get("q") or "")[:LONGEST_WORDS].split()
        narrowed = (good.get(name) for name in ("column", "unit", "since", "until"))
        return Wanted(tuple(terms), *narrowed)


class ComposeForm(Receivers):
    """The whole issue in one form: whatever button is pressed, everything typed is sent."""

    masthead_id = SelectField(_l("Masthead"), coerce=int)
    special = BooleanField(_l("Special issue (增刊)"), description=_l("Has a count of its own"))
    dated_on = DateField(
        _l("Date"), [Optional()], description=_l("Empty: the day on which it is approved")
    )
    note = TextAreaField(
        _l("Editor's note (按语)"),
        [at_most(2000)],
        description=_l("Stands before everything else; leave it empty if there is none"),
        render_kw={"rows": 2},
    )
    version = IntegerField(widget=HiddenInput(), default=0)

    @classmethod
    def of(cls, briefing: Briefing, offered: Iterable[Masthead]) -> "ComposeForm":
        """Build the form as it was sent, else as the briefing fills it."""
        names = ("masthead_id", "special", "dated_on", "copies", "version")
        values = {name: getattr(briefing, name) for name in names}
        values |= {name: getattr(briefing, name) for name in ("report_to", "send_to", "issue_to")}
        values["note"] = text_of(briefing.note)
        form = cls(data=values)
        known = {one.id: one.name for one in offered}
        known.setdefault(briefing.masthead_id, briefing.masthead.name)
        form.masthead_id.choices = list(known.items())
        return form

    def validate_dated_on(self, field: DateField) -> None:
        if field.data and ItemForm.day(field.data.isoformat()) is None:
            raise ValueError(field.gettext("Not a valid date value."))

    def is_stale(self, briefing: Briefing) -> bool:
        return bool(briefing.version != self.version.data)

    def judge_parts(self, parts: dict[int, PartWords]) -> bool:
        """Tell whether the parts can be kept.

        If not, what is wrong stands among the form's errors.
        """
        long = [one.title[:20] for one in parts.values() if len(one.title) > TITLE_LENGTH]
        for title in long:
            limits = {"title": title, "max": TITLE_LENGTH}
            self.form_errors.append(_("“%(title)s…” is longer than %(max)d characters", **limits))
        return not long

    def draft(self, parts: dict[int, PartWords]) -> BriefingDraft:
        return BriefingDraft(
            masthead_id=self.masthead_id.data,
            special=self.special.data,
            dated_on=self.dated_on.data,
            note=self.note.data or "",
            report_to=self.report_to.data or "",
            send_to=self.send_to.data or "",
            issue_to=self.issue_to.data or "",
            copies=self.copies.data or 1,
            parts=parts,
        )


def posted_parts(typed: MultiDict[str, str]) -> dict[int, PartWords]:
    """Return the parts as they were typed, in the order in which the form holds them."""
    numbers = [one for one in typed.getlist("part") if one.isascii() and one.isdigit()]
    return {
        int(one): PartWords(typed.get(f"title-{one}", ""), typed.get(f"body-{one}", ""))
        for one in numbers
    }


def typed_parts(briefing: Briefing) -> dict[int, PartWords]:
    """Return the parts as the form shows them."""
    return {one.id: PartWords(one.title, as_typed(one.body)) for one in briefing.parts}
