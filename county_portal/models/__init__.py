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
    WrongTry,
    branch_of,
)
from county_portal.models.audit import AuditRow
from county_portal.models.base import Base, Moment
from county_portal.models.briefings import (
    Briefing,
    BriefingHand,
    BriefingHandKind,
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
from county_portal.models.deposits import (
    Deposit,
    DepositLetter,
    DepositLetterLine,
    DepositLetterPaper,
    DepositLine,
    DepositOmission,
    DepositPackage,
    DepositPart,
    DepositSupplement,
    Handover,
    Receiver,
)
from county_portal.models.editions import Edition
from county_portal.models.gazettes import (
    Gazette,
    GazetteEdition,
    GazetteEditionItem,
    GazetteEditionPart,
    GazetteEnding,
    GazetteHand,
    GazetteHandKind,
    GazetteKind,
    GazetteMark,
    GazettePublication,
    GazetteSection,
    GazetteSignOff,
    GazetteState,
    GazetteStep,
    GazetteText,
)
from county_portal.models.items import (
    Attachment,
    Attribute,
    Blob,
    Ground,
    Hand,
    HandKind,
    Inside,
    Item,
    Origin,
    Original,
    Revision,
    State,
)
from county_portal.models.jobs import Job, JobState, Lease
from county_portal.models.papers import IssuedPaper, PaperKind
from county_portal.models.reports import (
    CircularReading,
    ClosedMonth,
    LateReason,
    MadeCircular,
    MadeReport,
    ReportRemark,
    ReturnForm,
)
from county_portal.models.review import SignOff, StepTaken
from county_portal.models.settings import Setting
from county_portal.models.signed import HandRow, SignOffRow, StepRow, Verdict
from county_portal.models.validity import Validity, ValidityState
