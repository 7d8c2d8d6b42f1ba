"""What is to be packed: a deposit with its parts and their texts, as plain data."""

from dataclasses import dataclass, field, replace

from county_portal.core import clock
from county_portal.models import Deposit, Receiver
from county_portal.papers.deposits import package_files, prints
from county_portal.papers.deposits.lines import TextLine, deposit_lines
from county_portal.papers.deposits.names import Names, number_of
from county_portal.papers.deposits.package_files import PackageEntry


@dataclass
class PlannedPart:
    """A unit's part while it is packed."""

    id: int
    code: str
    name: str
    contact: str
    phone: str
    folder: str
    lines: list[TextLine]
    entries: list[PackageEntry] = field(default_factory=list)
    pages: dict[int, int] = field(default_factory=dict)  # of each text, by publication

    @property
    def left_out(self) -> list[TextLine]:
        """The texts that could not be set, once all have been tried."""
        return [line for line in self.lines if line.publication_id not in self.pages]


@dataclass(frozen=True)
class PackagePlan:
    """What is to be packed."""

    deposit_id: int
    number: str
    names: Names
    head: prints.Head  # the county's
    parts: tuple[PlannedPart, ...]

    @property
    def texts(self) -> set[tuple[int, int]]:
        """Part and publication of each."""
        return {(part.id, line.publication_id) for part in self.parts for line in part.lines}

    def head_of(self, part: PlannedPart | None, receiver: Receiver) -> prints.Head:
        """Return what stands at the top of a unit's papers; of the county's for None."""
        names = self.names
        head = replace(
            self.head,
            receiver=names.receivers[receiver],
            receiver_contact=names.contacts[receiver],
        )
        if part is None:
            return head
        return replace(head, giver=part.name, contact=part.contact, phone=part.phone, whole=False)


def plan_of(deposit: Deposit) -> PackagePlan:
    names, number = Names.of(deposit.words), number_of(deposit)
    head = prints.Head(
        number=number,
        giver=names.office,
        receiver="",
        receiver_contact="",
        since_on=deposit.since_on,
        until_on=deposit.until_on,
        due_on=deposit.due_on,
        contact=names.contact,
        phone=names.phone,
        made_at=deposit.made_at.astimezone(clock.COUNTY).replace(microsecond=0),
        whole=True,
    )
    parts = tuple(
        PlannedPart(
            id=one.id,
            code=one.unit_code,
            name=one.unit_name,
            contact=one.contact,
            phone=one.phone,
            folder=f"{one.position:03}-{package_files.safe(one.unit_code)}-{package_files.safe(one.unit_name)}",
            lines=[line for line in deposit_lines(one) if line.position is not None],
        )
        for one in deposit.parts
    )
    return PackagePlan(deposit.id, number, names, head, parts)
