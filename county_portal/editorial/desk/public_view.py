"""What the public reads, as the office is shown it."""

from sqlalchemy import select

from county_portal.models import Item, Publication, Revision
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db
from county_portal.office.rules.releasable import kinds
from county_portal.published.items import ITEM, ItemManifest, PublicItem
from county_portal.published.open_file import NoSite
from county_portal.published.reader import Reader


def public_item(item: Item, revision: Revision | None, manifest: ItemManifest) -> PublicItem:
    """Return the item as its page shows it, with everything that was drawn at publication."""
    first, at = item.first_published_at, None
    if revision is not None:
        query = select(Publication.published_at).where(Publication.revision_id == revision.id)
        at = db.session.scalar(query)
    return PublicItem(
        **vars(manifest),
        content_hash=revision.content_hash if revision else "",
        public_id=item.public_id,
        index_number=item.index_number or "",
        published_at=first,
        corrected_at=at if at != first else None,
    )


def is_public(publication: Publication) -> bool:
    """Tell whether the public site has the text as it was issued; all but always it has."""
    try:
        site = Reader(current_settings().PUBLIC, kinds()).current()
    except NoSite:
        return False
    signed = select(Revision.content_hash).where(Revision.id == publication.revision_id)
    shown = site.content_hash(ITEM, str(publication.public_id))
    return shown == db.session.scalar(signed)
