"""`make run` at the end of its set-up: a web server and a worker that live and die together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from county_portal.config import ROOT

pytestmark = pytest.mark.slow
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
        process.communicate(timeout=10)


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


def wait_until(holds: Callable[[], object], seconds: float = 40) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def status(port: int, path: str) -> int:
    """The status of a page, 0 while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status
    except URLError as error:
        return getattr(error, "code", 0)


def pid_of(process: subprocess.Popen[str], words: str) -> int:
    """The number of the process of its group whose command says so; it may need a moment."""
    seen: list[tuple[int, str]] = []

    def is_there() -> bool:
        seen[:] = group_of(process).items()
        return any(words in args for _pid, args in seen)

    assert wait_until(is_there), f"no {words!r} among {seen}"
    return next(pid for pid, args in seen if words in args)


def test_both_sites_are_served_and_ctrl_c_stops_everything(start, port):
    process = start()
    assert wait_until(lambda: status(port, "/") == 200)
    assert status(port, "/office/sign-in") == 200
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}/office/" in said
    assert not group_of(process)


def test_a_worker_that_dies_takes_the_rest_along_and_is_named(start, port):
    process = start()
    assert wait_until(lambda: status(port, "/") == 200)
    os.kill(pid_of(process, "wsgi:office worker"), signal.SIGKILL)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "The worker ended by itself" in said
    assert not group_of(process)


def test_when_the_program_is_killed_its_children_go_too(start, port):
    process = start()
    assert wait_until(lambda: status(port, "/") == 200)
    process.kill()
    assert wait_until(lambda: not group_of(process), seconds=20)


def test_a_taken_port_is_a_sentence(start, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        said, _ = start().communicate(timeout=30)
    assert said.startswith(f"Port {port} is taken")
    assert f"COUNTY_PORT={port + 1}" in said
