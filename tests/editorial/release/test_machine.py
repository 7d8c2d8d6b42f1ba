"""A machine that tries every step with every person, and looks at the public file after each."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from county_portal.core.errors import Refused
from county_portal.editorial.items import services as items
from county_portal.editorial.release import public_file
from county_portal.editorial.release import services as release
from county_portal.editorial.review import services as review
from county_portal.editorial.review.steps import STEPS
from county_portal.models import Item, Publication, SignOff, State, StepTaken, Verdict
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.published.items import ItemManifest
from tests.cast import Cast
from tests.factories import make_item
from tests.published import writer

PEOPLE = ("lin", "zhou", "ma", "qian", "wu", "tang", "he", "sys", "gone")
SIMPLE = [step.action for step in STEPS if not step.form]


DESK_OF = {
    "item.submit": "author",
    "item.approve": "unit",
    "item.accept": "editor",
    "item.amend": "editor",
    "item.release": "officer",
    "item.withhold": "officer",
    "item.release_on_request": "officer",
    "item.refer": "officer",
    "item.issue": "issuer",
}


class Road(RuleBasedStateMachine):
    """Anybody tries anything with one of two items; most of it is refused."""

    cast: Cast
    folder: Path

    @initialize()
    def write(self) -> None:
        self.ids = [make_item(self.cast.lin).id, make_item(self.cast.lin).id]

    def try_it(self, deed) -> None:
        try:
            deed()
            db.session.commit()
        except Refused:
            db.session.rollback()

    def item(self, which: int) -> Item:
        return db.session.get_one(Item, self.ids[which])

    @rule(
        which=st.integers(0, 1),
        person=st.sampled_from(PEOPLE),
        action=st.sampled_from(SIMPLE),
    )
    def step(self, which, person, action) -> None:
        by = getattr(self.cast, person)
        self.try_it(lambda: review.take_plain_step(self.item(which), action, by=by, note="because"))

    @rule(which=st.integers(0, 1), steps=st.integers(1, 5))
    def forward(self, which, steps) -> None:
        """Some steps nearer to the public by the right people, so that it gets there."""
        road = (
            (Do.ITEM_SUBMIT, self.cast.lin),
            (Do.ITEM_APPROVE, self.cast.zhou),
            (Do.ITEM_ACCEPT, self.cast.qian),
        )
        for action, by in road[:steps]:
            self.try_it(lambda a=action, b=by: review.take_plain_step(self.item(which), a, by=b))
        if steps > 3:
            self.sign(which, "wu", Verdict.RELEASE, stale=False)
        if steps > 4:
            self.issue(which, "tang")

    @rule(
        which=st.integers(0, 1),
        person=st.sampled_from(PEOPLE),
        verdict=st.sampled_from(list(Verdict)),
        stale=st.booleans(),
    )
    def sign(self, which, person, verdict, stale) -> None:
        def deed() -> None:
            item = self.item(which)
            shown = items.current_revision(item).content_hash
            opinion = review.ItemOpinion(
                verdict=verdict,
                content_hash="0" * 64 if stale else shown,
                checks=dict.fromkeys(review.QUESTIONS, True),
                ground=None,
                referred_to="the authority",
                opinion="because",
            )
            review.sign_off(item, opinion, by=getattr(self.cast, person))

        self.try_it(deed)

    @rule(which=st.integers(0, 1))
    def sign_properly(self, which) -> None:
        self.sign(which, "wu", Verdict.RELEASE, stale=False)

    @rule(which=st.integers(0, 1), person=st.sampled_from(PEOPLE))
    def issue(self, which, person) -> None:
        self.try_it(lambda: release.issue_item(self.item(which), by=getattr(self.cast, person)))
        public_file.reconcile()

    @rule(which=st.integers(0, 1))
    def issue_properly(self, which) -> None:
        self.issue(which, "tang")

    @rule(which=st.integers(0, 1), person=st.sampled_from(PEOPLE), words=st.text(max_size=20))
    def write_more(self, which, person, words) -> None:
        def deed() -> None:
            item = self.item(which)
            draft = items.Draft(
                title=item.title,
                summary=item.summary,
                body=f"<p>{words}</p><p>and more</p>",
                column_id=item.column_id,
                formed_on=item.formed_on,
            )
            by = getattr(self.cast, person)
            change = items.amend_item if item.state is State.UNIT_APPROVED else items.edit_item
            more = {"note": ""} if item.state is State.UNIT_APPROVED else {}
            change(item, draft, seen_version=item.version, by=by, **more)

        self.try_it(deed)

    @rule(which=st.integers(0, 1), person=st.sampled_from(PEOPLE))
    def withdraw(self, which, person) -> None:
        with public_file.lock():
            self.try_it(
                lambda: release.withdraw_item(
                    self.item(which), "wrong", by=getattr(self.cast, person)
                )
            )
        public_file.reconcile()

    @rule(which=st.integers(0, 1), person=st.sampled_from(PEOPLE))
    def keep(self, which, person) -> None:
        self.try_it(lambda: release.keep_published(self.item(which), by=getattr(self.cast, person)))

    @invariant()
    def every_public_byte_belongs_to_a_live_sign_off(self) -> None:
        live = {
            row.public_id: row.content_hash
            for row in db.session.execute(
                db.select(Publication.public_id, SignOff.content_hash, SignOff.verdict)
                .join(SignOff, SignOff.id == Publication.sign_off_id)
                .where(Publication.ended_at.is_(None), SignOff.verdict == Verdict.RELEASE)
            )
        }
        db.session.rollback()
        for public_id, content_hash in writer.item_hashes(self.folder).items():
            assert live.get(public_id) == content_hash

    @invariant()
    def nobody_sits_at_two_desks_of_one_item(self) -> None:
        if not hasattr(self, "ids"):
            return
        for item_id in self.ids:
            seats = {}
            for step in db.session.scalars(
                db.select(StepTaken).where(
                    StepTaken.item_id == item_id, StepTaken.action.in_(DESK_OF)
                )
            ):
                seats.setdefault(step.person_id, set()).add(DESK_OF[step.action])
            assert all(len(desks) == 1 for desks in seats.values()), seats
        db.session.rollback()


@pytest.mark.slow
def test_every_public_byte_belongs_to_a_live_sign_off(app, cast):
    here = {"cast": cast, "folder": app.config["COUNTY"].PUBLIC}
    run_state_machine_as_test(
        type("Machine", (Road,), here),
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    published = db.session.scalars(db.select(Publication)).all()
    assert published, "the machine reached the public site"
    for row in db.session.scalars(db.select(SignOff)):
        assert ItemManifest.hash_of(row.revision.manifest_text) == row.content_hash
        assert row.revision.manifest.item == row.item_id
