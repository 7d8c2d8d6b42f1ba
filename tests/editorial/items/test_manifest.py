"""An item's words on their way to a manifest and back, also when its form has grown since."""

from dataclasses import dataclass, replace
from typing import ClassVar

from county_portal.editorial.items.manifest import inside_of, manifest_of, public_words, restore
from county_portal.editorial.items.services import make_revision
from county_portal.models import Attribute, Column, Ground, Inside, Item, Revision, State
from county_portal.office.base.extensions import db
from county_portal.published.items import ItemManifest
from county_portal.published.manifest import NotAsked, asked_since
from tests.factories import make_category, make_item


@dataclass(frozen=True, kw_only=True)
class LaterManifest(ItemManifest):
    """An item when a second form asks for its language."""

    DOMAINS: ClassVar = {**ItemManifest.DOMAINS, 2: b"county-portal/manifest/v2\0"}

    language: str | NotAsked = asked_since(2)


def later(item: Item, language: str) -> LaterManifest:
    """The working copy in the newer form."""
    return LaterManifest(**vars(manifest_of(item, 1)) | {"form": 2, "language": language})


def test_a_working_copy_of_an_older_form_says_nothing_new(cast):
    item = make_item(cast.lin)
    old = LaterManifest.read(make_revision(item, by=cast.lin).manifest_text)
    inside = inside_of(item)
    assert public_words(old, inside) == public_words(later(item, ""), inside)


def test_an_answer_to_what_was_not_asked_is_something_written(cast):
    item = make_item(cast.lin)
    old = LaterManifest.read(make_revision(item, by=cast.lin).manifest_text)
    inside = inside_of(item)
    assert public_words(old, inside) != public_words(later(item, "zh"), inside)


def test_another_name_of_a_column_is_not_something_written(cast):
    item = make_item(cast.lin)
    before = public_words(manifest_of(item, 1), inside_of(item))
    db.session.get_one(Column, item.column_id).name = "Announcements"
    db.session.flush()
    assert public_words(manifest_of(item, 2), inside_of(item)) == before


def test_every_word_of_a_revision_comes_back(cast):
    item = make_item(
        cast.lin,
        state=State.DRAFT,
        category_id=make_category().id,
        attribute=Attribute.ON_REQUEST,
        ground=Ground.THIRD_PARTY,
        ground_note="Trade secrets of a firm",
        note="By telephone",
        keywords="dike flood",
    )
    revision = make_revision(item, by=cast.lin)
    said, inside = manifest_of(item, 1), inside_of(item)
    blank = {"title", "summary", "keywords", "body", "document_number", "note", "ground_note"}
    for name in blank:
        setattr(item, name, "")
    item.category = item.ground = item.formed_on = None
    item.attribute = Attribute.PROACTIVE
    restore(item, revision)
    assert (manifest_of(item, 1), inside_of(item)) == (said, inside)
    assert (revision.manifest, revision.inside) == (said, inside)


def test_a_query_gives_the_manifest_as_its_type(cast):
    revision = make_revision(make_item(cast.lin), by=cast.lin)
    (row,) = db.session.execute(db.select(Revision.id, Revision.manifest))
    assert (row.id, row.manifest) == (revision.id, revision.manifest)
    assert replace(row.manifest, title="x") != revision.manifest


def test_a_revision_that_says_nothing_for_the_office_has_nothing_inside():
    assert Revision(inside_text="{}").inside == Inside()
