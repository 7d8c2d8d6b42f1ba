"""Writes docs/access.md: every address of both sites, its methods, and who may open it."""

import tempfile
from pathlib import Path

from county_portal.app import create_office, create_public
from county_portal.office.base.config import Settings
from county_portal.office.rules.access import access_table

PAGE = Path(__file__).with_name("access.md")
HEAD = """# Who may open what

Made by `python docs/access.py` from the program itself; `flask access --json` prints the same for
programs. A role opens the door; whether the thing behind it may be seen or changed by this person
is judged by `county_portal/office/rules/policy.py` each time.
“signed in” is everybody with an open account,
“everybody” needs no account.

| site | address | methods | who |
|---|---|---|---|
"""


def page() -> str:
    """The page as it should stand in the handbook."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings()
        settings.DATA = Path(folder)
        settings.PUBLIC = settings.DATA / "public"
        settings.DATABASE_URL = "sqlite://"
        rows = access_table("office", create_office(settings))
        rows += access_table("public", create_public(settings))
    lines = [
        f"| {row['site']} | `{row['path']}` | {row['methods']} | {row['who']} |" for row in rows
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
