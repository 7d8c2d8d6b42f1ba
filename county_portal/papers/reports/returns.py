"""The traditional return form (统计表) over the figures of a report.

Source: the monthly return of 2008, with indicators 01 to 35 and columns 本期实际, 本年累计.
Lines whose figures the records do not hold are marked and filled in by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select

from county_portal.models import Person, Unit
from county_portal.office.base import settings
from county_portal.office.base.extensions import db
from county_portal.papers.figures import indicators
from county_portal.papers.figures.contents import MonthlyReport, Stamp
from county_portal.papers.figures.figures import as_json, figures_hash
from county_portal.papers.figures.periods import Period
from county_portal.printing.pdf import render_pdf

# code, name, unit of count
INDICATORS = (
    ("01", "主动公开信息数", "条"),
    ("02", "其中：全文电子化的主动公开信息数", "条"),
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
    """One indicator. None: the records do not hold it, somebody writes it in."""

    code: str
    name: str
    unit: str
    now: int | None
    this_year: int | None

    @property
    def by_hand(self) -> bool:
        return self.now is None


@dataclass(frozen=True)
class Return:
    """The whole form. checks: each as the form prints it, and whether it holds; None: by hand."""

    period: Period
    office: str
    leader: str
    number: str
    filled_in_by: str
    above: str
    phone: str
    lines: tuple[ReturnLine, ...]
    checks: tuple[tuple[str, bool | None], ...]

    @property
    def figures_hash(self) -> str:
        """Of all it says but who filled it in."""
        return figures_hash(as_json(replace(self, filled_in_by="")))


def build_return(report: MonthlyReport, by: Person | None) -> Return:
    """Build the form over the figures of a report, filled in by the person who asked for it."""
    now = indicators.counted(report.period)
    this_year = indicators.counted(indicators.year_until(report.period))
    lines = tuple(
        ReturnLine(code, name, unit, now.get(code), this_year.get(code))
        for code, name, unit in INDICATORS
    )
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
        checks=tuple(_checks(report, lines)),
    )


def return_pdf(form: Return, stamp: Stamp) -> bytes:
    """Print the form as it is sent in, on one page."""
    return render_pdf("papers/reports/return.html", attach=as_json(form), form=form, stamp=stamp)


def _checks(
    report: MonthlyReport, lines: tuple[ReturnLine, ...]
) -> Iterator[tuple[str, bool | None]]:
    """Check the form against itself, its report, and the form before."""
    now = {line.code: line.now for line in lines if line.now is not None}
    units = sum(one.published for one in report.units)
    kinds = sum(one.count for one in report.categories)
    yield f"01＝各单位合计{units}＝各类别合计{kinds}", now["01"] == units == kinds
    yield "03＋04≤01", now["03"] + now["04"] <= now["01"]
    known = [line for line in lines if not line.by_hand]
    yield "本期实际≤本年累计", all((one.now or 0) <= (one.this_year or 0) for one in known)
    yield _year(report, lines[0])
    for whole, parts in SUMS:
        yield _sum(lines, whole, parts)


def _sum(
    lines: tuple[ReturnLine, ...], whole: str, parts: tuple[str, ...]
) -> tuple[str, bool | None]:
    """Check that a line is the sum of others. Return None while the records hold none of them."""
    numbers = {line.code: line.now for line in lines}
    known = [numbers[part] for part in parts]
    sign = "＋…＋" if len(parts) > 3 else "＋"
    ends = parts if len(parts) <= 3 else (parts[0], parts[-1])
    sentence = f"{whole}＝{sign.join(ends)}"
    if numbers[whole] is None or None in known:
        return sentence, None
    return sentence, numbers[whole] == sum(one for one in known if one is not None)


def _year(report: MonthlyReport, line: ReturnLine) -> tuple[str, bool | None]:
    """Check that the year so far is what the form before said, and this period."""
    before = indicators.year_before(report.period)
    if before is None:
        return "01本年累计＝上期累计（上期尚无报表）＋本期实际", None
    sentence = f"01本年累计{line.this_year}＝上期累计{before}＋本期实际{line.now}"
    return sentence, line.this_year == before + (line.now or 0)
