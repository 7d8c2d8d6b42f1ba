"""The queue of background work on PostgreSQL."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from county_portal.core import clock
from county_portal.models import Job
from county_portal.office.base import jobs
from county_portal.office.base.extensions import db
from tests.postgres.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]


def test_a_row_that_somebody_holds_is_passed_over(
    app: Flask, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who looks after the database by hand keeps the other work from nothing."""
    monkeypatch.setitem(jobs.tasks(), "t", lambda *, progress: {})
    for key in ("first", "second"):
        db.session.add(Job(key=key, task="t", arguments="{}", asked_at=clock.now()))
    db.session.commit()
    with psycopg.connect(host=str(server.folder), user="postgres", dbname="county") as other:
        other.execute("SELECT id FROM jobs WHERE key = 'first' FOR UPDATE")
        assert jobs.run_job()
        assert not jobs.run_job()
    assert jobs.run_job()
    ended = db.session.scalars(select(Job.key).order_by(Job.tries.desc(), Job.id))
    assert ended.all() == ["first", "second"]
    assert not jobs.run_job()
