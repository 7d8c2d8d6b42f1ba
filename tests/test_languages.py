"""The interface is complete in Chinese: nothing missing, nothing fuzzy, no name lost on the way."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from county_portal.office.base.config import ROOT, TRANSLATIONS

PO = TRANSLATIONS / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
NAMES = re.compile(r"%\((\w+)\)[sd]")
HAN = re.compile(r"[\u3400-\u9fff]")
SAME_IN_BOTH = {"PDF", "XLSX", "English", ": ", ", "}


def first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def catalogue() -> dict[str, Message]:
    with PO.open("rb") as file:
        return {first(message.id): message for message in read_po(file) if message.id}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every English sentence of code and templates, found as `make i18n` finds it."""
    recipe = (ROOT / "Makefile").read_text()
    keywords = re.findall(r"-k (\S+)", recipe)
    assert len(keywords) > 5
    target = tmp_path_factory.mktemp("i18n") / "messages.pot"
    words = [part for keyword in keywords for part in ("-k", keyword)]
    command = ["-q", "extract", "-F", "pyproject.toml", "-o", str(target), *words, "."]
    pybabel = Path(sys.executable).with_name("pybabel")
    subprocess.run([pybabel, *command], cwd=ROOT, check=True)
    with target.open("rb") as file:
        return {first(message.id) for message in read_po(file) if message.id}


def test_every_sentence_has_its_chinese(sentences: set[str]) -> None:
    known = catalogue()
    missing = {one for one in sentences if one not in known or not first(known[one].string)}
    assert not missing


def test_nothing_is_translated_that_nobody_says(sentences: set[str]) -> None:
    assert set(catalogue()) <= sentences


def test_nothing_is_fuzzy_and_every_name_is_kept() -> None:
    for sentence, message in catalogue().items():
        assert not message.fuzzy, sentence
        kept = set(NAMES.findall(first(message.string)))
        assert kept <= set(NAMES.findall(str(message.id))), sentence
        if "num" not in NAMES.findall(sentence):
            assert kept == set(NAMES.findall(sentence)), sentence


def test_the_chinese_is_chinese() -> None:
    for sentence, message in catalogue().items():
        words = re.search(r"[A-Za-z]{3}", NAMES.sub("", sentence))
        if sentence not in SAME_IN_BOTH and words:
            assert HAN.search(first(message.string)), sentence
