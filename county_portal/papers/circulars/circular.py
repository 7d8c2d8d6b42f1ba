"""The circular (通报): who reported how much, who nothing, who late, who first and last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from county_portal.office.base import settings
from county_portal.papers.figures.contents import MonthlyReport, Stamp, Totals, UnitFigures
from county_portal.papers.figures.figures import copy_fields, share_of
from county_portal.papers.figures.paper_terms import KINDS
from county_portal.papers.figures.periods import Period
from county_portal.printing.pdf import render_pdf


@dataclass(frozen=True)
class UnitRank:
    """One unit among those of its kind. Equal figures share a rank; a closed unit has none."""

    rank: int | None
    name: str
    submitted: int
    published: int
    returned: int
    late: int
    overdue: int
    on_time_share: Decimal | None

    @property
    def is_silent(self) -> bool:
        """Whether it reported nothing (零报送). Nothing is expected of a closed unit."""
        return self.rank is not None and self.submitted == 0


@dataclass(frozen=True)
class Field:
    """The units of one kind by rank; who is named first and last."""

    kind: str
    places: tuple[UnitRank, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


@dataclass(frozen=True)
class Circular:
    """Everything the circular says."""

    month: date
    months: int
    county: str
    office: str
    totals: Totals
    fields: tuple[Field, ...]

    @property
    def period(self) -> Period:
        return Period(self.month, self.months)

    @property
    def places(self) -> tuple[UnitRank, ...]:
        return tuple(place for field in self.fields for place in field.places)


@dataclass(frozen=True)
class CircularBlock:
    """A heading, a paragraph or a table of the text: the same on paper and in Word."""

    kind: str  # heading, text or table
    words: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def build_circular(report: MonthlyReport) -> Circular:
    """Build the circular over the figures of a report.

    Units that are closed by now are not ranked, and stand in it if they did something.
    """
    named = settings.number("circular_names")
    units = [one for one in report.units if one.active or _did_something(one)]
    fields = (_field(kind, [one for one in units if one.kind == kind], named) for kind in KINDS)
    return Circular(
        month=report.month,
        months=report.months,
        county=report.county,
        office=report.office,
        totals=report.totals,
        fields=tuple(field for field in fields if field.places),
    )


def circular_pdf(circular: Circular, stamp: Stamp, attach: str) -> bytes:
    """Print the circular as it is sent."""
    return render_pdf(
        "papers/reports/circular.html",
        attach=attach,
        circular=circular,
        title=title_lines(circular),
        blocks=tuple(blocks(circular)),
        stamp=stamp,
    )


def _did_something(unit: UnitFigures) -> bool:
    """Tell whether the unit did something in the period itself.

    What it published before is no line of this circular.
    """
    did = (unit.submitted, unit.published, unit.returned, unit.declined, unit.overdue)
    return any(did)


def _field(kind: str, units: Sequence[UnitFigures], named: int) -> Field:
    open_units = [one for one in units if one.active]
    scores = sorted((_score(one) for one in open_units), reverse=True)
    ranks = {one.code: scores.index(_score(one)) + 1 for one in open_units}
    ranked = sorted(open_units, key=lambda one: ranks[one.code])
    closed = [one for one in units if not one.active]
    first = [one for one in ranked if ranks[one.code] <= named and one.published]
    others = [one for one in ranked if one not in first and one.submitted]
    limit = ranks[others[-named].code] if len(others) >= named else 0
    last = [one for one in others if ranks[one.code] >= limit]
    return Field(
        kind,
        tuple(_place(one, ranks.get(one.code)) for one in (*ranked, *closed)),
        tuple(one.name for one in first),
        tuple(one.name for one in last),
    )


def _score(unit: UnitFigures) -> tuple[int, int]:
    return unit.published, unit.submitted


def _place(unit: UnitFigures, rank: int | None) -> UnitRank:
    share = share_of(unit.on_time, unit.published)
    return copy_fields(UnitRank, unit, rank=rank, on_time_share=share)


# The text


def title(circular: Circular) -> str:
    return "".join(title_lines(circular))


def title_lines(circular: Circular) -> tuple[str, str]:
    """Return the title in two lines, broken between words."""
    return f"关于{circular.period.title}政府信息", "报送和公开情况的通报"


def blocks(circular: Circular) -> Iterable[CircularBlock]:
    """Yield the text of the circular, piece by piece."""
    t, places = circular.totals, circular.places
    period = circular.period
    reporting = sum(one.submitted > 0 for one in places)
    yield CircularBlock("text", f"现将{period.title}各单位政府信息报送和公开情况通报如下。")
    yield CircularBlock("heading", "一、总体情况")
    yield CircularBlock(
        "text",
        f"{period.this}，全县{len(places)}个单位中有{reporting}个单位报送信息，共报送{t.submitted}件，"
        f"公开{t.published}件，退回{t.returned}次，不予采用{t.declined}件；"
        f"按时公开{t.on_time}件，按时公开率{_known(t.on_time_share, '%')}。",
    )
    yield CircularBlock("heading", "二、各单位情况")
    for field in circular.fields:
        yield from _about(field)
    yield CircularBlock("heading", "三、零报送情况")
    yield CircularBlock("text", _silent(circular))
    yield CircularBlock("heading", "四、逾期情况")
    yield CircularBlock("text", _late(circular))
    yield CircularBlock(
        "text",
        "请零报送和有逾期信息的单位查明原因，按照《中华人民共和国政府信息公开条例》规定的时限，"
        "及时报送和公开应当主动公开的政府信息。",
    )


def _about(field: Field) -> Iterable[CircularBlock]:
    published = {one.name: one.published for one in field.places}
    kind = KINDS[field.kind]
    sentences = []
    if field.first:
        sentences.append(f"公开信息居前的{kind}是：{_names(field.first, published)}")
    if field.last:
        sentences.append(f"有报送而公开信息居后的{kind}是：{_names(field.last, published)}")
    if not sentences and not any(published.values()):
        sentences.append(f"{kind}均没有公开的信息")
    closed = [one.name for one in field.places if one.rank is None]
    if closed:
        sentences.append(f"已停用的单位不排名次：{'、'.join(closed)}")
    yield CircularBlock("text", f"{'；'.join(sentences)}。")
    yield CircularBlock(
        "table",
        f"{kind}报送和公开情况",
        ("名次", "单位", "报送", "公开", "退回", "逾期公开", "逾期未公开", "按时率（%）"),
        tuple(
            (
                str(one.rank or "—"),
                one.name,
                str(one.submitted),
                str(one.published),
                str(one.returned),
                str(one.late),
                str(one.overdue),
                _known(one.on_time_share if one.published else None),
            )
            for one in field.places
        ),
    )


def _known(share: Decimal | None, unit: str = "") -> str:
    return "—" if share is None else f"{share}{unit}"


def _names(names: Iterable[str], numbers: dict[str, int]) -> str:
    return "、".join(f"{name}（{numbers[name]}件）" for name in names)


def _silent(circular: Circular) -> str:
    silent = [one.name for one in circular.places if one.is_silent]
    if not silent:
        return f"{circular.period.this}没有零报送的单位。"
    return f"{circular.period.this}零报送的单位有{len(silent)}个：{'、'.join(silent)}。"


def _how_late(one: UnitRank) -> str:
    counts = (("逾期公开", one.late), ("逾期未公开", one.overdue))
    return "、".join(f"{name}{number}件" for name, number in counts if number)


def _late(circular: Circular) -> str:
    late = [f"{one.name}（{_how_late(one)}）" for one in circular.places if one.late or one.overdue]
    if not late:
        return f"{circular.period.this}没有逾期公开和逾期未公开的信息。"
    return f"有逾期信息的单位有{len(late)}个：{'、'.join(late)}。"
