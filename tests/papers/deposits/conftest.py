"""A county whose deposit was made once, for all tests that only read it."""

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.editorial.items import attachments
from county_portal.editorial.items.services import current_revision
from county_portal.models import Deposit, DepositPackage, Item, JobState, Person, State
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.papers.deposits import package, prints, services
from county_portal.papers.deposits.holdings import WHOLE
from county_portal.papers.deposits.plans import plan_of
from county_portal.papers.deposits.services import DepositDraft
from tests.cast import Cast
from tests.editorial.documents import corpus
from tests.factories import PUBLIC, go, make_category, make_item
from tests.papers.reports.reading import text_of

NINTH = "2026-03-09T10:00"
FIRST = DepositDraft(until_on=date(2026, 3, 8), since_on=date(2026, 3, 1))


AGAIN = (
    State.CORRECTING,
    State.SUBMITTED,
    State.UNIT_APPROVED,
    State.ACCEPTED,
    State.SIGNED_OFF,
    State.PUBLISHED,
)


@dataclass
class Package:
    """What lay in a package."""

    blob: str
    raw: bytes
    names: list[str]
    files: dict[str, bytes]
    manifest: str

    def words(self, path: str) -> str:
        """The words of a PDF in it, without any room between them."""
        return squeezed(self.files[path])


def squeezed(pdf: bytes) -> str:
    return re.sub(r"\s", "", text_of(pdf))


def unpack(deposit_id: int, unit_code: str = "") -> Package:
    row = package.package_of(deposit_id, unit_code)
    assert row is not None
    raw = files.blob_path(row.blob).read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        inside = {name: packed.read(name) for name in names}
    return Package(row.blob, raw, names, inside, row.contents)


def make_deposit(cast: Cast, draft: DepositDraft = FIRST) -> Deposit:
    """A deposit without its packages: quick."""
    deposit = services.make_deposit(draft, by=cast.he)
    db.session.commit()
    return deposit


def give_away(deposit: Deposit) -> Deposit:
    """The deposit as if its packages were made: quick."""
    blob = files.register_blob(files.keep_paper(b"%PDF-1.7 a package"), editions.MEDIA_TYPES["zip"])
    said = '{"files": [], "left_out": []}'
    db.session.add(
        DepositPackage(
            deposit_id=deposit.id,
            unit_code=WHOLE,
            blob=blob.sha256,
            contents=said,
            made_at=clock.now(),
        )
    )
    db.session.commit()
    return deposit


def pack(cast: Cast, draft: DepositDraft = FIRST) -> Deposit:
    """A deposit with its packages."""
    deposit = make_deposit(cast, draft)
    package.request_package(deposit, by=cast.he)
    db.session.commit()
    return deposit


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Words of texts that cannot be set; a test may add some, and take them away."""
    bad: set[str] = set()
    whole = prints.text_pdf

    def fails(html: str, pictures: object) -> bytes:
        if any(word in html for word in bad):
            raise Refused("The paper could not be set: %(why)s", why="too deep")
        return whole(html, pictures)

    monkeypatch.setattr(prints, "text_pdf", fails)
    return bad


@dataclass
class Packed:
    """A county's first deposit: Water published three texts, Farms and the office none."""

    whole: Package
    water: Package
    farms: Package
    hashes: dict[str, str]  # content hash by title
    again: str  # the county's package, packed once more from nothing


_kept: list[Packed] = []


@pytest.fixture
def packed(app: Flask, cast: Cast, tmp_path: Path) -> Packed:
    """Made by the first test that asks; later ones read what it was."""
    if not _kept:
        _kept.append(_pack(cast, tmp_path))
    return _kept[0]


def _pack(cast: Cast, folder: Path) -> Packed:
    items = [
        make_item(
            cast.lin,
            state=State.PUBLISHED,
            title="关于做好2026年防汛工作的通知",
            document_number="青水发〔2026〕12号",
            category_id=make_category().id,
            body="<h2>一、总体要求</h2><p>各乡镇要在汛期到来前完成堤防检查。</p>",
        ),
        publish_with_files(cast, folder),
        make_item(cast.lin, state=State.PUBLISHED, title="堤防检查情况"),
    ]
    hashes = {one.title: current_revision(one).content_hash for one in items}
    with clock.frozen(NINTH):
        deposit = make_deposit(cast)
        package.request_package(deposit, by=cast.he)
        db.session.commit()
    job = package.job_of(deposit)
    assert job and job.state is JobState.DONE, job and job.error
    whole, water, farms = (unpack(deposit.id, code) for code in ("", "W01", "F01"))
    return Packed(whole, water, farms, hashes, _once_more(deposit))


def _once_more(deposit: Deposit) -> str:
    """The hash of the county's package if it is packed anew, as after a worker that died."""
    plan = plan_of(deposit)
    db.session.rollback()
    with package._folder(deposit.id) as folder:
        made = package._pack(plan, folder, lambda percent, doing: None)
    return made[-1].stored.sha256


def correct(item: Item, day: int) -> None:
    """Another version of the item takes the place of the one the public read."""
    with clock.frozen(f"2026-03-{day}T10:00"):
        for state in AGAIN:
            go(item, state)


def publish_with_files(cast: Cast, folder: Path) -> Item:
    """A published item with a picture in its text and a PDF beside it."""
    item = make_item(
        cast.lin,
        title="东堤加固工程平面图",
        body='<p>平面图见下。</p><p><img src="attachment:aaaaaaaa" alt="平面图"></p>',
    )
    add_file(item, corpus.png(folder / "map.png", size=(300, 200)), "aaaaaaaa", cast.lin)
    corpus.plain_pdf(folder / "plan.pdf", pages=2)
    add_file(item, folder / "plan.pdf", "bbbbbbbb", cast.lin)
    for state in PUBLIC:
        go(item, state)
    return item


def add_file(item: Item, path: Path, key: str, by: Person) -> None:
    db.session.rollback()
    with path.open("rb") as stream:
        received = attachments.receive_attachment(stream, f"附件 {path.name}")
    attachments.add(item, received, key=key, by=by, inline=path.suffix == ".png")
    db.session.commit()
