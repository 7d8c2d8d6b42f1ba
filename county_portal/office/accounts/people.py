"""Units, people and their roles: what the administrators do, each their own part."""

from dataclasses import asdict, dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm.attributes import flag_modified

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, Refused, require_unchanged
from county_portal.core.paging import Page, fetch_page
from county_portal.models import Branch, Person, PersonRole, Role, Unit, UnitKind, branch_of
from county_portal.office.accounts import passwords, sessions
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do, require

PER_PAGE = 50


@dataclass(frozen=True)
class UnitDraft:
    """What the administrator fills in about a unit."""

    code: str
    name: str
    kind: UnitKind = UnitKind.DEPARTMENT
    position: int = 0
    leader: str = ""
    address: str = ""
    phone: str = ""
    office_hours: str = ""
    active: bool = True


@dataclass(frozen=True)
class PersonDraft:
    """What the administrator fills in about a person."""

    login: str
    name: str
    unit_id: int


@dataclass(frozen=True)
class PeopleSearch:
    """Whom somebody is looking for."""

    words: str = ""
    unit_id: int | None = None
    role: Role | None = None
    active: bool | None = None


# Units


def find_units(*, active: bool | None = None) -> list[Unit]:
    """Find the units in the order of the county's list."""
    query = select(Unit).order_by(Unit.position, Unit.code)
    if active is not None:
        query = query.where(Unit.active == active)
    return list(db.session.scalars(query))


def people_per_unit() -> dict[int, int]:
    """Count the open accounts of each unit."""
    query = select(Person.unit_id, func.count()).where(Person.active).group_by(Person.unit_id)
    return dict(db.session.execute(query).all())


def create_unit(draft: UnitDraft, *, by: Person) -> Unit:
    require(by, Do.UNIT_MANAGE)
    _free_unit(draft)
    unit = Unit(**asdict(draft), created_at=clock.now())
    db.session.add(unit)
    db.session.flush()
    audit.record(by, Do.UNIT_MANAGE, unit, deed="created", code=unit.code, name=unit.name)
    return unit


def edit_unit(unit: Unit, draft: UnitDraft, *, seen_version: int, by: Person) -> None:
    """Change everything but the code, which stands in index numbers and never changes."""
    require(by, Do.UNIT_MANAGE)
    require_unchanged(unit.version, seen_version)
    _free_unit(draft, but=unit)
    if unit.active and not draft.active and people_per_unit().get(unit.id):
        raise Refused("People of this unit still have open accounts; move or close those first")
    changed = {
        name: new
        for name, new in asdict(draft).items()
        if name != "code" and getattr(unit, name) != new
    }
    for name, new in changed.items():
        setattr(unit, name, new)
    audit.record(by, Do.UNIT_MANAGE, unit, deed="changed", **changed)


def _free_unit(draft: UnitDraft, but: Unit | None = None) -> None:
    """Raise Refused when another unit has this code or this name."""
    taken = select(Unit).where(or_(Unit.code == draft.code, Unit.name == draft.name))
    others = [unit for unit in db.session.scalars(taken) if unit is not but]
    if any(unit.name == draft.name for unit in others):
        raise Refused("Another unit has this name")
    if others and but is None:
        raise Refused("Another unit has this code")


# People


def find_people(search: PeopleSearch, page: int = 1) -> Page[Person]:
    """Find the people who are looked for, by unit and name."""
    query = _people(search).join(Unit)
    query = query.order_by(Unit.position, Unit.code, Person.name, Person.id)
    return fetch_page(db.session, query, page, PER_PAGE)


def _people(search: PeopleSearch) -> Select[Person]:
    query = select(Person)
    if typed := search.words.strip():
        named = Person.name.contains(typed, autoescape=True)
        query = query.where(or_(named, Person.login.contains(typed, autoescape=True)))
    if search.unit_id is not None:
        query = query.where(Person.unit_id == search.unit_id)
    if search.active is not None:
        query = query.where(Person.active == search.active)
    if search.role is not None:
        query = query.where(Person.role_rows.any(PersonRole.role == search.role))
    return query


def create_person(draft: PersonDraft, *, by: Person) -> tuple[Person, str]:
    """Create a person without any role yet. Return the password too, which is used once."""
    require(by, Do.PERSON_MANAGE)
    person, password = new_person(draft)
    audit.record(by, Do.PERSON_MANAGE, person, deed="created", login=person.login)
    return person, password


def new_person(draft: PersonDraft) -> tuple[Person, str]:
    """Do the same without asking who does it: for the first administrator."""
    _free_login(draft.login)
    _open_unit(draft.unit_id)
    password = passwords.one_time_password()
    person = Person(
        login=draft.login,
        name=draft.name,
        unit_id=draft.unit_id,
        branch=Branch.EDITORIAL,
        password_hash=passwords.hash_password(password),
        must_change_password=True,
        active=True,
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    return person, password


def edit_person(person: Person, draft: PersonDraft, *, seen_version: int, by: Person) -> None:
    """Change name, login or unit. Who changed the unit signs in again."""
    require(by, Do.PERSON_MANAGE)
    require_unchanged(person.version, seen_version)
    if draft.login != person.login:
        _free_login(draft.login)
    if draft.unit_id != person.unit_id:
        _open_unit(draft.unit_id)
        sessions.end_all(person)
    changed = {name: new for name, new in asdict(draft).items() if getattr(person, name) != new}
    audit.record(by, Do.PERSON_MANAGE, person, deed="changed", **changed)
    for name, new in changed.items():
        setattr(person, name, new)


def close_account(person: Person, *, by: Person) -> None:
    """Close the account; the person's next request is refused."""
    _require_for_another(person, by)
    person.active = False
    sessions.end_all(person)
    audit.record(by, Do.PERSON_MANAGE, person, deed="closed", login=person.login)


def open_account(person: Person, *, by: Person) -> None:
    """Open the account; the person may sign in again, with the password they had."""
    _require_for_another(person, by)
    _open_unit(person.unit_id)
    person.active = True
    audit.record(by, Do.PERSON_MANAGE, person, deed="opened", login=person.login)


def reset_password(person: Person, *, by: Person) -> str:
    """Set a new password to hand over, which is used once. All sessions have ended."""
    _require_for_another(person, by)
    password = passwords.one_time_password()
    person.password_hash = passwords.hash_password(password)
    person.must_change_password = True
    sessions.end_all(person)
    audit.record(by, Do.PERSON_MANAGE, person, deed="password reset", login=person.login)
    return password


def _require_for_another(person: Person, by: Person) -> None:
    require(by, Do.PERSON_MANAGE)
    if person.id == by.id:
        raise NotAllowed("Nobody does this to their own account")


def _free_login(login: str) -> None:
    if db.session.scalar(select(Person.id).where(func.lower(Person.login) == login.lower())):
        raise Refused("Somebody else signs in with this name")


def _open_unit(unit_id: int) -> None:
    unit = db.session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise Refused("Choose a unit that is still open")


# Roles


def set_roles(person: Person, roles: frozenset[Role], *, seen_version: int, by: Person) -> None:
    """Give the person exactly these roles; they have to sign in again.

    Raises Refused when they do not go together: the three administrators and
    the people who write, review and sign are different people.
    Source: GB/T 22239-2019 (system, security and audit administration are separate).
    """
    require(by, Do.ROLE_MANAGE)
    if person.id == by.id:
        raise NotAllowed("Nobody changes their own roles")
    require_unchanged(person.version, seen_version)
    branch = _branch(person, roles)
    _somebody_stays(person, roles)
    was = person.roles
    kept = [row for row in person.role_rows if row.role in roles]
    person.role_rows = kept
    db.session.flush()
    if person.branch is not branch:
        person.branch = branch
        db.session.flush()
    new = sorted(roles - was)
    person.role_rows = [*kept, *(PersonRole(role=role, branch=branch) for role in new)]
    flag_modified(person, "name")  # so that the version counts, whatever else changed
    db.session.flush()
    sessions.end_all(person)
    audit.record(by, Do.ROLE_MANAGE, person, login=person.login, was=_words(was), now=_words(roles))


def _branch(person: Person, roles: frozenset[Role]) -> Branch:
    branches = {branch_of(role) for role in roles}
    if len(branches) > 1:
        raise Refused("An administrator holds one role only, and none that writes or signs")
    branch = branches.pop() if branches else person.branch
    if person.roles and branch is not person.branch:
        raise Refused("Take the present roles away first, and save; then give the new one")
    return branch


def _somebody_stays(person: Person, roles: frozenset[Role]) -> None:
    """Raise Refused when the county would be left without a system administrator."""
    role = Role.SYSTEM_ADMINISTRATOR
    if role in person.roles and role not in roles and not holders(role, but=person):
        raise Refused("Somebody else must become system administrator first")


def holders(role: Role, *, but: Person | None = None) -> int:
    """Count the open accounts that hold the role."""
    query = select(func.count()).select_from(Person).join(PersonRole)
    query = query.where(PersonRole.role == role, Person.active)
    return db.session.scalar(query.where(Person.id != but.id) if but else query) or 0


def _words(roles: frozenset[Role]) -> str:
    return " ".join(sorted(role.value for role in roles))
