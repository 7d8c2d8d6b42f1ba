"""The demonstration's deposit: put together, and handed over by half of the units."""

from datetime import timedelta

from county_portal.core import clock
from county_portal.demo.county import first_with
from county_portal.models import Receiver, Role
from county_portal.papers.deposits import services
from county_portal.papers.deposits.handovers import Handed, hand_over
from county_portal.papers.deposits.services import DepositDraft

RECEIVED = {Receiver.ARCHIVE: ("白晓岚", "档收"), Receiver.LIBRARY: ("顾文渊", "馆收")}


def deposit() -> None:
    """Put this month's deposit on the clerk's desk; its packages are made when the clerk asks."""
    yesterday = clock.today() - timedelta(days=1)
    clerk = first_with(Role.OFFICE_CLERK)
    made = services.make_deposit(
        DepositDraft(until_on=yesterday, since_on=yesterday.replace(day=1)), by=clerk
    )
    for number, part in enumerate(made.parts, 1):
        for receiver, (name, word) in RECEIVED.items():
            if number % 2 == 0 or (receiver is Receiver.ARCHIVE and number % 3 == 0):
                receipt = f"{word}〔{made.year}〕{number}号"
                giver = part.contact.split("、")[0] or clerk.name
                handed = Handed(receiver, clock.today(), giver, name, receipt)
                hand_over(part, handed, by=clerk)
