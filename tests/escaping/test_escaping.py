"""Whatever is typed is read as it was typed: nothing becomes markup, nothing is evaluated."""

import re
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.form import BaseForm

from county_portal.office.base.config import ROOT
from county_portal.office.base.settings import CHOICES
from tests.cast import make_cast
from tests.conftest import fresh
from tests.escaping.county import County, build, read, read_again, spoil, take_down
from tests.escaping.reading import Reading
from tests.escaping.visits import controls, is_plain, numberless
from tests.factories import make_calendar

pytestmark = pytest.mark.slow  # a whole county is made, read by everybody and sent nonsense

NUMBERS = {one.key for one in CHOICES if one.numeric} | {"deposit_days", "close_month_on_day"}
# Plain fields that take no piece. Each was sent one all the same, and the answer was read.
SHAPED = {
    "code": "two to twelve capital letters and digits",
    "login": "letters, digits, dots and hyphens",
    "slug": "letters, digits and hyphens",
    **dict.fromkeys(NUMBERS, "numbers only"),
}
CONTROL = re.compile(r"<(?:input|textarea)\b(?![^>]*\btype=[\"'](?!text|search))[^>]*>")


class Story:
    """What came of planting the corpus: who was answered what, and which fields took a piece."""

    def __init__(self, county: County) -> None:
        self.county, self.visits, self.corpus = county, county.visits, county.corpus
        self.known: set[str] = set()
        self.filled: set[str] = set()
        self.trouble = ""

    def note(self, form: BaseForm, *, valid: bool) -> None:
        """Which plain fields a form has, and which of them held a piece when it was accepted."""
        for field in form:
            if is_typed(type(field)):
                name = f"{named(type(form))}.{numberless(field.name)}"
                self.known.add(name)
                if valid and self.corpus.codes_in(str(field.data)):
                    self.filled.add(name)

    def read_all(self) -> None:
        self.readings = [Reading(answer, self.corpus) for answer in self.visits.answers]


def named(form: type[BaseForm]) -> str:
    """The name of the form; one that is made whole for a page is called after its parent."""
    return form.__name__.removeprefix("Whole")


def is_typed(kind: type) -> bool:
    """Whether people type words into such a field and read them again."""
    return issubclass(kind, StringField) and not issubclass(kind, HiddenField | PasswordField)


@pytest.fixture(scope="module")
def story(office: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with fresh(office), pytest.MonkeyPatch.context() as patch:
        make_calendar()
        told = Story(County(office, make_cast(), tmp_path_factory.mktemp("files")))
        _listen(patch, told)
        try:
            tell(told.county)
        except AssertionError as error:  # markup that came alive may have eaten a form
            told.trouble = str(error)[:2000]
        told.read_all()
        yield told


def tell(county: County) -> None:
    """All that is done with the county, to the end."""
    build(county)
    with county.later("2026-04-06T09:00"):
        read(county)
        take_down(county)
        read_again(county)
        spoil(county)
        county.of("aud").follow("/")


def _listen(patch: pytest.MonkeyPatch, told: Story) -> None:
    """The story hears of every form that is judged."""
    judge = BaseForm.validate

    def validate(form: BaseForm, *args: object, **more: object) -> bool:
        valid = judge(form, *args, **more)
        told.note(form, valid=valid)
        return valid

    patch.setattr(BaseForm, "validate", validate)


# What is read


def test_nothing_typed_comes_alive_anywhere(story):
    faults = [fault for reading in story.readings for fault in reading.faults]
    assert not faults, "\n".join(faults[:20])


def test_the_county_was_made_to_its_end(story):
    assert not story.trouble


def test_every_piece_that_was_accepted_is_read_somewhere(story):
    read_codes = set().union(*(reading.codes for reading in story.readings))
    unread = story.visits.accepted.keys() - read_codes
    assert not {code: story.visits.accepted[code] for code in unread}


def test_a_password_never_comes_back(story):
    assert story.visits.secrets
    for reading in story.readings:
        assert not reading.codes & story.visits.secrets, reading.name


def test_words_with_markup_stand_where_htmx_is_switched_off(story):
    def is_of_a_body(words: str | None) -> bool:
        return bool(words and story.corpus.codes_in(words) & story.visits.bodies)

    shown = set()
    for answer in story.visits.answers:
        if answer.media_type == "text/html":
            for words in answer.soup.find_all(string=is_of_a_body):
                if words.find_parent(["strong", "td", "ins", "del"]):
                    shown.add(answer.endpoint)
                    assert words.find_parent(attrs={"hx-ignore": True}), f"{answer.name}: {words}"
    pages = {"review.preview", "public_items.page", "public_items.printed", "review.compare"}
    assert pages <= shown


# Nothing is forgotten


def test_every_page_of_both_sites_was_read(story):
    asked = {answer.endpoint for answer in story.visits.answers if answer.method == "GET"}
    rules = [*story.county.app.url_map.iter_rules(), *story.county.public.url_map.iter_rules()]
    pages = {rule.endpoint for rule in rules if "GET" in rule.methods}
    assert pages - asked == {"static"}


def test_every_plain_field_of_every_form_took_a_piece(story):
    known = story.known | {name for form in form_classes() for name in plain_fields(form)}
    empty = {name for name in known - story.filled if name.partition(".")[2] not in SHAPED}
    assert not empty


def form_classes() -> list[type[FlaskForm]]:
    """The forms of the office that are no mere part of another."""
    found, waiting = [], [FlaskForm]
    while waiting:
        below = [one for one in waiting.pop().__subclasses__() if is_written_down(one)]
        found += [one for one in below if not any(map(is_written_down, one.__subclasses__()))]
        waiting += below
    return [one for one in found if one.__module__.startswith("county_portal.")]


def is_written_down(form: type[FlaskForm]) -> bool:
    """Whether the class stands in its module; some are made for one page, by other tests, too."""
    return getattr(sys.modules[form.__module__], form.__name__, None) is form


def plain_fields(form: type[FlaskForm]) -> list[str]:
    unbound = ((name, getattr(form, name)) for name in dir(form))
    return [
        f"{named(form)}.{name}"
        for name, field in unbound
        if isinstance(kind := getattr(field, "field_class", None), type) and is_typed(kind)
    ]


def test_every_plain_field_of_every_page_took_a_piece(story):
    empty = set()
    for answer in story.visits.answers:
        if answer.status == 200:
            for form in answer.forms():
                endpoint = story.county.of(answer.who).target(form, answer.path)[2]
                names = {numberless(str(one["name"])) for one in controls(form) if is_plain(one)}
                empty |= {(endpoint, name) for name in names} - story.visits.typed
    assert not {(endpoint, name) for endpoint, name in empty if name not in SHAPED}


def test_every_plain_field_that_a_template_draws_took_a_piece(story):
    typed = {name for _endpoint, name in story.visits.typed}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for tag in CONTROL.findall(path.read_text("utf-8")):
            name = re.search(r'\sname="([^"]+)"', tag)
            if name:
                plain = re.sub(r"\{\{.*?\}\}", "N", name[1])
                assert plain in typed, f"{path.name}: {tag}"
