"""What pages call figures, in the language of whoever reads; words.py is what paper calls them."""

from flask_babel import lazy_gettext as _l

FIGURES = {
    "submitted": _l("Submitted"),
    "published": _l("Published"),
    "on_time": _l("Published on time"),
    "late": _l("Published late"),
    "returned": _l("Returned (times)"),
    "declined": _l("Declined"),
    "corrected": _l("Corrected"),
    "withdrawn": _l("Withdrawn"),
    "overdue": _l("Overdue and unpublished at the end"),
}
VERDICTS = {
    "reviewed": _l("Reviewed for confidentiality (times)"),
    "release": _l("Released"),
    "release_on_request": _l("Released on request only"),
    "withhold": _l("Withheld"),
    "refer": _l("Referred"),
    "sent_back": _l("Returned by the officer"),
}
BUCKETS = {
    "0-5": _l("0 to 5 working days"),
    "6-10": _l("6 to 10 working days"),
    "11-15": _l("11 to 15 working days"),
    "16-20": _l("16 to 20 working days"),
    "21-": _l("More than 20 working days"),
}
CHARTS = {
    "course": _l("Submitted and published in twelve months"),
    "submitted": _l("Submitted"),
    "published": _l("Published"),
    "units": _l("Published by unit"),
    "columns": _l("Published by column"),
    "buckets": _l("From formation to publication"),
    **BUCKETS,
}
STAGES = {
    "Counting the period": _l("Counting the period"),
    "Setting the pages": _l("Setting the pages"),
    "Setting the return form": _l("Setting the return form"),
    "Writing the workbook": _l("Writing the workbook"),
    "Storing the report": _l("Storing the report"),
    "Setting the circular": _l("Setting the circular"),
    "Writing the Word document": _l("Writing the Word document"),
}
