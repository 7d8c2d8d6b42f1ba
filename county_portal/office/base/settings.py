"""What the county office decides: a value with a default, kept in its table, with a page.

Technical settings (addresses, folders, limits) are in config.py.
"""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from county_portal.core.errors import Refused
from county_portal.models import Setting
from county_portal.office.base.extensions import db


@dataclass(frozen=True)
class Choice:
    """One thing to decide. source: the rule behind the default."""

    key: str
    default: str
    label: LazyString
    source: LazyString | str = ""
    numeric: bool = False


_ART_25 = _l("Regulations art. 25")
_LOCAL = _l("Local rule")

CHOICES = (
    Choice("county_name", "青禾县", _l("Name of the county")),
    Choice("site_name", "青禾县人民政府", _l("Name of the public site")),
    Choice("site_domain", "www.qinghe.example", _l("Domain of the public site")),
    Choice("site_id_code", "0000000000", _l("Government site identification code (10 digits)")),
    Choice("host_unit", "青禾县人民政府办公室", _l("Unit that runs the site")),
    Choice("contact_phone", "0000-0000000", _l("Contact telephone on the site")),
    Choice("contact_address", "青禾县行政中心", _l("Contact address on the site")),
    Choice("index_number_pattern", "{unit}/{year}-{number:05d}", _l("Pattern of index numbers")),
    Choice(
        "publish_within_workdays",
        "20",
        _l("Working days from formation to publication"),
        _l("Regulations art. 26"),
        numeric=True,
    ),
    Choice(
        "review_again_after_days",
        "365",
        _l("Days until withheld information is reviewed again"),
        _l("Regulations art. 18"),
        numeric=True,
    ),
    Choice(
        "close_month_on_day",
        "5",
        _l("Day of the next month on which a month's figures are closed"),
        _LOCAL,
        numeric=True,
    ),
    Choice(
        "circular_names",
        "3",
        _l("Units of each kind that a circular names first and last"),
        _LOCAL,
        numeric=True,
    ),
    Choice("gazette_name", "青禾县人民政府公报", _l("Name of the gazette")),
    Choice("gazette_publisher", "青禾县人民政府办公室", _l("Unit that edits the gazette")),
    Choice(
        "gazette_statement",
        "本公报刊登的文件为标准文本，与本级政府网站公开发布的文本一致。",
        _l("Sentence on the last page of the gazette"),
        _l("State Council office (2018) 22, on government gazettes"),
    ),
    Choice(
        "gazette_total_from",
        "1",
        _l("Total number of the first gazette made here"),
        numeric=True,
    ),
    # Local rules, so all of it can be decided otherwise; that something is deposited: art. 25
    Choice(
        "deposit_days",
        "9,10",
        _l("Days of the month on which deposits are handed over"),
        _l("Local rule; a day off moves to the next working day"),
    ),
    Choice(
        "deposit_remind_days",
        "3",
        _l("Working days before a deposit on which the clerk is reminded"),
        numeric=True,
    ),
    Choice("deposit_mark", "青政办送", _l("Word in front of the numbers of deposits and letters")),
    Choice("deposit_carrier", "纸质、电子", _l("In what form deposits are handed over")),
    Choice(
        "deposit_contact", "县政府办公室文秘科", _l("Who answers for deposits in the county office")
    ),
    Choice("deposit_archive", "青禾县档案馆", _l("Archive that receives deposits"), _ART_25),
    Choice("deposit_archive_contact", "接收利用科 0000-0000001", _l("Contact at the archive")),
    Choice("deposit_library", "青禾县图书馆", _l("Library that receives deposits"), _ART_25),
    Choice("deposit_library_contact", "地方文献室 0000-0000002", _l("Contact at the library")),
    Choice(
        "deposit_missed_1",
        "从重扣分",
        _l("What follows from a unit's first missed deposit in a year"),
        _LOCAL,
    ),
    Choice(
        "deposit_missed_2",
        "主要负责人过问并责成整改",
        _l("What follows from the second"),
        _LOCAL,
    ),
    Choice(
        "deposit_missed_3",
        "分管领导召集会议部署",
        _l("What follows from the third and later ones"),
        _LOCAL,
    ),
)
LAST_DAY = 28  # of a month, that every month has
KNOWN = {choice.key: choice for choice in CHOICES}


def value(key: str) -> str:
    """Return what is decided, or the default."""
    chosen = db.session.get(Setting, key)
    return chosen.value if chosen else KNOWN[key].default


def values() -> dict[str, str]:
    """Return everything that can be decided, with what is decided."""
    chosen = dict(db.session.execute(select(Setting.key, Setting.value)).all())
    return {choice.key: chosen.get(choice.key, choice.default) for choice in CHOICES}


def number(key: str) -> int:
    return int(value(key))


def store_setting(key: str, new: str) -> None:
    """Keep the office's decision. Raises Refused for a value that cannot work."""
    choice = KNOWN[key]
    if choice.numeric and not (new.isascii() and new.isdigit() and 0 < int(new) < 1000):
        raise Refused("Enter a whole number from 1 to 999")
    if key == "index_number_pattern":
        _try_pattern(new)
    if key in {"deposit_days", "close_month_on_day"}:
        days_of(new)
    row = db.session.get(Setting, key)
    if row is None:
        db.session.add(Setting(key=key, value=new))
    else:
        row.value = new


def days_of(text: str) -> tuple[int, ...]:
    """Read days of a month, typed with commas between, each once and in order.

    Raises Refused for a day that some month does not have.
    """
    days = [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",")]
    if not all(word.isascii() and word.isdigit() and 1 <= int(word) <= LAST_DAY for word in days):
        raise Refused("Enter days of the month from 1 to 28 with commas between them")
    return tuple(sorted({int(word) for word in days}))


def _try_pattern(pattern: str) -> None:
    try:
        first, two = (pattern.format(unit="A01", year=2026, number=n) for n in (1, 2))
        other = pattern.format(unit="A02", year=2026, number=1)
        later = pattern.format(unit="A01", year=2027, number=1)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise Refused("The pattern may hold {unit}, {year} and {number:05d} only") from None
    if len({first, two, other, later}) < 4:
        raise Refused("The pattern must hold {unit}, {year} and {number}")
