"""The demonstration county's briefings: three mastheads, an issue, one that waits for approval."""

import json

from county_portal.core import clock
from county_portal.core.html.clean import text_of
from county_portal.demo.county import first_with
from county_portal.models import Briefing, JobState, Masthead, Person, Role, UnitKind
from county_portal.office.base.extensions import db
from county_portal.office.rules.policy import Do
from county_portal.papers.briefings import approving, mastheads, pieces, printing, services, sources
from county_portal.papers.briefings.content import content_of
from county_portal.papers.briefings.mastheads import Counts, MastheadDraft

OFFICE = "青禾县人民政府办公室"
ABOVE = "市政府办公室，县委常委，县人大常委会主任，县政府县长、副县长，县政协主席"
BESIDE = "县委办公室、县人大常委会办公室、县政协办公室"
BELOW = "各乡镇人民政府，县政府各部门、各直属机构"
NOTE = "今年以来，各乡镇、各部门主动公开意识明显增强。现将近期工作情况刊发，供参阅。"
NEWS = MastheadDraft(
    "政务信息",
    OFFICE,
    report_to=ABOVE,
    send_to=BESIDE,
    issue_to=BELOW,
    copies=60,
    position=1,
)
URGENT = MastheadDraft(
    "要情专报",
    OFFICE,
    mark="内部资料 注意保存",
    internal=True,
    contents=False,
    report_to=ABOVE,
    copies=12,
    position=2,
)
READING = MastheadDraft("参阅", OFFICE, report_to=ABOVE, send_to=BESIDE, copies=40, position=3)
# With the last number of the year and the last of all that were given before.
MASTHEADS = ((NEWS, 45, 1285), (URGENT, 17, 412), (READING, 8, 96))
TOGETHER = 3  # items of each kind of unit
SHORTENED = 2  # paragraphs of an item that are kept


def brief() -> None:
    """Put the clerk's briefings into the open transaction; the worker makes the issue's paper."""
    clerk, issuer = first_with(Role.OFFICE_CLERK), first_with(Role.ISSUER)
    news, urgent, _third = [
        mastheads.create_masthead(draft, Counts(year, 0, total), by=clerk)
        for draft, year, total in MASTHEADS
    ]
    issue = _compose(news, "news", clerk)
    if issue.parts:
        _move(issue, Do.BRIEFING_SUBMIT, clerk)
        _set_the_pages(issue)
        _move(issue, Do.BRIEFING_APPROVE, issuer)
    waiting = _compose(urgent, "urgent", clerk)
    if waiting.parts:
        _move(waiting, Do.BRIEFING_SUBMIT, clerk)


def _compose(masthead: Masthead, token: str, clerk: Person) -> Briefing:
    """Compose the newest items of townships and departments, shortened, each under its heading."""
    briefing = services.start_briefing(masthead.id, token=f"demo-{token}", by=clerk)
    kinds = {UnitKind.TOWNSHIP: "基层动态", UnitKind.DEPARTMENT: "部门工作"}
    lines = sources.find_sources(briefing, sources.Wanted(), 1, by=clerk).rows
    for kind, heading in kinds.items():
        chosen = [line for line in lines if line.kind is kind][:TOGETHER]
        if chosen:
            pieces.add_heading(briefing, by=clerk).title = heading
        for line in chosen:
            pieces.add_entry(briefing, line.revision_id, by=clerk)
    db.session.flush()
    services.save_briefing(
        briefing, _draft(briefing), seen_version=briefing.version, by=clerk, by_itself=True
    )
    db.session.flush()
    return briefing


def _draft(briefing: Briefing) -> services.BriefingDraft:
    return services.BriefingDraft(
        masthead_id=briefing.masthead_id,
        note=NOTE,
        report_to=briefing.report_to,
        send_to=briefing.send_to,
        issue_to=briefing.issue_to,
        copies=briefing.copies,
        parts={
            one.id: services.PartWords(one.title, _shortened(one.body)) for one in briefing.parts
        },
    )


def _shortened(html: str) -> str:
    return "\n".join(text_of(html).splitlines()[:SHORTENED])


def _set_the_pages(briefing: Briefing) -> None:
    """Set the pages as the worker would, which cannot know yet that it was asked."""
    job = printing.preview_job(briefing)
    if job is not None:
        tried = printing.try_out(content_of(briefing), lambda *_told: None)
        job.state, job.progress, job.done_at = JobState.DONE, 100, clock.now()
        job.result = json.dumps({**tried, "version": briefing.version})


def _move(briefing: Briefing, action: Do, by: Person) -> None:
    db.session.flush()
    approving.take_briefing_step(
        briefing,
        action,
        seen_version=briefing.version,
        seen_digest=printing.digest_of(briefing),
        by=by,
    )
