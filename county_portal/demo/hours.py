"""Office hours of the demonstration county: minutes of work, as one long line."""

from datetime import date, datetime, time, timedelta
from itertools import count

from county_portal.core import clock
from county_portal.core.workdays import WorkCalendar

MORNING, AFTERNOON = time(8, 30), time(14, 0)
HALF = 210  # minutes
DAY = 2 * HALF


class OfficeHours:
    """The working minutes from `first` to `end`, numbered from 0 to `total`."""

    def __init__(self, calendar: WorkCalendar, first: date, end: datetime) -> None:
        self._calendar, self.end = calendar, end
        last = clock.county_day(end)
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        self.days = [day for day in span if calendar.is_workday(day)]
        self.total = float(len(self.days) * DAY)
        while self.total > 0 and self.moment(self.total - 0.1) >= end:
            self.total -= 1

    def moment(self, minute: float) -> datetime:
        """Return the moment at which this working minute is reached."""
        day, left = divmod(minute, DAY)
        start, left = (MORNING, left) if left < HALF else (AFTERNOON, left - HALF)
        begin = datetime.combine(self.days[int(day)], start, clock.COUNTY)
        return begin + timedelta(seconds=int(left * 60))

    def day_before(self, minute: float, workdays: int) -> date:
        """Return the working day so many days before the one of this minute."""
        return self.days[max(0, int(minute // DAY) - workdays)]

    def nine_after(self, moment: datetime, workdays: int) -> datetime:
        """Find nine o'clock on the working day so many days after the one of `moment`."""
        later = (clock.county_day(moment) + timedelta(days=n) for n in count(1))
        workdays_later = (day for day in later if self._calendar.is_workday(day))
        day = [next(workdays_later) for _ in range(workdays)][-1]
        return datetime.combine(day, time(9), clock.COUNTY)
