"""What the administrators' pages bring to the office, and the day's removal of nameless files."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.admin import views
from county_portal.office.base import files
from county_portal.office.desk.tasks import Link, Task
from county_portal.office.feature import Feature
from county_portal.office.rules.policy import Do


def _all_work() -> Link:
    return Link(_l("All background work"), url_for("admin.jobs_page"))


SWEEP = Task(
    files.SWEEP,
    files.sweep_in_background,
    title=lambda _asked: str(_("Removing files that nobody names")),
    stages={"Looking for files that nobody names": _l("Looking for files that nobody names")},
    reads=Do.SETTING_MANAGE,
    makes=Do.SETTING_MANAGE,
    results=lambda _asked, _made: [_all_work()],
    back=lambda _asked: _all_work(),
)
FEATURE = Feature((views.bp,), tasks=(SWEEP,), timetable=(files.sweep_every_day,))
