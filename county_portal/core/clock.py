"""The one place that reads the wall clock. Tests stop it with `frozen`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

COUNTY = ZoneInfo("Asia/Shanghai")

_stopped_at: datetime | None = None


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return _stopped_at or datetime.now(UTC)  # noqa: TID251


def today() -> date:
    """Today in the county: what deadlines count from."""
    return county_day(now())


def county_day(moment: datetime) -> date:
    """Return the county date on which `moment` falls."""
    return moment.astimezone(COUNTY).date()


def day_start(day: date) -> datetime:
    """Return the first moment of `day` in county time."""
    return datetime(day.year, day.month, day.day, tzinfo=COUNTY)


@contextmanager
def frozen(at: str | datetime) -> Iterator[None]:
    """Stop the clock at an ISO time, meant as county time if it names no zone."""
    global _stopped_at  # one clock for every thread, the test server's too
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    before, _stopped_at = _stopped_at, moment if moment.tzinfo else moment.replace(tzinfo=COUNTY)
    _stopped_at = _stopped_at.astimezone(UTC)
    try:
        yield
    finally:
        _stopped_at = before
