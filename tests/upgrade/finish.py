"""What was begun before is finished: by the same pages and buttons, whatever lies behind them."""

from flask import Flask

from tests.upgrade import story
from tests.upgrade.desk import PASSWORD, Desk

HANDS = """
    SELECT p.login FROM hands h JOIN people p ON p.id = h.person_id
    WHERE h.item_id = {item} AND h.hand = '{hand}' ORDER BY h.person_id
"""
ITEM_CHECKS = (
    "state_secret",
    "work_secret",
    "commercial_secret",
    "personal_data",
    "four_stabilities",
    "third_party",
    "aggregation",
)
GAZETTE_CHECKS = ("complete", "personal_data", "aggregation")
CORRECTING = "SELECT id FROM items WHERE state = 'correcting' ORDER BY id"
GAZETTES_IN = "SELECT id FROM gazettes WHERE state = '{state}' ORDER BY id"


def finish(app: Flask) -> None:
    """Waiting work is done; working copies, the briefing and the gazettes reach the public."""
    story.work_off()
    approve_briefing(app)  # first: it may hold a text of which a working copy is on the road
    for item in story.rows(CORRECTING):
        correct(app, item)
    issue_gazettes(app)
    story.work_off()


def correct(app: Flask, item: int) -> None:
    """The working copy goes from its author to the public, through the hands it had before."""
    sheet = f"/review/{item}"
    words = {"summary": "更正后的内容摘要。"}
    _desk(app, item, "author").press(f"/items/{item}", "/submit", **words)
    _desk(app, item, "unit_leader").press(sheet, "/steps/item.approve")
    _desk(app, item, "editor").press(sheet, "/steps/item.accept")
    checks = dict.fromkeys(ITEM_CHECKS, "clear")
    _desk(app, item, "officer").press(
        f"{sheet}/sign-off", **checks, verdict="release", password=PASSWORD
    )
    _desk(app, item, "issuer").press(f"{sheet}/issue", password=PASSWORD)


def _desk(app: Flask, item: int, hand: str) -> Desk:
    return Desk(app, story.rows(HANDS, item=item, hand=hand)[0])


def approve_briefing(app: Flask) -> None:
    """The last one that was submitted; in the one before a text is not public any more."""
    briefing = story.rows("SELECT max(id) FROM briefings WHERE state = 'submitted'")[0]
    Desk(app, story.ISSUER).press(f"/briefings/{briefing}", "/briefing.approve")


def issue_gazettes(app: Flask) -> None:
    """The signed volume is issued, then the issues that are frozen are signed and issued."""
    officer, issuer = Desk(app, story.OFFICER), Desk(app, story.ISSUER)
    for volume in story.rows(GAZETTES_IN, state="signed"):
        issuer.press(f"/gazettes/{volume}", "/issue", password=PASSWORD)
    for gazette in story.rows(GAZETTES_IN, state="frozen"):
        checks = dict.fromkeys(GAZETTE_CHECKS, "clear")
        opinion = {"verdict": "release", "password": PASSWORD}
        officer.press(f"/gazettes/{gazette}/sign", **checks, **opinion)
        issuer.press(f"/gazettes/{gazette}", "/issue", password=PASSWORD)
