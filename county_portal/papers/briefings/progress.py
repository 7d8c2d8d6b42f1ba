"""What people see of the work on briefings: the files of an issue, the pictures of its pages."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.models import Briefing, FrozenBriefing
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.office.work.kinds import Kind, Link, Values, show
from county_portal.papers.briefings import printing
from county_portal.papers.briefings.paper import name_line

STAGES = {
    "": _l("Waiting for its turn"),
    "Setting the pages": _l("Setting the pages"),
    "Drawing the pages": _l("Drawing the pages"),
    "Writing the Word file": _l("Writing the Word file"),
    "Storing the briefing": _l("Storing the briefing"),
}


def name_of(briefing: Briefing) -> str:
    """As it is called on paper, once it has a number; before that by its masthead."""
    return name_line(briefing.masthead.name, briefing.frozen, special=briefing.special)


def _printed(asked: Values) -> Briefing:
    frozen = db.session.get_one(FrozenBriefing, asked["frozen_id"])
    return db.session.get_one(Briefing, frozen.briefing_id)


def _drawn(asked: Values) -> Briefing:
    return db.session.get_one(Briefing, asked["briefing_id"])


def _page_of(briefing: Briefing) -> str:
    return url_for("briefings.show", briefing_id=briefing.id)


# Whoever reads briefings may ask for either, and so may stop either.
show(
    printing.PRINT,
    Kind(
        title=lambda asked: str(_("Printing: %(name)s", name=name_of(_printed(asked)))),
        stages=STAGES,
        reads=Do.BRIEFING_READ,
        makes=Do.BRIEFING_READ,
        results=lambda asked, _made: [Link(_l("Open the briefing"), _page_of(_printed(asked)))],
        back=lambda asked: Link(_l("Back to the briefing"), _page_of(_printed(asked))),
    ),
)
show(
    printing.PREVIEW,
    Kind(
        title=lambda asked: str(_("Preview: %(name)s", name=name_of(_drawn(asked)))),
        stages=STAGES,
        reads=Do.BRIEFING_READ,
        makes=Do.BRIEFING_READ,
        results=lambda asked, _made: [Link(_l("See the pages"), _page_of(_drawn(asked)))],
        back=lambda asked: Link(_l("Back to the briefing"), _page_of(_drawn(asked))),
    ),
)
