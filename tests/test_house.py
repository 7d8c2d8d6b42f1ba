"""Rules of the house that no linter knows."""

import ast
import re
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import meta, nodes

from county_portal import models
from county_portal.app import create_public
from county_portal.editorial.review.steps import STEPS
from county_portal.office.base.config import ROOT
from county_portal.office.rules import labels
from county_portal.office.rules.policy import Do

MODULES = sorted((ROOT / "county_portal").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAGES = sorted((ROOT / "templates").rglob("*.html"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.is_file())
TALL = 400  # lines
NO_VERBS = """
    A All An Another Any As At Both By Each Every Everybody Everything First For From How If In It
    Its Last Like No Nobody None Not Nothing Of On One Only Or Other Some Somebody Such That The
    Their There These They This Those To Two What Whatever When Where Whether Which Who Whoever
    With Without
"""  # with which a docstring may not begin
KNOW_THE_TEXT = (
    "models/base",  # reads it
    "models/items",
    "models/gazettes",
    "editorial/items/services",  # writes it
    "papers/gazettes/printing",
    "editorial/release/verify",  # hashes it
    "editorial/release/items",  # carry it
    "papers/gazettes/release",
    "published/kinds",
    "published/items",
    "published/gazettes",
    "published/writing/rows",
    "published/writing/writer",
    "papers/figures/records",  # one word of every text, counted by the database
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
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


def modules_importing(*names: str) -> set[Path]:
    """Modules that import one of these names, or what begins with one that ends in a dot."""
    return {
        path
        for path in MODULES
        if any(_is_meant(found, name) for found in imported(path) for name in names)
    }


def _is_meant(found: str, name: str) -> bool:
    return found.startswith(name) if name.endswith(".") else found == name


def pages() -> set[Path]:
    """The modules that answer requests: those that define a blueprint."""
    return modules_importing("flask.Blueprint")


def test_only_pages_commands_and_the_queue_commit():
    committing = {path for path in MODULES if "session.commit()" in path.read_text("utf-8")}
    outside = committing - pages() - modules_importing("click")
    assert {name_of(path) for path in outside} == {
        "county_portal/office/base/jobs.py",  # what a task wrote, together with its end
        "county_portal/office/base/leases.py",  # where work is done, before it is begun
        "county_portal/office/base/worker.py",  # between one job and the next
        "county_portal/demo/build.py",  # the long half of one command
    }


# What else looks at a request, and why.
KNOW_THE_REQUEST = {
    "county_portal/app.py": "judges hosts, announces writing, logs refusals",
    "county_portal/core/web.py": "draws refusals",
    "county_portal/office/accounts/form_refusals.py": "logs a refusal that belongs to a form",
    "county_portal/office/accounts/sessions.py": "is the session",
    "county_portal/office/base/audit.py": "notes from which address somebody acts",
    "county_portal/office/desk/frame.py": "says which line of the menu is open",
    "county_portal/office/rules/access.py": "leads to the sign-in and back",
    "county_portal/public/pages.py": "shares among pages what their address asks",
    "county_portal/public/site.py": "draws the public site's refusals",
}


def test_only_pages_and_a_few_others_look_at_the_request_or_speak_to_people():
    knowing = modules_importing("flask.request", "flask.session", "flask.flash") - pages()
    assert {name_of(path) for path in knowing} == KNOW_THE_REQUEST.keys()


def test_the_core_holds_no_word_of_the_county():
    words = re.compile(r"[\u4e00-\u9fff]|GB/T")  # the marks that end a Chinese sentence may stand
    core = [path for path in MODULES if "core" in path.parts]
    assert core
    assert not [name_of(path) for path in core if words.search(path.read_text("utf-8"))]


def test_htmx_is_known_to_one_place_in_python_and_one_view():
    knowing = {name_of(path) for path in MODULES if '"HX-' in path.read_text("utf-8")}
    assert knowing == {"county_portal/core/web.py", "county_portal/office/accounts/views.py"}


AT_THE_EDGE = {"county_portal/app.py", "county_portal/office/accounts/form_refusals.py"}
"""They log what was refused, and say so to the person."""


def test_what_acts_and_is_no_page_knows_no_form_no_language_and_nobody_signed_in():
    acting = modules_importing(
        "county_portal.office.base.audit", "county_portal.office.rules.workflow.Step"
    )
    asking = modules_importing("flask_babel.", "flask_wtf.", "wtforms.", "flask_login.")
    assert acting - pages()
    assert {name_of(path) for path in (acting & asking) - pages()} == AT_THE_EDGE


def test_forms_know_no_database_and_no_person():
    forms = modules_importing("flask_wtf.FlaskForm") - pages()
    assert forms
    foreign = modules_importing(
        "county_portal.office.base.extensions.db", "county_portal.office.rules.access.me"
    )
    assert {name_of(path) for path in forms & foreign} <= AT_THE_EDGE


def test_the_stored_text_of_a_manifest_is_known_where_it_is_written_hashed_or_carried():
    """Everybody else reads typed fields: a text must never be taken apart in a second way."""
    raw = re.compile(r"\b(manifest_text|inside_text|json_extract)\b")
    knowing = {name_of(path) for path in MODULES if raw.search(path.read_text("utf-8"))}
    assert knowing == {f"county_portal/{name}.py" for name in KNOW_THE_TEXT}
    assert not [name_of(path) for path in PAGES if raw.search(path.read_text("utf-8"))]


def test_every_module_says_what_it_is_for():
    assert not [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))]


def test_what_a_function_says_of_itself_begins_with_a_verb():
    """What it does, not what it is. Properties are named like things and may say what they are."""
    said = [
        f"{name_of(path)}: {function.name}: {text}"
        for path in MODULES
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef) and not _is_property(function)
        if (text := ast.get_docstring(function))
        and text.split()[0].rstrip(",:;") in NO_VERBS.split()
    ]
    assert not said


def _is_property(function: ast.FunctionDef) -> bool:
    return any("property" in ast.unparse(one) for one in function.decorator_list)


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


CONVENTIONAL = {"install", "main"}  # what an application, or a program of its own, begins with


def test_a_public_name_means_one_thing():
    """A class or function of a module has a name of its own; routes are known by their address."""
    homes: dict[str, set[str]] = {}
    for path in MODULES:
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_route(node):
                homes.setdefault(node.name, set()).add(name_of(path))
    shared = {name for name, where in homes.items() if len(where) > 1 and not name.startswith("_")}
    assert {name: homes[name] for name in shared - CONVENTIONAL} == {}


def is_route(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return any(ast.unparse(one).startswith("bp.") for one in node.decorator_list)


# Words


def enums() -> list[type[StrEnum]]:
    """Every list of words that people come to see."""
    hidden = {models.Branch, models.Ending}  # known to the program and the database only
    known = vars(models).values()
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


WINGS = ("macros", "office", "editorial", "papers", "admin", "demo")
"""Folders of templates, from the bottom; those beside them are the office's."""
NAME_UPWARDS = {
    # The officer signs what the public will read: the same template draws it.
    ("templates/editorial/review/preview.html", "public/_item.html"),
}


def wing_of(template: str) -> str:
    """The wing of a template by its address below templates/."""
    top = template.split("/")[0]
    return {"errors": "office", "public.html": "public"}.get(top, "office" if "." in top else top)


def reach_of(wing: str) -> set[str]:
    """The wings whose templates and pages a template of this wing may name."""
    return {"macros", "public"} if wing == "public" else {*WINGS[: WINGS.index(wing) + 1]}


@pytest.fixture(scope="module")
def endpoints(office: Flask) -> dict[str, str]:
    """The wing of each page of both sites, by its endpoint."""
    views = create_public(office.config["COUNTY"]).view_functions | office.view_functions
    return {
        endpoint: view.__module__.split(".")[1]
        for endpoint, view in views.items()
        if view.__module__.startswith("county_portal.")
    }


def test_a_template_names_only_pages_and_templates_of_its_own_wing_or_a_lower_one(
    office: Flask, endpoints: dict[str, str]
):
    upwards = set()
    for path in TEMPLATES:
        own = str(path.relative_to(ROOT / "templates"))
        tree = office.jinja_env.parse(path.read_text("utf-8"))
        named = {name: wing_of(name) for name in meta.find_referenced_templates(tree) if name}
        for text in tree.find_all(nodes.Const):
            if text.value in endpoints:
                named[text.value] = endpoints[text.value]
        reach = reach_of(wing_of(own))
        upwards |= {(f"templates/{own}", name) for name, wing in named.items() if wing not in reach}
    assert upwards == NAME_UPWARDS


def test_no_template_is_given_what_its_page_did_not_ask_for(office: Flask):
    """A context processor runs for every page there is; the libraries' own look nothing up."""
    for app in (office, create_public(office.config["COUNTY"])):
        given = [one for some in app.template_context_processors.values() for one in some]
        assert {one.__module__.split(".")[0] for one in given} <= {
            "flask",
            "flask_wtf",
            "flask_login",
        }


def test_what_every_template_may_ask_is_a_short_list(office: Flask):
    ours = {
        name
        for name, one in office.jinja_env.globals.items()
        if getattr(one, "__module__", "").startswith("county_portal.")
    }
    assert ours == {
        *(
            "Do",
            "body_of",
            "can",
            "deed",
            "kind_of",
            "period_code",
        ),  # look nothing up
        *("county_today", "html_lang", "same_page"),  # the clock and this request
        *("home", "menu", "office_name"),  # the frame's, documented in office/desk/frame.py
    }


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
