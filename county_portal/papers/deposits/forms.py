"""What is typed about deposits: up to which day, and who handed over to whom."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import DataRequired, Length, Optional

from county_portal.models import Receiver
from county_portal.office.accounts.forms import stripped
from county_portal.papers.deposits.handovers import Handed
from county_portal.papers.deposits.services import DepositDraft

NAME = Length(max=60, message=_l("At most 60 characters"))
LONG = Length(max=200, message=_l("At most 200 characters"))
DAY = [DataRequired(_l("Enter a day, such as 2026-03-09"))]
WHO = [DataRequired(_l("Enter a name")), NAME]


class DepositForm(FlaskForm):
    since_on = DateField(
        _l("Deposit texts published from"),
        DAY,
        description=_l("Only for the first deposit; later ones go on where the last one ended"),
    )
    until_on = DateField(_l("Published up to and including"), DAY)

    @classmethod
    def offering(cls, since: date | None, until: date) -> "DepositForm":
        """Build the form that asks for the first day only if no earlier deposit says it."""
        form = cls(data={"until_on": until, "since_on": until.replace(day=1)})
        if since is not None:
            del form.since_on
        return form

    def draft(self) -> DepositDraft:
        since = self["since_on"].data if "since_on" in self else None
        return DepositDraft(self.until_on.data, since)


class HandoverForm(FlaskForm):
    handed_on = DateField(_l("Handed over on"), DAY)
    handed_by = StringField(_l("Handed over by"), WHO, filters=[stripped])
    received_by = StringField(_l("Received by"), WHO, filters=[stripped])
    receipt_number = StringField(
        _l("Number of the receipt"), [Optional(), NAME], filters=[stripped]
    )
    note = StringField(_l("Note"), [Optional(), LONG], filters=[stripped])
    seen = HiddenField()

    def handed(self, receiver: Receiver) -> Handed:
        return Handed(
            receiver=receiver,
            handed_on=self.handed_on.data,
            handed_by=self.handed_by.data,
            received_by=self.received_by.data,
            receipt_number=self.receipt_number.data or "",
            note=self.note.data or "",
            seen=int(self.seen.data) if (self.seen.data or "").isdecimal() else 0,
        )
