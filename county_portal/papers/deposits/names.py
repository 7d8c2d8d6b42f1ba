"""Whom the papers of a deposit name."""

import json
from dataclasses import asdict, dataclass

from county_portal.models import Deposit, Receiver
from county_portal.office.base import audit, settings


@dataclass(frozen=True)
class Names:
    """Whom paper names, as it was when the deposit or the letter was made."""

    office: str
    contact: str
    phone: str
    mark: str
    carrier: str
    receivers: dict[str, str]  # by Receiver
    contacts: dict[str, str]

    @classmethod
    def now(cls) -> "Names":
        decided = settings.values()
        return cls(
            office=decided["host_unit"],
            contact=decided["deposit_contact"],
            phone=decided["contact_phone"],
            mark=decided["deposit_mark"],
            carrier=decided["deposit_carrier"],
            receivers={one.value: decided[f"deposit_{one.value}"] for one in Receiver},
            contacts={one.value: decided[f"deposit_{one.value}_contact"] for one in Receiver},
        )

    @classmethod
    def of(cls, words: str) -> "Names":
        return cls(**json.loads(words))

    def as_json(self) -> str:
        return audit.canonical(asdict(self))


def number_of(deposit: Deposit) -> str:
    """Return the number of a deposit as it is printed."""
    return f"{Names.of(deposit.words).mark}〔{deposit.year}〕{deposit.number}号"
