"""What the office decides, and what is done in the background."""

import pytest

from county_portal.admin import services
from county_portal.core import clock
from county_portal.core.errors import Refused
from county_portal.models import AuditRow, Job, JobState
from county_portal.office.base import jobs, settings
from county_portal.office.base.extensions import db
from county_portal.printing import process_pool
from tests.factories import make_item


def form(page, **changed):
    fields = page.get("/settings").select("main form input[name]")
    return {**{field["name"]: field.get("value", "") for field in fields}, **changed}


def test_a_decision_is_kept_and_logged(browse, cast):
    page = browse(cast.sys)
    page.post("/settings", form(page, county_name="Green Valley"))
    assert settings.value("county_name") == "Green Valley"
    assert "Green Valley" in page.get("/settings").select_one(".head__name").text
    log = browse(cast.aud).get("/log?thing=settings:county_name")
    assert "Green Valley" in log.select_one("tbody tr").text


@pytest.mark.parametrize(
    ("key", "new", "reason"),
    [
        ("publish_within_workdays", "many", "Enter a whole number from 1 to 999"),
        ("index_number_pattern", "{unit}-{secret}", "may hold"),
        ("index_number_pattern", "{unit}", "must hold"),
        ("county_name", "  ", "Enter a value"),
    ],
)
def test_a_value_that_cannot_work_is_refused_at_its_field(browse, cast, key, new, reason):
    page = browse(cast.sys)
    words = form(page, **{key: new, "site_name": "Another name"})
    answer = page.post("/settings", words, status=422)
    assert reason in answer.select_one(f"#{key}-error").text
    assert answer.select_one("#site_name")["value"] == "Another name"
    assert settings.value("site_name") != "Another name"


WHOLE = "Enter a whole number from 1 to 999"
LARGEST = {
    "publish_within_workdays": 999,
    "review_again_after_days": 999,
    "close_month_on_day": 28,
    "circular_names": 999,
    "gazette_total_from": 999,
    "deposit_remind_days": 999,
}
NO_NUMBER = ["0", "00", "-1", "+1", "1000", "9" * 200, "1.5", "1e2", "1 2", "0x1", "many", "", " "]
NO_NUMBER += ["１", "²", "五", "1_0", "\u0661"]  # digits to somebody, numbers to Python


def test_everything_that_is_counted_is_declared_a_number():
    assert {choice.key for choice in settings.CHOICES if choice.numeric} == LARGEST.keys()
    for key in LARGEST:
        assert settings.KNOWN[key].default.isdigit(), key


@pytest.mark.parametrize("key", LARGEST)
def test_a_number_goes_from_one_to_its_largest(cast, key):
    for number in (1, LARGEST[key]):
        services.decide_setting(key, str(number), by=cast.sys)
        assert settings.number(key) == number


@pytest.mark.parametrize("key", LARGEST)
def test_what_is_no_such_number_is_refused_with_a_sentence_and_changes_nothing(cast, key):
    before = settings.value(key)
    for typed in NO_NUMBER:
        with pytest.raises(Refused) as refused:
            services.decide_setting(key, typed, by=cast.sys)
        assert str(refused.value) == WHOLE, typed
    assert settings.value(key) == before
    assert (
        db.session.scalars(db.select(AuditRow).where(AuditRow.object.like("settings%"))).all() == []
    )


def test_nought_is_refused_at_its_field(browse, cast):
    page = browse(cast.sys)
    for key in LARGEST:
        answer = page.post("/settings", form(page, **{key: "0"}), status=422)
        assert WHOLE in answer.select_one(f"#{key}-error").text
        assert answer.select_one(f"#{key}")["value"] == "0"


@pytest.mark.parametrize(
    "typed", ["0", "29", "9,0", "9,29", "-9", "9,,10", "9;10", "ninth", "", "９", "²"]
)
def test_days_that_some_month_does_not_have_are_refused(cast, typed):
    with pytest.raises(Refused, match="days of the month from 1 to 28"):
        services.decide_setting("deposit_days", typed, by=cast.sys)


def test_no_month_is_closed_on_a_day_that_it_may_not_have(cast):
    with pytest.raises(Refused, match="days of the month from 1 to 28"):
        services.decide_setting("close_month_on_day", "29", by=cast.sys)


def test_the_first_and_the_last_day_of_every_month_may_be_days_of_deposit(cast):
    services.decide_setting("deposit_days", "28，1", by=cast.sys)
    assert settings.days_of(settings.value("deposit_days")) == (1, 28)


def test_settings_of_a_stale_page_are_not_kept(browse, cast):
    page = browse(cast.sys)
    words = form(page)
    page.post("/settings", {**words, "county_name": "First"})
    page.post("/settings", {**words, "county_name": "Second"}, status=409)


def test_another_number_of_days_moves_the_deadlines(browse, cast):
    item = make_item(cast.lin)
    before = item.publish_due_on
    page = browse(cast.sys)
    page.post("/settings", form(page, publish_within_workdays="5"))
    db.session.refresh(item)
    assert item.publish_due_on < before


def test_a_job_that_failed_says_why(browse, cast, monkeypatch):
    def fail(progress):
        raise ValueError("the disk is full")

    monkeypatch.setitem(jobs.tasks(), "test.fail", fail)
    jobs.enqueue("test.fail", key="test", by=cast.he)
    db.session.commit()
    row = browse(cast.sys).get("/jobs").select_one("tbody tr").text
    assert "Failed" in row
    assert "the disk is full" in row
    assert "He" in row


def test_work_is_called_by_its_thing_or_by_its_task_when_that_is_gone(browse, cast):
    jobs.enqueue("files.sweep", key="made", by=None)
    jobs.enqueue("briefings.preview", key="gone", by=cast.he, briefing_id=999)
    db.session.commit()
    gone, made = [
        row.select_one("td").text for row in browse(cast.sys).get("/jobs").select("tbody tr")
    ]
    assert gone == "briefings.preview"
    assert made == "Removing files that nobody names"


def test_what_keeps_the_machine_from_good_paper_is_said_plainly(browse, cast, monkeypatch):
    page = browse(cast.sys)
    assert not page.get("/jobs").select(".alert-danger")
    monkeypatch.setattr(process_pool, "hello", lambda: {"families": [], "fast": False})
    said = [one.text for one in page.get("/jobs").select(".alert-danger")]
    assert ["Fonts are missing" in said[0], "libharfbuzz-subset0" in said[1]] == [True, True]


def test_a_long_list_of_jobs_has_pages(browse, cast):
    moment = clock.now()
    db.session.add_all(
        Job(key=str(n), task="t", arguments="{}", state=JobState.DONE, asked_at=moment)
        for n in range(51)
    )
    db.session.commit()
    page = browse(cast.sys)
    first = page.get("/jobs")
    assert len(first.select("tbody tr")) == 50
    assert len(page.get(first.select_one("a[rel=next]")["href"]).select("tbody tr")) == 1


def test_only_the_system_administrator_decides(browse, cast):
    for person in (cast.lin, cast.qian, cast.he, cast.sec, cast.aud):
        browse(person).get("/settings", status=403)
        browse(person).post("/settings", {"county_name": "Mine"}, status=403)
        browse(person).get("/jobs", status=403)
