"""What PostgreSQL itself refuses: changing the record, and one person at two desks."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from county_portal.core import clock
from county_portal.models import (
    Branch,
    Gazette,
    GazetteHand,
    GazetteHandKind,
    GazettePublication,
    GazetteSignOff,
    Hand,
    HandKind,
    Item,
    MadeReport,
    Person,
    PersonRole,
    Publication,
    Revision,
    Role,
    SignOff,
    State,
    Verdict,
    guards,
)
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.office.rules.workflow import sign_offs_of
from county_portal.papers.gazettes import selection
from tests.cast import Cast
from tests.factories import make_item, save, sign
from tests.papers.gazettes.office import MONTH, make_document, print_it, sign_it

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
RECORDS = (*guards.IMMUTABLE, "hands", "publications")
KEYS = {"audit": "seq", "blobs": "sha256", "hands": "hand"}


@pytest.fixture
def item(app: Flask, cast: Cast) -> Item:
    """A published item, a stored file and a made report: every record has a row."""
    stored = files.keep_bytes(b"figures")
    files.register_blob(stored, "application/pdf")
    report = {"kind": "monthly", "month": date(2026, 2, 1), "figures": "{}", "figures_hash": ""}
    file = {"pdf": stored.sha256, "xlsx": stored.sha256}
    save(MadeReport(**report, **file, audit_head="", made_at=clock.now()))
    return make_item(cast.lin, state=State.PUBLISHED)


def refused(*statements: str) -> list[str]:
    """Those the guards stop, each tried by itself."""
    stopped = []
    for sql in statements:
        try:
            with db.session.begin_nested():
                db.session.execute(text(sql))
        except DBAPIError as error:
            if "the record is not to be changed" not in str(error.orig):
                raise
            stopped.append(sql)
    return stopped


def test_no_row_of_a_record_is_changed_removed_or_swept_away(item: Item) -> None:
    tried = []
    for table in RECORDS:
        key = KEYS.get(table, "id")
        tried += [f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"]
        tried.append(f"TRUNCATE {table} CASCADE")
    assert refused(*tried) == tried


def test_rows_are_added_in_their_order_only(item: Item) -> None:
    columns = "actor, at, unit, action, object, address, result, details, previous, hash"
    others = "content_hash, manifest, inside, made_by, made_at"
    tried = [
        f"INSERT INTO audit (seq, {columns}) SELECT seq + 100, {columns} FROM audit",
        f"INSERT INTO audit (seq, {columns}) SELECT 0, {columns} FROM audit LIMIT 1",
        f"INSERT INTO audit (seq, {columns}) SELECT seq, {columns} FROM audit"
        " ON CONFLICT (seq) DO UPDATE SET actor = 'nobody'",
        f"INSERT INTO revisions (item_id, number, {others})"
        f" SELECT item_id, number + 2, {others} FROM revisions",
    ]
    assert refused(*tried) == tried


def test_a_publication_may_end_once_and_change_in_nothing_else(item: Item) -> None:
    facts = [f"UPDATE publications SET {name} = {name}" for name in guards.PUBLICATION_FACTS]
    assert refused(*facts) == facts
    ending = "UPDATE publications SET ended_at = now(), ending = 'withdrawn', reason = 'Wrong'"
    assert refused(ending) == []
    assert refused(ending) == [ending]


# One person, one desk


def breaks(constraint: str, deed: Callable[[], object]) -> None:
    """The deed is stopped by just this constraint."""
    with pytest.raises(IntegrityError, match=constraint), db.session.begin_nested():
        deed()


def test_nobody_holds_an_administrative_role_beside_another(cast: Cast) -> None:
    role = insert(PersonRole)
    words = {"person_id": cast.qian.id, "role": Role.AUDITOR}
    breaks(
        "ck_person_roles_branch_of_role",
        lambda: db.session.execute(role.values(branch=Branch.EDITORIAL, **words)),
    )
    breaks(
        "fk_person_roles_person_id_branch",
        lambda: db.session.execute(role.values(branch=Branch.AUDIT, **words)),
    )
    moved = update(Person).where(Person.id == cast.qian.id).values(branch=Branch.AUDIT)
    breaks("fk_person_roles_person_id_branch", lambda: db.session.execute(moved))


def test_nobody_has_two_hands_in_one_item(item: Item, cast: Cast) -> None:
    second = insert(Hand).values(item_id=item.id, person_id=cast.lin.id, hand=HandKind.OFFICER)
    breaks("pk_hands", lambda: db.session.execute(second))


def copy_of(
    model: type[SignOff] | type[Publication] | type[GazetteSignOff], **other: object
) -> Callable[[], object]:
    """Inserts the newest row of the model again with other values."""
    table = model.__table__
    row = db.session.execute(db.select(table).order_by(table.c.id.desc())).mappings().first()
    values = {key: value for key, value in row.items() if key != "id"} | other
    return lambda: db.session.execute(insert(table).values(values))


def test_only_an_officer_without_another_hand_signs(item: Item, cast: Cast) -> None:
    hands = "fk_sign_offs_item_id_officer_id_hand"
    breaks(hands, copy_of(SignOff, officer_id=cast.lin.id))
    breaks(hands, copy_of(SignOff, officer_id=cast.tang.id))
    breaks("ck_sign_offs_officer", copy_of(SignOff, officer_id=cast.lin.id, hand="author"))
    breaks("fk_sign_offs_revision_id_content_hash", copy_of(SignOff, content_hash="0" * 64))
    breaks("ck_sign_offs_withheld_on_a_ground", copy_of(SignOff, verdict="withhold"))


def test_only_what_was_released_is_published_by_an_issuer_and_once(item: Item, cast: Cast) -> None:
    ended = {"ended_at": clock.now(), "ending": "superseded"}
    withheld = make_item(cast.ma, state=State.WITHHELD)
    revision = db.session.scalar(db.select(Revision.id).where(Revision.item_id == withheld.id))
    sign_off = db.session.scalar(db.select(SignOff.id).where(SignOff.item_id == withheld.id))
    unsigned = {"revision_id": revision, "sign_off_id": sign_off}
    breaks("ck_publications_released", copy_of(Publication, verdict="withhold", **ended))
    breaks("fk_publications", copy_of(Publication, **unsigned, **ended))
    breaks("fk_publications", copy_of(Publication, issuer_id=cast.wu.id, public_id=9, **ended))
    breaks("ck_publications_ended", copy_of(Publication, ended_at=clock.now(), public_id=9))
    breaks("uq_publications_live", copy_of(Publication, public_id=9))


def test_of_a_gazette_one_edition_is_public(app: Flask, cast: Cast) -> None:
    """The other rules of the table are off: this one alone speaks."""
    table, trigger = "gazette_publications", "gazette_publications_one_live"
    db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    db.session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}"))
    row = (
        f"INSERT INTO {table} (gazette_id, edition_id, sign_off_id, verdict, issuer_id, hand, key,"
        " published_at) VALUES (1, {0}, 1, 'release', 1, 'issuer', '2026-1', now())"
    )
    assert refused(row.format(1), row.format(2)) == [row.format(2)]
    db.session.rollback()


def test_a_return_is_signed_by_the_officer_s_hand_only(cast: Cast) -> None:
    item = make_item(cast.lin, state=State.ACCEPTED)
    sign(item, Verdict.RETURN, by=cast.wu)
    assert item.hand_of(cast.wu) is HandKind.OFFICER
    for person in (cast.lin, cast.zhou, cast.qian, cast.tang):
        breaks("fk_sign_offs_item_id_officer_id_hand", copy_of(SignOff, officer_id=person.id))


@pytest.fixture
def gazette(app: Flask, cast: Cast) -> Gazette:
    """A signed gazette with one text, that Qian marked and He composed."""
    make_document(cast, 1)
    one = selection.compose_issue(MONTH, by=cast.he)
    db.session.commit()
    one = print_it(one, cast)
    sign_it(one, cast)
    return one


def test_nobody_has_two_hands_in_one_gazette(gazette: Gazette, cast: Cast) -> None:
    words = {"gazette_id": gazette.id, "hand": GazetteHandKind.ISSUER}
    for person in (cast.he, cast.qian, cast.wu):
        second = insert(GazetteHand).values(person_id=person.id, **words)
        breaks("pk_gazette_hands", lambda second=second: db.session.execute(second))


def test_composers_and_markers_neither_sign_nor_issue_the_gazette(
    gazette: Gazette, cast: Cast
) -> None:
    row = {
        "gazette_id": gazette.id,
        "edition_id": gazette.edition_id,
        "sign_off_id": sign_offs_of(GazetteSignOff, gazette)[0].id,
        "key": gazette.key,
        "published_at": clock.now(),
    }
    issued = insert(GazettePublication)
    hands = "fk_gazette_sign_offs_gazette_id_officer_id_hand"
    for person in (cast.he, cast.qian, cast.tang):
        breaks(hands, copy_of(GazetteSignOff, officer_id=person.id))
    for person in (cast.he, cast.qian, cast.wu):
        breaks(
            "fk_gazette_publications_gazette_id_issuer_id_hand",
            lambda person=person: db.session.execute(issued.values(**row, issuer_id=person.id)),
        )
    breaks("ck_gazette_sign_offs_officer", copy_of(GazetteSignOff, hand="composer"))
    breaks("ck_gazette_sign_offs_verdict", copy_of(GazetteSignOff, verdict="withhold"))
    other = copy_of(GazetteSignOff, content_hash="0" * 64)
    breaks("fk_gazette_sign_offs_edition_id_content_hash", other)
