"""Rows for tests. Every argument has a default; say only what the test is about.

An item reaches its state by the road everybody takes, through the services, so
its revisions, hands, sign-offs and log rows are true. Everything is committed.
"""

import itertools
from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import select

from county_portal.core import clock
from county_portal.editorial.items import services as items
from county_portal.editorial.release import public_file
from county_portal.editorial.release import services as release
from county_portal.editorial.review import services as review
from county_portal.models import (
    Base,
    CalendarYear,
    Category,
    Column,
    ColumnKind,
    Ground,
    Item,
    OpenTo,
    Person,
    PersonRole,
    Role,
    State,
    Unit,
    UnitKind,
    Verdict,
    branch_of,
)
from county_portal.office.accounts.passwords import hash_password
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do

Row = TypeVar("Row", bound=Base)

PASSWORD = "dike-lantern-4417"
_numbers = itertools.count(1)


def save(row: Row) -> Row:
    db.session.add(row)
    db.session.commit()
    return row


@cache
def known_hash() -> str:
    """The hash of PASSWORD, made once."""
    return hash_password(PASSWORD)


# People


def make_unit(code: str = "", name: str = "", **more: Any) -> Unit:
    number = next(_numbers)
    words = {
        "kind": UnitKind.DEPARTMENT,
        "position": number,
        "leader": "A leader",
        "created_at": clock.now(),
        **more,
    }
    return save(Unit(code=code or f"U{number:03}", name=name or f"Unit {number}", **words))


def make_person(login: str = "", *roles: Role, unit: Unit | None = None, **more: Any) -> Person:
    login = login or f"person{next(_numbers)}"
    words = {"must_change_password": False, "created_at": clock.now(), **more}
    person = Person(
        login=login,
        name=words.pop("name", login.capitalize()),
        unit_id=(unit or make_unit()).id,
        branch=branch_of(roles[0]) if roles else branch_of(Role.LIAISON),
        password_hash=known_hash(),
        **words,
    )
    person.role_rows = [PersonRole(role=role, branch=branch_of(role)) for role in roles]
    return save(person)


def somebody(role: Role, *, unit: Unit | None = None, but: frozenset[int] = frozenset()) -> Person:
    """The newest person with the role who has no hand in the matter yet; made if there is none."""
    query = select(Person).join(PersonRole).where(PersonRole.role == role, Person.active)
    if unit is not None:
        query = query.where(Person.unit_id == unit.id)
    person = db.session.scalar(query.where(Person.id.not_in(but)).order_by(Person.id.desc()))
    return person or make_person("", role, unit=unit)


# Columns, categories, calendar


def make_column(slug: str = "notices", **more: Any) -> Column:
    """The column of that slug, made if there is none."""
    found = db.session.scalar(select(Column).where(Column.slug == slug))
    if found is not None:
        return found
    unit = more.pop("unit", None) or db.session.scalar(select(Unit).order_by(Unit.id))
    words = {
        "name": slug.replace("-", " ").capitalize(),
        "kind": ColumnKind.NOTICE,
        "open_to": OpenTo.ALL,
        "update_days": 14,
        "position": next(_numbers),
        **more,
    }
    return save(Column(slug=slug, unit_id=(unit or make_unit()).id, **words))


def make_category(code: str = "20-1", **more: Any) -> Category:
    found = db.session.scalar(select(Category).where(Category.code == code))
    words = {"name": "Rules and documents", "article": "20(1)", "position": 1, **more}
    return found or save(Category(code=code, **words))


def make_calendar(*years: int) -> None:
    """These years are entered, and hold no holidays."""
    known = set(db.session.scalars(select(CalendarYear.year)))
    db.session.add_all(CalendarYear(year=year) for year in {*(years or (2025, 2026))} - known)
    db.session.commit()


# Items

FORMED_ON = date(2026, 2, 25)

# The states on the way to each state; the last deed of each is in DEEDS.
PUBLIC = (
    State.SUBMITTED,
    State.UNIT_APPROVED,
    State.ACCEPTED,
    State.SIGNED_OFF,
    State.PUBLISHED,
)
WAYS: dict[State, tuple[State, ...]] = {
    State.DRAFT: (),
    State.SUBMITTED: PUBLIC[:1],
    State.RETURNED: (*PUBLIC[:1], State.RETURNED),
    State.UNIT_APPROVED: PUBLIC[:2],
    State.DECLINED: (*PUBLIC[:2], State.DECLINED),
    State.ACCEPTED: PUBLIC[:3],
    State.ON_REQUEST: (*PUBLIC[:3], State.ON_REQUEST),
    State.WITHHELD: (*PUBLIC[:3], State.WITHHELD),
    State.REFERRED: (*PUBLIC[:3], State.REFERRED),
    State.SIGNED_OFF: PUBLIC[:4],
    State.ISSUED: (*PUBLIC[:4], State.ISSUED),
    State.PUBLISHED: PUBLIC,
    State.CORRECTING: (*PUBLIC, State.CORRECTING),
    State.WITHDRAWN: (*PUBLIC, State.WITHDRAWN),
}


def make_item(author: Person, *, state: State = State.DRAFT, **more: Any) -> Item:
    """An item of the author's unit, in `state`. `more`: fields of `items.services.Draft`."""
    words = {
        "title": "Flood plan",
        "summary": "What is done before the rains",
        "body": "<p>The dikes are checked before the rains.</p>",
        "formed_on": FORMED_ON,
        **more,
    }
    if "column_id" not in words:
        words["column_id"] = make_column().id
    draft = items.Draft(**words)
    item = items.create_item(draft, token=f"token-{next(_numbers)}", by=author)
    db.session.commit()
    for step in WAYS[state]:
        go(item, step)
    return item


def go(item: Item, target: State) -> Item:
    """Take the item one step on, by somebody who may."""
    if target in VERDICTS:
        sign(item, VERDICTS[target])
    elif target is State.PUBLISHED:
        release.issue_item(item, by=_hand(item, Role.ISSUER))
        db.session.commit()
        public_file.reconcile()
    elif target is State.ISSUED:
        later = clock.now().replace(year=clock.now().year + 1)
        release.issue_item(item, by=_hand(item, Role.ISSUER), publish_at=later)
    elif target is State.WITHDRAWN:
        with public_file.lock():
            release.withdraw_item(item, "It was wrong", by=_hand(item, Role.ISSUER, again=True))
            db.session.commit()
    else:
        action, role, note = DEEDS[target]
        review.take_plain_step(item, action, by=_hand(item, role), note=note)
    db.session.commit()
    return item


DEEDS: dict[State, tuple[Do, Role, str]] = {
    State.SUBMITTED: (Do.ITEM_SUBMIT, Role.LIAISON, ""),
    State.UNIT_APPROVED: (Do.ITEM_APPROVE, Role.UNIT_LEADER, ""),
    State.ACCEPTED: (Do.ITEM_ACCEPT, Role.EDITOR, ""),
    State.RETURNED: (Do.ITEM_RETURN, Role.UNIT_LEADER, "Name the river"),
    State.DECLINED: (Do.ITEM_DECLINE, Role.EDITOR, "It stands there already"),
    State.CORRECTING: (Do.ITEM_CORRECT, Role.LIAISON, "A figure is wrong"),
}
VERDICTS = {
    State.SIGNED_OFF: Verdict.RELEASE,
    State.ON_REQUEST: Verdict.RELEASE_ON_REQUEST,
    State.WITHHELD: Verdict.WITHHOLD,
    State.REFERRED: Verdict.REFER,
}


def sign(item: Item, verdict: Verdict, by: Person | None = None) -> None:
    """The officer's verdict on the revision that lies there now."""
    opinion = review.ItemOpinion(
        verdict=verdict,
        content_hash=items.current_revision(item).content_hash,
        checks=dict.fromkeys(review.QUESTIONS, True),
        ground=Ground.PROCESS_INFORMATION if verdict is Verdict.WITHHOLD else None,
        referred_to="The secrecy authority" if verdict is Verdict.REFER else "",
        opinion="Read in full",
    )
    review.sign_off(item, opinion, by=by or _hand(item, Role.CONFIDENTIALITY_OFFICER))
    db.session.commit()


def _hand(item: Item, role: Role, *, again: bool = False) -> Person:
    """Who takes the step: the author as liaison, otherwise somebody without another hand in it."""
    if role is Role.LIAISON:
        return item.author
    unit = item.unit if role is Role.UNIT_LEADER else None
    but = frozenset() if again else frozenset(row.person_id for row in item.hands)
    return somebody(role, unit=unit, but=but)
