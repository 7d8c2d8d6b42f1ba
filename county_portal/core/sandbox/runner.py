"""Work on strangers' files in a child process that can do little harm and never lasts.

The child is a fresh interpreter without the environment, the network, the database or any file but
the source (to read) and the target (to write); see `child`. Whatever happens in it, the
caller gets an answer, `TooMuch` or `Broken` in time.
"""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from county_portal.core.errors import Refused

CHILD = Path(__file__).with_name("child.py")
MAX_ANSWER = 8 * 2**20  # bytes
CPU_GRACE = 1  # seconds of CPU beyond the wall clock's
log = logging.getLogger(__name__)


class TooMuch(Refused):
    """The file asks for more time, memory or space than it may have."""


class Broken(Refused):
    """The file cannot be read."""


KINDS: dict[str, type[Refused]] = {"Refused": Refused, "TooMuch": TooMuch, "Broken": Broken}


def run_in_sandbox(
    task: str,
    *,
    source: Path | None = None,
    target: Path | None = None,
    seconds: int = 30,
    memory_mb: int = 1400,
    file_mb: int = 300,
    **arguments: object,
) -> dict[str, Any]:
    """Run `task` ("package.module:function").

    Return what it answers to (source, target, **arguments).

    The target exists and is empty when the task begins; it is gone if the task fails. `seconds`
    count on the wall and on the processor alike.
    Raises Refused as the task did; TooMuch at a limit; Broken if the child died otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="county-sandbox-") as folder:
        order: dict[str, object] = {
            "task": task,
            "source": str(source.resolve()) if source else None,
            "target": str(target.resolve()) if target else None,
            "arguments": arguments,
            "limits": {
                "cpu": seconds + CPU_GRACE,
                "memory": memory_mb * 2**20,
                "file": file_mb * 2**20,
            },
        }
        if target:
            target.write_bytes(b"")
        try:
            return _answer(*_said_by_child(order, Path(folder), seconds))
        except Refused:
            if target:
                target.unlink(missing_ok=True)
            raise


def walls() -> dict[str, bool]:
    """Return which of the child's walls this machine can build: network, files, limits."""
    return run_in_sandbox("county_portal.core.sandbox.child:build_walls")


def _said_by_child(order: dict[str, object], folder: Path, seconds: int) -> tuple[bytes, int]:
    """Return what the child wrote, and how it ended: its exit code, below zero for a signal."""
    deadline = time.monotonic() + seconds
    with (folder / "stderr").open("wb") as complaints:
        child = subprocess.Popen(  # noqa: S603  (our own file, no shell)
            [sys.executable, "-I", "-B", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": str(folder)},
            start_new_session=True,
        )
    try:
        answer = _listen(child, json.dumps(order).encode(), deadline)
        code = child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        answer, code = b"", -signal.SIGKILL
    finally:
        _end(child)
    if code:
        told = (folder / "stderr").read_bytes()[-2000:].decode(errors="replace")
        log.warning("Sandbox ended with %s in %s: %s", code, order["task"], told)
    return answer, code


def _listen(child: subprocess.Popen[bytes], order: bytes, deadline: float) -> bytes:
    assert child.stdin is not None  # noqa: S101
    assert child.stdout is not None  # noqa: S101
    try:
        child.stdin.write(order)
        child.stdin.close()
    except BrokenPipeError:
        return b""
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while len(answer) <= MAX_ANSWER:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise subprocess.TimeoutExpired(child.args, 0)
            piece = os.read(child.stdout.fileno(), 65536)
            if not piece:
                return bytes(answer)
            answer += piece
    raise subprocess.TimeoutExpired(child.args, 0)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the child and of anything it started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            pipe.close()


def _answer(words: bytes, code: int) -> dict[str, Any]:
    if -code in {signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ}:
        raise TooMuch("The file takes too long or too much memory to examine; make it smaller")
    try:
        told = json.loads(words)
        if "answer" in told:
            return dict(told["answer"])
        kind, message, params = told["refused"]
        refusal = KINDS[kind](message, **params)
    except (ValueError, KeyError, TypeError) as fault:
        raise Broken("The file cannot be read; it seems to be damaged") from fault
    raise refusal
