"""`flask reports …`: the same reports as in the office, for the timetable and the archive."""

from pathlib import Path

import click
from flask.cli import AppGroup

from county_portal.core.errors import Refused
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import services

group = AppGroup("reports", help="Make the periodic reports.")
FORMS = ("pdf", "xlsx")


class Span(click.ParamType):  # type: ignore[type-arg]
    """A period of one length, by its code."""

    def __init__(self, months: int, example: str) -> None:
        self.name, self._months, self._example = "period", months, example

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Read the period; a word that names no such one ends the command."""
        try:
            period = Period.named(value)
        except Refused:
            period = None
        if period is None or period.months != self._months:
            self.fail(f"Write it as {self._example}", param, ctx)
        return period


def _write(period: Period, file: Path) -> None:
    """Write the report of the period to the file: a .pdf, or an .xlsx."""
    form = file.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise click.UsageError("The name of FILE must end in .pdf or .xlsx")
    try:
        made = services.make_report(period)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    db.session.commit()
    path, _sha256 = editions.file_of(made, form)
    file.write_bytes(path.read_bytes())
    totals = services.report_figures(made).totals
    click.echo(f"{file}: {totals.submitted} submitted, {totals.published} published")


def _command(name: str, months: int, example: str) -> None:
    @group.command(name, help=f"Write the report of a period such as {example} to FILE.")
    @click.argument("period", type=Span(months, example))
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def run(period: Period, file: Path) -> None:
        _write(period, file)


_command("monthly", 1, "2026-10")
_command("quarter", 3, "2026-Q3")
_command("half", 6, "2026-H1")
_command("year", 12, "2026")
