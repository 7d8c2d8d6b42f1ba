"""A random county: items whose rows are written at once, with every turn an item can take."""

import random
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from county_portal.models import (
    Category,
    Column,
    Ending,
    Hand,
    HandKind,
    Item,
    Person,
    Publication,
    Revision,
    Role,
    SignOff,
    State,
    StepTaken,
    UnitKind,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.office.desk.deadlines import calendar
from county_portal.published.items import ItemManifest
from tests.factories import make_calendar, make_category, make_column, make_person, make_unit
from tests.published.factory import make_manifest

CATEGORIES = 4


def random_county(seed: int, items: int = 120) -> None:
    """Six units, five columns, four categories, and what happened in them for some months."""
    dice = random.Random(seed)
    make_calendar(2025, 2026)
    units = [make_unit(kind=dice.choice(list(UnitKind))) for _ in range(6)]
    officer = make_person("", Role.CONFIDENTIALITY_OFFICER, unit=units[0])
    issuer = make_person("", Role.ISSUER, unit=units[0])
    authors = [make_person("", Role.LIAISON, unit=unit) for unit in units]
    columns = [make_column(f"column-{n}") for n in range(5)]
    columns[4].parent_id = columns[1].id
    categories = [make_category(f"20-{n}", position=n) for n in range(1, CATEGORIES + 1)]
    for _ in range(items):
        author, place = (
            dice.choice(authors),
            (dice.choice(columns), dice.choice([*categories, None])),
        )
        Life(dice, author, place, officer, issuer).live()
    db.session.commit()


class Life:
    """One item, from a draft to wherever the dice take it."""

    def __init__(
        self,
        dice: random.Random,
        author: Person,
        place: tuple[Column, Category | None],
        officer: Person,
        issuer: Person,
    ) -> None:
        self.dice, self.place, self.officer, self.issuer = dice, place, officer, issuer
        formed_on = date(2026, 1, 20) + timedelta(days=dice.randrange(80))
        self.moment = datetime(formed_on.year, formed_on.month, formed_on.day, 1, tzinfo=UTC)
        self.item = Item(
            token=str(dice.random()),
            unit_id=author.unit_id,
            author_id=author.id,
            state=State.DRAFT,
            state_since=self.moment,
            created_at=self.moment,
            saved_at=self.moment,
            formed_on=formed_on,
            publish_due_on=calendar().add(formed_on, 20).on,
            revision_number=0,
        )
        self.save(self.item)
        for person, kind in (
            (author, HandKind.AUTHOR),
            (officer, HandKind.OFFICER),
            (issuer, HandKind.ISSUER),
        ):
            self.save(Hand(item_id=self.item.id, person_id=person.id, hand=kind))

    def save(self, row: object) -> None:
        db.session.add(row)
        db.session.flush()

    def may(self, chance: float) -> bool:
        return self.dice.random() < chance

    def live(self) -> None:
        if self.may(0.1):
            return
        self.submit()
        while self.may(0.3):
            self.step("item.return", State.RETURNED)
            if self.may(0.3):
                return
            self.submit()
        if self.may(0.15):
            return
        self.step("item.approve", State.UNIT_APPROVED)
        if self.may(0.15):
            self.step("item.decline", State.DECLINED)
            return
        self.public_life()

    def public_life(self) -> None:
        self.publish()
        while self.may(0.2):
            self.step("item.correct", State.CORRECTING)
            self.submit()
            self.publish()
        if self.may(0.1):
            self.step("item.withdraw", State.WITHDRAWN)
            self.end(Ending.WITHDRAWN)

    def step(self, action: str, now: State) -> None:
        self.moment += timedelta(hours=self.dice.randrange(1, 200))
        self.save(
            StepTaken(
                item_id=self.item.id,
                revision_number=self.item.revision_number,
                action=action,
                was=self.item.state,
                now=now,
                at=self.moment,
            )
        )
        self.item.state = now

    def submit(self) -> None:
        self.item.revision_number += 1
        column, category = self.place
        words = {
            "title": f"Item {self.item.id}",
            "attribute": "on_request" if self.may(0.1) else "proactive",
            "formed_on": str(self.item.formed_on),
            "column": {"slug": column.slug, "name": column.name},
            "category": {"code": category.code, "name": category.name} if category else None,
        }
        text = make_manifest(self.item.id, **words)
        self.revision = Revision(
            item_id=self.item.id,
            number=self.item.revision_number,
            manifest_text=text,
            content_hash=ItemManifest.hash_of(text),
            made_by=self.item.author_id,
            made_at=self.moment,
        )
        self.save(self.revision)
        self.step("item.submit", State.SUBMITTED)

    def publish(self) -> None:
        signed = SignOff(
            item_id=self.item.id,
            revision_id=self.revision.id,
            content_hash=self.revision.content_hash,
            officer_id=self.officer.id,
            verdict=Verdict.RELEASE,
            checks="{}",
            signed_at=self.moment,
        )
        self.save(signed)
        self.step("item.publish", State.PUBLISHED)
        self.end(Ending.SUPERSEDED)
        self.item.first_published_at = self.item.first_published_at or self.moment
        self.save(
            Publication(
                item_id=self.item.id,
                revision_id=self.revision.id,
                sign_off_id=signed.id,
                issuer_id=self.issuer.id,
                public_id=self.item.id,
                index_number=str(self.item.id),
                published_at=self.moment,
            )
        )

    def end(self, ending: Ending) -> None:
        """End what is live, if anything is."""
        live = select(Publication).where(
            Publication.item_id == self.item.id, Publication.ended_at.is_(None)
        )
        for one in db.session.scalars(live):
            one.ended_at, one.ending = self.moment, ending
        db.session.flush()
