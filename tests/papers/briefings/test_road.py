"""A briefing from draft to a numbered, frozen issue, and what keeps it from there."""

from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from county_portal.core import clock
from county_portal.core.errors import NotAllowed, OutOfDate, Refused
from county_portal.editorial.items import services as items
from county_portal.editorial.review import services as review
from county_portal.models import (
    AuditRow,
    Blob,
    BriefingState,
    BriefingStep,
    FrozenBriefing,
    PersonRole,
    PrintedBriefing,
    Role,
    State,
    branch_of,
)
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions, register
from county_portal.office.rules.policy import Do
from county_portal.office.rules.workflow import thread_of
from county_portal.papers.briefings import approving, content, mastheads, pieces, printing, services
from county_portal.papers.briefings.paper import briefing_pdf
from county_portal.papers.briefings.word import briefing_docx
from tests.factories import go, make_item, somebody
from tests.papers.briefings.office import (
    draft_of,
    go_to,
    make_briefing,
    make_masthead,
    move,
    published,
    revision_of,
    was_previewed,
)

S = BriefingState


@pytest.fixture
def water_item(cast):
    return published(cast.lin, title="水利局加强防汛检查")


@pytest.fixture
def no_paper(waiting_queue):
    """The words are what matters; the paper of many issues is not set each time."""


@pytest.fixture
def approved(cast, water_item):
    return go_to(make_briefing(cast.he, items=(water_item,)), S.APPROVED, cast.he, cast.tang)


def test_approval_numbers_freezes_and_prints(cast, approved):
    frozen = approved.frozen
    assert (frozen.year, frozen.number, frozen.total) == (2026, 1, 1)
    assert frozen.dated_on == date(2026, 3, 2)
    assert frozen.approver == cast.tang
    assert content.content_hash(frozen.content) == frozen.content_hash
    said = content.read_content(frozen.content)
    assert said.number == content.IssueNumber(2026, 1, 1)
    assert [piece.title for piece in said.pieces] == ["水利局加强防汛检查"]
    assert said.as_json() == frozen.content
    assert frozen.printed.pages == 2
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    for form, media_type in {"pdf": "application/pdf", "docx": word}.items():
        path, sha256 = editions.file_of(approved.frozen.printed, form)
        assert db.session.get(Blob, sha256).media_type == media_type
        assert path.stat().st_size > 1000


def test_submission_sets_the_pages_that_the_issuer_reads(cast, water_item):
    briefing = make_briefing(cast.he, items=(water_item,))
    go_to(briefing, S.SUBMITTED, cast.he, cast.tang)
    assert printing.pages_of(printing.digest_of(briefing)) == 2


def test_no_number_is_drawn_before_the_pages_are_set(cast, water_item, waiting_queue):
    masthead = make_masthead(cast.he)
    briefing = make_briefing(cast.he, masthead, (water_item,))
    move(briefing, Do.BRIEFING_SUBMIT, cast.he)
    with pytest.raises(Refused, match="have not been set"):
        approve(briefing, cast.tang)
    db.session.rollback()
    was_previewed(briefing, "水利局加强防汛检查")
    with pytest.raises(Refused, match="cannot be set on paper: 水利局加强防汛检查"):
        approve(briefing, cast.tang)
    db.session.rollback()
    was_previewed(briefing)
    approve(briefing, cast.tang)
    assert briefing.frozen.number == 1


def approve(briefing, by):
    seen = {"seen_version": briefing.version, "seen_digest": printing.digest_of(briefing)}
    approving.take_briefing_step(briefing, Do.BRIEFING_APPROVE, **seen, by=by)
    db.session.commit()


def test_what_cannot_be_written_for_word_gets_no_number(cast, water_item, monkeypatch):
    def broken(*_args):
        raise ValueError("a table that Word does not know")

    monkeypatch.setattr(printing.word, "briefing_docx", broken)
    briefing = make_briefing(cast.he, items=(water_item,))
    with pytest.raises(Refused, match="have not been set"):
        go_to(briefing, S.APPROVED, cast.he, cast.tang)


@pytest.mark.slow
def test_as_many_headings_as_there_may_be_are_printed(cast, water_item):
    briefing = make_briefing(cast.he, items=(water_item,))
    for number in range(pieces.MOST_PARTS - 1):
        pieces.add_heading(briefing, by=cast.he).title = f"标题{number}"
    db.session.commit()
    go_to(briefing, S.APPROVED, cast.he, cast.tang)
    db.session.expire_all()
    assert briefing.frozen.printed.pages > 10


def test_a_reprint_gives_the_same_bytes(approved):
    path, _sha256 = editions.file_of(approved.frozen.printed, "pdf")
    again = content.read_content(approved.frozen.content)
    assert briefing_pdf(again).pdf == path.read_bytes()
    assert briefing_docx(again) == editions.file_of(approved.frozen.printed, "docx")[0].read_bytes()


def test_printing_twice_keeps_one_paper(approved):
    printing.briefing_task(progress=lambda *_: None, frozen_id=approved.frozen.id)
    db.session.commit()
    assert len(list(db.session.scalars(select(PrintedBriefing)))) == 1


def test_numbers_count_by_masthead_and_year_and_special_issues_apart(cast, water_item, no_paper):
    first, second = make_masthead(cast.he, "政务信息"), make_masthead(cast.he, "参阅")

    def numbers(masthead, *, special=False, day=None):
        briefing = make_briefing(cast.he, masthead, (water_item,))
        draft = draft_of(briefing, special=special, dated_on=day)
        services.save_briefing(briefing, draft, seen_version=briefing.version, by=cast.he)
        frozen = go_to(briefing, S.APPROVED, cast.he, cast.tang).frozen
        return frozen.year, frozen.number, frozen.total

    assert numbers(first) == (2026, 1, 1)
    assert numbers(first) == (2026, 2, 2)
    assert numbers(second) == (2026, 1, 1)
    assert numbers(first, special=True) == (2026, 1, None)
    assert numbers(first) == (2026, 3, 3)
    assert numbers(first, day=date(2027, 1, 4)) == (2027, 1, 4)


def test_a_count_goes_on_from_what_was_given_on_paper(cast, water_item, no_paper):
    masthead = make_masthead(cast.he, "政务信息")
    draft = mastheads.MastheadDraft("政务信息", "青禾县人民政府办公室")
    mastheads.edit_masthead(
        masthead, draft, mastheads.Counts(45, 0, 1285), seen_version=1, by=cast.he
    )
    db.session.commit()
    frozen = go_to(
        make_briefing(cast.he, masthead, (water_item,)), S.APPROVED, cast.he, cast.tang
    ).frozen
    assert (frozen.number, frozen.total) == (46, 1286)
    with pytest.raises(Refused, match="Number 46 was given already"):
        mastheads.edit_masthead(
            masthead,
            draft,
            mastheads.Counts(45, 0, 1286),
            seen_version=masthead.version,
            by=cast.he,
        )


def test_the_number_of_a_withdrawn_issue_stays_used(cast, water_item, no_paper):
    masthead = make_masthead(cast.he)
    gone = go_to(make_briefing(cast.he, masthead, (water_item,)), S.WITHDRAWN, cast.he, cast.tang)
    assert gone.frozen.number == 1
    assert thread_of(BriefingStep, gone.id)[-1].note == "It was too early"
    next_one = go_to(
        make_briefing(cast.he, masthead, (water_item,)), S.APPROVED, cast.he, cast.tang
    )
    assert next_one.frozen.number == 2


def test_withdrawing_and_returning_ask_for_a_reason(cast, water_item, no_paper):
    briefing = go_to(make_briefing(cast.he, items=(water_item,)), S.SUBMITTED, cast.he, cast.tang)
    with pytest.raises(Refused, match="Say why"):
        move(briefing, Do.BRIEFING_RETURN, cast.tang, note=" ")
    move(briefing, Do.BRIEFING_RETURN, cast.tang, note="The order is wrong")
    assert briefing.state is S.RETURNED
    assert briefing.frozen is None


def test_who_composed_it_does_not_approve_it(cast, water_item):
    cast.he.role_rows.append(PersonRole(role=Role.ISSUER, branch=branch_of(Role.ISSUER)))
    db.session.commit()
    briefing = go_to(make_briefing(cast.he, items=(water_item,)), S.SUBMITTED, cast.he, cast.tang)
    with pytest.raises(NotAllowed):
        move(briefing, Do.BRIEFING_APPROVE, cast.he)


def test_whoever_only_helped_does_not_approve_it_either(cast, water_item):
    cast.tang.role_rows.append(
        PersonRole(role=Role.OFFICE_CLERK, branch=branch_of(Role.OFFICE_CLERK))
    )
    db.session.commit()
    briefing = make_briefing(cast.he, items=(water_item,))
    pieces.add_heading(briefing, by=cast.tang)
    pieces.remove_part(briefing, briefing.parts[-1].id, by=cast.tang)
    db.session.commit()
    move(briefing, Do.BRIEFING_SUBMIT, cast.he)
    with pytest.raises(NotAllowed):
        move(briefing, Do.BRIEFING_APPROVE, cast.tang)


def test_an_item_withdrawn_before_approval_is_named_and_stops_it(cast, water_item):
    briefing = go_to(make_briefing(cast.he, items=(water_item,)), S.SUBMITTED, cast.he, cast.tang)
    go(water_item, State.WITHDRAWN)
    with pytest.raises(Refused, match="“水利局加强防汛检查” is no longer published"):
        move(briefing, Do.BRIEFING_APPROVE, cast.tang)
    db.session.rollback()
    assert briefing.state is S.SUBMITTED
    assert db.session.scalar(select(FrozenBriefing)) is None


def test_an_item_corrected_before_approval_is_named_and_can_be_renewed(cast, water_item, no_paper):
    briefing = make_briefing(cast.he, items=(water_item,))
    go(water_item, State.CORRECTING)
    correct(water_item, cast, "水利局加强防汛检查（更正）")
    with pytest.raises(Refused, match="was corrected since it was added"):
        move(briefing, Do.BRIEFING_SUBMIT, cast.he)
    db.session.rollback()
    pieces.renew_entry(briefing, briefing.parts[0].id, by=cast.he)
    db.session.commit()
    assert briefing.parts[0].title == "水利局加强防汛检查（更正）"
    assert go_to(briefing, S.APPROVED, cast.he, cast.tang).frozen.number == 1


def correct(item, cast, title):
    """The item's correction is published under another title."""
    words = {name: getattr(item, name) for name in items.Draft.__dataclass_fields__}
    draft = items.Draft(**words | {"title": title})
    items.edit_item(item, draft, seen_version=item.version, by=item.author)
    db.session.commit()
    for state in (State.SUBMITTED, State.UNIT_APPROVED, State.ACCEPTED, State.SIGNED_OFF):
        go(item, state)
    go(item, State.PUBLISHED)


def test_only_an_internal_edition_holds_accepted_items(cast, no_paper):
    item = make_item(cast.lin, state=State.ACCEPTED)
    open_one = make_briefing(cast.he)
    with pytest.raises(Refused, match="cannot stand in this briefing"):
        pieces.add_entry(open_one, revision_of(item), by=cast.he)
    db.session.rollback()
    internal = make_masthead(cast.he, internal=True, mark="内部资料 注意保存")
    briefing = make_briefing(cast.he, internal, (item,))
    assert go_to(briefing, S.APPROVED, cast.he, cast.tang).frozen.number == 1


def test_an_accepted_item_sent_back_before_approval_stops_it(cast, no_paper):
    item = make_item(cast.lin, state=State.ACCEPTED)
    briefing = make_briefing(cast.he, make_masthead(cast.he, internal=True), (item,))
    move(briefing, Do.BRIEFING_SUBMIT, cast.he)
    officer = somebody(Role.CONFIDENTIALITY_OFFICER)
    review.take_plain_step(item, Do.ITEM_RETURN, by=officer, note="Not so")
    db.session.commit()
    with pytest.raises(Refused, match="no longer published or accepted"):
        move(briefing, Do.BRIEFING_APPROVE, cast.tang)


def test_what_changed_since_it_was_read_is_not_approved(cast, water_item):
    briefing = go_to(make_briefing(cast.he, items=(water_item,)), S.SUBMITTED, cast.he, cast.tang)
    with pytest.raises(OutOfDate, match="read it again"):
        approving.take_briefing_step(
            briefing,
            Do.BRIEFING_APPROVE,
            seen_version=briefing.version - 1,
            by=cast.tang,
        )


def test_a_masthead_that_changed_since_it_was_read_is_not_approved(cast, water_item):
    """The internal mark, say, which nobody would see was gone."""
    masthead = make_masthead(cast.he, mark="内部资料 注意保存")
    briefing = make_briefing(cast.he, masthead, (water_item,))
    go_to(briefing, S.SUBMITTED, cast.he, cast.tang)
    seen = {"seen_version": briefing.version, "seen_digest": printing.digest_of(briefing)}
    masthead.mark = ""
    db.session.commit()
    with pytest.raises(OutOfDate, match="read it again"):
        approving.take_briefing_step(briefing, Do.BRIEFING_APPROVE, **seen, by=cast.tang)
    assert briefing.frozen is None


def test_the_newer_version_of_an_item_stands_in_a_briefing_once(cast, water_item):
    briefing = make_briefing(cast.he, items=(water_item,))
    old = briefing.parts[0].id
    go(water_item, State.CORRECTING)
    correct(water_item, cast, "水利局加强防汛检查（更正）")
    pieces.add_entry(briefing, revision_of(water_item), by=cast.he)
    db.session.commit()
    with pytest.raises(Refused, match="stands in the briefing already"):
        pieces.renew_entry(briefing, old, by=cast.he)


def test_an_empty_briefing_is_not_submitted(cast):
    with pytest.raises(Refused, match="no item in this briefing"):
        move(make_briefing(cast.he), Do.BRIEFING_SUBMIT, cast.he)


def test_what_was_approved_stands_still_when_the_masthead_changes(cast, approved):
    before = approved.frozen.content
    draft = mastheads.MastheadDraft("另一个名称", "另一个办公室")
    version = approved.masthead.version
    mastheads.edit_masthead(approved.masthead, draft, seen_version=version, by=cast.he)
    db.session.commit()
    db.session.expire_all()
    assert approved.frozen.content == before


def test_the_database_refuses_to_change_what_was_frozen(approved):
    with pytest.raises(DatabaseError, match="not to be changed"):
        db.session.execute(update(FrozenBriefing).values(number=9))
    db.session.rollback()
    with pytest.raises(DatabaseError, match="not to be changed"):
        db.session.execute(delete(PrintedBriefing))


def test_every_step_is_in_the_log(cast, approved):
    with clock.frozen("2026-03-03T10:00"):
        move(approved, Do.BRIEFING_WITHDRAW, cast.tang, note="A figure is wrong")
    rows = db.session.scalars(
        select(AuditRow).where(AuditRow.object == f"briefings:{approved.id}").order_by(AuditRow.seq)
    )
    assert [row.action for row in rows] == [
        Do.BRIEFING_COMPOSE,
        Do.BRIEFING_SUBMIT,
        Do.BRIEFING_APPROVE,
        Do.BRIEFING_WITHDRAW,
    ]


# The register of issued papers


def test_an_approved_briefing_is_an_issued_paper_until_it_is_withdrawn(cast, approved):
    (paper,) = register.issued()
    assert paper.sha256 == approved.frozen.printed.pdf
    assert paper.withdrawn_at is None
    move(approved, Do.BRIEFING_WITHDRAW, cast.tang)
    (paper,) = register.issued()
    assert paper.withdrawn_at is not None


def test_a_briefing_withdrawn_before_it_was_printed_is_no_issued_paper(cast, water_item, no_paper):
    briefing = go_to(make_briefing(cast.he, items=(water_item,)), S.WITHDRAWN, cast.he, cast.tang)
    printing.briefing_task(progress=lambda *_: None, frozen_id=briefing.frozen.id)
    db.session.commit()
    assert register.issued() == []


def test_an_internal_briefing_is_not_in_the_register(cast, water_item):
    masthead = make_masthead(cast.he, internal=True, mark="")
    briefing = make_briefing(cast.he, masthead, items=(water_item,))
    go_to(briefing, S.APPROVED, cast.he, cast.tang)
    db.session.expire_all()
    assert briefing.frozen.printed is not None
    assert register.issued() == []
