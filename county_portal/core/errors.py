"""The ways a request can be refused. Services raise these; views let them pass."""

from typing import ClassVar


class Refused(Exception):
    """The request was understood and will not be done.

    `message` is an English msgid, translated where it is shown and never where
    it is raised, so that logs and tests read the same in every language.
    """

    status: ClassVar[int] = 422

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.message, self.params = message, params


class NotAllowed(Refused):
    """This person may not do this."""

    status = 403


class Missing(Refused):
    """There is no such thing, or this person may not know that there is."""

    status = 404

    def __init__(self, message: str = "There is no such page", **params: object) -> None:
        super().__init__(message, **params)  # core.web brings the sentence into the catalogue


class OutOfDate(Refused):
    """It was possible when the page was drawn, and no longer is."""

    status = 409


class TooOften(Refused):
    """Somebody has tried too many times in too short a while."""

    status = 429


class StaleForm(Refused):
    """The form carries no token of this session: an old page, or somebody else's."""

    status = 400


def require_unchanged(now: object, seen: object) -> None:
    """Raise OutOfDate unless a version or mark is still the one that the page was drawn with."""
    if now != seen:
        raise OutOfDate("Somebody changed this since the page was drawn")
