"""A program of ours in a process that can be killed and started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from county_portal.config import ROOT


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

    def start(self) -> None:
        self.forks.stdin.write("go\n")
        self.forks.stdin.flush()
        self.pid = int(self.forks.stdout.readline())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self.forks.stdout.readline() == "gone\n"

    def end(self) -> None:
        self.forks.stdin.close()
        self.forks.stdout.close()
        self.forks.wait()
