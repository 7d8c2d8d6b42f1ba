"""Ends its own process as `kill -9` does, at a named stage of its work.

A stage is `before` or `after` a deed, and what the deed is done to (`*` stands for anything):

    before rename */site.sqlite            the file that goes to this place
    after link */blobs/*                   the file that gets a second name
    before remove */files/*                the file that goes
    after commit INSERT INTO attachments   the transaction in which that was asked of the database

The first such deed ends the process, in whichever thread it is done. `after`: it was done whole.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import Connection, Engine, event

# How it is done, what is given for it, and which of that is the file.
ON_THE_DISK: dict[str, tuple[Callable[..., None], int, int]] = {
    "rename": (os.rename, 2, 1),
    "link": (os.link, 2, 0),
    "remove": (os.remove, 1, 0),
}


def die_at(stage: str) -> None:
    """From now on this process lives until its stage, and no longer."""
    moment, deed, what = stage.split(" ", 2)
    assert moment in {"before", "after"}, stage
    if deed == "commit":
        _die_at_commit(moment, f"*{what}*")
    else:
        _die_on_the_disk(moment, deed, what)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_commit(moment: str, what: str) -> None:
    def note(connection: Connection, _cursor: object, sql: str, given: object, *_: object) -> None:
        if fnmatchcase(f"{sql} {given}", what):
            connection.info["last act"] = True

    def forget(connection: Connection) -> None:
        connection.info.pop("last act", None)

    def commit(connection: Connection) -> None:
        if "last act" in connection.info:
            if moment == "after":
                connection.connection.commit()
            _die()

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "rollback", forget)
    event.listen(Engine, "commit", commit)


def _die_on_the_disk(moment: str, deed: str, what: str) -> None:
    do, count, file = ON_THE_DISK[deed]
    at_it = threading.Lock()

    def watch(name: str, given: tuple[Any, ...]) -> None:
        if name != f"os.{deed}" or not fnmatchcase(os.fsdecode(given[file]), what):
            return
        if at_it.acquire(blocking=False):  # not again, when it is done here
            if moment == "after":
                do(*given[:count])
            _die()

    sys.addaudithook(watch)
