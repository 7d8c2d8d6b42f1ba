"""What gazettes bring to the office: printing, what waits on desks, the mark on an item's page."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.models import Gazette, PaperKind, Person
from county_portal.office.base.extensions import db
from county_portal.office.desk.sections import Section
from county_portal.office.desk.tasks import Link, Task, Values
from county_portal.office.desk.waiting import Pile, WaitingPaper
from county_portal.office.feature import Feature
from county_portal.office.rules.policy import Do
from county_portal.papers.gazettes import marks, printing, release, views, waiting


def _title(asked: Values) -> str:
    name = views.gazette_name(db.session.get_one(Gazette, asked["gazette"]))
    return str(_("Printing: %(name)s", name=name))


def _page_of(gazette_id: int) -> str:
    return url_for("gazettes.gazette", gazette_id=gazette_id)


PRINT = Task(
    printing.TASK,
    printing.gazette_task,
    title=_title,
    stages={
        "Gathering the texts": _l("Gathering the texts"),
        "Setting the pages": _l("Setting the pages"),
        "Storing the gazette": _l("Storing the gazette"),
    },
    reads=Do.GAZETTE_READ,
    makes=Do.GAZETTE_COMPOSE,
    results=lambda asked, _made: [Link(_l("Open the gazette"), _page_of(asked["gazette"]))],
    back=lambda asked: Link(_l("Back to the gazette"), _page_of(asked["gazette"])),
)


def _on_desk(person: Person) -> list[WaitingPaper]:
    return [
        WaitingPaper(
            views.gazette_name(one), PaperKind.GAZETTE, one.state, one.state_since, _page_of(one.id)
        )
        for one in waiting.gazettes_waiting_for(person)
    ]


FEATURE = Feature(
    (views.bp,),
    tasks=(PRINT,),
    piles=(Pile("gazettes.index", Do.GAZETTE_READ, waiting.count_gazettes_for, _on_desk),),
    sections=(Section("review.item", "papers/gazettes/_mark.html", marks.titles_line),),
    releasables=(release.RELEASABLE,),
)
