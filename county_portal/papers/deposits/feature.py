"""What deposits bring to the office: packing, letters, and the reminder on the clerk's desk."""

from functools import partial

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from county_portal.models import Deposit, DepositLetter
from county_portal.office.base.extensions import db
from county_portal.office.desk.sections import Section
from county_portal.office.desk.tasks import Link, Task, Values
from county_portal.office.feature import Feature
from county_portal.office.rules.policy import Do
from county_portal.papers.deposits import letters, package, reminders, views
from county_portal.papers.deposits.names import number_of

STAGES = {
    "Reading the deposit": _l("Reading the deposit"),
    "Setting the texts": _l("Setting the texts"),
    "Setting lists and records": _l("Setting lists and records"),
    "Packing": _l("Packing"),
    "Setting the letter": _l("Setting the letter"),
}


def _package_title(said: Values) -> str:
    deposit = db.session.get_one(Deposit, said["deposit"])
    month = f"{deposit.month:%Y-%m}"
    return str(
        _("Packages of deposit %(number)s, %(month)s", number=number_of(deposit), month=month)
    )


def _letter_title(said: Values) -> str:
    number = letters.letter_number(db.session.get_one(DepositLetter, said["letter"]))
    return str(_("Letter about changes, %(number)s", number=number))


def _deposit_work(said: Values) -> Link:
    address = url_for("deposits.deposit", deposit_id=said["deposit"])
    return Link(_l("Open the deposit"), address)


def _letter_work(said: Values) -> Link:
    return Link(_l("All deposits"), url_for("deposits.index", _anchor="letters"))


task_of_deposit = partial(Task, stages=STAGES, reads=Do.DEPOSIT_READ, makes=Do.DEPOSIT_MAKE)
PACKAGE = task_of_deposit(
    package.TASK,
    package.pack_in_background,
    title=_package_title,
    results=lambda asked, _made: [_deposit_work(asked)],
    back=lambda _asked: Link(_l("All deposits"), url_for("deposits.index")),
)
LETTER = task_of_deposit(
    letters.TASK,
    letters.letter_task,
    title=_letter_title,
    results=lambda asked, _made: [_letter_work(asked)],
    back=_letter_work,
)
FEATURE = Feature(
    (views.bp,),
    tasks=(PACKAGE, LETTER),
    sections=(Section("review.desk", "papers/deposits/_reminder.html", reminders.reminder_for),),
)
