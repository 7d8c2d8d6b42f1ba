"""Starts the web server as often as it is asked to, without loading it anew each time.

Each line on standard input forks a server and prints its process number.
"""

import os
import runpy
import sys
from pathlib import Path

import wsgi  # noqa: F401  (loaded once, here)

WEB = Path(__file__).resolve().parents[2] / "deploy" / "web.py"


def main() -> None:
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            runpy.run_path(str(WEB), run_name="__main__")
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
