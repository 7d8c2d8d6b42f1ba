"""A county office that makes gazettes: its people, its documents, and the road by the services."""

from datetime import date

from county_portal.core import clock
from county_portal.editorial.catalogue import validity
from county_portal.editorial.release import public_file
from county_portal.models import (
    ColumnKind,
    Gazette,
    GazetteSection,
    GazetteState,
    Item,
    Job,
    State,
    ValidityState,
    Verdict,
)
from county_portal.office.base.extensions import db
from county_portal.papers.gazettes import marks, selection, services
from county_portal.papers.gazettes.steps import edition_of
from county_portal.published.gazettes import GAZETTE
from county_portal.published.schema import Withdrawal
from county_portal.published.writing import writer
from tests.cast import Cast
from tests.factories import make_category, make_column, make_item

MONTH = date(2026, 3, 1)
ALL_CLEAR = dict.fromkeys(services.QUESTIONS, True)
COUNTY, PERSONNEL = GazetteSection.COUNTY, GazetteSection.PERSONNEL


def make_document(
    cast: Cast, number: int, section: GazetteSection | None = COUNTY, **more: object
) -> Item:
    """A published document of the county, marked for the gazette unless section is None."""
    words = {
        "title": f"青禾县人民政府关于第{number}号工作的通知",
        "document_number": f"青政发〔2026〕{number}号",
        "column_id": make_column("policies", kind=ColumnKind.POLICY).id,
        "category_id": make_category().id,
        "body": "<p>各乡镇人民政府：</p>" + "<p>请认真贯彻执行，按时报送情况。</p>" * 3,
        **more,
    }
    item = make_item(cast.lin, state=State.PUBLISHED, **words)
    if section is not None:
        marks.mark_item(item, section, by=cast.qian)
        db.session.commit()
    return item


def repeal(
    item: Item, by: str, cast: Cast, since: date = date(2026, 3, 2), ground: str = ""
) -> None:
    finding = validity.Finding(ValidityState.REPEALED, since, by=by, ground=ground)
    validity.change(item, finding, seen_id=validity.newest_id(item), by=cast.qian)
    db.session.commit()


def print_it(gazette: Gazette, cast: Cast) -> Gazette:
    """Asked for by the clerk; the job runs at once in tests."""
    job = services.freeze_gazette(gazette, seen_version=gazette.version, by=cast.he)
    db.session.commit()
    db.session.expire_all()
    assert db.session.get_one(Job, job.id).error == ""
    return db.session.get_one(Gazette, gazette.id)


def sign_it(gazette: Gazette, cast: Cast, verdict: Verdict = Verdict.RELEASE) -> None:
    edition = edition_of(gazette)
    opinion = services.GazetteOpinion(verdict, edition.content_hash, ALL_CLEAR, "Read in full")
    services.sign(gazette, opinion, by=cast.wu)
    db.session.commit()


def issue_it(gazette: Gazette, cast: Cast) -> None:
    services.issue_gazette(gazette, edition_of(gazette).content_hash, by=cast.tang)
    db.session.commit()
    public_file.reconcile()


def publish(cast: Cast, month: date = MONTH) -> Gazette:
    """The month's gazette with everything that waits for it, on the public site."""
    gazette = selection.compose_issue(month, by=cast.he)
    db.session.commit()
    gazette = print_it(gazette, cast)
    sign_it(gazette, cast)
    issue_it(gazette, cast)
    assert gazette.state is GazetteState.PUBLISHED
    return gazette


def in_month(month: int):
    """The clock stands on the second day of this month."""
    return clock.frozen(f"2026-{month:02}-02T09:00")


def gazettes_told() -> dict[str, str]:
    """Key and content hash of the gazettes in the public file, by what lies there."""
    every = writer.hashes(public_file.folder(), [GAZETTE])
    return {key: found for (kind, key), found in every.items() if kind == GAZETTE.name}


def withdrawals_told() -> dict[str, Withdrawal]:
    every = writer.withdrawals_in(public_file.folder())
    return {key: gone for (kind, key), gone in every.items() if kind == GAZETTE.name}
