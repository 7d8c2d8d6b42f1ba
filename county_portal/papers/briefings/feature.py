"""What briefings bring to the office: work in the background, and what waits on desks."""

from functools import partial

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.models import Briefing, FrozenBriefing, PaperKind, Person
from county_portal.office.base.extensions import db
from county_portal.office.desk.tasks import Link, Task, Values
from county_portal.office.desk.waiting import Pile, WaitingPaper
from county_portal.office.feature import Feature
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings import compose_views, finding, masthead_views, printing, views
from county_portal.papers.briefings.progress import STAGES, briefing_name


def _printed(asked: Values) -> Briefing:
    frozen = db.session.get_one(FrozenBriefing, asked["frozen_id"])
    return db.session.get_one(Briefing, frozen.briefing_id)


def _drawn(asked: Values) -> Briefing:
    return db.session.get_one(Briefing, asked["briefing_id"])


def _page_of(briefing: Briefing) -> str:
    return url_for("briefings.show", briefing_id=briefing.id)


# Whoever reads briefings may ask for either, and so may stop either.
task_of_briefing = partial(Task, stages=STAGES, reads=Do.BRIEFING_READ, makes=Do.BRIEFING_READ)
PRINT = task_of_briefing(
    printing.PRINT,
    printing.briefing_task,
    title=lambda asked: str(_("Printing: %(name)s", name=briefing_name(_printed(asked)))),
    results=lambda asked, _made: [Link(_l("Open the briefing"), _page_of(_printed(asked)))],
    back=lambda asked: Link(_l("Back to the briefing"), _page_of(_printed(asked))),
)
PREVIEW = task_of_briefing(
    printing.PREVIEW,
    printing.preview_in_background,
    title=lambda asked: str(_("Preview: %(name)s", name=briefing_name(_drawn(asked)))),
    results=lambda asked, _made: [Link(_l("See the pages"), _page_of(_drawn(asked)))],
    back=lambda asked: Link(_l("Back to the briefing"), _page_of(_drawn(asked))),
)


def _on_desk(person: Person) -> list[WaitingPaper]:
    return [
        WaitingPaper(
            briefing_name(line.briefing),
            PaperKind.BRIEFING,
            line.briefing.state,
            line.briefing.state_since,
            _page_of(line.briefing),
            about=f"{views.entries_line(line)} · {line.briefing.composer.name}",
        )
        for line in finding.briefings_waiting_for(person)
    ]


FEATURE = Feature(
    (views.bp, compose_views.bp, masthead_views.bp),
    tasks=(PRINT, PREVIEW),
    piles=(Pile("briefings.index", Do.BRIEFING_READ, finding.count_briefings_for, _on_desk),),
)
