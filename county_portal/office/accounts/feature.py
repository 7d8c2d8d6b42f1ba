"""What accounts bring to the office."""

from county_portal.office.accounts import cli, rate_limits, sessions, views
from county_portal.office.feature import Feature

FEATURE = Feature(
    (views.bp,), timetable=(sessions.sweep_sessions, rate_limits.sweep_tries), commands=(cli.group,)
)
