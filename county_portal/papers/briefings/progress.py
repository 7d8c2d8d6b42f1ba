"""How people read the name of an issue, and what the work on it says it is doing."""

from flask_babel import lazy_gettext as _l

from county_portal.models import Briefing
from county_portal.papers.briefings.paper import name_line

STAGES = {
    "": _l("Waiting for its turn"),
    "Setting the pages": _l("Setting the pages"),
    "Drawing the pages": _l("Drawing the pages"),
    "Writing the Word file": _l("Writing the Word file"),
    "Storing the briefing": _l("Storing the briefing"),
}


def briefing_name(briefing: Briefing) -> str:
    """Name the briefing as on paper, once it has a number; before that by its masthead."""
    return name_line(briefing.masthead.name, briefing.frozen, special=briefing.special)
