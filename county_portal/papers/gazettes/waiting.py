"""Which gazettes wait for a person, and not only for somebody with their role."""

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import lazyload

from county_portal.models import Gazette, GazetteEdition, GazetteState, Person
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import waits_for
from county_portal.papers.gazettes.selection import composed_a_part
from county_portal.papers.gazettes.steps import ROAD

NEXT = (Do.GAZETTE_RELEASE, Do.GAZETTE_ISSUE, Do.GAZETTE_FREEZE)


def gazettes_waiting_for(person: Person) -> list[Gazette]:
    """Select what waits for the officer's verdict, the issuer's word, or a new print.

    The oldest first.
    """
    query = select(Gazette).where(_lies_with(person)).options(lazyload(Gazette.hands))
    return list(db.session.scalars(query.order_by(Gazette.state_since, Gazette.id)))


def count_gazettes_for(person: Person) -> ScalarSelect[int]:
    """Count what waits for the person, to be asked together with other things."""
    return select(func.count(Gazette.id)).where(_lies_with(person)).scalar_subquery()


def _lies_with(person: Person) -> ColumnElement[bool]:
    seats = [waits_for(ROAD, person, action) for action in NEXT]
    printed = exists().where(GazetteEdition.gazette_id == Gazette.id)
    begun = or_(Gazette.state != GazetteState.DRAFT, printed)  # a first draft presses nobody
    return and_(or_(*seats), begun, ~composed_a_part(Gazette.edition_id, person))
