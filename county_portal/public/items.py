"""The pages of items, and what lists, feed and site map say of them."""

from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from county_portal.public import pages
from county_portal.public.kinds import FeedLine, MapLines, PublicKind, send, withdrawn
from county_portal.public.pages import show, site
from county_portal.published.items import ITEM
from county_portal.published.reader import Site
from county_portal.published.standing import standing

bp = Blueprint("public_items", __name__)

ID = "<int(max=9007199254740991):public_id>"


@bp.get(f"/items/{ID}")
def page(public_id: int) -> ResponseReturnValue:
    """Show one item as it was signed."""
    return _item_page("public/item.html", public_id)


@bp.get(f"/items/{ID}/print")
def printed(public_id: int) -> ResponseReturnValue:
    """Show the same item as it is printed on paper."""
    return _item_page("public/print.html", public_id)


def _item_page(template: str, public_id: int) -> ResponseReturnValue:
    public_item = site().item(public_id)
    if public_item is None:
        return _withdrawn_item(public_id)
    return show(
        template,
        item=public_item,
        address=pages.address_in(public_item),
        standing=standing(site(), public_id),
    )


@bp.get(f"/files/{ID}/<key>/<name>")
def file(public_id: int, key: str, name: str) -> Response:
    """Send a rendition that a published item lists, in whole or in part."""
    line = site().file(ITEM, str(public_id), key)
    if line is None or line.name != name:
        return _withdrawn_item(public_id)
    return send(line)


def _withdrawn_item(public_id: int) -> Response:
    return withdrawn(ITEM, str(public_id), "public/withdrawn.html")


def _address(key: str, **more: object) -> str:
    return url_for("public_items.page", public_id=int(key), **more)  # type: ignore[arg-type]


def _feed(here: Site, count: int) -> list[FeedLine]:
    return [
        FeedLine(
            address=_address(str(line.public_id), lang=None),
            title=line.title,
            summary=line.summary,
            published_at=line.published_at,
            changed_at=line.corrected_at or line.published_at,
            author=line.unit_name,
            column_slug=line.column_slug,
            column_name=line.column_name,
        )
        for line in here.newest(count)
    ]


def _changes(here: Site, year: str) -> Iterator[tuple[str, datetime]]:
    return ((str(public_id), changed_at) for public_id, changed_at in here.addresses(year))


ITEMS = PublicKind(
    ITEM,
    bp,
    _address,
    for_machines=frozenset({"public_items.file"}),
    hit="public/_item_hit.html",
    feed=_feed,
    site_map=MapLines(lambda here: here.years, _changes),
)
