"""What people read for the words of the code: states, deeds, roles, kinds."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from county_portal.models import (
    Attribute,
    ColumnKind,
    Ground,
    HandKind,
    JobState,
    OpenTo,
    Origin,
    Receiver,
    Role,
    State,
    UnitKind,
    Verdict,
)
from county_portal.policy import Do

WORDS: tuple[tuple[StrEnum, object], ...] = (
    (State.DRAFT, _l("Draft")),
    (State.SUBMITTED, _l("Waiting for unit approval")),
    (State.UNIT_APPROVED, _l("Waiting for editorial review")),
    (State.ACCEPTED, _l("Waiting for confidentiality review")),
    (State.SIGNED_OFF, _l("Signed off, waiting to be issued")),
    (State.ISSUED, _l("Issued, waiting for its time")),
    (State.PUBLISHED, _l("Published")),
    (State.RETURNED, _l("Returned")),
    (State.CORRECTING, _l("Being corrected")),
    (State.DECLINED, _l("Declined")),
    (State.ON_REQUEST, _l("On request only")),
    (State.WITHHELD, _l("Withheld")),
    (State.REFERRED, _l("Referred")),
    (State.WITHDRAWN, _l("Withdrawn")),
    (Do.ITEM_VIEW, _l("View")),
    (Do.ITEM_CREATE, _l("Write an item")),
    (Do.ITEM_EDIT, _l("Edit")),
    (Do.ITEM_AMEND, _l("Correct the text")),
    (Do.ITEM_SUBMIT, _l("Submit")),
    (Do.ITEM_RECALL, _l("Take back")),
    (Do.ITEM_APPROVE, _l("Approve")),
    (Do.ITEM_ACCEPT, _l("Accept")),
    (Do.ITEM_RETURN, _l("Return")),
    (Do.ITEM_DECLINE, _l("Decline")),
    (Do.ITEM_RELEASE, _l("Sign off for release")),
    (Do.ITEM_RELEASE_ON_REQUEST, _l("Release on request only")),
    (Do.ITEM_WITHHOLD, _l("Withhold")),
    (Do.ITEM_REFER, _l("Refer")),
    (Do.ITEM_REASSESS, _l("Review again")),
    (Do.ITEM_ISSUE, _l("Issue")),
    (Do.ITEM_PUBLISH, _l("Publish")),
    (Do.ITEM_CORRECT, _l("Correct the published item")),
    (Do.ITEM_KEEP, _l("Keep the published version")),
    (Do.ITEM_WITHDRAW, _l("Take down")),
    (Do.ITEM_REWORK, _l("Rework")),
    (Do.ITEM_REMARK, _l("Remark")),
    (Do.COLUMN_MANAGE, _l("Manage columns")),
    (Do.UNIT_MANAGE, _l("Manage units")),
    (Do.PERSON_MANAGE, _l("Manage people")),
    (Do.ROLE_MANAGE, _l("Manage roles")),
    (Do.CALENDAR_MANAGE, _l("Manage the calendar")),
    (Do.SETTING_MANAGE, _l("Manage settings")),
    (Do.REPORT_MAKE, _l("Make reports")),
    (Do.REPORT_READ, _l("Read reports")),
    (Do.DEPOSIT_READ, _l("Read deposits")),
    (Do.DEPOSIT_MAKE, _l("Make deposits")),
    (Do.DEPOSIT_PART, _l("Read a unit's deposits")),
    (Do.DEPOSIT_HAND_OVER, _l("Hand over a deposit")),
    (Do.UNIT_LIST, _l("Read a unit's yearly list")),
    (Do.AUDIT_READ, _l("Read the log")),
    (Role.LIAISON, _l("Liaison")),
    (Role.UNIT_LEADER, _l("Unit leader")),
    (Role.EDITOR, _l("Editor")),
    (Role.CONFIDENTIALITY_OFFICER, _l("Confidentiality officer")),
    (Role.ISSUER, _l("Issuer")),
    (Role.OFFICE_CLERK, _l("Office clerk")),
    (Role.SYSTEM_ADMINISTRATOR, _l("System administrator")),
    (Role.SECURITY_ADMINISTRATOR, _l("Security administrator")),
    (Role.AUDITOR, _l("Auditor")),
    (UnitKind.TOWNSHIP, _l("Township")),
    (UnitKind.DEPARTMENT, _l("Department")),
    (UnitKind.PUBLIC_BODY, _l("Public body")),
    (ColumnKind.NEWS, _l("News")),
    (ColumnKind.NOTICE, _l("Notices")),
    (ColumnKind.POLICY, _l("Policy documents")),
    (ColumnKind.INTERPRETATION, _l("Policy interpretation")),
    (ColumnKind.DISCLOSURE, _l("Statutory disclosure")),
    (ColumnKind.PERSONNEL, _l("Personnel")),
    (ColumnKind.PLANNING, _l("Plans")),
    (ColumnKind.INTERACTION, _l("Interaction")),
    (OpenTo.ALL, _l("All units")),
    (OpenTo.TOWNSHIPS, _l("Townships")),
    (OpenTo.DEPARTMENTS, _l("Departments")),
    (OpenTo.LISTED, _l("Listed units only")),
    (Attribute.PROACTIVE, _l("Published proactively")),
    (Attribute.ON_REQUEST, _l("Disclosed on request")),
    (Attribute.WITHHELD, _l("Not disclosed")),
    (Origin.OWN, _l("Made by this unit")),
    (Origin.OTHER_BODY, _l("From another body")),
    (Origin.JOINT, _l("Made jointly")),
    (Ground.STATE_SECRET, _l("State secret (art. 14)")),
    (Ground.LAW_FORBIDS, _l("Forbidden by law (art. 14)")),
    (Ground.FOUR_STABILITIES, _l("Endangers security or stability (art. 14)")),
    (Ground.THIRD_PARTY, _l("Harms a third party (art. 15)")),
    (Ground.INTERNAL_AFFAIRS, _l("Internal affairs (art. 16)")),
    (Ground.PROCESS_INFORMATION, _l("Information from a process (art. 16)")),
    (Ground.ENFORCEMENT_FILE, _l("Enforcement file (art. 16)")),
    (HandKind.AUTHOR, _l("Author")),
    (HandKind.UNIT_LEADER, _l("Unit approval")),
    (HandKind.EDITOR, _l("Editorial review")),
    (HandKind.OFFICER, _l("Confidentiality review")),
    (HandKind.ISSUER, _l("Issue")),
    (Verdict.RELEASE, _l("Release")),
    (Verdict.RELEASE_ON_REQUEST, _l("Release on request only")),
    (Verdict.WITHHOLD, _l("Withhold")),
    (Verdict.REFER, _l("Refer")),
    (Verdict.RETURN, _l("Return")),
    (Receiver.ARCHIVE, _l("Archive")),
    (Receiver.LIBRARY, _l("Library")),
    (JobState.WAITING, _l("Waiting")),
    (JobState.RUNNING, _l("Running")),
    (JobState.DONE, _l("Done")),
    (JobState.FAILED, _l("Failed")),
)
# the public fields of a manifest
FIELDS = {
    "title": _l("Title"),
    "summary": _l("Summary"),
    "column": _l("Column"),
    "category": _l("Category"),
    "unit": _l("Responsible unit"),
    "attribute": _l("Disclosure"),
    "formed_on": _l("Date of formation"),
    "document_number": _l("Document number"),
    "origin": _l("Origin"),
    "source": _l("The other body"),
    "keywords": _l("Keywords"),
    "files": _l("Files"),
}
# by kind and value: two kinds may use the same word and mean different things
LABELS = {(type(word), word.value): text for word, text in WORDS}


def label(word: StrEnum) -> str:
    """The word as people read it, in their language. Raises KeyError for one without a label."""
    return str(LABELS[type(word), word.value])


def deed(action: str) -> str:
    """A deed as people read it, from its name in a row."""
    return label(Do(action))


def field_name(name: str) -> str:
    """A field of the manifest as people read it."""
    return str(FIELDS[name])
