"""The pages of the public site. Everybody may open them; nothing is asked but the address."""

import hashlib
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from county_portal.public import pages
from county_portal.public.pages import show, site
from county_portal.published import gazettes as published
from county_portal.published.gazettes import BoundFile, PublicGazette
from county_portal.published.lists import Filters
from county_portal.published.schema import FileLine, Listing
from county_portal.published.standing import standing

bp = Blueprint("public", __name__)

FOR_MACHINES = frozenset(
    {
        "public.file",
        "public.gazette_file",
        "public.feed",
        "public.sitemap",
        "public.sitemap_year",
        "public.robots",
    }
)
"""Endpoints that say the same in every language."""

ID = "<int(max=9007199254740991):public_id>"
LIST_QUESTIONS = frozenset({"column", "unit", "category", "year", "validity", "sort", "page"})
SEARCH_QUESTIONS = frozenset({"q", "column", "unit", "year", "sort", "page"})
CATALOGUE_ORDERS = ("newest", "oldest", "formed")
SEARCH_ORDERS = ("newest", "relevance")

FRONT_LINES = 8
FEED_LINES = 30
LONGEST_QUESTION = 100
"""Characters of a search that are read."""

SHOWN_IN_BROWSER = frozenset({"application/pdf", "image/jpeg", "image/png"})
FILE_POLICY = "default-src 'none'; sandbox"
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
"""Without "sandbox": browsers show no PDF in a sandbox, and a rendition holds no script."""
NOT_DISCLOSURES = frozenset({"news", "notice", "interaction"})


@bp.get("/")
def home() -> str:
    """News, notices, what was disclosed last, and the way to everything else."""
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
    """Every column of the site: its map."""
    return show("public/columns.html")


@bp.get("/columns/<slug>")
def column(slug: str) -> str:
    """One column and those under it, newest first."""
    here = site()
    found = here.columns.get(slug) or abort(404)
    lines = here.catalogue(Filters(column=slug), "newest", pages.page_number())
    _stop_after_the_last(lines.lines, lines.page)
    return show("public/column.html", known=frozenset({"page"}), column=found, lines=lines)


@bp.get(f"/items/{ID}")
def item(public_id: int) -> ResponseReturnValue:
    """One item as it was signed."""
    return _item_page("public/item.html", public_id)


@bp.get(f"/items/{ID}/print")
def print_item(public_id: int) -> ResponseReturnValue:
    """The same item on paper."""
    return _item_page("public/print.html", public_id)


def _item_page(template: str, public_id: int) -> ResponseReturnValue:
    found = site().item(public_id)
    if found is None:
        return _withdrawn(public_id)
    return show(
        template,
        item=found,
        address=pages.address_in(found),
        standing=standing(site(), public_id),
    )


def _withdrawn(public_id: int) -> Response:
    """A page that says when and why the item went. Raises NotFound if it never was."""
    gone = site().withdrawal(public_id) or abort(404)
    return make_response(show("public/withdrawn.html", gone=gone), 410)


@bp.get(f"/files/{ID}/<key>/<name>")
def file(public_id: int, key: str, name: str) -> Response:
    """A rendition that a published item lists, in whole or in part."""
    found = site().file(public_id, key)
    if found is None or found.name != name:
        return _withdrawn(public_id)
    if not (site().folder / found.path).is_file():
        abort(404)
    return _send(found)


def _send(found: FileLine | BoundFile) -> Response:
    """The bytes, with headers that depend on them alone: not on the disk, not on the past."""
    response = send_file(
        site().folder / found.path,
        mimetype=found.media_type,
        as_attachment=found.media_type not in SHOWN_IN_BROWSER,
        download_name=found.name,
        conditional=False,
        etag=False,
    )
    response.headers.pop("Last-Modified", None)
    response.set_etag(found.sha256[:32])
    response.headers["Cache-Control"] = "no-cache"
    is_pdf = found.media_type == "application/pdf"
    response.headers["Content-Security-Policy"] = PDF_POLICY if is_pdf else FILE_POLICY
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=found.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response


@bp.get("/gazette/")
def gazettes() -> str:
    """Every issue of the gazette and every bound volume, the latest year first."""
    return show("public/gazettes.html", gazettes=published.gazettes(site()))


@bp.get("/gazette/<key>")
def gazette(key: str) -> ResponseReturnValue:
    """The electronic table of contents: each text leads to its page, and all to the PDF."""
    found = published.gazette(site(), key)
    if found is None:
        return _withdrawn_gazette(key)
    return show("public/gazette.html", gazette=found)


@bp.get("/gazette/<key>/<name>")
def gazette_file(key: str, name: str) -> Response:
    """The gazette as it was signed and printed."""
    found: PublicGazette | None = published.gazette(site(), key)
    if found is None or found.pdf.name != name:
        return _withdrawn_gazette(key, found)
    if not (site().folder / found.pdf.path).is_file():
        abort(404)
    return _send(found.pdf)


def _withdrawn_gazette(key: str, instead: PublicGazette | None = None) -> Response:
    """A page that says when and why it went. Raises NotFound if it never was, or is there."""
    gone = published.withdrawal(site(), key)
    if gone is None or instead is not None:
        abort(404)
    return make_response(show("public/gazette_withdrawn.html", gone=gone), 410)


@bp.get("/catalogue")
def catalogue() -> str:
    """Everything that is public, as a table that can be narrowed and sorted."""
    order = _order(CATALOGUE_ORDERS)
    chosen = pages.filters()
    lines = site().catalogue(chosen, order, pages.page_number())
    _stop_after_the_last(lines.lines, lines.page)
    return show(
        "public/catalogue.html", known=LIST_QUESTIONS, lines=lines, chosen=chosen, order=order
    )


@bp.get("/search")
def search() -> str:
    """The items that hold the words, newest first."""
    words = " ".join(request.args.get("q", "")[:LONGEST_QUESTION].split())
    order = _order(SEARCH_ORDERS)
    chosen = pages.filters()
    hits = site().search(words, chosen, order, pages.page_number())
    _stop_after_the_last(hits.hits, hits.page)
    return show(
        "public/search.html",
        known=SEARCH_QUESTIONS,
        hits=hits,
        words=words,
        chosen=chosen,
        order=order,
    )


def _order(orders: tuple[str, ...]) -> str:
    asked = request.args.get("sort", "")
    return asked if asked in orders else orders[0]


def _stop_after_the_last(lines: tuple[object, ...], page: int) -> None:
    """Raise NotFound for a page behind the end; the first may be empty."""
    if page > 1 and not lines:
        abort(404)


@bp.get("/check")
def check() -> str:
    """Asks for a paper, to say whether it is one that was issued."""
    return show("public/check.html", checked=False)


@bp.post("/check")
def checked() -> str:
    """Says whether the file that came is an issued paper, to the byte. It is not kept."""
    file = request.files.get("file")
    name = file.filename if file else ""
    sha256 = _hash_of(file) if file and name else ""
    paper = site().paper(sha256) if sha256 else None
    return show("public/check.html", checked=True, file_name=name, paper=paper)


def _hash_of(file: FileStorage) -> str:
    stream: Any = file.stream
    return hashlib.file_digest(stream, "sha256").hexdigest()


@bp.get("/feed.xml")
def feed() -> Response:
    """The newest items for feed readers (Atom)."""
    lines = site().newest(FEED_LINES)
    page = show("public/feed.xml", lines=lines, updated=_last_change(lines))
    return _typed(page, "application/atom+xml")


def _last_change(lines: tuple[Listing, ...]) -> str:
    latest = max((line.corrected_at or line.published_at for line in lines), default=None)
    return latest.isoformat() if latest else "2000-01-01T00:00:00+00:00"


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """The list of lists: the site's own pages, and the items of each year."""
    return _typed(show("public/sitemap.xml"), "application/xml")


@bp.get("/sitemap/<year>.xml")
def sitemap_year(year: str) -> Response:
    """The pages of one year; "pages" for those of the site itself."""
    if year == "pages":
        return _typed(show("public/sitemap_pages.xml"), "application/xml")
    if year not in site().years:
        abort(404)
    start = pages.absolute(url_for("public.item", public_id=0, lang=None))[:-1]
    page = show("public/sitemap_year.xml", lines=site().addresses(year), start=start)
    return _typed(page, "application/xml")


@bp.get("/robots.txt")
def robots() -> Response:
    """Everything may be read by machines, too."""
    pages.keep_page()
    return _typed(render_template("public/robots.txt"), "text/plain")


def _typed(page: str, media_type: str) -> Response:
    return Response(page, content_type=f"{media_type}; charset=utf-8")
