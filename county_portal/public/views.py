"""The site's own pages: lists, search, checks, and what machines read.

Everybody may open them; nothing is asked but the address.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request

from county_portal.public import pages
from county_portal.public.kinds import FeedLine, kinds_here
from county_portal.public.pages import show, site
from county_portal.published.lists import Filters, ListPage

bp = Blueprint("public", __name__)

FOR_MACHINES = frozenset({"public.feed", "public.sitemap", "public.sitemap_year", "public.robots"})
"""Endpoints that say the same in every language."""

LIST_QUESTIONS = frozenset({"column", "unit", "category", "year", "validity", "sort", "page"})
SEARCH_QUESTIONS = frozenset({"q", "column", "unit", "year", "sort", "page"})
CATALOGUE_ORDERS = ("newest", "oldest", "formed")
SEARCH_ORDERS = ("newest", "relevance")

FRONT_LINES = 8
FEED_LINES = 30
LONGEST_QUESTION = 100
"""Characters of a search that are read."""

NOT_DISCLOSURES = frozenset({"news", "notice", "interaction"})


@bp.get("/")
def home() -> str:
    """Show news, notices, what was disclosed last, and the way to everything else."""
    here = site()
    disclosed = {column.kind for column in here.columns.values()} - NOT_DISCLOSURES
    return show(
        "public/home.html",
        news=here.newest_of_kind({"news"}, FRONT_LINES),
        notices=here.newest_of_kind({"notice"}, FRONT_LINES),
        disclosures=here.newest_of_kind(disclosed, FRONT_LINES),
    )


@bp.get("/columns")
def columns() -> str:
    """List every column of the site: its map."""
    return show("public/columns.html")


@bp.get("/columns/<slug>")
def column(slug: str) -> str:
    """List the items of one column and those under it, newest first."""
    here = site()
    column_line = here.columns.get(slug) or abort(404)
    lines = here.catalogue(Filters(column=slug), "newest", pages.page_number())
    _stop_after_the_last(lines)
    return show("public/column.html", known=frozenset({"page"}), column=column_line, lines=lines)


@bp.get("/catalogue")
def catalogue() -> str:
    """List everything that is public, as a table that can be narrowed and sorted."""
    order = _order(CATALOGUE_ORDERS)
    chosen = pages.filters()
    lines = site().catalogue(chosen, order, pages.page_number())
    _stop_after_the_last(lines)
    return show(
        "public/catalogue.html", known=LIST_QUESTIONS, lines=lines, chosen=chosen, order=order
    )


@bp.get("/search")
def search() -> str:
    """List the things that hold the words, newest first unless sorted by relevance."""
    typed = " ".join(request.args.get("q", "")[:LONGEST_QUESTION].split())
    order = _order(SEARCH_ORDERS)
    chosen = pages.filters()
    hits = site().search(typed, chosen, order, pages.page_number())
    _stop_after_the_last(hits)
    return show(
        "public/search.html",
        known=SEARCH_QUESTIONS,
        hits=hits,
        words=typed,
        chosen=chosen,
        order=order,
    )


def _order(orders: tuple[str, ...]) -> str:
    asked = request.args.get("sort", "")
    return asked if asked in orders else orders[0]


def _stop_after_the_last(found: ListPage[Any]) -> None:
    """Refuse a page behind the end with NotFound; the first may be empty."""
    if found.page > 1 and not found.lines:
        abort(404)


@bp.get("/check")
def check() -> str:
    """Show the form that asks for a paper, to say whether it is one that was issued."""
    return show("public/check.html", checked=False)


@bp.post("/check")
def checked() -> str:
    """Show whether the file that came is an issued paper, to the byte. It is not kept."""
    file = request.files.get("file")
    name = file.filename if file else ""
    sent: Any = file.stream if file and name else None
    paper = site().paper(hashlib.file_digest(sent, "sha256").hexdigest()) if sent else None
    return show("public/check.html", checked=True, file_name=name, paper=paper)


@bp.get("/feed.xml")
def feed() -> Response:
    """List the newest things for feed readers (Atom), of every kind that has a feed."""
    kinds = (one.feed for one in kinds_here().values() if one.feed)
    every = [line for newest in kinds for line in newest(site(), FEED_LINES)]
    lines = sorted(every, key=lambda line: line.published_at, reverse=True)[:FEED_LINES]
    page = show("public/feed.xml", lines=lines, updated=_last_change(lines))
    return _typed(page, "application/atom+xml")


def _last_change(lines: list[FeedLine]) -> str:
    latest = max((line.changed_at for line in lines), default=None)
    return latest.isoformat() if latest else "2000-01-01T00:00:00+00:00"


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """List the site maps: of the site's own pages, and of the things of each year."""
    return _typed(show("public/sitemap.xml", years=_mapped_years()), "application/xml")


@bp.get("/sitemap/<year>.xml")
def sitemap_year(year: str) -> Response:
    """List the pages of one year; "pages" for those of the site itself."""
    if year == "pages":
        return _typed(show("public/sitemap_pages.xml"), "application/xml")
    if year not in _mapped_years():
        abort(404)
    return _typed(show("public/sitemap_year.xml", lines=_changes(year)), "application/xml")


def _mapped_years() -> list[str]:
    """List the county years of the site map, the latest first."""
    maps = (one.site_map for one in kinds_here().values() if one.site_map)
    return sorted({year for every in maps for year in every.years(site())}, reverse=True)


def _changes(year: str) -> Iterator[tuple[str, datetime]]:
    """Yield address and last change of everything that was published in that year."""
    for kind in kinds_here().values():
        if kind.site_map:
            start, _, end = pages.absolute(kind.address("0", lang=None)).rpartition("0")
            for key, changed_at in kind.site_map.changes(site(), year):
                yield f"{start}{quote(key)}{end}", changed_at


@bp.get("/robots.txt")
def robots() -> Response:
    """Tell machines that they, too, may read everything."""
    pages.keep_page()
    return _typed(render_template("public/robots.txt"), "text/plain")


def _typed(page: str, media_type: str) -> Response:
    return Response(page, content_type=f"{media_type}; charset=utf-8")
