"""The road of one item, laid deed by deed with the detours that happen in an office."""

from dataclasses import replace
from random import Random
from typing import Any

from county_portal.demo import remarks
from county_portal.demo.hours import DAY
from county_portal.demo.plans import ADD_FILE, ADD_PICTURE, Deed, ItemPlan
from county_portal.models import State, Verdict
from county_portal.office.rules.policy import Do


class DemoRoad:
    """Lays the deeds of one item, each some minutes of work after the one before."""

    def __init__(self, rng: Random, plan: ItemPlan) -> None:
        self.rng, self.plan = rng, plan
        self.minute = 0.0
        self.leader = f"{plan.unit.login}.ld"
        self.editor = f"fuban.bj{self.rng.randint(1, 4)}"
        self.officer = f"fuban.bm{self.rng.randint(1, 2)}"
        self.issuer = f"fuban.qf{self.rng.randint(1, 2)}"

    def lay(self) -> None:
        self._write()
        if self.plan.end is State.DRAFT:
            return
        self._hand_in()
        if self.plan.end is State.RETURNED:
            self._come_back_for_good()
        elif self.plan.end is not State.SUBMITTED:
            self._climb()

    def _do(self, what: str, by: str, wait: tuple[int, int], **more: Any) -> None:
        """Add one more deed, after a wait of so many minutes; `more` is what a Deed can have."""
        self.minute += self.rng.uniform(*wait) if self.plan.deeds else 0.0
        self.plan.deeds.append(Deed(what, self.minute, by, **more))

    # With the unit

    def _write(self) -> None:
        author, files = self.plan.author, self.plan.files
        self._do(Do.ITEM_CREATE, author, (0, 0))
        pictured = any(paper.startswith("scene") for paper in files)
        for number, paper in enumerate(files):
            what = ADD_PICTURE if paper.startswith("scene") else ADD_FILE
            self._do(what, author, (1, 6), file=number)
        if pictured or self.rng.random() < 0.3:
            self._do(Do.ITEM_EDIT, author, (4, 40))

    def _hand_in(self) -> None:
        self._do(Do.ITEM_SUBMIT, self.plan.author, (3, 90))

    def _come_back(self, what: str, by: str, note: str, verdict: Verdict | None = None) -> None:
        self._do(what, by, (20, 420), note=note, verdict=verdict)

    def _repair(self) -> None:
        """Take the first flaw out as the author and hand in again."""
        self._do(Do.ITEM_EDIT, self.plan.author, (30, 900))
        self._hand_in()

    def _reason(self) -> str:
        """Give the text one more flaw, and return what somebody says is wrong with it."""
        free = [flaw for flaw in remarks.FLAWS if flaw not in self.plan.flaws]
        flaw = self.rng.choice(free)
        self.plan.flaws.append(flaw)
        return self.rng.choice(flaw.reasons)

    def _come_back_for_good(self) -> None:
        """Bring the item back to its unit for good, recalled or sent back by one of the desks."""
        desk = self.rng.choices(("unit", "office", "officer", "recall"), (35, 40, 15, 10))[0]
        if desk == "recall":
            self._come_back(Do.ITEM_RECALL, self.plan.author, self.rng.choice(remarks.RECALLED))
            return
        if desk != "unit":
            self._approve()
        if desk == "officer":
            self._accept()
            self.plan.flaws.append(remarks.PRIVATE)
            reason = self.rng.choice(remarks.PRIVATE.reasons)
            self._come_back(Do.ITEM_RELEASE, self.officer, reason, Verdict.RETURN)
            return
        by = self.leader if desk == "unit" else self.editor
        self._come_back(Do.ITEM_RETURN, by, self._reason())

    # With the county office

    def _approve(self) -> None:
        self._do(Do.ITEM_APPROVE, self.leader, (15, 520), note=self.rng.choice(remarks.APPROVED))

    def _accept(self) -> None:
        if self.rng.random() < 0.12:
            self._do(Do.ITEM_REMARK, self.editor, (20, 200), note=self.rng.choice(remarks.REMARKS))
        self._do(Do.ITEM_ACCEPT, self.editor, (20, 600))

    def _amend(self) -> None:
        free = [flaw for flaw in remarks.FLAWS if flaw not in self.plan.flaws]
        flaw = self.rng.choice(free)
        self.plan.flaws.append(flaw)
        self._do(Do.ITEM_AMEND, self.editor, (20, 420), note=flaw.note)

    def _climb(self) -> None:
        """Go from handing in to where the item ends, with the detours that happen."""
        if self.rng.random() < 0.07:
            self._come_back(Do.ITEM_RETURN, self.leader, self._reason())
            self._repair()
        self._approve()
        if self.plan.end is State.UNIT_APPROVED:
            return
        if self.rng.random() < 0.11:
            self._come_back(Do.ITEM_RETURN, self.editor, self._reason())
            self._repair()
            self._approve()
        if self.plan.end is State.DECLINED:
            self._do(
                Do.ITEM_DECLINE, self.editor, (30, 500), note=self.rng.choice(remarks.DECLINED)
            )
            return
        if self.rng.random() < 0.18:
            self._amend()
        self._accept()
        self._officer()

    def _officer(self) -> None:
        plan = self.plan
        if plan.end is State.ACCEPTED:
            return
        if plan.end is State.WITHHELD and plan.ground:
            remark = remarks.WITHHELD[plan.ground]
            self._verdict(Verdict.WITHHOLD, remark)
        elif plan.end is State.ON_REQUEST:
            self._verdict(Verdict.RELEASE_ON_REQUEST, self.rng.choice(remarks.ON_REQUEST))
        elif plan.end is State.REFERRED:
            self._verdict(Verdict.REFER, remarks.REFERRED_OPINION)
        else:
            self._clear()

    def _clear(self) -> None:
        if self.rng.random() < 0.02:
            self._verdict(Verdict.REFER, remarks.REFERRED_OPINION)
            self._do(Do.ITEM_REASSESS, self.officer, (800, 2500), note=remarks.REASSESSED)
        elif self.rng.random() < 0.03:
            self.plan.flaws.append(remarks.PRIVATE)
            self._verdict(Verdict.RETURN, self.rng.choice(remarks.PRIVATE.reasons))
            self._repair()
            self._approve()
            self._accept()
        self._release()
        self._issuer()

    def _verdict(self, verdict: Verdict, said: str) -> None:
        self._do(Do.ITEM_RELEASE, self.officer, (20, 700), note=said, verdict=verdict)

    def _release(self) -> None:
        self._verdict(Verdict.RELEASE, self.rng.choice(remarks.RELEASED))

    def _issuer(self) -> None:
        plan = self.plan
        if plan.end is State.SIGNED_OFF:
            return
        if self.rng.random() < 0.02:
            self._come_back(Do.ITEM_RETURN, self.issuer, self._reason())
            self._repair()
            self._approve()
            self._accept()
            self._release()
        self._issue()
        if plan.end is State.CORRECTING or (plan.end is State.PUBLISHED and self._chance(0.035)):
            self._correct()
        elif plan.end is State.WITHDRAWN:
            by = self.rng.choice((self.editor, self.officer, self.issuer))
            reason = self.rng.choice(remarks.WITHDRAWN)
            self._do(Do.ITEM_WITHDRAW, by, (2 * DAY, 40 * DAY), note=reason)

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _issue(self) -> None:
        """Issue it at once, or for a later minute when the timetable publishes it."""
        if self.plan.end is State.ISSUED:
            self._do(Do.ITEM_ISSUE, self.issuer, (10, 500), publish_at=0.0)
        elif self._chance(0.1):
            wait = self.rng.uniform(60, 2 * DAY)
            self._do(Do.ITEM_ISSUE, self.issuer, (10, 500), publish_at=0.0)
            issued = self.plan.deeds[-1]
            self.plan.deeds[-1] = replace(issued, publish_at=float(int(issued.minute + wait)))
            self.minute = self.plan.deeds[-1].publish_at or 0.0
            self._do(Do.ITEM_PUBLISH, "", (0, 1))
        else:
            self._do(Do.ITEM_ISSUE, self.issuer, (10, 500))

    def _correct(self) -> None:
        """Correct a wrong telephone number: the road is gone once more to put it right.

        An item that is to end in correction goes no further than the beginning of that.
        """
        self.plan.flaws.append(remarks.PHONE)
        reason = self.rng.choice(remarks.CORRECTED)
        self._do(Do.ITEM_CORRECT, self.plan.author, (DAY, 30 * DAY), note=reason)
        if self.plan.end is State.CORRECTING:
            return
        self._repair()
        self._approve()
        self._accept()
        self._release()
        self._do(Do.ITEM_ISSUE, self.issuer, (10, 500))
