"""What a form can claim about itself, and characters that show nothing."""

from xml.etree import ElementTree

import pytest

from county_portal.editorial.items import services as items
from county_portal.editorial.release import public_file, verify
from county_portal.models import Item, State
from county_portal.office.base.extensions import db
from tests.factories import make_item, make_unit


def test_the_token_of_somebody_elses_form_makes_an_item_of_ones_own(cast, browse):
    theirs = make_item(cast.ma, title="Theirs")
    browse(cast.lin).post("/items/new", {"title": "Mine", "token": theirs.token})
    made = db.session.scalars(db.select(Item).order_by(Item.id)).all()
    assert [(one.author_id, one.title) for one in made] == [
        (cast.ma.id, "Theirs"),
        (cast.lin.id, "Mine"),
    ]


@pytest.mark.parametrize("token", ["", "x" * 5000])
def test_a_form_without_a_proper_token_never_writes_over_another_item(cast, browse, token):
    for title in ("First", "Second"):
        browse(cast.lin).post("/items/new", {"title": title, "token": token})
    titles = db.session.scalars(db.select(Item.title).order_by(Item.id)).all()
    assert titles == ["First", "Second"]
    assert max(len(one) for one in db.session.scalars(db.select(Item.token))) <= 64


TRICK = "Flood\x01 pl\u202ean\x7f \ufffe\x1bX"


def test_characters_that_show_nothing_reach_neither_the_signed_words_nor_the_feed(
    cast, browse, citizen
):
    words = {"title": TRICK, "summary": TRICK, "keywords": TRICK, "document_number": TRICK}
    item = make_item(cast.lin, state=State.PUBLISHED, **words)
    assert (item.title, item.summary) == ("Flood plan X", "Flood plan X")
    assert "Flood plan X" in items.current_revision(item).manifest_text
    feed = ElementTree.fromstring(citizen.raw("/feed.xml").data)
    assert "Flood plan X" in [node.text for node in feed.iter()]
    assert verify.broken_promises() == []


def test_a_reason_for_taking_down_is_plain_text(cast, browse, citizen):
    item = make_item(cast.lin, state=State.PUBLISHED)
    reason = "Wrong\u202e figures\x00<b>"
    browse(cast.tang).post(f"/review/{item.id}/withdraw", {"note": reason})
    public_file.reconcile()
    page = citizen.get(f"/items/{item.public_id}", status=410)
    assert "Wrong figures<b>" in page.text


def test_names_kept_by_administrators_show_what_they_are(cast, browse):
    unit = make_unit("Z09", "Zoo")
    words = {
        "name": "Zo\u202eo\x02",
        "kind": "department",
        "position": "3",
        "active": "y",
        "version": unit.version,
    }
    browse(cast.sys).post(f"/units/{unit.id}", words)
    db.session.refresh(unit)
    assert (unit.name, unit.position) == ("Zoo", 3)
