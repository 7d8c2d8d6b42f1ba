"""HTML in, PDF out: the one way to paper.

A template is cut at its `<!--page-->` lines, where a new page begins anyway; the parts are set side
by side in processes of their own (process_pool.py) and bound to one document (core/binding.py).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import current_app
from jinja2 import Environment, StrictUndefined

from county_portal.core.errors import Refused
from county_portal.printing import binding, process_pool, splitting
from county_portal.printing.process_pool import CannotPrint, Died, SheetOrder, Sheets, Unset, Watch

CUT = "<!--page-->"
ELEMENT = 30  # characters that take as long to set as one element
SMALL = 12_000  # in characters: what is not worth a second process
LARGE = 120_000  # in characters: what one process sets within its memory
EACH = 2  # parts for each process, so that nobody is idle for long at the end
LEFT_OUT = "（此件无法排版，已略去，请与系统管理员联系。）"
MARKUP = re.compile(r"<[^>]*>|\s+")
PIECE = re.compile(r'<section\b[^>]*\bdata-piece="([^"]*)"[^>]*>.*?</section>', re.DOTALL)
FAMILIES = (
    "FandolFang R",  # 仿宋: the text
    "FandolKai",  # 楷体: second headings
    "FandolHei",  # 黑体: first headings
    "Noto Serif CJK SC",  # titles, and what Fandol lacks
    "Noto Sans CJK SC",
    "HanaMinA",  # rare characters in names
    "HanaMinB",
)


NO_FONTS = Refused("Fonts are missing, so official paper looks wrong: run `make run` once more")
SLOW = Refused(
    "The Debian package libharfbuzz-subset0 is missing, so printing is very slow: install it"
)


@dataclass(frozen=True)
class Printed:
    """A document. left_out: the `data-piece` names of what could not be set."""

    pdf: bytes
    left_out: tuple[str, ...] = ()


def nobody(_share: float) -> None:
    """Ignore the progress."""


def render_pdf(template: str, *, attach: str = "", **context: object) -> bytes:
    """Render the template as an archival PDF with page numbers; the same words give the same bytes.

    The template sees what it is given and nothing of the request, and a name it was not given is an
    error. It may use files under static/ and nothing else: any other address leaves a gap and a
    warning in the log. attach: the figures behind it as JSON, attached to the document.
    Raises Refused on a machine that cannot print, and for what cannot be set.
    """
    return print_paper(render_html(template, **context), attach=attach).pdf


def render_html(template: str, **context: object) -> str:
    """Render the template with its values, ready to be set."""
    return _strict(current_app.jinja_env).get_template(template).render(context)


@cache
def _strict(environment: Environment) -> Environment:
    """Derive an environment where a name it was not given is an error; it has its own templates."""
    return environment.overlay(undefined=StrictUndefined)


def print_paper(
    html: str,
    *,
    attach: str = "",
    pictures: Mapping[str, Path] | None = None,
    watch: Watch = nobody,
) -> Printed:
    """Print the page as one document, without the `data-piece` sections that cannot be set.

    pictures: the files that `picture:` addresses mean. watch: hears how far it is (0 to 1); what it
    raises ends the work.
    """
    parts, left_out = set_parts(html, pictures=pictures, watch=watch)
    return Printed(bound(parts, attach=attach), left_out)


def set_parts(
    html: str, *, pictures: Mapping[str, Path] | None = None, watch: Watch = nobody
) -> tuple[list[Sheets], tuple[str, ...]]:
    """Set the page. Return its sheets, and the names of the sections left out. Raises Refused."""
    shop = _Shop(Path(str(current_app.static_folder)), dict(pictures or {}), watch)
    try:
        return shop.set(html), ()
    except Unset as fault:
        left_out = tuple(name for name in pieces_in(html) if not shop.can_set(html, name))
        if not left_out:
            raise _refusal(fault) from fault
    try:
        return shop.set(without(html, left_out)), left_out
    except Unset as fault:
        raise _refusal(fault) from fault


def bound(parts: Sequence[Sheets], *, attach: str = "", first: int = 1) -> bytes:
    """Bind the sheets to one document, numbered from `first`; pages before number 1 carry none."""
    try:
        folio = _folio()
    except Unset as fault:
        raise _refusal(fault) from fault
    except CannotPrint:
        raise _cannot_print() from None
    return binding.bind(parts, folio, data=attach, first=first, about="本文件数据")


def print_papers(html: str, titles: Mapping[str, str]) -> dict[str, bytes]:
    """Print several small papers, each a document of its own; set together in half the time.

    titles: what each is called, by the id of the element that it begins with on a new page. Raises
    Refused, for all of them, if one cannot be set.
    """
    parts, _left_out = set_parts(html)
    papers = [one for part in parts for one in splitting.split_sheets(part, titles)]
    return {name: bound([sheets]) for name, sheets in papers}


class _Shop:
    """Sets pages; turns the engine's troubles into ours."""

    def __init__(self, static: Path, pictures: dict[str, Path], watch: Watch) -> None:
        self._static, self._pictures, self._watch = static, pictures, watch

    def set(self, html: str) -> list[Sheets]:
        """Set the page. Raises Unset, or Refused on a machine that cannot print."""
        return self._sheets(cut(html), self._watch)

    def can_set(self, html: str, name: str) -> bool:
        """Tell whether this piece alone can be set, in little time."""
        piece = alone(html, name)
        try:
            self._sheets([piece], lambda _share: self._watch(0), seconds=5 + len(piece) / 500)
        except Unset:
            return False
        return True

    def _sheets(self, parts: list[str], watch: Watch, seconds: float = 0) -> list[Sheets]:
        orders = [
            SheetOrder(part, self._static, self._pictures, seconds or 12 + len(part) / 8000)
            for part in parts
        ]
        try:
            try:
                return process_pool.set_sheets(orders, watch)
            except Died:  # not by the sheet's fault, perhaps
                return process_pool.set_sheets(orders, watch)
        except CannotPrint:
            raise _cannot_print() from None


def _refusal(fault: Unset) -> Refused:
    return Refused("The paper could not be set: %(why)s", why=str(fault))


def _cannot_print() -> Refused:
    return Refused("This machine cannot print: the Debian package libpangoft2-1.0-0 is missing")


# Cutting


def cut(html: str) -> list[str]:
    """Cut the page into parts of about one size, as many as are worth a process and fit into it."""
    head, body, tail = _sections(html)
    pieces = body.split(CUT)
    whole = _weight(body)
    wanted = max(EACH * process_pool.MOST, -(-whole // LARGE)) if whole > SMALL else 1
    return [f"{head}{part}{tail}" for part in _gathered(pieces, whole / wanted)]


def _weight(html: str) -> int:
    """Estimate how long it takes to set, in characters."""
    return len(MARKUP.sub("", html)) + ELEMENT * html.count("</")


def _gathered(pieces: Sequence[str], size: float) -> list[str]:
    """Join neighbours into parts; a part ends where the whole so far is nearest to its share."""
    heaps = [""]
    reached = 0.0
    for piece in pieces:
        weight = _weight(piece)
        if heaps[-1] and reached + weight / 2 > size * len(heaps):
            heaps.append("")
        heaps[-1] += piece
        reached += weight
    return heaps


def _sections(html: str) -> tuple[str, str, str]:
    """Split the page into what is before the body's words, they themselves, and what is after."""
    begin = re.search(r"<body[^>]*>", html)
    end = html.rfind("</body>")
    if begin is None or end < 0:
        return "", html, ""
    return html[: begin.end()], html[begin.end() : end], html[end:]


def pieces_in(html: str) -> list[str]:
    """List the names of the sections that can be left out. None of them holds a section."""
    return [found[1] for found in PIECE.finditer(html)]


def alone(html: str, name: str) -> str:
    """Build the page with nothing in it but one piece."""
    head, body, tail = _sections(html)
    return head + "".join(one[0] for one in PIECE.finditer(body) if one[1] == name) + tail


def without(html: str, names: Sequence[str]) -> str:
    """Put a sentence in the place of these pieces of the page."""
    note = f"<p>{LEFT_OUT}</p>"
    return PIECE.sub(lambda found: note if found[1] in names else found[0], html)


@cache
def _folio() -> binding.Folio:
    """Set the signs of page numbers, once in each program."""
    (sheets,) = process_pool.set_sheets([SheetOrder(binding.FOLIO_PAGE, Path("/nonexistent"))])
    return binding.folio_of(sheets)


# What the machine has


def missing_fonts() -> list[str]:
    """List the families of official paper that this machine lacks. Empty: it has all of them."""
    present = process_pool.hello()["families"]
    return [family for family in FAMILIES if family not in present]


def shortcomings() -> list[str]:
    """List English msgids of what keeps this machine from good paper. Empty: nothing."""
    try:
        lacks = ((NO_FONTS, missing_fonts()), (SLOW, not process_pool.hello()["fast"]))
    except CannotPrint:
        return [_cannot_print().message]
    return [refusal.message for refusal, is_so in lacks if is_so]


def notes() -> list[str]:
    """List English sentences on how this machine sets paper that ask for nothing to be done."""
    try:
        why = process_pool.hello()["plain"]
    except CannotPrint:
        return []
    return [f"Paper is set without the engine's shortcuts, at half the speed: {why}"] if why else []
