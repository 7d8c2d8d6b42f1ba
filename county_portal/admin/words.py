"""What the log's reader sees for the deeds that are no step of a road."""

import re
from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from county_portal.core.clock import COUNTY
from county_portal.models import Role, State
from county_portal.office.rules.labels import label
from county_portal.office.rules.policy import Do

DEEDS = {
    "session.start": _l("Sign in"),
    "session.end": _l("Sign out"),
    "password.change": _l("Change password"),
    "password.confirm": _l("Confirm with the password"),
    "category.manage": _l("Manage categories"),
    "audit.export": _l("Take out the log"),
    "timetable.publish": _l("Publish at its time"),
}

HASH = re.compile("[0-9a-f]{64}")  # the page shows its beginning, the table taken out all of it
DETAILS = {
    "was": _l("Was"),
    "now": _l("Now"),
    "note": _l("Remark"),
    "deed": _l("Deed"),
    "file": _l("File"),
    "reason": _l("Reason"),
    "refused": _l("Reason"),
    "revision": _l("Version"),
    "hash": _l("Hash"),
    "figures": _l("Check sum of the figures"),
    "month": _l("Month"),
    "login": _l("Name for signing in"),
    "name": _l("Name"),
    "code": _l("Code"),
    "slug": _l("Address word"),
    "changed": _l("Changed fields"),
    "active": _l("In use"),
    "search": _l("Search"),
    "receiver": _l("Receiver"),
    "day": _l("Day"),
    "parts": _l("Units"),
    "texts": _l("Texts"),
    "letter": _l("Letter"),
    "left_out": _l("Left out"),
}
DONE = {
    "added": _l("added"),
    "removed": _l("removed"),
    "renamed": _l("renamed"),
    "replaced": _l("replaced"),
    "ordered": _l("put in another order"),
    "created": _l("created"),
    "changed": _l("changed"),
    "closed": _l("closed"),
    "opened": _l("opened"),
    "password reset": _l("password reset"),
}


def deed_name(action: str) -> str:
    """Return the deed as people read it.

    For the address of a refused page, its name in the program.
    """
    if action in DEEDS:
        return str(DEEDS[action])
    return label(Do(action)) if action in set(Do) else action


def log_time(moment: str) -> str:
    """Return a moment of the log in county time, to the second."""
    return datetime.fromisoformat(moment).astimezone(COUNTY).strftime("%Y-%m-%d %H:%M:%S")


def detail_name(name: str) -> str:
    """Return what a detail of a row is called.

    One without a name of its own keeps the program's.
    """
    return str(DETAILS.get(name, name))


def detail_value(value: object) -> str:
    """Return a detail as people read it.

    States, roles and deeds by their names, sentences translated.
    """
    if isinstance(value, list):
        return str(gettext(", ")).join(detail_value(one) for one in value)
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    text = str(value)
    for enum in (State, Role):
        if text in set(enum):
            return label(enum(text))
    if text in DONE:
        return str(DONE[text])
    if HASH.fullmatch(text):
        return f"{text[:12]}…"
    return str(gettext(text)) if text else ""
