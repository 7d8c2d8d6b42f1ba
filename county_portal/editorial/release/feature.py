"""What publishing brings to the office."""

from county_portal.editorial.release import items, public_file, services, views
from county_portal.office.base import audit
from county_portal.office.feature import Feature

FEATURE = Feature(
    (views.bp,),
    timetable=(services.publish_due, audit.catch_up, public_file.reconcile),
    releasables=(items.RELEASABLE,),
)
