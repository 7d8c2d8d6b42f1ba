"""Starts a program of ours as often as it is asked to, without loading it anew each time.

python forks.py web|worker: each line on standard input forks one and prints its process number,
and when it has gone the signal that ended it. The line is the stage at which it ends itself; an
empty one lets it run.
"""

import os
import runpy
import signal
import sys
from pathlib import Path

import wsgi  # loaded once, here
from county_portal.office.base import jobs
from tests.kills.stages import die_at
from tests.kills.writing import make_known
from tests.waiting import HUNG_AFTER

WEB = Path(__file__).resolve().parents[2] / "deploy" / "web.py"


def web() -> None:
    runpy.run_path(str(WEB), run_name="__main__")


def worker() -> None:
    jobs.TRIES = 10**6  # it is killed more often here than anything is in life
    make_known(wsgi.office)
    sys.argv = ["flask", "--app", "wsgi:office", "worker"]
    runpy.run_module("flask", run_name="__main__")


def run(program: str, stage: str) -> None:
    if stage:
        signal.alarm(HUNG_AFTER)  # a stage that is never reached is a failure
        die_at(stage)
    {"web": web, "worker": worker}[program]()


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(sys.argv[1], line.strip())
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)


if __name__ == "__main__":
    main()
