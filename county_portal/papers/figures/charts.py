"""Pictures of figures: where each stroke lies. The template draws, and chooses no number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from county_portal.papers.figures.contents import MonthlyReport

WIDTH = 588  # px: the width of the text on paper, 156 mm
LEFT, RIGHT, TOP, FOOT = 40, 20, 14, 24  # px round the lines
TALL = 190  # px
ROW = 19  # px: one bar
LABEL, VALUE = 190, 90  # px before and behind the bars
MOST_BARS = 12
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Tick:
    """A line across the picture with its number, or a month below it."""

    at: Decimal
    text: str


@dataclass(frozen=True)
class ChartSeries:
    """One series: where its points lie, as an SVG path, and each point by itself."""

    name: str
    path: str
    points: tuple[tuple[Decimal, Decimal, int], ...]  # across, down, number


@dataclass(frozen=True)
class LineChart:
    """The course of several series over the months."""

    title: str
    height: int
    ticks: tuple[Tick, ...]
    months: tuple[Tick, ...]
    series: tuple[ChartSeries, ...]


@dataclass(frozen=True)
class Bar:
    name: str
    down: int
    length: Decimal
    value: str


@dataclass(frozen=True)
class Bars:
    """Numbers side by side, the largest first."""

    title: str
    height: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Charts:
    """The pictures of one report; what would be empty is None."""

    course: LineChart | None
    units: Bars | None
    columns: Bars | None
    buckets: Bars | None


def charts_of(report: MonthlyReport, names: Mapping[str, str]) -> Charts:
    """Draw the pictures of a report. names: titles and series, in the language of the reader."""
    units = [(one.name, one.published, str(one.published)) for one in report.units]
    columns = [(one.name, one.count, f"{one.count} ({one.share}%)") for one in report.columns]
    times = [(names[one.name], one.count, f"{one.count} ({one.share}%)") for one in report.buckets]
    return Charts(
        course=_course(report, names),
        units=_largest(names["units"], units),
        columns=_largest(names["columns"], columns),
        buckets=_bars(names["buckets"], times) if report.totals.published and times else None,
    )


def _largest(title: str, rows: Iterable[tuple[str, int, str]]) -> Bars | None:
    """Return the largest first, none that is 0; None of nothing."""
    there = sorted((row for row in rows if row[1]), key=lambda row: -row[1])[:MOST_BARS]
    return _bars(title, there) if there else None


def _bars(title: str, rows: Sequence[tuple[str, int, str]]) -> Bars:
    most = max(1, *(number for _name, number, _value in rows))
    room = Decimal(WIDTH - LABEL - VALUE)
    bars = tuple(
        Bar(name, place * ROW, _round(room * number / most), value)
        for place, (name, number, value) in enumerate(rows)
    )
    return Bars(title, len(bars) * ROW + 4, bars)


def _course(report: MonthlyReport, names: Mapping[str, str]) -> LineChart | None:
    if not report.course:
        return None
    series = ("submitted", "published")
    top, step = scale(max(getattr(one, name) for one in report.course for name in series))
    across = Decimal(WIDTH - LEFT - RIGHT) / max(1, len(report.course) - 1)
    deep = Decimal(TALL - TOP - FOOT)

    def place(month: int, number: int) -> tuple[Decimal, Decimal, int]:
        down = TOP + deep - deep * number / top
        return _round(LEFT + across * month), _round(down), number

    lines = []
    for name in series:
        numbers = [getattr(one, name) for one in report.course]
        points = tuple(place(month, number) for month, number in enumerate(numbers))
        path = " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y, _number) in enumerate(points))
        lines.append(ChartSeries(names[name], path, points))
    return LineChart(
        title=names["course"],
        height=TALL,
        ticks=tuple(Tick(place(0, n)[1], str(n)) for n in range(0, top + 1, step)),
        months=tuple(
            Tick(place(n, 0)[0], f"{one.month:%y-%m}") for n, one in enumerate(report.course)
        ),
        series=tuple(lines),
    )


def scale(most: int) -> tuple[int, int]:
    """Return a round number not below `most`, and the step that reaches it in at most five."""
    size = 1
    while True:
        for step in STEPS:
            if step * size * 5 >= most:
                step *= size
                return max(step, -(-most // step) * step), step
        size *= 10


def _round(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"))
