"""Roads that lead past the page of a step: none of them leads anywhere."""

import pytest

from county_portal.core.errors import Refused
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.review import services as review
from county_portal.editorial.review.steps import STEPS
from county_portal.models import Item, Publication, SignOff, State
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from tests.factories import go, make_item
from tests.published import writer

FORMS = [step for step in STEPS if step.form]


def facts(item) -> tuple:
    """What the item, its sign-offs and its publications say."""
    db.session.expire_all()
    one = db.session.get_one(Item, item.id)
    ended = db.session.scalars(db.select(Publication.ended_at)).all()
    signed = db.session.scalars(db.select(SignOff.id)).all()
    return one.state, one.title, one.revision_number, one.publish_at, ended, signed


def at(cast, state):
    """An item in that state; an issued one has its time before it."""
    item = make_item(cast.lin, state=State.SIGNED_OFF if state is State.ISSUED else state)
    return go(item, State.ISSUED) if state is State.ISSUED else item


PEOPLE = {
    Do.ITEM_ISSUE: "tang",
    Do.ITEM_PUBLISH: "tang",
    Do.ITEM_KEEP: "lin",
    Do.ITEM_WITHDRAW: "tang",
}


@pytest.mark.parametrize("step", FORMS, ids=lambda step: step.action)
def test_a_step_with_a_page_is_not_taken_by_a_bare_button(cast, browse, step):
    item = at(cast, step.sources[0])
    before = facts(item)
    person = getattr(cast, PEOPLE.get(step.action, "wu"))
    browse(person).post(f"/review/{item.id}/steps/{step.action}", {"note": "At once"}, status=422)
    assert facts(item) == before
    assert verify.broken_promises() == []


def test_taking_down_by_a_bare_button_leaves_the_publication_as_it_was(cast, browse, app):
    item = make_item(cast.lin, state=State.PUBLISHED)
    browse(cast.tang).post(f"/review/{item.id}/steps/item.withdraw", {"note": "Wrong"}, status=422)
    assert facts(item)[0] is State.PUBLISHED
    public_file.reconcile()
    assert list(writer.item_hashes(app.config["COUNTY"].PUBLIC)) == [item.public_id]


def test_a_correction_is_not_given_up_by_a_bare_button(cast, browse):
    item = make_item(cast.lin, state=State.CORRECTING)
    item.title = "Half written"
    db.session.commit()
    browse(cast.lin).post(f"/review/{item.id}/steps/item.keep", status=422)
    assert facts(item)[:2] == (State.CORRECTING, "Half written")


def test_a_reason_has_an_end(cast, browse):
    """A reason goes into the log, from which nothing is ever removed."""
    item = make_item(cast.lin, state=State.SUBMITTED)
    address = f"/review/{item.id}/steps/item.return"
    browse(cast.zhou).post(address, {"note": "x" * 1001}, status=422)
    assert facts(item)[0] is State.SUBMITTED
    browse(cast.zhou).post(f"/review/{item.id}/remark", {"note": "x" * 1001}, status=422)
    with pytest.raises(Refused, match="1000"):
        review.take_plain_step(item, Do.ITEM_RETURN, by=cast.zhou, note="x" * 1001)


@pytest.mark.parametrize(
    ("state", "person", "path"),
    [
        (State.SUBMITTED, "zhou", "steps/item.approve"),
        (State.UNIT_APPROVED, "qian", "steps/item.accept"),
        (State.SIGNED_OFF, "tang", "issue"),
    ],
)
def test_a_page_about_an_earlier_version_moves_nothing(cast, browse, state, person, path):
    """Sent back, rewritten and handed in again while somebody still had the old page open."""
    item = make_item(cast.lin, state=state)
    page = browse(getattr(cast, person))
    seen = page.get(f"/review/{item.id}/issue" if path == "issue" else f"/review/{item.id}")
    revision = seen.select_one(f"form[action$='{path}'] [name=revision]")["value"]
    page.post(f"/review/{item.id}/{path}", {"revision": int(revision) - 1}, status=409)
    assert facts(item)[0] is state
    page.post(f"/review/{item.id}/{path}", {"revision": revision})
    assert facts(item)[0] is not state
