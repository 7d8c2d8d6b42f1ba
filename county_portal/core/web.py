"""What every page of both sites shares: headers, form pages, refusals."""

import hashlib
import json
import logging
import secrets
from collections.abc import Callable

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter, Map

from county_portal.core.errors import Refused, StaleForm

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RowNumber(IntegerConverter):
    """The number of a row in an address. There is no page for one no row can have."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def security_headers(response: Response) -> Response:
    """Add the headers that keep browsers from doing harm."""
    for name, text in HEADERS.items():
        response.headers.setdefault(name, text)
    return response


def form_page(template: str, form: FlaskForm, **context: object) -> Response:
    """Answer with the page that holds `form`: 422 when it came back with errors, otherwise 200."""
    status = 422 if form.errors else 200
    return make_response(render_template(template, form=form, **context), status)


def sent_form() -> str:
    """Return a token of the form that was sent.

    The same if it is sent again, another for any other form.

    Every drawn page has a token against forged forms of its own; this one stands for it, the
    address and what was typed. Empty when the form holds none.
    """
    if not request.form.get("csrf_token"):
        return ""
    sent = json.dumps([request.path, *request.form.items(multi=True)])
    return hashlib.sha256(sent.encode()).hexdigest()


def refusal_page(reason: str, status: int) -> Response:
    """Answer with the page that says why not.

    HX-Reswap: htmx takes the message from it and leaves the part it asked
    about as it was. Browsers ignore the header.
    """
    page = render_template("errors/refused.html", reason=reason, status=status, typed=_typed())
    return make_response(page, status, {"HX-Reswap": "none"})


def _typed() -> list[str]:
    """Return the sentences somebody typed into the form that was refused: they are given back."""
    if request.method != "POST" or request.mimetype not in FORMS or request.routing_exception:
        return []
    try:
        kept = [text for name, text in request.form.items() if name not in NOT_TYPED]
    except RequestEntityTooLarge:  # which may be the very refusal that is drawn
        return []
    return [text for text in kept if len(text) > LONGER_THAN_A_CHOICE]


FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
NOT_TYPED = {"csrf_token", "content_hash", "token", "password", "old", "new", "again", "next"}
LONGER_THAN_A_CHOICE = 8  # characters

REASONS = {
    400: _l("The request could not be understood. Go back and try again"),
    401: _l("Sign in first"),
    403: _l("You may not do this"),
    404: _l("There is no such page"),
    405: _l("This address cannot be used that way"),
    413: _l("The file is too large"),
    429: _l("Too many tries. Wait a few minutes and try again"),
}


def install_refusals(
    app: Flask, refused: Callable[[Refused], None], undo: Callable[[], object]
) -> None:
    """Answer everything that is refused with one page. `refused` is told before it is drawn.

    undo: ends a transaction that failed, in which no page could be drawn.
    """

    def show_refusal(error: Refused) -> Response:
        refused(error)
        return refusal_page(gettext(error.message, **error.params), error.status)

    def show_http(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None and status < 400:
            return make_response(error.get_response())
        reason = REASONS.get(status, REASONS[400])
        response = refusal_page(str(reason), status)
        allow = getattr(error, "valid_methods", None)
        if allow:
            response.headers["Allow"] = ", ".join(allow)
        return response

    def show_stale_form(_error: CSRFError) -> Response:
        return show_refusal(StaleForm("This page is too old. Reload it and try again"))

    def show_unstorable(_error: DataError) -> Response:
        undo()
        return refusal_page(str(REASONS[400]), 400)

    def show_fault(error: Exception) -> Response:
        undo()
        mark = secrets.token_hex(4)
        log.error("fault %s", mark, exc_info=error)
        return refusal_page(gettext("Something broke on our side. Fault %(mark)s", mark=mark), 500)

    app.register_error_handler(Refused, show_refusal)
    app.register_error_handler(CSRFError, show_stale_form)
    app.register_error_handler(RequestEntityTooLarge, show_http)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(DataError, show_unstorable)
    app.register_error_handler(Exception, show_fault)
