"""`flask demo`: the demonstration county in an empty database."""

import sys
from time import monotonic

import click

from county_portal.core.errors import Refused
from county_portal.demo import build
from county_portal.office.base.extensions import db


@click.command("demo")
@click.option("--items", default=1200, show_default=True, help="How many items.")
@click.option("--seed", default=2026, show_default=True, help="Another seed, another county.")
@click.option("--if-empty", is_flag=True, help="Do nothing if the database holds anything.")
@click.option("--accounts", is_flag=True, help="Only print who can sign in.")
def demo(*, items: int, seed: int, if_empty: bool, accounts: bool) -> None:
    """Build the demonstration county 青禾县, or print its accounts."""
    if accounts:
        _print_accounts()
        return
    if if_empty and not build.is_empty():
        return
    db.session.rollback()
    start = monotonic()
    try:
        build.build_county(seed, items, click.echo)
    except Refused as refusal:
        sys.exit(str(refusal))
    click.echo(f"The demonstration county is ready after {monotonic() - start:.0f} seconds")


def _print_accounts() -> None:
    """Print the demonstration's accounts, if this is the demonstration."""
    if build.is_demo():
        click.echo("\n".join(build.accounts()))
