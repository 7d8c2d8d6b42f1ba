"""What the demonstration county does besides, so that something of everything lies in it.

Told by pages and buttons, and rows are found by the names of tables: nothing here depends
on how the program calls its own parts.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from county_portal.core import clock
from county_portal.office.base import jobs
from county_portal.office.base.extensions import db
from tests.upgrade.desk import PASSWORD, Desk

CLERK, EDITOR, ISSUER, OFFICER, SECOND_OFFICER = (
    "fuban.ws1",
    "fuban.bj1",
    "fuban.qf1",
    "fuban.bm1",
    "fuban.bm2",
)
SYSTEM, SECURITY, AUDITOR = "sanyuan.xt", "sanyuan.aq", "sanyuan.sj"
FREE = """
    SELECT i.id FROM items i JOIN publications p ON p.item_id = i.id AND p.ended_at IS NULL
    WHERE i.state = 'published' AND i.id NOT IN (SELECT item_id FROM gazette_marks)
    AND p.id NOT IN (SELECT publication_id FROM deposit_lines) AND i.document_number = ''
    AND p.published_at < '{before}' ORDER BY i.id DESC LIMIT {count}
"""
GIVEN = """
    SELECT i.id FROM items i JOIN publications p ON p.item_id = i.id AND p.ended_at IS NULL
    JOIN deposit_lines d ON d.publication_id = p.id WHERE i.state = 'published'
    AND i.id NOT IN (SELECT item_id FROM gazette_marks) ORDER BY i.id LIMIT {count}
"""
OLD_DOCUMENT = """
    SELECT i.id FROM items i JOIN columns c ON c.id = i.column_id
    WHERE i.state = 'published' AND c.kind = 'policy' ORDER BY i.id LIMIT 1
"""


def tell_more(app: Flask) -> None:
    """Everything is done that can be done, and of much something is left under way."""
    for minute, chapter in enumerate((deposits, gazettes, reports, briefings, items, offices), 1):
        with clock.frozen(clock.now().replace(minute=minute)):
            chapter(app)
    db.session.rollback()


def rows(query: str, **words: Any) -> list[Any]:
    """The first column of what the database answers."""
    found = db.session.connection().exec_driver_sql(query.format(**words)).all()
    db.session.rollback()
    return [row[0] for row in found]


def work(tasks: Iterable[str]) -> None:
    """Do the waiting work of these tasks, the oldest first; other work goes on waiting."""
    for task in tasks:
        for job_id in rows("SELECT id FROM jobs WHERE state = 'waiting' AND task = '{t}'", t=task):
            jobs.run_job(job_id)
            told = rows("SELECT state || ' ' || error FROM jobs WHERE id = {id}", id=job_id)
            assert told == ["done "], f"{task}: {told}"


def work_off() -> None:
    """Do all work that waits."""
    work(rows("SELECT DISTINCT task FROM jobs WHERE state = 'waiting' ORDER BY id"))


def deposits(app: Flask) -> None:
    """Packed; two of its texts are withdrawn; one letter is printed, of another the job waits."""
    clerk, editor = Desk(app, CLERK), Desk(app, EDITOR)
    clerk.press("/deposits/1", "/package")
    work(["deposits.package"])
    for item, tasks in zip(rows(GIVEN, count=2), (["deposits.letter"], []), strict=True):
        editor.press(f"/review/{item}/withdraw", note="内容有误，撤下更正")
        clerk.press("/deposits/", "/deposits/letters")
        work(tasks)
    part = rows("SELECT unit_id FROM deposit_parts ORDER BY id LIMIT 1")[0]
    counter = {"received_by": "白晓岚", "receipt_number": "档收〔2026〕99号"}
    clerk.press(f"/deposits/1/units/{part}/handover/archive", **counter)


def gazettes(app: Flask) -> None:
    """One issue waits for its review, one for its PDF, and a signed volume for being issued."""
    clerk, editor = Desk(app, CLERK), Desk(app, EDITOR)
    for item in rows(FREE, before="2026-02-01", count=2):
        editor.press(f"/review/{item}", f"/review/{item}/gazette", section="other")
    frozen = clerk.press("/gazettes/", "/gazettes/", month="2026-01")
    clerk.press(frozen, "/freeze")
    volume = clerk.press("/gazettes/", "/volumes", year="2026")
    clerk.press(volume, "/freeze")
    work(["gazettes.print"])
    checks = dict.fromkeys(("complete", "personal_data", "aggregation"), "clear")
    opinion = {"verdict": "release", "opinion": "已逐页审查。", "password": PASSWORD}
    Desk(app, SECOND_OFFICER).press(f"{volume}/sign", **checks, **opinion)
    for item in rows(FREE, before="2026-03-19", count=2):
        editor.press(f"/review/{item}", f"/review/{item}/gazette", section="other")
    printing = clerk.press("/gazettes/", "/gazettes/", month="2026-03")
    clerk.press(printing, "/freeze")


def reports(app: Flask) -> None:
    """One more report is there; a report, a closing and a circular are asked for."""
    clerk = Desk(app, CLERK)
    clerk.press("/reports/periods/2025-12/remarks", words="本月报送质量有所提高。")
    clerk.press("/reports/", "/reports/", period="2025-Q4", annex="y")
    work(["reports.make"])
    clerk.press("/reports/", "/reports/", period="2025-12")
    clerk.send("/reports/months/2026-01/close")
    clerk.send("/circulars/of/1")
    Desk(app, "liuxi.ld").press("/circulars/1", "/read")


def briefings(app: Flask) -> None:
    """The approved one has its files; one is submitted, and its preview waits; one is begun."""
    work(["briefings.print"])
    clerk = Desk(app, CLERK)
    newest = rows("SELECT revision_id FROM publications WHERE ended_at IS NULL ORDER BY id DESC")[0]
    for masthead in ("1", "3"):
        clerk.press("/briefings/", "/briefings/", masthead_id=masthead)
        begun = rows("SELECT max(id) FROM briefings")[0]
        clerk.press(f"/briefings/{begun}/pick", "/pick", revision=newest)
        if masthead == "1":
            clerk.press(f"/briefings/{begun}", "/briefing.submit")


def items(app: Flask) -> None:
    """A correction is on the road, another is given up; a document is repealed."""
    editor = Desk(app, EDITOR)
    first, second = rows(FREE, before="2026-03-19", count=2)
    for item in (first, second):
        editor.press(f"/review/{item}", "/item.correct", note="数字需要核对")
    editor.press(f"/review/{second}", "/keep", note="核对无误")
    editor.press(f"/review/{second}", "/remark", note="已与单位联系")
    old = rows(OLD_DOCUMENT)[0]
    editor.press(f"/review/{old}/validity", state="repealed", since_on="2026-03-01", ground="清理")


def offices(app: Flask) -> None:
    """What administrators do: settings, units, people, roles, columns; and the log is read."""
    system, editor = Desk(app, SYSTEM), Desk(app, EDITOR)
    system.press("/settings", contact_phone="0000-0000009")
    system.press("/units/2", phone="0000-0000008")
    system.press("/people/2", name="县政府办信息员甲")
    Desk(app, SECURITY).press("/roles/2", roles=["liaison", "unit_leader"], password=PASSWORD)
    editor.press("/columns/1", description="本县政务信息")
    editor.press("/categories", "/categories/30")
    system.press("/calendar", "/announced")
    Desk(app, AUDITOR).send("/log/export", {200})
    system.send("/sign-out")
    Desk(app, CLERK).send("/password", {422}, old="not this one", new="w", again="w")
