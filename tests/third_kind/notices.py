"""A third kind of signed thing, with everything a kind brings: the example of CONTRIBUTING.

A notice is composed, signed, issued and withdrawn; it may name items and other notices, and
goes with them.
A real kind has each part in its own place; the headings say which.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from unittest.mock import patch

from flask import Blueprint, render_template_string, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, select
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column, relationship

from county_portal.core import clock
from county_portal.editorial.catalogue.numbers import draw
from county_portal.editorial.release import public_file
from county_portal.models import (
    Base,
    HandRow,
    Item,
    Person,
    SignOffRow,
    StepRow,
    Verdict,
    guards,
)
from county_portal.models.base import read_as
from county_portal.models.signed import HasHands, PublicationRow, SignedKind
from county_portal.office.base.extensions import db
from county_portal.office.feature import Feature
from county_portal.office.rules.policy import Do
from county_portal.office.rules.releasable import Releasable, RestsOn, end_what_rests_on, live
from county_portal.office.rules.workflow import Road, Step, require_released, take_hand, take_step
from county_portal.public.kinds import FeedLine, PublicKind, map_lines, newest_entries, withdrawn
from county_portal.public.pages import chosen_language, site
from county_portal.published import search
from county_portal.published.kinds import IndexWords, Kind
from county_portal.published.manifest import Manifest
from county_portal.published.reader import Site
from county_portal.published.schema import Withdrawal, county_year

# published/notices.py: what is signed, and what the public file keeps of it


@dataclass(frozen=True, kw_only=True)
class NoticeManifest(Manifest):
    DOMAINS: ClassVar = {1: b"county-portal/test-notice/v1\0"}

    key: str
    title: str
    body: str


@dataclass(frozen=True)
class NoticeEntry:
    key: str
    number: int
    manifest_text: str
    content_hash: str
    published_at: datetime

    kind: ClassVar = "notice"


def check(entry: NoticeEntry, notice: NoticeManifest) -> None:
    if entry.key != notice.key:
        raise ValueError(f"The manifest of notice {entry.key} is that of {notice.key}")


def index(entry: NoticeEntry, notice: NoticeManifest) -> IndexWords:
    year = search.facet("y", str(county_year(entry.published_at)))
    return IndexWords(search.tokens(notice.title), search.tokens(notice.body), year)


KIND = Kind(
    name="notice",
    manifest=NoticeManifest,
    check=check,
    files=lambda _notice: (),
    title=lambda notice: notice.title,
    index=index,
    text=lambda notice: notice.body,
)

# models/notices.py, and a migration with the same tables and triggers

NOTICE = SignedKind(
    thing_id="notice_id",
    versions="notice_texts",
    hands="notice_hands",
    steps="notice_steps",
    version_id="text_id",
    sign_offs="notice_sign_offs",
    publications="notice_publications",
)


class NoticeState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class NoticeHandKind(StrEnum):
    COMPOSER = "composer"
    OFFICER = "officer"
    ISSUER = "issuer"


class Notice(HasHands, Base):
    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.DRAFT)
    state_since: Mapped[datetime]

    hands: Mapped[list["NoticeHand"]] = relationship(lazy="selectin")
    texts: Mapped[list["NoticeText"]] = relationship(order_by="NoticeText.id")


class NoticeHand(HandRow):
    __tablename__ = NOTICE.hands
    __table_args__ = NOTICE.hand_keys()
    kind = NOTICE

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    hand: Mapped[NoticeHandKind]


class NoticeText(Base):
    __tablename__ = NOTICE.versions
    __table_args__ = NOTICE.version_keys()

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    manifest_text: Mapped[str] = mapped_column("manifest")
    manifest = read_as(NoticeManifest)
    content_hash: Mapped[str]


class NoticeItem(Base):
    """That a text names an item, without which it may not be public."""

    __tablename__ = "notice_items"

    text_id: Mapped[int] = mapped_column(ForeignKey("notice_texts.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)


class NoticeNamed(Base):
    """That a text names another notice, without which it may not be public."""

    __tablename__ = "notice_named"

    text_id: Mapped[int] = mapped_column(ForeignKey("notice_texts.id"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)


class NoticeStep(StepRow):
    __tablename__ = NOTICE.steps
    kind = NOTICE

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    was: Mapped[NoticeState]
    now: Mapped[NoticeState]


class NoticeSignOff(SignOffRow):
    __tablename__ = NOTICE.sign_offs
    __table_args__ = NOTICE.sign_off_keys()
    kind = NOTICE

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    text_id: Mapped[int]


class NoticePublication(PublicationRow):
    __tablename__ = NOTICE.publications
    __table_args__ = (*NOTICE.publication_keys(), CheckConstraint("public_id > 0", name="numbered"))
    kind = NOTICE

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    text_id: Mapped[int]
    public_id: Mapped[int] = mapped_column(unique=True)
    key: Mapped[str]


class NoticeEnding(Base):
    __tablename__ = "notice_endings"

    publication_id: Mapped[int] = mapped_column(
        ForeignKey("notice_publications.id"), primary_key=True
    )
    ended_at: Mapped[datetime]
    reason: Mapped[str]


configure_mappers()
TABLES = [table for name, table in Base.metadata.tables.items() if name.startswith("notice")]
KEPT = dict.fromkeys((*NOTICE.records, "notice_items", "notice_named", "notice_endings"), ())
with patch.dict(guards.LATER, KEPT):
    TRIGGERS = [one for one in guards.statements("sqlite") if " ON notice_" in one]
for table in TABLES:  # other tests know the county's own tables only
    Base.metadata.remove(table)

# a wing of its own, notices/: its road, its services, its half of the way to the public


def is_signed(notice: Notice) -> None:
    """Raise Refused unless the newest text is released."""
    require_released(NoticeSignOff, notice.texts[-1])


S, H = NoticeState, NoticeHandKind
STEPS = (
    Step(Do.GAZETTE_RELEASE, (S.DRAFT,), S.SIGNED, guards=(is_signed,)),
    Step(Do.GAZETTE_ISSUE, (S.SIGNED,), S.PUBLISHED, guards=(is_signed,), hand=H.ISSUER),
    Step(Do.GAZETTE_WITHDRAW, (S.PUBLISHED,), S.WITHDRAWN, needs_note=True),
)
"""A real kind has rows of its own in `policy`; these are the gazette's."""
ROAD = Road(STEPS, Notice, NoticeHand, NoticeStep, officer=H.OFFICER)


def compose(
    key: str, title: str, body: str, *, by: Person, names: Iterable[Item | Notice] = ()
) -> Notice:
    said = NoticeManifest(form=1, key=key, title=title, body=body)
    digest = NoticeManifest.hash_of(said.text)
    notice = Notice(key=key, state_since=clock.now())
    notice.texts.append(NoticeText(manifest_text=said.text, content_hash=digest))
    db.session.add(notice)
    db.session.flush()
    take_hand(notice, H.COMPOSER, by=by)
    text_id = notice.texts[-1].id
    for named in names:
        if isinstance(named, Item):
            db.session.add(NoticeItem(text_id=text_id, item_id=named.id))
        else:
            db.session.add(NoticeNamed(text_id=text_id, notice_id=named.id))
    return notice


def sign_notice(notice: Notice, *, by: Person) -> None:
    text = notice.texts[-1]
    verdict = NoticeSignOff(
        notice_id=notice.id,
        text_id=text.id,
        content_hash=text.content_hash,
        officer_id=by.id,
        verdict=Verdict.RELEASE,
        checks="{}",
        signed_at=clock.now(),
    )
    with take_step(ROAD, notice, Do.GAZETTE_RELEASE, by=by, verdict=verdict):
        pass


def issue_notice(notice: Notice, *, by: Person) -> None:
    """The signed text is live from now. The file is swapped after the commit."""
    with take_step(ROAD, notice, Do.GAZETTE_ISSUE, by=by):
        text = notice.texts[-1]
        publication = NoticePublication(
            notice_id=notice.id,
            text_id=text.id,
            sign_off_id=require_released(NoticeSignOff, text).id,
            issuer_id=by.id,
            key=notice.key,
            public_id=draw("public_id"),
            published_at=clock.now(),
        )
        db.session.add(publication)


def withdraw_notice(notice: Notice, reason: str, *, by: Person) -> None:
    """The public no longer reads it, from before this returns. Wants `public_file.lock` held."""
    with take_step(ROAD, notice, Do.GAZETTE_WITHDRAW, by=by, note=reason):
        query = select(NoticePublication).where(
            NoticePublication.notice_id == notice.id, lasts(NoticePublication)
        )
        gone = end_notice(db.session.scalars(query).one(), reason, by)
    resting = end_what_rests_on(KIND.name, notice.id, by=by, cause=None)
    public_file.withdraw_now((gone, *resting))


def lasts(publication: Any) -> ColumnElement[bool]:
    return publication.id.not_in(select(NoticeEnding.publication_id))  # type: ignore[no-any-return]


def end_notice(
    publication: NoticePublication, reason: str, _by: Person, _cause: object = None
) -> Withdrawal:
    moment = clock.now()
    db.session.add(NoticeEnding(publication_id=publication.id, ended_at=moment, reason=reason))
    db.session.flush()
    return Withdrawal(KIND.name, publication.key, "", moment, reason)


def notice_entries(only: Iterable[str] | None = None) -> Iterator[NoticeEntry]:
    query = live(RELEASABLE, NoticePublication, NoticeText)
    if only is not None:
        query = query.where(NoticePublication.key.in_(list(only)))
    for one, text in db.session.execute(query):
        manifest, digest = text.manifest_text, text.content_hash
        yield NoticeEntry(one.key, one.public_id, manifest, digest, one.published_at)


def withdrawn_notices() -> Iterator[Withdrawal]:
    here = {entry.key for entry in notice_entries()}
    query = select(NoticePublication.key, NoticeEnding.ended_at, NoticeEnding.reason).join(
        NoticeEnding, NoticeEnding.publication_id == NoticePublication.id
    )
    for key, moment, reason in db.session.execute(query):
        if key not in here:
            yield Withdrawal(KIND.name, key, "", moment, reason)


ITEMS = select(NoticeItem.text_id.label("version_id"), NoticeItem.item_id.label("thing_id"))
NAMED = select(NoticeNamed.text_id.label("version_id"), NoticeNamed.notice_id.label("thing_id"))
GONE = "所引文件已撤回。"
RELEASABLE = Releasable(
    kind=KIND,
    version=NoticeText,
    hand=NoticeHand,
    sign_off=NoticeSignOff,
    publication=NoticePublication,
    key="key",
    lasts=lasts,
    entries=notice_entries,
    withdrawals=withdrawn_notices,
    end=end_notice,
    rests_on=(RestsOn("item", ITEMS, GONE), RestsOn(KIND.name, NAMED, GONE)),
)
FEATURE = Feature((), releasables=(RELEASABLE,))

# public/notices.py: its pages

bp = Blueprint("public_notices", __name__)
PAGE = """{% extends "public.html" %}{% block title %}{{ notice.title }}{% endblock %}
{% block content %}<h1>{{ notice.title }}</h1><p>{{ notice.body }}</p>{% endblock %}"""


@bp.get("/notices/<key>")
def page(key: str) -> ResponseReturnValue:
    found = site().signed(KIND, key)
    if found is None:
        return withdrawn(KIND, key, "public/withdrawn.html")
    words = {"site": site(), "language": chosen_language()}
    return render_template_string(PAGE, notice=found[0], **words)


def address(key: str, **more: Any) -> str:
    return url_for("public_notices.page", key=key, **more)


def feed(here: Site, count: int) -> list[FeedLine]:
    return [
        FeedLine(address(key, lang=None), said.title, said.body, moment, moment)
        for key, said, moment in newest_entries(here, KIND, count)
    ]


NOTICES = PublicKind(KIND, bp, address, feed=feed, site_map=map_lines(KIND))
