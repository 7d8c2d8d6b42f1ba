"""The traditional return form (统计表) over the figures of a report.

Source: the monthly return of 2008, with indicators 01 to 35 and columns 本期实际, 本年累计.
Lines whose figures the records do not hold stay open.
"""

from dataclasses import dataclass

from sqlalchemy import select

from county_portal import settings
from county_portal.core.pdf import render_pdf
from county_portal.extensions import db
from county_portal.models import Person, Unit
from county_portal.reports.figures import as_json
from county_portal.reports.lines import MonthlyReport, Stamp
from county_portal.reports.periods import Period

PROACTIVE, FULL_TEXT = "01", "02"
# code, name, unit of count
INDICATORS = (
    (PROACTIVE, "主动公开信息数", "条"),
    (FULL_TEXT, "其中：全文电子化的主动公开信息数", "条"),
    ("03", "新增的行政规范性文件数", "条"),
    ("04", "提供服务类信息数", "条"),
    ("05", "网站政府信息公开专栏页面访问量", "人次"),
    ("06", "现场接待人数", "人次"),
    ("07", "网上咨询数", "人次"),
    ("08", "咨询电话接听数", "人次"),
    ("09", "依申请公开信息目录数", "条"),
    ("10", "申请总数", "条"),
    ("11", "其中：当面申请数", "条"),
    ("12", "　　　传真申请数", "条"),
    ("13", "　　　电子邮件申请数", "条"),
    ("14", "　　　网上申请数", "条"),
    ("15", "　　　信函申请数", "条"),
    ("16", "　　　其他形式申请数", "条"),
    ("17", "对申请的答复总数", "条"),
    ("18", "其中：同意公开答复数", "条"),
    ("19", "　　　同意部分公开答复数", "条"),
    ("20", "　　　否决公开答复总数", "条"),
    ("21", "　　　其中：非《规定》所指信息数", "条"),
    ("22", "　　　　　　信息不存在数", "条"),
    ("23", "　　　　　　非本部门掌握数", "条"),
    ("24", "　　　　　　申请内容不明确数", "条"),
    ("25", "　　　　　　免予公开范围1信息数", "条"),
    ("26", "　　　　　　免予公开范围2信息数", "条"),
    ("27", "　　　　　　免予公开范围3信息数", "条"),
    ("28", "　　　　　　免予公开范围4信息数", "条"),
    ("29", "　　　　　　免予公开范围5信息数", "条"),
    ("30", "　　　　　　免予公开范围6信息数", "条"),
    ("31", "　　　　　　其他原因数", "条"),
    ("32", "行政复议数", "件"),
    ("33", "行政诉讼数", "件"),
    ("34", "行政申诉数", "件"),
    ("35", "其中：对首次处理不满意的行政申诉数", "件"),
)
SUMS = (
    ("10", tuple(f"{n}" for n in range(11, 17))),
    ("17", ("18", "19", "20")),
    ("20", tuple(f"{n}" for n in range(21, 32))),
)


@dataclass(frozen=True)
class ReturnLine:
    """One indicator. None: the records do not hold it."""

    code: str
    name: str
    unit: str
    now: int | None
    this_year: int | None


@dataclass(frozen=True)
class Return:
    """The whole form. checks: each as the form prints it, with whether it holds."""

    period: Period
    office: str
    leader: str
    number: str
    filled_in_by: str
    above: str
    phone: str
    lines: tuple[ReturnLine, ...]
    checks: tuple[tuple[str, bool | None], ...]


def build(report: MonthlyReport, by: Person | None) -> Return:
    """The form over the figures of a report, filled in by the person who asked for it."""
    lines = tuple(_lines(report))
    office = db.session.scalar(select(Unit).where(Unit.name == report.office))
    return Return(
        period=report.period,
        office=report.office,
        leader=office.leader if office else "",
        number=settings.value("site_id_code"),
        filled_in_by=by.name if by else "",
        above=f"{report.county}人民政府",
        phone=settings.value("contact_phone"),
        lines=lines,
        checks=(*(_sum(lines, whole, parts) for whole, parts in SUMS), _year(report)),
    )


def to_pdf(form: Return, stamp: Stamp) -> bytes:
    """The form as it is sent in, on one page."""
    return render_pdf("reports/return.html", attach=as_json(form), form=form, stamp=stamp)


def _lines(report: MonthlyReport) -> list[ReturnLine]:
    """What nobody can submit without its text is published with it: 02 is 01."""
    this_year = report.this_year.published if report.this_year else None
    known = dict.fromkeys((PROACTIVE, FULL_TEXT), (report.totals.published, this_year))
    return [
        ReturnLine(code, name, unit, *known.get(code, (None, None)))
        for code, name, unit in INDICATORS
    ]


def _sum(
    lines: tuple[ReturnLine, ...], whole: str, parts: tuple[str, ...]
) -> tuple[str, bool | None]:
    """That a line is the sum of others; None while the records hold none of them."""
    numbers = {line.code: line.now for line in lines}
    known = [numbers[part] for part in parts]
    sign = "＋…＋" if len(parts) > 3 else "＋"
    ends = parts if len(parts) <= 3 else (parts[0], parts[-1])
    words = f"{whole}＝{sign.join(ends)}"
    if numbers[whole] is None or None in known:
        return words, None
    return words, numbers[whole] == sum(one for one in known if one is not None)


def _year(report: MonthlyReport) -> tuple[str, bool | None]:
    """That the year so far is what it was before the period and the period together."""
    if report.this_year is None:
        return "本年累计＝上期累计＋本期实际", None
    year = report.period.last.year
    before = sum(
        one.published
        for one in report.course
        if one.month.year == year and one.month < report.month
    )
    now, this_year = report.totals.published, report.this_year.published
    words = f"01本年累计{this_year}＝上期累计{before}＋本期实际{now}"
    return words, this_year == before + now
