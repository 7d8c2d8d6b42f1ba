"""One item's plan: what it is, and every deed that will be done to it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from county_portal.demo.people import UnitPlan
from county_portal.demo.remarks import Flaw
from county_portal.demo.texts.grammar import DemoText, Speaker, Topic, speak
from county_portal.models import Attribute, Ground, Origin, State, Verdict

ADD_FILE = "file.add"
ADD_PICTURE = "file.add_picture"


@dataclass(frozen=True)
class Deed:
    """One thing that was done. by: a login; empty: the timetable. publish_at: a minute of work."""

    what: str
    minute: float  # from the item's first
    by: str
    note: str = ""
    verdict: Verdict | None = None
    publish_at: float | None = None
    file: int = 0  # which file of the text


@dataclass
class ItemPlan:
    """Everything that is going to happen to one item."""

    number: int
    topic: Topic
    unit: UnitPlan
    end: State
    author: str
    flaws: list[Flaw] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    start: float = 0.0
    formed_on: date = date.min
    document_number: str = ""
    origin: Origin = Origin.OWN
    source: str = ""
    attribute: Attribute = Attribute.PROACTIVE
    ground: Ground | None = None
    note: str = ""
    seed: int = 0
    files: tuple[str, ...] = ()  # papers, in their order

    def text(self) -> DemoText:
        """Return the text as it should be: without its flaws. The same each time."""
        speaker = Speaker(Random(self.seed), self.unit.name, self.unit.short, self.formed_on)  # noqa: S311
        return speak(self.topic, speaker, self.document_number)

    @property
    def ends_well(self) -> bool:
        return self.end in {State.PUBLISHED, State.ISSUED, State.SIGNED_OFF}

    @property
    def token(self) -> str:
        return f"demo-{self.seed:016x}-{self.number}"

    def key(self, number: int) -> str:
        """Return the key of the item's file of that number."""
        return f"{Random(self.seed + number).getrandbits(32):08x}"  # noqa: S311


@dataclass(frozen=True)
class PlannedDeed:
    """A deed at its moment."""

    at: datetime
    plan: ItemPlan
    deed: Deed
    publish_at: datetime | None
