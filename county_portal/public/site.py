"""Putting the public site together: its pages, its languages, its errors, its cache."""

import logging
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import Babel, gettext
from werkzeug.exceptions import HTTPException

from county_portal.public import kinds as public_kinds
from county_portal.public import pages, views
from county_portal.public.cache import PageCache
from county_portal.public.gazettes import GAZETTES
from county_portal.public.items import ITEMS
from county_portal.public.kinds import PublicKind
from county_portal.published import search
from county_portal.published.open_file import NoSite
from county_portal.published.reader import Reader, Site

log = logging.getLogger(__name__)
CACHE_BYTES = 64 * 2**20
KINDS = (ITEMS, GAZETTES)
"""In the order of their entries in menus, the site map and the file."""


def install(
    app: Flask,
    folder: Path,
    kinds: tuple[PublicKind, ...] = KINDS,
    *,
    cache_bytes: int = CACHE_BYTES,
) -> None:
    """Make the application show the public file in `folder`. cache_bytes: memory for pages."""
    reader = app.extensions[pages.READER] = Reader(folder, [one.kind for one in kinds])
    Babel(app, locale_selector=pages.locale_name)
    app.register_blueprint(views.bp)
    public_kinds.install(app, kinds)
    app.url_defaults(_keep_language)
    share_templates(app)
    app.jinja_env.filters.update(
        marked=search.highlighted,
        paper_kind=pages.paper_kind,
        excerpt=search.excerpt,
        named=pages.named,
        twice=pages.twice,
    )
    app.jinja_env.globals.update(
        absolute=pages.absolute,
        html_language=pages.html_language,
        in_language=pages.in_language,
        validities=pages.validity_choices,
        on_page=pages.on_page,
    )
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(NoSite, _no_site)
    app.register_error_handler(Exception, _fault)
    app.wsgi_app = PageCache(app.wsgi_app, reader, cache_bytes)  # type: ignore[method-assign]


def share_templates(app: Flask) -> None:
    """Give the application what `public/_item.html` needs: the office shows it in its previews."""
    app.jinja_env.filters.update(
        minute=pages.minute,
        day=pages.day,
        size=pages.size,
        origin=pages.origin_name,
        validity=pages.validity_name,
    )
    app.jinja_env.globals.update(body_of=pages.body_of, kind_of=pages.kind_of)


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Add the language that the reader chose to addresses of pages, so that it stays chosen."""
    language = pages.chosen_language()
    if language and endpoint != "static" and endpoint not in _for_machines():
        values.setdefault("lang", language)


def _for_machines() -> frozenset[str]:
    every = (one.for_machines for one in public_kinds.kinds_here().values())
    return views.FOR_MACHINES.union(*every)


def _refuse(error: HTTPException) -> Response:
    """Answer with a page that says what is wrong with the address; let redirects through."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    response = _error_page(status)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _error_page(status: int) -> Response:
    reasons = {
        404: gettext("There is no such page"),
        405: gettext("This address cannot be used that way"),
        416: gettext("The file has no such part"),
    }
    reason = reasons.get(status, gettext("The address could not be understood"))
    if status == 400:  # perhaps even the host is nonsense: no page of this site belongs there
        return Response(reason, status, content_type="text/plain; charset=utf-8")
    setattr(g, pages.REFUSED, True)
    return make_response(_drawn_anyway("public/error.html", reason=reason, status=status), status)


def _drawn_anyway(template: str, **context: Any) -> str:
    """Render the page with what it needs of the site; without while there is no public file."""
    try:
        here: Site | None = pages.site()
    except NoSite:
        here = None
    return render_template(template, site=here, language=pages.chosen_language(), **context)


def _no_site(missing: NoSite) -> Response:
    """Say that there is nothing to read yet: the office has not written its first file."""
    log.error("no public file: %s", missing)
    page = render_bare(gettext("The site is being prepared. Please come back in a few minutes"))
    return make_response(page, 503, {"Retry-After": "60"})


def _fault(error: Exception) -> Response:
    log.error("fault at %s", request.path, exc_info=error)
    page = render_bare(gettext("Something broke on our side. Please try again"))
    return make_response(page, 500)


def render_bare(reason: str) -> str:
    """Render a page that needs no public file."""
    return render_template("public/bare.html", reason=reason)
