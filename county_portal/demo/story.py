"""Fourteen months of the demonstration county: what happened to which item, when, by whose hand.

Plans only. Nothing here writes: `bulk` plays the deeds into the database, and a test plays the
same deeds through the services and finds the same rows.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from county_portal.demo import remarks
from county_portal.demo.hours import DAY, OfficeHours
from county_portal.demo.people import COUNTY_OFFICE, UnitPlan, demo_units
from county_portal.demo.plans import Deed, ItemPlan, PlannedDeed
from county_portal.demo.road import DemoRoad
from county_portal.demo.texts import disclosure, livelihood, news, notices, policy
from county_portal.demo.texts.grammar import Topic
from county_portal.models import Attribute, Ground, Origin, State, UnitKind

TOPICS: tuple[Topic, ...] = (
    *news.TOPICS,
    *notices.TOPICS,
    *policy.TOPICS,
    *disclosure.TOPICS,
    *livelihood.TOPICS,
)
FULL_SIZE = 1200
# How many items wait, by where they lie, in a county of full size.
WAITING = {
    State.DRAFT: 36,
    State.SUBMITTED: 36,
    State.UNIT_APPROVED: 22,
    State.ACCEPTED: 16,
    State.REFERRED: 6,
    State.SIGNED_OFF: 12,
    State.ISSUED: 7,
    State.RETURNED: 32,
    State.CORRECTING: 8,
}
# How the others ended, in parts of a hundred.
ENDED = {
    State.PUBLISHED: 91.5,
    State.DECLINED: 4.5,
    State.ON_REQUEST: 1.3,
    State.WITHHELD: 1.2,
    State.WITHDRAWN: 1.5,
}
PICTURED, SCENES = 0.35, 3  # how often a picture goes with news; how many pictures there are
SHOWN = ("柳溪镇", "县教育局")  # units whose own desks are full
GROUNDS = tuple(remarks.WITHHELD)


class Story:
    """All plans of a county of `items` items, from one seed."""

    def __init__(self, seed: int, items: int, hours: OfficeHours) -> None:
        self.rng, self.hours = Random(seed), hours  # noqa: S311
        self.units = demo_units()
        self.plans = [self._plan(number, end) for number, end in enumerate(self._ends(items), 1)]
        self._number_documents()

    def happenings(self) -> Iterator[PlannedDeed]:
        """Yield every deed of every item, in the order of time; no two at the same moment."""
        line = [
            (plan.start + deed.minute, plan.number, place)
            for plan in self.plans
            for place, deed in enumerate(plan.deeds)
        ]
        before = datetime.min.replace(tzinfo=self.hours.moment(0).tzinfo)
        for minute, number, position in sorted(line):
            plan = self.plans[number - 1]
            deed = plan.deeds[position]
            at = max(self.hours.moment(minute), before + timedelta(milliseconds=1))
            before = at
            yield PlannedDeed(at, plan, deed, self._publish_at(plan, deed, at))

    def _publish_at(self, plan: ItemPlan, deed: Deed, at: datetime) -> datetime | None:
        if deed.publish_at is None:
            return None
        if plan.end is State.ISSUED:
            return self.hours.nine_after(self.hours.end, 1 + plan.number % 4)
        return self.hours.moment(plan.start + deed.publish_at)

    # The plans

    def _ends(self, items: int) -> list[State]:
        """Return where each item ends up: first those that wait, then the others, well shuffled."""
        share = min(1.0, items / FULL_SIZE)
        ends = [end for end, count in WAITING.items() for _ in range(max(1, round(count * share)))]
        left = items - len(ends)
        ends += self.rng.choices(list(ENDED), list(ENDED.values()), k=max(0, left))
        self.rng.shuffle(ends)
        return ends[:items]

    def _plan(self, number: int, end: State) -> ItemPlan:
        topic, unit = self._topic_and_unit(end)
        plan = ItemPlan(number, topic, unit, end, author=self._liaison(unit))
        plan.seed = self.rng.getrandbits(48)
        plan.note = self.rng.choice(remarks.NOTES)
        self._choose_origin(plan)
        self._choose_attribute(plan)
        plan.files = tuple(self._files(plan))
        DemoRoad(self.rng, plan).lay()
        self._place(plan)
        return plan

    def _topic_and_unit(self, end: State) -> tuple[Topic, UnitPlan]:
        """Choose a topic, and a unit that may write on it.

        About half of what is to wait with its unit goes to the two units that are shown.
        """
        on_shown_desk = (
            end in {State.DRAFT, State.SUBMITTED, State.RETURNED} and self.rng.random() < 0.5
        )
        while True:
            topic = self.rng.choices(TOPICS, [topic.weight for topic in TOPICS])[0]
            allowed = [unit for unit in self.units if _writes(unit, topic)]
            if on_shown_desk:
                allowed = [unit for unit in allowed if unit.short in SHOWN]
            if allowed:
                return topic, self.rng.choice(allowed)

    def _liaison(self, unit: UnitPlan) -> str:
        return f"{unit.login}.xx{self.rng.randint(1, unit.liaisons)}"

    def _choose_origin(self, plan: ItemPlan) -> None:
        kinds = (Origin.OWN, Origin.OTHER_BODY, Origin.JOINT)
        plan.origin = self.rng.choices(kinds, (93, 4, 3))[0]
        if plan.origin is Origin.OTHER_BODY:
            plan.source = self.rng.choice(("上级主管部门", "上级人民政府网站"))
        if plan.origin is Origin.JOINT:
            plan.source = self.rng.choice([u.name for u in self.units if u is not plan.unit])

    def _choose_attribute(self, plan: ItemPlan) -> None:
        """Choose what its author asked for: half of what is withheld was asked to be withheld."""
        if plan.end is State.WITHHELD:
            plan.ground = self.rng.choice(GROUNDS)
            asked = self.rng.random() < 0.5
            plan.attribute = Attribute.WITHHELD if asked else Attribute.PROACTIVE
        if plan.end is State.ON_REQUEST and self.rng.random() < 0.5:
            plan.ground, plan.attribute = Ground.THIRD_PARTY, Attribute.ON_REQUEST

    def _files(self, plan: ItemPlan) -> Iterator[str]:
        """Yield the papers of the topic; a picture only now and then, and not always the same."""
        papers = plan.topic.files if plan.ends_well else plan.topic.files[:1]
        for paper in papers:
            if paper != "scene":
                yield paper
            elif self.rng.random() < PICTURED:
                yield f"scene{self.rng.randint(1, SCENES)}"

    def _place(self, plan: ItemPlan) -> None:
        """Put the item into its weeks: what waits ends today, the rest lies anywhere before."""
        takes = plan.deeds[-1].minute + 1
        room = max(0.0, self.hours.total - takes)
        if plan.end in WAITING:
            plan.start = max(0.0, room - min(self.rng.expovariate(1 / 500), 7 * DAY, room) - 2)
            plan.formed_on = self._formed_waiting(plan)
        else:
            plan.start = self.rng.uniform(0, max(0.0, room - 1))
            late = self.rng.random() < 0.06
            back = self.rng.randint(17, 34) if late else self.rng.choice((0, 0, 1, 1, 2, 3, 5))
            plan.formed_on = self.hours.day_before(plan.start, back)

    def _formed_waiting(self, plan: ItemPlan) -> date:
        """Choose when what waits was formed: some is overdue, some soon will be, most has time."""
        spans = ((-14, -6), (-5, -1), (0, 1), (2, 4), (5, 14))
        slack = self.rng.randint(*self.rng.choices(spans, (4, 6, 8, 12, 26))[0])
        wanted = self.hours.day_before(self.hours.total - 1, 20 - slack)
        return min(wanted, self.hours.day_before(plan.start, 0))

    def _number_documents(self) -> None:
        """Give documents numbers in the order in which they were formed."""
        last: dict[tuple[str, int], int] = {}
        for plan in sorted(self.plans, key=lambda one: (one.formed_on, one.number)):
            series = plan.topic.number.replace("SHORT", f"青{plan.unit.short[1]}发")
            if series:
                year = plan.formed_on.year
                last[series, year] = last.get((series, year), 0) + 1
                plan.document_number = f"{series}〔{year}〕{last[series, year]}号"


def _writes(unit: UnitPlan, topic: Topic) -> bool:
    kinds = {
        "townships": unit.kind is UnitKind.TOWNSHIP,
        "departments": unit.kind is UnitKind.DEPARTMENT and unit.code != COUNTY_OFFICE,
        "bodies": unit.kind is UnitKind.PUBLIC_BODY,
        "all": True,
    }
    return any(kinds.get(name, name == unit.short) for name in topic.units)
