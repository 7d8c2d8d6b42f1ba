"""The deeds that weigh most: whoever cuts the newest off the log is named by verify."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from county_portal.core import clock
from county_portal.editorial.catalogue import validity
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.release import services as release
from county_portal.editorial.review.services import STEP_OF_VERDICT
from county_portal.models import AuditRow, ColumnKind, Role, State, ValidityState, Verdict
from county_portal.office.accounts import people
from county_portal.office.base import audit
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import selection
from county_portal.papers.gazettes import services as gazettes
from tests.factories import go, make_category, make_column, make_item, sign
from tests.forging import go_round_the_guards
from tests.papers.gazettes.office import MONTH, issue_it, make_document, print_it, publish, sign_it

# Every deed is done through the services, and committed.


def judge(verdict):
    """The officer's verdict on an item that lies on the desk."""
    return lambda cast: sign(make_item(cast.lin, state=State.ACCEPTED), verdict, by=cast.wu)


def publish_at_once(cast):
    make_item(cast.lin, state=State.PUBLISHED)


def publish_by_the_timetable(cast):
    item = make_item(cast.lin, state=State.SIGNED_OFF)
    release.issue_item(item, by=cast.tang, publish_at=clock.now() + timedelta(minutes=1))
    db.session.commit()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        release.publish_due()
        db.session.commit()
    public_file.reconcile()


def withdraw(cast):
    make_item(cast.lin, state=State.WITHDRAWN)


def find_it_expired(cast):
    column = make_column("policies", kind=ColumnKind.POLICY)
    words = {"column_id": column.id, "category_id": make_category().id}
    item = make_item(cast.lin, state=State.PUBLISHED, document_number="青政发〔2026〕1号", **words)
    finding = validity.Finding(ValidityState.EXPIRED, clock.today(), by="", ground="The plan ended")
    validity.change(item, finding, seen_id=0, by=cast.qian)
    db.session.commit()
    public_file.reconcile()


def change_roles(cast):
    roles = frozenset({Role.EDITOR, Role.ISSUER})
    people.set_roles(cast.qian, roles, seen_version=cast.qian.version, by=cast.sec)
    db.session.commit()


def printed(cast):
    make_document(cast, 1)
    gazette = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    return print_it(gazette, cast)


def judge_gazette(verdict):
    """The officer's verdict on a gazette that was printed."""
    return lambda cast: sign_it(printed(cast), cast, verdict)


def issue_gazette(cast):
    gazette = printed(cast)
    sign_it(gazette, cast)
    issue_it(gazette, cast)


def withdraw_gazette(cast):
    make_document(cast, 1)
    gazette = publish(cast)
    with public_file.lock():
        gazettes.withdraw_gazette(gazette, "A page is upside down", by=cast.tang)
        db.session.commit()


def withdraw_gazette_with_its_text(cast):
    item = make_document(cast, 1)
    publish(cast)
    go(item, State.WITHDRAWN)


DEEDS = [
    *((STEP_OF_VERDICT[verdict], judge(verdict)) for verdict in Verdict),
    ("item.publish", publish_at_once),
    ("item.publish", publish_by_the_timetable),
    ("item.withdraw", withdraw),
    ("validity.change", find_it_expired),
    ("role.manage", change_roles),
    ("gazette.release", judge_gazette(Verdict.RELEASE)),
    ("gazette.return", judge_gazette(Verdict.RETURN)),
    ("gazette.issue", issue_gazette),
    ("gazette.withdraw", withdraw_gazette),
    ("gazette.withdraw", withdraw_gazette_with_its_text),
]


def test_every_deed_that_weighs_most_is_tried_here():
    assert {str(action) for action, _ in DEEDS} == audit.WEIGHTY


@pytest.mark.parametrize(("action", "deed"), DEEDS, ids=[str(action) for action, _ in DEEDS])
def test_a_weighty_deed_that_is_cut_off_the_log_is_named_by_verify(cast, action, deed):
    deed(cast)
    newest = db.session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
    assert (newest.action, newest.result) == (str(action), "done")
    assert verify.broken_promises() == []
    go_round_the_guards(f"DELETE FROM audit WHERE seq = {newest.seq}")
    (fault,) = verify.broken_promises()
    assert fault.where.startswith("anchor:")
    assert fault.what == "the log no longer holds the row that was anchored"
