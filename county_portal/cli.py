"""`flask` commands of no feature."""

import json
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from county_portal.demo import cli as demo_cli
from county_portal.editorial.catalogue.statutory import seed_categories
from county_portal.editorial.release import public_file, verify
from county_portal.editorial.review.steps import STEPS
from county_portal.office.base import audit, files, jobs
from county_portal.office.base.audit import BrokenPromise
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, writing
from county_portal.office.base.worker import serve_jobs
from county_portal.office.desk.calendar import seed_calendar
from county_portal.office.feature import timetable_names
from county_portal.office.rules.access import access_table
from county_portal.printing import pdf
from county_portal.public import site

audit_group = AppGroup("audit", help="The log.")
docs_group = AppGroup("docs", help="Pages of the handbook that are made from the program.")


def _say(faults: list[BrokenPromise]) -> None:
    """Print what does not hold, and end the command with an error if there is any."""
    for fault in faults:
        click.echo(f"{fault.where}: {fault.what}")
    click.echo(f"{len(faults)} fault(s)" if faults else "Everything holds")
    if faults:
        sys.exit(1)


@audit_group.command("verify")
def verify_log() -> None:
    """Check the chain of the log and its anchors."""
    _say(audit.broken_chain(current_settings()))


@click.command("verify")
@click.option("--notes", is_flag=True, help="Say also what is worth knowing and is no fault.")
def verify_all(*, notes: bool) -> None:
    """Compute every promise again: hashes, sign-offs, public file, files, people, log."""
    for sentence in pdf.notes() if notes else ():
        click.echo(f"Note: {sentence}")
    _say(verify.broken_promises())


@click.command("seed")
def seed() -> None:
    """Enter what the law gives every county: working days, statutory categories. Once."""
    with writing():
        years, categories = seed_calendar(), seed_categories()
        db.session.commit()
    click.echo(f"{years} year(s) of working days and {categories} categories entered")


@click.command("reconcile")
def reconcile_command() -> None:
    """Make the public file equal to what is live."""
    click.echo("The public file was changed" if public_file.reconcile() else "Nothing to change")


@click.command("worker")
def worker() -> None:
    """Do background work and keep the timetable, until stopped."""
    for sentence in [*pdf.shortcomings(), *pdf.notes()]:
        click.echo(sentence, err=True)
    serve_jobs(current_app._get_current_object(), at_start=public_file.reconcile)  # type: ignore[attr-defined]


@click.command("access")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def access_command(*, as_json: bool) -> None:
    """Print every address of both sites, its methods, and who may."""
    rows = access_table("office", current_app) + access_table("public", _public_app())
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"| {row['site']} | `{row['path']}` | {row['methods']} | {row['who']} |")


def _public_app() -> Flask:
    app = Flask(__name__)
    site.install(app, current_settings().PUBLIC)
    return app


@docs_group.command("road")
def road() -> None:
    """Print the road of an item as a Mermaid diagram."""
    click.echo("stateDiagram-v2")
    click.echo("    [*] --> draft")
    for step in STEPS:
        for source in step.sources:
            click.echo(f"    {source.value} --> {step.target.value}: {step.action.value}")


@docs_group.command("timetable")
def print_timetable() -> None:
    """Print what happens every minute, in its order."""
    entries = jobs.timetable()
    for name, entry in zip(timetable_names(entries), entries, strict=True):
        click.echo(f"{name}: {(entry.__doc__ or '').partition(chr(10))[0]}")


@click.command("sweep")
def sweep_command() -> None:
    """Remove files that a crash left without a row."""
    click.echo(f"{files.sweep_files()} file(s) removed")
    db.session.rollback()


def install(app: Flask) -> None:
    for command in (
        verify_all,
        seed,
        reconcile_command,
        worker,
        access_command,
        sweep_command,
        audit_group,
        docs_group,
        demo_cli.demo,
    ):
        app.cli.add_command(command)
