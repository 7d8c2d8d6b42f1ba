"""What a verdict on a gazette opens, and whose hand keeps whom from signing and issuing."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, Refused
from county_portal.models import (
    GazetteHandKind,
    GazettePublication,
    GazetteSignOff,
    GazetteState,
    PersonRole,
    Role,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.office.rules import workflow
from county_portal.office.rules.policy import Do
from county_portal.papers.gazettes import marks, selection, services
from county_portal.papers.gazettes.steps import ROAD, edition_of
from tests.factories import make_person
from tests.papers.gazettes.office import (
    ALL_CLEAR,
    COUNTY,
    MONTH,
    make_document,
    print_it,
    publish,
    sign_it,
)


@pytest.fixture
def frozen(cast):
    """A printed gazette with one text, that Qian marked and He composed."""
    make_document(cast, 1)
    gazette = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    return print_it(gazette, cast)


def also(person, *roles):
    """The person holds these roles besides."""
    person.role_rows += [PersonRole(role=role, branch=person.branch) for role in roles]
    db.session.commit()
    return person


def release_it(gazette, by):
    shown = edition_of(gazette).content_hash
    services.sign(gazette, services.GazetteOpinion(Verdict.RELEASE, shown, ALL_CLEAR), by=by)


def test_the_verdict_stands_on_record_before_its_guard_looks(cast, frozen):
    unsigned = workflow.take_step(ROAD, frozen, Do.GAZETTE_RELEASE, by=cast.wu)
    with pytest.raises(Refused, match="has not signed"), unsigned:
        pytest.fail("the step was taken")
    sign_it(frozen, cast)
    assert frozen.state is GazetteState.SIGNED


def test_a_return_opens_no_gate(cast, frozen):
    """State and edition were set by hand, as a program gone wrong would."""
    edition = edition_of(frozen)
    sign_it(frozen, cast, Verdict.RETURN)
    frozen.state, frozen.edition_id = GazetteState.SIGNED, edition.id
    with pytest.raises(Refused, match="has not signed"):
        services.issue_gazette(frozen, edition.content_hash, by=cast.tang)


def test_the_newest_verdict_on_an_edition_counts(cast, frozen):
    edition = edition_of(frozen)
    sign_it(frozen, cast)
    frozen.state = GazetteState.FROZEN
    sign_it(frozen, cast, Verdict.RETURN)
    frozen.state, frozen.edition_id = GazetteState.SIGNED, edition.id
    with pytest.raises(Refused, match="has not signed"):
        services.issue_gazette(frozen, edition.content_hash, by=cast.tang)


@pytest.mark.parametrize("verdict", [Verdict.RELEASE, Verdict.RETURN])
def test_either_verdict_gives_an_officer_s_hand_and_bars_from_issuing(cast, frozen, verdict):
    sign_it(frozen, cast, verdict)
    assert frozen.hand_of(cast.wu) is GazetteHandKind.OFFICER
    also(cast.wu, Role.ISSUER)
    if verdict is Verdict.RETURN:
        frozen = print_it(frozen, cast)
        release_it(frozen, make_person("officer2", Role.CONFIDENTIALITY_OFFICER))
        db.session.commit()
    with pytest.raises(NotAllowed):
        services.issue_gazette(frozen, edition_of(frozen).content_hash, by=cast.wu)


def test_the_database_lets_no_marker_sign_the_gazette(cast, frozen):
    edition = edition_of(frozen)
    assert frozen.hand_of(cast.qian) is GazetteHandKind.COMPOSER
    row = {
        "gazette_id": frozen.id,
        "edition_id": edition.id,
        "content_hash": edition.content_hash,
        "verdict": Verdict.RELEASE,
        "checks": "{}",
        "signed_at": clock.now(),
    }
    for person in (cast.qian, cast.he, cast.tang):
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            db.session.execute(insert(GazetteSignOff).values(**row, officer_id=person.id))
        db.session.rollback()


def test_composers_and_markers_of_an_issue_neither_sign_nor_issue_its_volume(cast):
    """Another clerk composes the volume, so that only the issue's hands speak."""
    make_document(cast, 1)
    publish(cast)
    binder = make_person("binder", Role.OFFICE_CLERK, unit=cast.office)
    volume = selection.compose_volume(2026, by=binder)
    db.session.commit()
    job = services.freeze_gazette(volume, seen_version=volume.version, by=binder)
    db.session.commit()
    db.session.expire_all()
    assert job.error == ""
    both = [also(one, Role.CONFIDENTIALITY_OFFICER, Role.ISSUER) for one in (cast.he, cast.qian)]
    assert [volume.hand_of(person) for person in both] == [None, None]
    for person in both:
        with pytest.raises(NotAllowed):
            release_it(volume, person)
        db.session.rollback()
    sign_it(volume, cast)
    for person in both:
        with pytest.raises(NotAllowed):
            services.issue_gazette(volume, edition_of(volume).content_hash, by=person)
        db.session.rollback()
    services.issue_gazette(volume, edition_of(volume).content_hash, by=cast.tang)
    assert len(db.session.scalars(select(GazettePublication)).all()) == 2


def test_every_marker_of_a_text_has_a_composer_s_hand_and_nobody_else_has(cast):
    second = make_person("second", Role.EDITOR, unit=cast.office)
    make_document(cast, 1)
    late, unused = make_document(cast, 2, None), make_document(cast, 3, None)
    gazette = selection.compose_issue(MONTH, by=cast.he)
    third = make_person("third", Role.EDITOR, unit=cast.office)
    marks.mark_item(late, COUNTY, by=second)
    marks.mark_item(unused, COUNTY, by=third)
    selection.put_in(gazette, late.id, COUNTY, seen_version=gazette.version, by=cast.he)
    db.session.commit()
    hands = {row.person_id: row.hand for row in gazette.hands}
    assert hands == dict.fromkeys((cast.he.id, cast.qian.id, second.id), GazetteHandKind.COMPOSER)
