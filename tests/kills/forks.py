"""Starts a program of ours as often as it is asked to, without loading it anew each time.

python forks.py web|worker: each line on standard input forks one and prints its process number.
"""

import os
import runpy
import sys
from pathlib import Path

import wsgi  # noqa: F401  (loaded once, here)
from county_portal import jobs

WEB = Path(__file__).resolve().parents[2] / "deploy" / "web.py"


def web() -> None:
    runpy.run_path(str(WEB), run_name="__main__")


def worker() -> None:
    jobs.TRIES = 10**6  # it is killed more often here than anything is in life
    sys.argv = ["flask", "--app", "wsgi:office", "worker"]
    runpy.run_module("flask", run_name="__main__")


def main() -> None:
    program = {"web": web, "worker": worker}[sys.argv[1]]
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            program()
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
