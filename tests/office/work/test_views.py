"""The page of background work: how far it is, what came of it, stopping it."""

import json
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import (
    AuditRow,
    BriefingState,
    DepositLetter,
    Job,
    JobState,
    Person,
)
from county_portal.office.base import jobs
from county_portal.office.base.extensions import db
from county_portal.office.desk.tasks import Link, Task, tasks_seen
from county_portal.office.rules.policy import Do, can
from county_portal.office.work.failures import failure
from county_portal.papers.deposits.names import Names
from county_portal.papers.gazettes import selection
from tests.cast import Cast
from tests.page import Page
from tests.papers.briefings.office import go_to, make_briefing, make_masthead, published
from tests.papers.deposits.conftest import make_deposit
from tests.papers.gazettes.office import MONTH

Browse = Callable[[object], Page]


@pytest.fixture(autouse=True)
def task(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task `t` that the clerk makes and the office reads."""
    shown = Task(
        "t",
        dict,
        title=lambda asked: f"The report of {asked['month']}",
        stages={"Setting the pages": "Setting the pages"},
        reads=Do.REPORT_READ,
        makes=Do.REPORT_MAKE,
        results=lambda asked, result: [Link("Open it", f"/reports/{result['report']}")],
        back=lambda asked: Link("All reports", "/reports/"),
    )
    monkeypatch.setitem(tasks_seen(), "t", shown)


@pytest.fixture
def clerk(browse: Browse, cast: Cast) -> Page:
    return browse(cast.he)


@pytest.fixture
def job(cast: Cast) -> Job:
    return add()


def add(**more: object) -> Job:
    values = {
        "key": "k",
        "task": "t",
        "arguments": json.dumps({"month": "2026-03"}),
        "state": JobState.RUNNING,
        "progress": 30,
        "doing": "Setting the pages",
        "asked_at": clock.now(),
    }
    job = Job(**{**values, **more})
    db.session.add(job)
    db.session.commit()
    return job


def test_how_far_it_is_is_shown_and_asked_again(clerk: Page, job: Job) -> None:
    page = clerk.get(f"/work/{job.id}")
    assert "The report of 2026-03" in page.text
    assert "Setting the pages…" in page.text
    assert page.select_one("#progress")["hx-get"] == f"/work/{job.id}/_progress"
    part = BeautifulSoup(clerk.raw(f"/work/{job.id}/_progress").data, "html.parser")
    assert part.progress["value"] == "30"
    assert not part.select("h1")


NAMED = {
    "en": {
        "reports.make": "Report 2026-02",
        "reports.close": "Closing the month 2026-02",
        "reports.circular": "Circular 2026-02",
        "deposits.package": "Packages of deposit 青政办送〔2026〕1号, 2026-03",
        "deposits.letter": "Letter about changes, 青政办送函〔2026〕3号",
        "gazettes.print": "Printing: Gazette of 2026-03",
        "briefings.print": "Printing: 政务信息2026年第1期",
        "briefings.preview": "Preview: 政务信息2026年第1期",
        "files.sweep": "Removing files that nobody names",
    },
    "zh_Hans_CN": {
        "reports.make": "报表 2026-02",
        "reports.close": "结账 2026-02",
        "reports.circular": "通报 2026-02",
        "deposits.package": "送交包：青政办送〔2026〕1号（2026-03）",
        "deposits.letter": "撤换函：青政办送函〔2026〕3号",
        "gazettes.print": "排印：2026-03 公报",
        "briefings.print": "排印：政务信息2026年第1期",
        "briefings.preview": "预览：政务信息2026年第1期",
        "files.sweep": "清理无记录的文件",
    },
}


@pytest.fixture
def asked(cast: Cast, waiting_queue: None) -> dict[str, object]:
    """What any kind of work may be asked of: one thing of each."""
    with clock.frozen("2026-03-09T10:00"):
        deposit = make_deposit(cast)
        gazette = selection.compose_issue(MONTH, by=cast.he)
    words = Names.now().as_json()
    letter = DepositLetter(year=2026, number=3, words=words, made_by=cast.he.id)
    letter.made_at = clock.now()
    db.session.add(letter)
    db.session.flush()
    briefing = make_briefing(
        cast.he, make_masthead(cast.he, "政务信息"), (published(cast.lin, title="修复河堤"),)
    )
    go_to(briefing, BriefingState.APPROVED, cast.he, cast.tang)
    return {
        "deposit": deposit.id,
        "letter": letter.id,
        "gazette": gazette.id,
        "period": "2026-02",
        "briefing_id": briefing.id,
        "frozen_id": briefing.frozen.id,
    }


@pytest.mark.parametrize("language", list(NAMED))
def test_every_kind_of_work_names_the_thing_it_is_of(
    app: Flask, asked: dict[str, object], language: str
) -> None:
    with app.test_request_context(), force_locale(language):
        said = {name: task.title(asked) for name, task in tasks_seen().items() if name != "t"}
    assert said == NAMED[language]


def test_every_task_has_a_page_that_shows_how_far_it_is_and_stops_it(
    browse: Browse, cast: Cast, asked: dict[str, object]
) -> None:
    for name in sorted(jobs.tasks()):
        task = tasks_seen()[name]
        one = add(key=f"{name}:0", task=name, arguments=json.dumps(asked), doing="")
        reader = next(it for it in vars(cast).values() if may(it, task.reads, task.makes))
        browser = browse(reader)
        page = browser.get(f"/work/{one.id}")
        assert page.select_one("progress")["value"] == "30", name
        assert page.select_one("form[action$=stop]"), name
        browser.post(f"/work/{one.id}/stop")
        assert db.session.get(Job, one.id).state is JobState.CANCELLED, name


def may(one: object, *deeds: Do) -> bool:
    return isinstance(one, Person) and all(can(one, deed) for deed in deeds)


@pytest.mark.parametrize("task", ["briefings.print", "briefings.preview", "files.sweep"])
def test_what_is_made_of_it_leads_on(
    browse: Browse, cast: Cast, asked: dict[str, object], task: str
) -> None:
    one = add(task=task, arguments=json.dumps(asked), state=JobState.DONE, result="{}")
    browser = browse(cast.sys if task == "files.sweep" else cast.he)
    browser.get(browser.get(f"/work/{one.id}").select_one("a.btn-primary")["href"])


def test_what_came_of_it_is_one_click_away(clerk: Page) -> None:
    job = add(state=JobState.DONE, result='{"report": 4}')
    page = clerk.get(f"/work/{job.id}")
    assert page.select_one("a.btn-primary")["href"] == "/reports/4"
    assert not page.select("#progress[hx-get]")
    assert "left out" not in page.text


def test_what_was_left_out_is_named(clerk: Page) -> None:
    job = add(state=JobState.DONE, result='{"report": 4, "left_out": ["关于防汛的通知"]}')
    page = clerk.get(f"/work/{job.id}")
    assert "left out" in page.text
    assert "关于防汛的通知" in page.text


def test_a_failure_is_told_in_words(clerk: Page) -> None:
    job = add(state=JobState.FAILED, error="OSError: no room on the disk")
    page = clerk.get(f"/work/{job.id}")
    assert "no room on the disk" in page.text
    assert not page.select("#progress[hx-get]")


def test_whoever_makes_it_may_stop_it_and_the_log_knows(clerk: Page, job: Job) -> None:
    page = clerk.post(f"/work/{job.id}/stop")
    assert "stopped" in page.text
    assert db.session.get(Job, job.id).state is JobState.CANCELLED
    row = db.session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
    assert (row.actor, row.action, json.loads(row.details)) == (
        "he",
        "report.make",
        {"stopped": "t"},
    )


def test_what_has_ended_cannot_be_stopped(clerk: Page) -> None:
    job = add(state=JobState.DONE, result='{"report": 4}')
    assert "ended already" in clerk.post(f"/work/{job.id}/stop", status=422).text


def test_who_only_reads_stops_nothing(browse: Browse, cast: Cast, job: Job) -> None:
    editor = browse(cast.qian)
    assert not editor.get(f"/work/{job.id}").select("form[action$=stop]")
    editor.post(f"/work/{job.id}/stop", status=403)
    assert db.session.get(Job, job.id).state is JobState.RUNNING


def test_who_may_not_read_it_sees_nothing(browse: Browse, cast: Cast, job: Job) -> None:
    browse(cast.lin).get(f"/work/{job.id}", status=403)


def test_work_that_is_nobodys_business_is_not_found(clerk: Page) -> None:
    clerk.get(f"/work/{add(task='something.else').id}", status=404)
    clerk.get("/work/9999", status=404)


@pytest.fixture
def refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task `t` is refused by the press."""

    def work(*, progress: jobs.Progress, month: str) -> dict[str, object]:
        raise Refused("The paper could not be set: %(why)s", why="It takes too long")

    monkeypatch.setitem(jobs.tasks(), "t", work)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The paper could not be set: It takes too long"),
        ("zh_Hans_CN", "文件无法排版：耗时过长"),
    ],
)
def test_a_refusal_is_said_in_the_reader_s_language(
    app: Flask, clerk: Page, refuses: None, cast: Cast, language: str, said: str
) -> None:
    job = jobs.enqueue("t", key="k", by=cast.he, month="2026-03")
    db.session.commit()
    db.session.refresh(job)
    assert job.state is JobState.FAILED
    with app.test_request_context(), force_locale(language):
        assert failure(job.error) == said
    if language == "en":
        assert said in clerk.get(f"/work/{job.id}").text


def test_what_is_no_refusal_is_shown_as_it_was_written(app: Flask) -> None:
    with app.test_request_context():
        for words in ("OSError: no room", "[1, 2]", '{"message": 1}', ""):
            assert failure(words) == words
