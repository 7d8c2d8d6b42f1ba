"""What a report holds: every figure and every line that the paper prints.

A field with a default was not in the first reports; those read back without it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from county_portal.core import clock
from county_portal.papers.figures.periods import Period


@dataclass(frozen=True)
class Totals:
    """The county's figures of one period.

    submitted: items handed over for the first time. returned: times, not items.
    corrected: publications of an item that had been published before.
    overdue: items whose deadline had passed unpublished when the period ended.
    """

    submitted: int
    published: int
    on_time: int
    late: int
    on_time_share: Decimal | None  # None: nothing was published
    returned: int
    declined: int
    corrected: int
    withdrawn: int
    overdue: int
    median_days: Decimal | None  # working days from formation to publication


@dataclass(frozen=True)
class FigureChange:
    """One of the totals beside the period before and the same a year before.

    rates: per cent; None when there was nothing, or no records were kept then.
    """

    figure: str
    now: int
    before: int
    change: int
    rate: Decimal | None
    year_before: int | None = None
    year_rate: Decimal | None = None


@dataclass(frozen=True)
class MonthCount:
    """One month of the year's course: what can be counted without reading a text."""

    month: date
    submitted: int = 0
    published: int = 0
    on_time: int = 0
    late: int = 0
    returned: int = 0
    declined: int = 0
    corrected: int = 0
    withdrawn: int = 0


@dataclass(frozen=True)
class UnitFigures:
    """What one unit reported; published_before: in the period before."""

    code: str
    name: str
    kind: str
    submitted: int
    published: int
    published_before: int
    returned: int
    declined: int
    on_time: int
    late: int
    median_days: Decimal | None
    overdue: int = 0
    active: bool = True


@dataclass(frozen=True)
class ColumnFigures:
    """What was published in one column. under: the column above it, if any.

    last_on: the last publication day up to the period's end. overdue_by: calendar
    days by which its update rule was missed then; None when nothing was ever published.
    """

    slug: str
    name: str
    under: str
    count: int
    share: Decimal | None
    last_on: date | None = None
    update_days: int | None = None
    overdue_by: int | None = 0


@dataclass(frozen=True)
class CategoryFigures:
    """What was published of one statutory kind. An empty code: of none."""

    code: str
    name: str
    article: str
    count: int
    share: Decimal | None


@dataclass(frozen=True)
class OverdueLine:
    """An item that missed its deadline: published late, or lying somewhere unpublished."""

    title: str
    unit: str
    formed_on: date
    due_on: date
    published_on: date | None
    days_over: int  # calendar days after the deadline
    state: str  # where it lay when the period ended
    item: int = 0
    reason: str = ""  # as the clerk knows it


@dataclass(frozen=True)
class GroundCount:
    """How many items were withheld on one ground."""

    ground: str
    count: int


@dataclass(frozen=True)
class ReviewFigures:
    """The confidentiality officer's verdicts. median_days: working days on the officer's desk."""

    reviewed: int
    release: int
    release_on_request: int
    withhold: int
    refer: int
    sent_back: int
    median_days: Decimal | None
    grounds: tuple[GroundCount, ...]


@dataclass(frozen=True)
class Bucket:
    """How many items took so many working days from formation to publication."""

    name: str
    count: int
    share: Decimal | None


@dataclass(frozen=True)
class Afterwards:
    """What happened to something published: it was corrected or withdrawn."""

    title: str
    unit: str
    index_number: str
    on: date
    why: str


@dataclass(frozen=True)
class Adjustment:
    """A figure of a closed month that the records give otherwise by now."""

    month: date
    figure: str
    known: int  # as closed, with the adjustments since
    counted: int

    @property
    def change(self) -> int:
        return self.counted - self.known


@dataclass(frozen=True)
class PublishedLine:
    """One publication of the annex."""

    index_number: str
    title: str
    unit: str
    formed_on: date
    published_on: date


@dataclass(frozen=True)
class AnnexGroup:
    """What was published in one column."""

    name: str
    under: str
    lines: tuple[PublishedLine, ...]


@dataclass(frozen=True)
class MonthlyReport:
    """Everything the paper prints, of a month or of several. until: the last day counted.

    open_months: months of the period that are not closed, where it holds several.
    open_compared: months it is compared with that are not closed.
    """

    month: date
    until: date
    county: str
    office: str
    totals: Totals
    before: Totals
    changes: tuple[FigureChange, ...]
    units: tuple[UnitFigures, ...]
    columns: tuple[ColumnFigures, ...]
    categories: tuple[CategoryFigures, ...]
    overdue: tuple[OverdueLine, ...]
    months: int = 1
    year_before: Totals | None = None
    course: tuple[MonthCount, ...] = ()
    this_year: MonthCount | None = None
    review: ReviewFigures | None = None
    buckets: tuple[Bucket, ...] = ()
    corrections: tuple[Afterwards, ...] = ()
    withdrawals: tuple[Afterwards, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    open_months: tuple[date, ...] = ()
    open_compared: tuple[date, ...] = ()
    remarks: tuple[str, ...] = ()
    annex: tuple[AnnexGroup, ...] = ()

    @property
    def period(self) -> Period:
        return Period(self.month, self.months)

    @property
    def paper_title(self) -> str:
        period = self.period
        return f"{self.county}政府信息公开工作{period.paper}（{period.title}）"

    @property
    def partial(self) -> bool:
        """Whether the period had not ended when it was counted."""
        return self.until < self.period.last

    @property
    def final(self) -> bool:
        """Whether it is of several months that were over and closed. A month is closed apart."""
        return self.months > 1 and not self.partial and not self.open_months

    @property
    def late(self) -> tuple[OverdueLine, ...]:
        return tuple(one for one in self.overdue if one.published_on)

    @property
    def waiting(self) -> tuple[OverdueLine, ...]:
        return tuple(one for one in self.overdue if not one.published_on)


@dataclass(frozen=True)
class Stamp:
    """When a report was made of which figures, and where the log stood then."""

    made_at: datetime
    figures_hash: str
    audit_head: str

    @property
    def made_here(self) -> datetime:
        """The same moment on the county's clocks."""
        return self.made_at.astimezone(clock.COUNTY)
