"""The page of one piece of background work, the part that refreshes itself, and stopping it."""

import json

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.core.errors import Missing
from county_portal.models import Job, JobState
from county_portal.office.base import audit, jobs
from county_portal.office.base.extensions import db
from county_portal.office.desk.tasks import Task, task_of
from county_portal.office.feature import Feature
from county_portal.office.rules.access import me, needs
from county_portal.office.rules.policy import Do, can, require, require_role
from county_portal.office.work.failures import failure

bp = Blueprint("work", __name__, url_prefix="/work")
bp.add_app_template_filter(failure)

WAITING = _l("Waiting for its turn")
READERS = (
    Do.REPORT_READ,
    Do.BRIEFING_READ,
    Do.GAZETTE_READ,
    Do.DEPOSIT_READ,
    Do.SETTING_MANAGE,
)
"""Any of them opens the page; each task then says which."""


@bp.get("/<int:job_id>")
@needs(*READERS)
def page(job_id: int) -> str:
    """Show how far the work is, and what came of it."""
    return render_template("office/work/page.html", **_shown(*_find(job_id)))


@bp.get("/<int:job_id>/_progress")
@needs(*READERS)
def progress(job_id: int) -> str:
    """Show the part of that page which asks again every second."""
    return render_template("office/work/_progress.html", **_shown(*_find(job_id)))


@bp.post("/<int:job_id>/stop")
@needs(*READERS)
def stop(job_id: int) -> ResponseReturnValue:
    """Stop the work: it is not done, or ends at its next sign of life."""
    job, task = _find(job_id)
    require(me(), task.makes)
    jobs.cancel(job)
    audit.record(me(), task.makes, job, stopped=job.task)
    db.session.commit()
    flash(_("The work was stopped."))
    return redirect(url_for(".page", job_id=job.id), 303)


def _find(job_id: int) -> tuple[Job, Task]:
    """Return the work, for those who may see it; for others it does not exist."""
    job = db.session.get(Job, job_id)
    task = task_of(job) if job else None
    if job is None or task is None:
        raise Missing
    require_role(me(), task.reads)
    return job, task


def _shown(job: Job, task: Task) -> dict[str, object]:
    """Return what the page and its part show of the work."""
    asked = json.loads(job.arguments)
    result = json.loads(job.result) if job.state is JobState.DONE else {}
    return {
        "job": job,
        "title": task.title(asked),
        "stage": task.stages.get(job.doing, job.doing) or WAITING,
        "results": task.results(asked, result) if job.state is JobState.DONE else [],
        "left_out": result.get("left_out", []),
        "back": task.back(asked),
        "may_stop": not job.state.ended and can(me(), task.makes),
    }


FEATURE = Feature((bp,))
