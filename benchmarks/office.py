"""The office of a county, in a process of its own: statements per page, and publishing.

python -m benchmarks.office    (COUNTY_DATA says which county; prints JSON)
"""

import json
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from county_portal.app import create_office, create_public
from county_portal.core import clock
from county_portal.demo.people import PASSWORD
from county_portal.editorial.items import services as items
from county_portal.editorial.release import public_file
from county_portal.editorial.release import services as release
from county_portal.editorial.review import services as review
from county_portal.models import Column, Item, Person, Verdict
from county_portal.office.base.extensions import db, writing
from county_portal.office.rules.policy import Do

WHO = ("liuxi.xx1", "liuxi.ld", "fuban.bj1", "fuban.bm1", "fuban.qf1")
PAGES = {"desk": ("/", (*WHO, "fuban.ws1")), "list": ("/review/", WHO)}
PUBLISHED = 5  # items
LOOKS = 5


def main() -> None:
    app = create_office(WTF_CSRF_ENABLED=False, SERVER_NAME=None)
    figures: dict[str, float] = {}
    for page, (path, people) in PAGES.items():
        seen = [_look(app, login, path) for login in people]
        figures[f"{page}_statements"] = max(count for count, _ in seen)
        figures[f"{page}_ms"] = round(max(ms for _, ms in seen), 1)
    with app.app_context():
        figures["publish_seconds"] = round(min(map(_publish, range(PUBLISHED))), 2)
    json.dump(figures, sys.stdout)


def _look(app: Flask, login: str, path: str) -> tuple[int, float]:
    """How many statements a page takes, and its milliseconds in the best of some looks."""
    client = app.test_client()
    _sign_in(client, login)
    times, statements = [], 0
    for _ in range(LOOKS):
        with app.app_context(), _counting() as seen:
            start = time.perf_counter()
            answer = client.get(path)
            times.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} was answered with {answer.status_code} for {login}")
        statements = max(statements, len(seen))
    return statements, min(times)


def _sign_in(client: FlaskClient, login: str) -> None:
    answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
    if answer.status_code != 303:
        raise SystemExit(f"{login} cannot sign in: {answer.status_code}")


@contextmanager
def _counting() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_more: object) -> None:
        if not sql.startswith(("PRAGMA", "BEGIN")):
            seen.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def _publish(_again: int) -> float:
    """Seconds from the issuer's word until a citizen reads the item."""
    with writing():
        item = _signed_item()
        db.session.commit()
    citizen = create_public().test_client()
    citizen.get("/")
    start = time.perf_counter()
    with writing():
        release.issue_item(item, by=_person("fuban.qf1"))
        db.session.commit()
    public_file.reconcile()
    answer = citizen.get(f"/items/{item.public_id}")
    seconds = time.perf_counter() - start
    if answer.status_code != 200 or item.title not in answer.text:
        raise SystemExit("The published item cannot be read")
    return seconds


def _signed_item() -> Item:
    """One more item that only waits for the issuer, by the road everybody takes."""
    column = db.session.scalars(select(Column).where(Column.slug == "xzdt")).one()
    draft = items.Draft(
        title=f"柳溪镇测量用信息{secrets.token_hex(4)}",
        column_id=column.id,
        formed_on=clock.today() - timedelta(days=1),
        summary="用于测量发布耗时。",
        body="<p>用于测量发布耗时。</p>" * 8,
    )
    author = _person("liuxi.xx1")
    item = items.create_item(draft, token=secrets.token_hex(8), by=author)
    review.take_plain_step(item, Do.ITEM_SUBMIT, by=author)
    review.take_plain_step(item, Do.ITEM_APPROVE, by=_person("liuxi.ld"))
    review.take_plain_step(item, Do.ITEM_ACCEPT, by=_person("fuban.bj1"))
    opinion = review.ItemOpinion(
        verdict=Verdict.RELEASE,
        content_hash=items.current_revision(item).content_hash,
        checks=dict.fromkeys(review.QUESTIONS, True),
    )
    review.sign_off(item, opinion, by=_person("fuban.bm1"))
    return item


def _person(login: str) -> Person:
    return db.session.scalars(select(Person).where(Person.login == login)).one()


if __name__ == "__main__":
    main()
