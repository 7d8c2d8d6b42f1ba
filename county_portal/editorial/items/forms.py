"""What an author may type. Shape only; rules live in services and policy."""

import re
import secrets
from datetime import date, datetime
from enum import StrEnum
from html import escape
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import HiddenInput

from county_portal.core.clock import COUNTY
from county_portal.core.errors import Refused
from county_portal.core.html.clean import clean, first_paragraph, with_addresses, without_addresses
from county_portal.editorial.items.choices import Choices, Groups, all_columns, choices_for
from county_portal.editorial.items.finding import ItemFilter, ItemOrder
from county_portal.editorial.items.manifest import Draft
from county_portal.editorial.items.services import SUMMARY_LENGTH, TITLE_LENGTH
from county_portal.models import Attribute, Ground, Item, Origin, Person, State
from county_portal.office.accounts.forms import at_most
from county_portal.office.rules.labels import label

PICTURE = re.compile(r"/items/\d+/files/([0-9a-f]{8})/rendition\b")
PLEASE = _l("Please choose")
YEARS = range(1900, 2200)  # beyond them a date is a slip of the keyboard
ORDERS = [
    SelectChoice(ItemOrder.CHANGED.value, _l("Newest step first")),
    SelectChoice(ItemOrder.DUE.value, _l("Most urgent first")),
    SelectChoice(ItemOrder.FORMED.value, _l("Newest date of formation first")),
    SelectChoice(ItemOrder.TITLE.value, _l("By title")),
]
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BETWEEN_WORDS = re.compile(r"[\s,，、;；]+")
_YEAR_IN_BRACKETS = re.compile(r"[\[［【(（〔](\d{4})[\]］】)）〕]")


class SelectOne(SelectField):
    """One of the numbered things offered under their headings, or nothing."""

    def __init__(self, label: object, *, nothing: object = PLEASE, **kwargs: Any) -> None:
        super().__init__(label, choices=[], coerce=_number, **kwargs)
        self.nothing = nothing

    def offer(self, groups: Groups) -> None:
        self.choices = [SelectChoice("", str(self.nothing))] + [
            SelectChoice(str(number), name, optgroup=heading or None)
            for heading, lines in groups.items()
            for number, name in lines
        ]

    def pre_validate(self, form: FlaskForm) -> None:
        if self.data not in {self.coerce(choice.value) for choice in self.choices}:
            raise ValidationError(gettext("This is no longer offered; choose another"))


class SelectWord(SelectField):
    """One of the words of an enum, or nothing."""

    def __init__(
        self, label: object, words: type[StrEnum], *, nothing: object = PLEASE, **kwargs: Any
    ) -> None:
        def choices() -> list[SelectChoice]:
            return [SelectChoice("", str(nothing)), *_named(words)()]

        super().__init__(label, choices=choices, coerce=_word_of(words), **kwargs)


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


def _word_of(words: type[StrEnum]) -> Any:
    return lambda value: words(value) if value not in (None, "", "None") else None


def _named(words: type[StrEnum]) -> Any:
    """Return the words with their labels, in the language of whoever asks."""
    return lambda: [SelectChoice(word.value, label(word)) for word in words]


class ItemForm(FlaskForm):
    """Everything an author says about an item. Anything may be missing until it is submitted."""

    title = StringField(
        _l("Title"), [at_most(TITLE_LENGTH)], description=_l("As it will stand in the catalogue")
    )
    column_id = SelectOne(_l("Column"))
    category_id = SelectOne(
        _l("Category"), description=_l("Articles 20 and 21 of the Regulations; policies need one")
    )
    attribute = RadioField(
        _l("Disclosure"),
        choices=_named(Attribute),
        coerce=Attribute,
        default=Attribute.PROACTIVE,
    )
    ground = SelectWord(
        _l("Ground for not publishing"),
        Ground,
        description=_l("Only for what is not published proactively"),
    )
    ground_note = StringField(_l("Explanation of the ground"), [at_most(500)])
    formed_on = DateField(
        _l("Date of formation"),
        [Optional()],
        description=_l("The day on which the information was made; the deadline counts from it"),
    )
    document_number = StringField(
        _l("Document number"), [at_most(60)], description=_l("Only if the document has one")
    )
    responsible_unit_id = SelectOne(_l("Responsible unit"))
    origin = RadioField(_l("Origin"), choices=_named(Origin), coerce=Origin, default=Origin.OWN)
    source = StringField(
        _l("The other body"),
        [at_most(100)],
        description=_l("Only for what comes from, or was made with, another body"),
    )
    summary = TextAreaField(
        _l("Summary"),
        [at_most(SUMMARY_LENGTH)],
        description=_l("Offered from the first paragraph; change it as you like"),
    )
    keywords = StringField(_l("Keywords"), [at_most(100)], description=_l("Separated by spaces"))
    body = TextAreaField(_l("Text"))
    wanted_at = DateTimeLocalField(
        _l("Wanted publication time"),
        [Optional()],
        description=_l("A wish; the issuer decides"),
    )
    note = TextAreaField(
        _l("Note to the reviewers"), [at_most(1000)], description=_l("Never published")
    )
    version = IntegerField(widget=HiddenInput(), default=0)
    token = HiddenField()

    @classmethod
    def of(cls, item: Item, *, unsent: bool = False) -> "ItemForm":
        """Build the form as it was sent, else as the item fills it. unsent.

        Only as the item fills it.
        """
        values = {name: getattr(item, name) for name in Draft.__dataclass_fields__}
        values["body"] = with_addresses(clean(item.body), _addresses(item))
        values["wanted_at"] = item.wanted_at and item.wanted_at.astimezone(COUNTY)
        values["summary"] = item.summary or first_paragraph(item.body, SUMMARY_LENGTH)
        values["responsible_unit_id"] = item.responsible_unit_id or item.unit_id
        values |= {"version": item.version, "token": item.token}
        form = cls(data=values, **({"formdata": None} if unsent else {}))
        return form._offering(choices_for(item.unit, item))

    @classmethod
    def fresh(cls, by: Person) -> "ItemForm":
        """Build an empty form for a new item of the person's unit."""
        form = cls(data={"responsible_unit_id": by.unit_id, "token": secrets.token_hex(16)})
        return form._offering(choices_for(by.unit))

    def _offering(self, choices: Choices) -> "ItemForm":
        self.column_id.offer(choices.columns)
        self.category_id.offer(choices.categories)
        self.responsible_unit_id.offer({"": choices.units})
        return self

    def validate_body(self, field: TextAreaField) -> None:
        try:
            clean(typed_html(field.data or ""))
        except Refused as refusal:
            raise ValidationError(gettext(refusal.message, **refusal.params)) from None

    def validate_formed_on(self, field: DateField) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(field.gettext("Not a valid date value."))

    def validate_wanted_at(self, field: DateTimeLocalField) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(field.gettext("Not a valid datetime value."))

    @staticmethod
    def day(typed: str) -> date | None:
        """Return the day that was typed, or nothing while it is not one yet."""
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            return None
        return day if day.year in YEARS else None

    def is_stale(self, item: Item) -> bool:
        """Tell whether the item was saved by somebody since this form was drawn."""
        return item.version != self.seen_version()

    def take_version(self, item: Item) -> None:
        """Make the form be about the item as it is now, from here on."""
        self.version.data, self.version.raw_data = item.version, None

    def seen_version(self) -> int:
        """Return the version of the item this form was drawn from."""
        return self.version.data or 0

    def draft(self) -> Draft:
        return Draft(
            title=_line(self.title.data),
            column_id=self.column_id.data,
            category_id=self.category_id.data,
            attribute=self.attribute.data,
            ground=self.ground.data,
            ground_note=_line(self.ground_note.data),
            formed_on=self.formed_on.data,
            document_number=_YEAR_IN_BRACKETS.sub(r"〔\1〕", _line(self.document_number.data)),
            responsible_unit_id=self.responsible_unit_id.data,
            origin=self.origin.data,
            source=_line(self.source.data),
            summary=_line(self.summary.data),
            keywords=_keywords(self.keywords.data),
            body=typed_html(self.body.data or ""),
            wanted_at=_county_time(self.wanted_at.data),
            note=(self.note.data or "").strip(),
        )


def field_name(name: str) -> str:
    """Return what people call a field of the manifest: as it stands on the form."""
    if name == "files":
        return str(gettext("Files"))
    asked = {"column": "column_id", "category": "category_id", "unit": "responsible_unit_id"}
    field = getattr(ItemForm, asked.get(name, name))
    return str(field.args[0])


def typed_html(typed: str) -> str:
    """Return what was typed as HTML with keys for pictures: plain words become paragraphs."""
    if _TAG.search(typed):
        return without_addresses(typed, PICTURE)
    lines = (line.strip() for line in typed.splitlines())
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)


def _addresses(item: Item) -> Any:
    """Return where the editor finds the pictures of the item's text."""
    own = {one.key for one in item.attachments if one.inline and one.rendition}

    def address(key: str) -> str | None:
        return url_for("items.rendition", item_id=item.id, key=key) if key in own else None

    return address


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _keywords(text: str | None) -> str:
    keywords = _BETWEEN_WORDS.split((text or "").strip())
    return " ".join(dict.fromkeys(word for word in keywords if word))


def _county_time(typed: datetime | None) -> datetime | None:
    return typed.replace(tzinfo=COUNTY) if typed else None


class FilterForm(FlaskForm):
    """What narrows the list of items."""

    class Meta:
        csrf = False

    q = StringField(_l("Words in the title"))
    state = SelectWord(_l("State"), State, nothing=_l("All"))
    column = SelectOne(_l("Column"), nothing=_l("All"))
    since = DateField(_l("Formed from"), [Optional()])
    until = DateField(_l("Formed until"), [Optional()])
    order = SelectField(
        _l("Order"), coerce=ItemOrder, choices=lambda: ORDERS, default=ItemOrder.CHANGED
    )

    @classmethod
    def of(cls, words: Any) -> "FilterForm":
        form = cls(formdata=words)
        form.column.offer(all_columns())
        return form

    def filter(self) -> ItemFilter:
        """Return what was asked for; what makes no sense is passed over."""
        self.validate()
        sensible = {field.name: None if field.errors else field.data for field in self}
        return ItemFilter(
            words=tuple((sensible["q"] or "").split()),
            state=sensible["state"],
            column_id=sensible["column"],
            since=sensible["since"],
            until=sensible["until"],
            order=sensible["order"] or ItemOrder.CHANGED,
        )
