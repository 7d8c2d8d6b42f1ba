"""Rules of the house that no linter knows."""

import ast
import re
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import meta, nodes

from county_portal import models
from county_portal.editorial.review.steps import STEPS
from county_portal.office.base.config import ROOT
from county_portal.office.rules import labels
from county_portal.office.rules.policy import Do

MODULES = sorted((ROOT / "county_portal").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAGES = sorted((ROOT / "templates").rglob("*.html"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.is_file())
TALL = 400  # lines


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> set[str]:
    """What a module imports, as <module>.<name>."""
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


# Python


def test_only_views_commands_and_jobs_commit():
    committing = {path for path in MODULES if "session.commit()" in path.read_text("utf-8")}
    allowed = {"views.py", "cli.py", "jobs.py"}
    inside = {p for p in committing if p.name in allowed or p.name.endswith("_views.py")}
    outside = {name_of(p) for p in committing - inside}
    assert outside == {"county_portal/demo/build.py"}  # the long half of one command


def test_htmx_is_known_to_one_place_in_python_and_one_view():
    knowing = {name_of(path) for path in MODULES if '"HX-' in path.read_text("utf-8")}
    assert knowing == {"county_portal/core/web.py", "county_portal/office/accounts/views.py"}


def test_services_know_no_request_no_form_and_no_language():
    foreign = {"flask.request", "flask.session", "flask.flash", "flask_login.current_user"}
    for path in MODULES:
        if path.name in {"services.py", "steps.py"}:
            names = imported(path)
            assert not names & foreign, name_of(path)
            assert not [name for name in names if name.startswith(("flask_babel", "flask_wtf"))]


def test_forms_know_no_database_and_no_person():
    for path in MODULES:
        if path.name == "forms.py":
            foreign = {
                "county_portal.office.base.extensions.db",
                "county_portal.office.rules.access.me",
            }
            assert not imported(path) & foreign, name_of(path)


def test_every_module_says_what_it_is_for():
    assert not [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))]


def test_no_module_is_taller_than_a_shelf():
    tall = {name_of(p): len(p.read_text("utf-8").splitlines()) for p in MODULES}
    assert not {name: lines for name, lines in tall.items() if lines > TALL}


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|for now\b", re.IGNORECASE)
    own = Path(__file__).name
    files = [*MODULES, *PAGES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "static").glob("*.*s*")]
    assert not [
        f"{name_of(path)}: {line.strip()}"
        for path in files
        if path.name != own
        for line in path.read_text("utf-8").splitlines()
        if later.search(line)
    ]


# Tests


def test_only_the_waiting_and_the_measuring_of_tests_look_at_a_clock():
    """A test waits for a condition: the machine may be as slow as it likes."""
    clocks = {"sleep", "monotonic", "perf_counter", "process_time", "wait_for_timeout"}
    looking = {
        name_of(path)
        for path in TESTS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in clocks
    }
    assert looking == {"tests/waiting.py", "tests/effort.py"}


def test_no_test_gives_up_after_a_time_of_its_own():
    impatient = {
        f"{name_of(path)}:{node.lineno}"
        for path in TESTS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and _gives_up(node)
    }
    assert not impatient


def _gives_up(call: ast.Call) -> bool:
    """Whether a number says how long something is waited for, or when it is too late."""
    limits = [word.value for word in call.keywords if word.arg in {"timeout", "deadline"}]
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"join", "wait"}:
        limits += call.args
    return any(isinstance(getattr(one, "value", None), int | float) for one in limits)


def test_chance_is_the_same_in_every_run():
    """Random values of tests come from a generator with a seed."""
    drawn = re.compile(r"\brandom\.(?!Random\b)\w|\bRandom\(\)")
    assert not [name_of(path) for path in TESTS if drawn.search(path.read_text("utf-8"))]


# Words


def enums() -> list[type[StrEnum]]:
    """Every list of words that people come to see."""
    hidden = {models.Branch, models.Ending}  # known to the program and the database only
    known = [getattr(models, name) for name in models.__all__]
    shown = [one for one in known if isinstance(one, type) and issubclass(one, StrEnum)]
    return [Do, *(one for one in shown if one not in hidden)]


@pytest.mark.parametrize("words", enums(), ids=lambda words: words.__name__)
def test_every_word_of_the_code_has_a_name_people_can_read(app, words):
    with app.test_request_context():
        for word in words:
            assert labels.label(word).strip(), word


def test_every_step_has_a_name_people_can_read():
    assert {(Do, step.action.value) for step in STEPS} <= set(labels.LABELS)


# Templates


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_template_imports_only_what_it_uses(office: Flask, path: Path):
    source = path.read_text("utf-8")
    tree = office.jinja_env.parse(source)
    for node in tree.find_all(nodes.FromImport):
        for name in node.names:
            used = name[1] if isinstance(name, tuple) else name
            uses = len(re.findall(rf"\b{used}\(", source))
            assert uses, f"{used} is imported and not used"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_template_names_only_templates_that_exist(office: Flask, path: Path):
    tree = office.jinja_env.parse(path.read_text("utf-8"))
    for name in meta.find_referenced_templates(tree):
        assert name is None or (ROOT / "templates" / name).exists(), name


@pytest.mark.parametrize("path", [p for p in PAGES if p.name.startswith("_")], ids=name_of)
def test_a_partial_says_first_what_it_wants(path: Path):
    assert path.read_text("utf-8").startswith("{#"), "begins with a comment"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_template_writes_style_or_script_into_the_page(path: Path):
    source = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son[a-z]+=[\"']", source)
    assert not inline
    assert not re.findall(r"\sstyle=", source)


def test_what_htmx_posts_works_without_it():
    for path in PAGES:
        for tag in re.findall(r"<form\b[^>]*hx-post[^>]*>", path.read_text("utf-8")):
            assert "action=" in tag and 'method="post"' in tag, name_of(path)


# Markup


# Where text may become markup without being escaped: the times the words stand there, and why
# nobody can have typed the markup.
TRUSTED = {
    "county_portal/core/html/differences.py": (10, "our own signs; what is put between is escaped"),
    "county_portal/papers/deposits/prints.py": (2, "the body, cleaned in the same line"),
    "county_portal/papers/gazettes/paper.py": (3, "the body, cleaned when the text was taken"),
    "county_portal/public/pages.py": (3, "the body, cleaned in the same line"),
    "county_portal/published/search.py": (5, "every part is escaped before its <mark> is set"),
    "county_portal/editorial/sheets/item_papers.py": (3, "the body, cleaned in the same line"),
    "templates/papers/briefings/paper.html": (
        3,
        "set_note and set_text clean and build these words",
    ),
}
UNESCAPED = re.compile(
    r"\|\s*safe\b|\{%-?\s*autoescape\b|\bMarkup\b|\b__html__\b"
    r"|\brender_template_string\b|\bfrom_string\("
)


def test_text_becomes_markup_only_where_the_list_says():
    found = {
        name_of(path): len(UNESCAPED.findall(path.read_text("utf-8")))
        for path in [*MODULES, *TEMPLATES]
    }
    listed = {name: times for name, (times, _reason) in TRUSTED.items()}
    assert {name: times for name, times in found.items() if times} == listed


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_an_ending_that_is_escaped(path: Path):
    assert path.suffix in {".html", ".xml"} or name_of(path) == "templates/public/robots.txt"
