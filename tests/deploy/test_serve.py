"""`make run` at the end of its set-up: a web server and a worker that live and die together."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from county_portal.office.base.config import ROOT
from tests.serving import kept_port
from tests.waiting import HUNG_AFTER, wait_until

pytestmark = pytest.mark.slow
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def keeper() -> Iterator[socket.socket]:
    """Holds a port for the server that is to have it."""
    with kept_port() as held:
        yield held


@pytest.fixture
def port(keeper: socket.socket) -> int:
    return keeper.getsockname()[1]


@pytest.fixture
def start(port: int, tmp_path: Path) -> Iterator[Start]:
    """Begins to serve an empty county in a process group of its own."""
    begun = []

    def begin() -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "COUNTY_DATA": str(tmp_path / "data"),
            "COUNTY_PORT": str(port),
            "COUNTY_DEMO": "0",
        }
        process = subprocess.Popen(
            [sys.executable, "deploy/serve.py"],
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if group_of(process):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=HUNG_AFTER)


def group_of(process: subprocess.Popen[str]) -> dict[int, str]:
    """The processes of its group that still run: number and command."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pgid=,pid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=3) for line in listed.stdout.splitlines()]
    return {
        int(pid): args
        for pgid, pid, stat, args in rows
        if int(pgid) == process.pid and not stat.startswith("Z")
    }


def status(port: int, path: str) -> int:
    """The status of a page, 0 while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=HUNG_AFTER) as answer:
            return answer.status
    except OSError as error:
        return getattr(error, "code", 0)


def pid_of(process: subprocess.Popen[str], words: str) -> int:
    """The number of the process of its group whose command says so; it may need a moment."""
    named = lambda: [pid for pid, args in group_of(process).items() if words in args]  # noqa: E731
    return wait_until(named, f"no {words!r}")[0]


def test_both_sites_are_served_and_ctrl_c_stops_everything(start, port):
    process = start()
    wait_until(lambda: status(port, "/") == 200)
    assert status(port, "/office/sign-in") == 200
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=HUNG_AFTER)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}/office/" in said
    assert not group_of(process)


def test_a_worker_that_dies_takes_the_rest_along_and_is_named(start, port):
    process = start()
    wait_until(lambda: status(port, "/") == 200)
    os.kill(pid_of(process, "wsgi:office worker"), signal.SIGKILL)
    said, _ = process.communicate(timeout=HUNG_AFTER)
    assert process.returncode == 1
    assert "The worker ended by itself" in said
    assert not group_of(process)


def test_when_the_program_is_killed_its_children_go_too(start, port):
    process = start()
    wait_until(lambda: status(port, "/") == 200)
    process.kill()
    wait_until(lambda: not group_of(process))


def test_a_taken_port_is_a_sentence(start, keeper, port):
    keeper.listen()
    said, _ = start().communicate(timeout=HUNG_AFTER)
    assert said.startswith(f"Port {port} is taken")
    assert f"COUNTY_PORT={port + 1}" in said
