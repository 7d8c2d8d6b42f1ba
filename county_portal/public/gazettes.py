"""The pages of gazettes: all of them, the table of contents of each, and its PDF."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from county_portal.public.kinds import ListLink, PublicKind, send, withdrawn
from county_portal.public.pages import show, site
from county_portal.published.gazettes import GAZETTE, GazetteManifest, pdf_of

bp = Blueprint("public_gazettes", __name__)


@dataclass(frozen=True, kw_only=True)
class PublicGazette(GazetteManifest):
    """Everything the page of a gazette shows."""

    published_at: datetime


@bp.get("/gazette/")
def index() -> str:
    """List every issue of the gazette and every bound volume, the latest year first."""
    gazettes = [PublicGazette(**vars(said), published_at=at) for said, at in site().every(GAZETTE)]
    gazettes.sort(key=lambda one: one.number, reverse=True)
    gazettes.sort(key=lambda one: one.kind)  # the volume stands after the issues of its year
    gazettes.sort(key=lambda one: one.year, reverse=True)
    return show("public/gazettes.html", gazettes=gazettes)


@bp.get("/gazette/<key>")
def page(key: str) -> ResponseReturnValue:
    """Show the electronic table of contents: each text leads to its page, and all to the PDF."""
    signed = _gazette(key)
    return show("public/gazette.html", gazette=signed) if signed else _withdrawn_gazette(key)


@bp.get("/gazette/<key>/<name>")
def file(key: str, name: str) -> Response:
    """Send the PDF of the gazette as it was signed and printed."""
    signed = _gazette(key)
    if signed is None:
        return _withdrawn_gazette(key)
    if signed.pdf.name != name:
        abort(404)
    return send(pdf_of(signed))


def _gazette(key: str) -> PublicGazette | None:
    signed = site().signed(GAZETTE, key)
    return PublicGazette(**vars(signed[0]), published_at=signed[1]) if signed else None


def _withdrawn_gazette(key: str) -> Response:
    return withdrawn(GAZETTE, key, "public/gazette_withdrawn.html")


def section_name(section: str) -> str:
    """Return the heading of a section of the gazette, in words."""
    names = {
        "county": gettext("Documents of the county government"),
        "office": gettext("Documents of the county office"),
        "personnel": gettext("Appointments and removals"),
        "other": gettext("Other texts"),
    }
    return str(names.get(section, section))


bp.add_app_template_filter(section_name, "section")

GAZETTES = PublicKind(
    GAZETTE,
    bp,
    lambda key, **more: url_for("public_gazettes.page", key=key, **more),
    for_machines=frozenset({"public_gazettes.file"}),
    menu=ListLink("public_gazettes.index", _l("Government gazette")),
)
