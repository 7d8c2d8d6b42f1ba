"""`flask reports …`: the same reports as in the office, for the timetable and the archive."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from county_portal.core.errors import Refused
from county_portal.extensions import db
from county_portal.reports import services

group = AppGroup("reports", help="Make the periodic reports.")


@group.command("monthly")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def make_monthly(month: datetime, file: Path) -> None:
    """Write the report of MONTH (such as 2026-10) to FILE: a .pdf, or an .xlsx."""
    form = file.suffix.removeprefix(".").lower()
    if form not in services.MEDIA_TYPES:
        raise click.UsageError("The name of FILE must end in .pdf or .xlsx")
    try:
        made = services.make_monthly(month.date().replace(day=1))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    db.session.commit()
    path, _sha256 = services.file_of(made, form)
    file.write_bytes(path.read_bytes())
    totals = services.figures_of(made).totals
    click.echo(f"{file}: {totals.submitted} submitted, {totals.published} published")
