"""The story: the same for the same seed, in order, at work, and with something on every desk."""

import re
from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import pytest

from county_portal.core import clock
from county_portal.core.html.clean import clean, text_of
from county_portal.core.workdays import WorkCalendar
from county_portal.demo.columns import demo_columns
from county_portal.demo.hours import DAY, OfficeHours
from county_portal.demo.people import demo_units, people
from county_portal.demo.story import TOPICS, WAITING, Story
from county_portal.models import Role, State, UnitKind
from county_portal.office.rules.policy import Do

CALENDAR = WorkCalendar.of([2025, 2026], holidays=[date(2026, 1, 1)], makeup=[date(2026, 1, 4)])
END = datetime(2026, 3, 2, 11, 0, tzinfo=clock.COUNTY)
HOURS = OfficeHours(CALENDAR, date(2025, 1, 2), END)


@pytest.fixture(scope="module")
def story() -> Story:
    return Story(2026, 1200, HOURS)


def test_office_hours_know_lunch_weekends_and_holidays() -> None:
    hours = OfficeHours(CALENDAR, date(2025, 12, 31), END)
    said = [hours.moment(minute).strftime("%m-%d %H:%M") for minute in (0, 209, 210, DAY, 2 * DAY)]
    assert said == ["12-31 08:30", "12-31 11:59", "12-31 14:00", "01-02 08:30", "01-04 08:30"]
    assert hours.moment(hours.total - 1) < END


def test_the_county_has_its_units_and_people() -> None:
    assert Counter(unit.kind is UnitKind.TOWNSHIP for unit in demo_units()) == {True: 10, False: 52}
    roles = Counter(person.role for person in people())
    assert roles[Role.LIAISON] == 73
    assert roles[Role.UNIT_LEADER] == 62
    assert roles[Role.EDITOR] >= 3
    assert roles[Role.CONFIDENTIALITY_OFFICER] == roles[Role.ISSUER] == 2
    assert len({person.login for person in people()}) == len(list(people()))


def test_thirty_columns_in_two_levels() -> None:
    tree = list(demo_columns())
    headings = {column.slug for above, column in tree if not above}
    assert len(tree) == 30
    assert {above for above, _ in tree if above} == headings
    assert {topic.column for topic in TOPICS} == {column.slug for above, column in tree if above}


def test_the_same_seed_tells_the_same_story(story: Story) -> None:
    again = Story(2026, 1200, HOURS)
    assert [(one.at, one.deed) for one in again.happenings()] == [
        (one.at, one.deed) for one in story.happenings()
    ]
    assert again.plans[7].text() == story.plans[7].text()
    assert Story(2027, 1200, HOURS).plans[7].text() != story.plans[7].text()


def test_time_only_goes_forward_and_only_at_work(story: Story) -> None:
    happenings = list(story.happenings())
    assert all(one.at < later.at for one, later in pairwise(happenings))
    assert happenings[-1].at < END
    for one in happenings:
        local = one.at.astimezone(clock.COUNTY)
        assert CALENDAR.is_workday(local.date())
        assert 8 <= local.hour < 18
        assert one.plan.formed_on <= local.date()


def test_something_lies_on_every_desk(story: Story) -> None:
    ends = Counter(plan.end for plan in story.plans)
    assert all(ends[state] >= 5 for state in WAITING)
    assert ends[State.PUBLISHED] > 850
    waiting = [plan for plan in story.plans if plan.end is State.SUBMITTED]
    assert Counter(plan.unit.short for plan in waiting)["柳溪镇"] >= 5
    overdue = [plan for plan in story.plans if plan.end in WAITING and _is_late(plan.formed_on)]
    assert len(overdue) >= 10


def _is_late(formed_on: date) -> bool:
    return CALENDAR.add(formed_on, 20).on < END.date()


def test_some_come_back_twice_and_some_are_corrected(story: Story) -> None:
    deeds = [Counter(deed.what for deed in plan.deeds) for plan in story.plans]
    assert sum(count[Do.ITEM_SUBMIT] >= 3 for count in deeds) >= 5
    assert sum(count[Do.ITEM_CORRECT] for count in deeds) >= 10
    assert sum(count[Do.ITEM_AMEND] for count in deeds) >= 50


def test_texts_are_whole_clean_and_mostly_of_their_own(story: Story) -> None:
    titles = Counter(plan.text().title for plan in story.plans)
    assert len(titles) > 0.8 * len(story.plans)
    for plan in story.plans[::5]:
        text = plan.text()
        assert not re.search(r"[\[\]{}|]", text.title + text.body + text.summary + text.keywords)
        assert text.body == clean(text.body)
        assert 0 < len(text.summary) <= 100
        assert len(text.title) <= 120
        assert len(text_of(text.body)) > 60


def test_documents_are_numbered_without_gaps(story: Story) -> None:
    numbered = [plan.document_number for plan in story.plans if plan.document_number]
    assert len(set(numbered)) == len(numbered)
    ours = sorted(
        int(found[1])
        for number in numbered
        if (found := re.fullmatch(r"青政办发〔2025〕(\d+)号", number))
    )
    assert ours == list(range(1, len(ours) + 1))


def test_nobody_in_the_texts_can_be_called_or_found(story: Story) -> None:
    for plan in story.plans[::5]:
        words = text_of(plan.text().body)
        assert not re.search(r"1[3-9]\d{9}", words)  # mobile numbers
        assert not re.search(r"\d{17}[\dXx]", words)  # identity numbers
        assert all(found.startswith("0000-") for found in re.findall(r"\d{3,4}-\d{7,8}", words))
