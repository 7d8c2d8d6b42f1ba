"""How the public reads each kind of signed thing: its pages, and where else it is told of.

The newest things, the years and the addresses of a kind are read here from what every entry
has; a kind with lists of its own brings better ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, make_response, request, send_file
from flask_babel import LazyString
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from county_portal.public.pages import show, site
from county_portal.published.kinds import Kind
from county_portal.published.reader import Site
from county_portal.published.schema import FileLine, county_year, moment_of, year_bounds

EXTENSION = "county_kinds"
SHOWN_IN_BROWSER = frozenset({"application/pdf", "image/jpeg", "image/png"})
FILE_POLICY = "default-src 'none'; sandbox"
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
"""Without "sandbox": browsers show no PDF in a sandbox, and a rendition holds no script."""


@dataclass(frozen=True)
class FeedLine:
    """One entry of the news feed. author and column: empty where there is none."""

    address: str
    title: str
    summary: str
    published_at: datetime
    changed_at: datetime
    author: str = ""
    column_slug: str = ""
    column_name: str = ""


@dataclass(frozen=True)
class ListLink:
    """A link to the list of a kind, shown once there is something to lead to."""

    endpoint: str
    label: LazyString


@dataclass(frozen=True)
class MapLines:
    """What the site map says of a kind: its years, and key and last change of each thing."""

    years: Callable[[Site], tuple[str, ...]]
    changes: Callable[[Site, str], Iterator[tuple[str, datetime]]]


@dataclass(frozen=True)
class PublicKind:
    """The public site's half of a kind.

    address: of a thing's page, by key; takes what `url_for` takes. hit: the template of a hit,
    for a kind that is searched. feed: the newest for the news feed, no more than asked.
    """

    kind: Kind
    blueprint: Blueprint
    address: Callable[..., str]
    for_machines: frozenset[str] = frozenset()  # endpoints that say the same in every language
    menu: ListLink | None = None
    hit: str = "public/_hit.html"
    feed: Callable[[Site, int], list[FeedLine]] | None = None
    site_map: MapLines | None = None


def install(app: Flask, kinds: tuple[PublicKind, ...]) -> None:
    app.extensions[EXTENSION] = {one.kind.name: one for one in kinds}
    for kind in kinds:
        app.register_blueprint(kind.blueprint)
    app.jinja_env.globals.update(kinds=kinds_here, menu=menu_links)


def kinds_here() -> dict[str, PublicKind]:
    """Return the kinds of this site, by name."""
    return cast(dict[str, PublicKind], current_app.extensions[EXTENSION])


def menu_links(here: Site) -> list[ListLink]:
    """List the menu links of kinds of which there is something."""
    return [one.menu for one in kinds_here().values() if one.menu and here.has_any(one.kind)]


# Pages of a thing


def withdrawn(kind: Kind, key: str, template: str) -> Response:
    """Answer with a page that says when and why the thing went. Raises NotFound if it never was."""
    gone = site().withdrawal(kind, key) or abort(404)
    return make_response(show(template, gone=gone), 410)


def send(found: FileLine) -> Response:
    """Send the bytes, with headers that depend on them alone: not on the disk, not on the past.

    Raises NotFound if they do not lie there.
    """
    if not (site().folder / found.path).is_file():
        abort(404)
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


# What every entry has


def newest_entries(here: Site, kind: Kind, count: int) -> list[tuple[str, Any, datetime]]:
    """Read key, manifest and time of publication of the newest things of a kind."""
    rows = here.ask(
        "SELECT key, manifest, published_at FROM entries JOIN manifests USING(kind, key)"
        " WHERE kind = ? ORDER BY published_at DESC, key LIMIT ?",
        kind.name,
        count,
    )
    return [(key, kind.manifest.read(text), moment_of(at)) for key, text, at in rows]


def map_lines(kind: Kind) -> MapLines:
    """Build what the site map says of a kind that has no lists of its own."""

    def years(here: Site) -> tuple[str, ...]:
        rows = here.ask("SELECT published_at FROM entries WHERE kind = ?", kind.name)
        return tuple({str(county_year(moment_of(at))) for (at,) in rows})

    def changes(here: Site, year: str) -> Iterator[tuple[str, datetime]]:
        rows = here.ask(
            "SELECT key, published_at FROM entries WHERE kind = ?"
            " AND published_at >= ? AND published_at < ? ORDER BY published_at, key",
            kind.name,
            *year_bounds(year),
        )
        return ((key, moment_of(at)) for key, at in rows)

    return MapLines(years, changes)
