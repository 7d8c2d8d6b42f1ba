"""What is signed has one spelling for ever, and an older form is read for what it asked."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from county_portal.published.gazettes import GazetteManifest
from county_portal.published.items import ItemManifest
from county_portal.published.manifest import (
    NOT_ASKED,
    Manifest,
    NotAsked,
    asked_since,
)

STORED = json.loads(Path(__file__).with_name("manifests.json").read_text("utf-8"))
ITEMS = [(one["text"], one["hash"]) for one in STORED["items"]]
GAZETTES = [(one["text"], one["hash"]) for one in STORED["gazettes"]]
EVERY = [*((ItemManifest, *one) for one in ITEMS), *((GazetteManifest, *one) for one in GAZETTES)]
WRITTEN_BACK = [(kind, text) for kind, text, _ in EVERY[:-1]]  # the last, of form 1, lacks `late`


@dataclass(frozen=True, kw_only=True)
class Letter(Manifest):
    """A kind as it was signed at first."""

    DOMAINS: ClassVar = {1: b"county-portal/letter/v1\0"}

    title: str
    sent_on: date | None
    copies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LaterLetter(Letter):
    """The same kind, when a second form had come to ask for the language."""

    DOMAINS: ClassVar = {**Letter.DOMAINS, 2: b"county-portal/letter/v2\0"}

    language: str | NotAsked = asked_since(2)


OLD = Letter(form=1, title="致“一”", sent_on=date(2026, 3, 2), copies=("a", "b"))


def test_ten_items_and_five_gazettes_are_pinned():
    assert (len(ITEMS), len(GAZETTES), len({hash_ for _, _, hash_ in EVERY})) == (10, 5, 15)


@pytest.mark.parametrize(("kind", "text", "signed"), EVERY)
def test_what_was_signed_has_its_hash_for_ever(kind, text, signed):
    assert kind.hash_of(text) == signed


@pytest.mark.parametrize(("kind", "text"), WRITTEN_BACK)
def test_what_was_read_is_written_to_the_same_byte(kind, text):
    assert kind.read(text).text == text


def test_another_kind_with_the_same_words_has_another_hash():
    assert ItemManifest.hash_of(OLD.text) != Letter.hash_of(OLD.text)


def test_fields_have_their_types():
    said = [ItemManifest.read(text) for text, _ in ITEMS]
    bare, odd = said[:2]
    assert (bare.column, bare.column_name, bare.formed_on) == (None, "", None)
    assert odd.keywords == ("一", "二", "三") and odd.formed_on == date(2026, 2, 25)
    assert '"form":2, 𠮷🌾' in odd.title
    assert any(file.inline for one in said for file in one.files)
    with pytest.raises(ValueError, match="date of formation"):
        bare.formation_day  # noqa: B018


def test_a_gazette_of_the_first_form_lists_nothing_as_late():
    issue, late, volume, _, first = [GazetteManifest.read(text) for text, _ in GAZETTES]
    assert (issue.form, first.form) == (2, 1)
    assert first == replace(issue, form=1) and not first.changes[0].late
    assert late.changes[0].late and [part.key for part in volume.parts] == ["2026-1", "2026-2"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "7", "null", '{"form":[]}', '{"form":3}', '{"form":1}']
)
def test_what_is_no_manifest_is_refused_and_has_no_signed_hash(text):
    with pytest.raises(ValueError, match=r"not|Expecting"):
        LaterLetter.read(text)
    assert LaterLetter.hash_of(text) != Letter.hash_of(OLD.text)


@pytest.mark.parametrize("name", sorted(json.loads(ITEMS[2][0])))
def test_a_manifest_without_one_of_its_fields_is_refused(name):
    said = json.loads(ITEMS[2][0])
    del said[name]
    with pytest.raises(ValueError, match="not"):
        ItemManifest.read(json.dumps(said))


# A field that came later


def test_an_older_text_says_that_it_was_not_asked():
    said = LaterLetter.read(OLD.text)
    assert (said.form, said.title, said.language) == (1, OLD.title, NOT_ASKED)
    assert not said.language and f"{said.language}" == ""


def test_an_older_text_keeps_its_bytes_and_its_hash():
    assert LaterLetter.read(OLD.text).text == OLD.text
    assert LaterLetter.hash_of(OLD.text) == Letter.hash_of(OLD.text)


def test_the_newer_form_has_its_own_bytes_and_domain():
    new = LaterLetter(form=2, title="t", sent_on=None, copies=(), language="zh")
    assert json.loads(new.text)["language"] == "zh" and LaterLetter.read(new.text) == new
    as_first = replace(new, form=1)
    assert "language" not in as_first.text
    assert LaterLetter.hash_of(new.text) != LaterLetter.hash_of(as_first.text)
    with pytest.raises(ValueError, match="form 2"):
        Letter.read(new.text)


def test_a_text_of_the_newer_form_without_the_field_is_refused():
    said = json.loads(OLD.text) | {"form": 2}
    with pytest.raises(ValueError, match="form 2"):
        LaterLetter.read(json.dumps(said))


def test_what_was_not_asked_cannot_be_written_as_an_answer():
    with pytest.raises(TypeError):
        LaterLetter(form=2, title="t", sent_on=None, copies=()).text  # noqa: B018
