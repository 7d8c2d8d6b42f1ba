"""The county before its first item: units, people, columns, categories, calendar, papers."""

from dataclasses import dataclass

from sqlalchemy import select

from county_portal.core import clock
from county_portal.demo import columns, people, remarks
from county_portal.demo.plans import ItemPlan, PlannedDeed
from county_portal.editorial.catalogue.statutory import FOR_COUNTIES, FOR_TOWNSHIPS, seed_categories
from county_portal.editorial.items.attachments import Received
from county_portal.editorial.review.services import QUESTIONS, ItemOpinion
from county_portal.models import (
    Attribute,
    Category,
    Column,
    Person,
    PersonRole,
    Role,
    Unit,
    UnitKind,
    Verdict,
    branch_of,
)
from county_portal.office.accounts.passwords import hash_password
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.base.files import register_blob
from county_portal.office.desk.calendar import seed_calendar


@dataclass(frozen=True)
class County:
    """What the story needs to know, by the names it uses."""

    units: dict[str, Unit]  # by code
    codes: dict[int, str]  # code by id
    people: dict[str, Person]  # by login
    columns: dict[str, Column]  # by slug
    categories: list[Category]
    papers: dict[str, Received]

    def category_of(self, plan: ItemPlan) -> Category | None:
        """Return the statutory category whose name holds the topic's word, for this kind of unit."""
        others = FOR_COUNTIES if plan.unit.kind is UnitKind.TOWNSHIP else FOR_TOWNSHIPS
        open_to_unit = [one for one in self.categories if one.article != others]
        names = [word for word in plan.topic.category.split("|") if word]
        matching = (one for word in names for one in open_to_unit if word in one.name)
        return next(matching, None)

    def ground_note(self, plan: ItemPlan) -> str:
        asked = plan.attribute is not Attribute.PROACTIVE and plan.ground
        return remarks.GROUND_NOTES[plan.ground] if asked and plan.ground else ""

    def opinion(self, one: PlannedDeed, content_hash: str) -> ItemOpinion:
        """Build the opinion, as the officer fills in the form."""
        plan, verdict = one.plan, one.deed.verdict or Verdict.RELEASE
        objection = ""
        if verdict is Verdict.WITHHOLD and plan.ground:
            objection = remarks.OBJECTION[plan.ground]
        if verdict is Verdict.RETURN:
            objection = "personal_data"
        refers = verdict is Verdict.REFER
        year = clock.county_day(one.at).year
        return ItemOpinion(
            verdict=verdict,
            content_hash=content_hash,
            checks={question: question != objection for question in QUESTIONS},
            ground=plan.ground if verdict is Verdict.WITHHOLD else None,
            referred_to=remarks.REFERRED[plan.number % 2] if refers else "",
            letter_number=f"青报请〔{year}〕{plan.number % 40 + 1}号" if refers else "",
            opinion=one.deed.note,
        )


def found(papers: dict[str, Received]) -> County:
    """Put the county into the open transaction, with one line in the log that says so."""
    seed_calendar()
    seed_categories()
    units = {plan.code: _unit(plan) for plan in people.demo_units()}
    db.session.add_all(units.values())
    db.session.flush()
    staff = _employ(units)
    sections = _open_columns(units)
    _register(papers)
    audit.record(None, "demo.found", units=len(units), people=len(staff), columns=len(sections))
    return County(
        units=units,
        codes={unit.id: unit.code for unit in units.values()},
        people=staff,
        columns=sections,
        categories=list(db.session.scalars(select(Category).order_by(Category.position))),
        papers=papers,
    )


def _unit(plan: people.UnitPlan) -> Unit:
    return Unit(
        code=plan.code,
        name=plan.name,
        kind=plan.kind,
        position=plan.position,
        leader=f"{plan.short}主要负责人",
        address=f"青禾县行政中心{plan.position}室",
        phone=f"0000-0000{plan.position:03d}",
        office_hours="工作日8:30—12:00，14:00—17:30",
    )


def _employ(units: dict[str, Unit]) -> dict[str, Person]:
    """Enter everybody, with the one password of the demonstration, hashed once."""
    secret = hash_password(people.PASSWORD)
    staff = {}
    for plan in people.people():
        branch = branch_of(plan.role)
        person = Person(
            login=plan.login,
            name=plan.name,
            unit=units[plan.unit],
            branch=branch,
            password_hash=secret,
            must_change_password=False,
            created_at=clock.now(),
        )
        db.session.add(person)
        db.session.flush()
        person.role_rows = [PersonRole(role=plan.role, branch=branch)]
        staff[plan.login] = person
    db.session.flush()
    return staff


def _open_columns(units: dict[str, Unit]) -> dict[str, Column]:
    named = {plan.short: units[plan.code] for plan in people.demo_units()}
    made: dict[str, Column] = {}
    for position, (above, plan) in enumerate(columns.demo_columns(), 1):
        made[plan.slug] = Column(
            slug=plan.slug,
            name=plan.name,
            description=plan.description,
            kind=plan.kind,
            parent_id=made[above].id if above else None,
            unit_id=named[plan.unit].id,
            open_to=plan.open_to,
            update_days=plan.update_days,
            position=position,
            submitters=[named[short] for short in plan.submitters],
        )
        db.session.add(made[plan.slug])
        db.session.flush()
    return made


def _register(papers: dict[str, Received]) -> None:
    for paper in papers.values():
        register_blob(paper.original, paper.kind.media_type)
        if paper.rendition and paper.shown:
            register_blob(paper.shown, paper.rendition.media_type)


def first_with(role: Role) -> Person:
    """Return the first of the people who have the role."""
    query = select(Person).join(PersonRole).where(PersonRole.role == role)
    return db.session.scalars(query.order_by(Person.id).limit(1)).one()
