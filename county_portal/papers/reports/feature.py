"""What reports bring to the office: making and closing in the background, closing on the day."""

from collections.abc import Callable

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.office.base.jobs import Work
from county_portal.office.desk.tasks import Link, Task, Values
from county_portal.office.feature import Feature
from county_portal.office.rules.policy import Do
from county_portal.papers.figures.labels import STAGES
from county_portal.papers.reports import cli, closing, services, views

FILES = {"pdf": _l("Download as PDF"), "xlsx": _l("Download as workbook")}


def _report(asked: Values) -> str:
    return str(_("Report %(period)s", period=asked["period"]))


def _closing(asked: Values) -> str:
    return str(_("Closing the month %(period)s", period=asked["period"]))


def _files(_asked: Values, made: Values) -> list[Link]:
    """Return the report that came of it, and its files."""
    number = made["report"]
    return [
        Link(_l("Open the report"), url_for("reports.report", report_id=number)),
        *(
            Link(label, url_for("reports.download", report_id=number, form=form), download=True)
            for form, label in FILES.items()
        ),
    ]


def report_task(
    name: str,
    run: Work,
    title: Callable[[Values], str],
    results: Callable[[Values, Values], list[Link]],
) -> Task:
    """Return a task as whoever makes reports sees it."""
    back = lambda _asked: Link(_l("All reports"), url_for("reports.index"))  # noqa: E731
    return Task(name, run, title, STAGES, Do.REPORT_READ, Do.REPORT_MAKE, results, back)


FEATURE = Feature(
    (views.bp,),
    tasks=(
        report_task(services.TASK, services.make_report_task, _report, _files),
        report_task(services.CLOSING, closing.close_in_background, _closing, _files),
    ),
    timetable=(closing.close_on_the_day,),
    commands=(cli.group,),
)
