"""The audit log, jobs, the calendar and the county's settings."""
