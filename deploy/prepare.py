"""Brings the data up to date before the program serves.

The schema is current afterwards; an empty database holds the demonstration county, unless
COUNTY_DEMO is 0; working days and statutory categories are entered; and if it is the demonstration
county, its accounts are printed.
"""

import signal

from flask_migrate import upgrade

from wsgi import office


def command(*words: str) -> None:
    """What `flask words…` does, without starting Python again. Raises SystemExit if it fails."""
    with office.app_context():
        office.cli.main(args=words, prog_name="flask", standalone_mode=False)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a word; nothing is kept
    with office.app_context():
        upgrade()
    if office.config["COUNTY"].DEMO:
        command("demo", "--if-empty")
    command("seed")
    command("demo", "--accounts")


if __name__ == "__main__":
    main()
