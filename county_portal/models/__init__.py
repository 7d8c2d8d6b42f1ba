"""The schema: one file per aggregate, facts about one row, nothing else."""

from county_portal.models.accounts import (
    ADMINISTRATIVE,
    Branch,
    Person,
    PersonRole,
    Role,
    Unit,
    UnitKind,
    WebSession,
    branch_of,
)
from county_portal.models.audit import AuditRow
from county_portal.models.base import Base, Moment
from county_portal.models.briefings import (
    Briefing,
    BriefingHand,
    BriefingPart,
    BriefingState,
    BriefingStep,
    FrozenBriefing,
    Masthead,
    PartKind,
    PrintedBriefing,
)
from county_portal.models.calendar import CalendarDay, CalendarYear
from county_portal.models.catalogue import (
    Category,
    Column,
    ColumnKind,
    ColumnSubmitter,
    Counter,
    Ending,
    OpenTo,
    Publication,
)
from county_portal.models.items import (
    Attachment,
    Attribute,
    Blob,
    Ground,
    Hand,
    HandKind,
    Item,
    Origin,
    Revision,
    State,
)
from county_portal.models.jobs import Job, JobState
from county_portal.models.reports import MadeReport
from county_portal.models.review import SignOff, StepTaken, Verdict
from county_portal.models.settings import Setting

__all__ = [
    "ADMINISTRATIVE",
    "Attachment",
    "Attribute",
    "AuditRow",
    "Base",
    "Blob",
    "Branch",
    "Briefing",
    "BriefingHand",
    "BriefingPart",
    "BriefingState",
    "BriefingStep",
    "CalendarDay",
    "CalendarYear",
    "Category",
    "Column",
    "ColumnKind",
    "ColumnSubmitter",
    "Counter",
    "Ending",
    "FrozenBriefing",
    "Ground",
    "Hand",
    "HandKind",
    "Item",
    "Job",
    "JobState",
    "MadeReport",
    "Masthead",
    "Moment",
    "OpenTo",
    "Origin",
    "PartKind",
    "Person",
    "PersonRole",
    "PrintedBriefing",
    "Publication",
    "Revision",
    "Role",
    "Setting",
    "SignOff",
    "State",
    "StepTaken",
    "Unit",
    "UnitKind",
    "Verdict",
    "WebSession",
    "branch_of",
]
