"""What circulars bring to the office: making them, and the notice on the desks of leaders."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.office.desk.sections import Section
from county_portal.office.desk.tasks import Link, Values
from county_portal.office.feature import Feature
from county_portal.papers.circulars import services, views
from county_portal.papers.reports.feature import report_task
from county_portal.papers.reports.services import CIRCULAR


def _title(asked: Values) -> str:
    return str(_("Circular %(period)s", period=asked["period"]))


def _results(_asked: Values, made: Values) -> list[Link]:
    address = url_for("circulars.circular", circular_id=made["circular"])
    return [Link(_l("Open the circular"), address)]


MAKE = report_task(CIRCULAR, services.make_circular_task, _title, _results)
FEATURE = Feature(
    (views.bp,),
    tasks=(MAKE,),
    sections=(Section("review.desk", "papers/reports/_notices.html", services.notices),),
)
