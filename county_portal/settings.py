"""What the county office decides: a value with a default, kept in its table, with a page.

Technical settings (addresses, folders, limits) are in config.py.
"""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from county_portal.core.errors import Refused
from county_portal.extensions import db
from county_portal.models import Setting


@dataclass(frozen=True)
class Choice:
    """One thing to decide. source: the rule behind the default."""

    key: str
    default: str
    label: LazyString
    source: LazyString | str = ""
    numeric: bool = False


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
)
KNOWN = {choice.key: choice for choice in CHOICES}


def value(key: str) -> str:
    """What is decided, or the default."""
    chosen = db.session.get(Setting, key)
    return chosen.value if chosen else KNOWN[key].default


def values() -> dict[str, str]:
    """Everything that can be decided, with what is decided."""
    chosen = dict(db.session.execute(select(Setting.key, Setting.value)).all())
    return {choice.key: chosen.get(choice.key, choice.default) for choice in CHOICES}


def number(key: str) -> int:
    return int(value(key))


def decide(key: str, new: str) -> None:
    """Keep the office's decision. Raises Refused for a value that cannot work."""
    choice = KNOWN[key]
    if choice.numeric and not (new.isascii() and new.isdigit() and 0 < int(new) < 1000):
        raise Refused("Enter a whole number from 1 to 999")
    if key == "index_number_pattern":
        _try_pattern(new)
    row = db.session.get(Setting, key)
    if row is None:
        db.session.add(Setting(key=key, value=new))
    else:
        row.value = new


def _try_pattern(pattern: str) -> None:
    try:
        one, two = (pattern.format(unit="A01", year=2026, number=n) for n in (1, 2))
        other = pattern.format(unit="A02", year=2026, number=1)
        later = pattern.format(unit="A01", year=2027, number=1)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise Refused("The pattern may hold {unit}, {year} and {number:05d} only") from None
    if len({one, two, other, later}) < 4:
        raise Refused("The pattern must hold {unit}, {year} and {number}")
