"""A program of ours in a process that is killed and started again."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from county_portal.office.base.config import ROOT


class Forked:
    """The `web` server or the `worker`, as it runs in life."""

    def __init__(self, program: str, data: Path, **environment: str) -> None:
        self.forks = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "kills" / "forks.py"), program],
            env={**os.environ, "COUNTY_DATA": str(data), "PYTHONPATH": str(ROOT), **environment},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, stage: str = "") -> None:
        """It runs until its stage, if it is given one (see `stages`), or until it is killed."""
        self.forks.stdin.write(f"{stage}\n")
        self.forks.stdin.flush()
        self.pid = int(self.forks.stdout.readline())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.died()

    def has_ended(self) -> bool:
        """Whether `died` has its answer."""
        return bool(select.select([self.forks.stdout], [], [], 0)[0])

    def stop(self) -> None:
        """Ask it to stop, as whoever started it does, and wait until it has."""
        os.kill(self.pid, signal.SIGTERM)
        assert self.forks.stdout.readline() == "0\n"

    def died(self) -> None:
        """It has ended, killed: by us, or by itself at its stage."""
        assert self.forks.stdout.readline() == f"{signal.SIGKILL:d}\n"

    def end(self) -> None:
        self.forks.stdin.close()
        self.forks.stdout.close()
        self.forks.wait()
