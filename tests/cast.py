"""The people every test talks about. Water and Farms are two units of one county."""

from dataclasses import dataclass

from sqlalchemy import select

from county_portal.models import Person, Role, Unit, UnitKind
from county_portal.office.base.extensions import db
from tests.factories import make_person, make_unit


@dataclass
class Cast:
    lin: Person  # writes for Water
    zhou: Person  # leads Water, and also writes
    ma: Person  # writes for Farms
    qian: Person  # the county's editor
    wu: Person  # the county's confidentiality officer
    tang: Person  # issues for the county
    he: Person  # clerk of the county office
    sys: Person  # system administrator
    sec: Person  # security administrator
    aud: Person  # auditor
    gone: Person  # wrote for Water; account closed

    @property
    def water(self) -> Unit:
        return self.lin.unit

    @property
    def farms(self) -> Unit:
        return self.ma.unit

    @property
    def office(self) -> Unit:
        return self.qian.unit


def make_cast() -> Cast:
    long_ago = {"created_at": None}  # before the records begin
    water = make_unit("W01", "Water", **long_ago)
    farms = make_unit("F01", "Farms", kind=UnitKind.TOWNSHIP, **long_ago)
    office = make_unit("A01", "County office", **long_ago)
    return Cast(
        lin=make_person("lin", Role.LIAISON, unit=water),
        zhou=make_person("zhou", Role.UNIT_LEADER, Role.LIAISON, unit=water),
        ma=make_person("ma", Role.LIAISON, unit=farms),
        qian=make_person("qian", Role.EDITOR, unit=office),
        wu=make_person("wu", Role.CONFIDENTIALITY_OFFICER, unit=office),
        tang=make_person("tang", Role.ISSUER, unit=office),
        he=make_person("he", Role.OFFICE_CLERK, unit=office),
        sys=make_person("sys", Role.SYSTEM_ADMINISTRATOR, unit=office),
        sec=make_person("sec", Role.SECURITY_ADMINISTRATOR, unit=office),
        aud=make_person("aud", Role.AUDITOR, unit=office),
        gone=make_person("gone", Role.LIAISON, unit=water, active=False),
    )


def find_cast() -> Cast:
    """The people who are there already."""
    return Cast(**{person.login: person for person in db.session.scalars(select(Person))})
