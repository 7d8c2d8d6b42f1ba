"""What the log's reader sees for the deeds that are no step of a road."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from county_portal.core.clock import COUNTY
from county_portal.labels import label
from county_portal.policy import Do

DEEDS = {
    "session.start": _l("Sign in"),
    "session.end": _l("Sign out"),
    "password.change": _l("Change password"),
    "password.confirm": _l("Confirm with the password"),
    "category.manage": _l("Manage categories"),
    "audit.export": _l("Take out the log"),
    "timetable.publish": _l("Publish at its time"),
}


def deed_name(action: str) -> str:
    """The deed as people read it; for the address of a refused page, its name in the program."""
    if action in DEEDS:
        return str(DEEDS[action])
    return label(Do(action)) if action in set(Do) else action


def log_time(moment: str) -> str:
    """A moment of the log in county time, to the second."""
    return datetime.fromisoformat(moment).astimezone(COUNTY).strftime("%Y-%m-%d %H:%M:%S")
