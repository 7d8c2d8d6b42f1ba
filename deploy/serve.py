"""Brings the data up to date, then serves: web server and worker, one process group.

Ctrl-C, SIGTERM or SIGHUP stop both: the web server finishes what it has in hand, the worker gives
it back. If one of them ends by itself the other is stopped too, and this program says so and fails.
"""

import contextlib
import ctypes
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The settings alone: this program stays small, and the application belongs to its children.
CONFIG = ROOT / "county_portal" / "office" / "base" / "config.py"
Settings = runpy.run_path(str(CONFIG))["Settings"]
PREPARE = [sys.executable, str(ROOT / "deploy" / "prepare.py")]
CHILDREN = {
    "web server": [sys.executable, str(ROOT / "deploy" / "web.py")],
    "worker": [sys.executable, "-m", "flask", "--app", "wsgi:office", "worker"],
}
START_SECONDS = 60
GRACE_SECONDS = 20
LOOK_SECONDS = 0.1
SIGNAL_OF_PARENTS_DEATH = 1  # PR_SET_PDEATHSIG

Children = dict[str, subprocess.Popen[bytes]]


class Stop(Exception):
    """Somebody asked to stop."""


def ask_to_stop(_signal: int, _frame: object) -> None:
    raise Stop


def main() -> int:
    settings = Settings()
    os.chdir(ROOT)
    if not is_free(settings.ADDRESS, settings.PORT):
        return fail(
            f"Port {settings.PORT} is taken by another program. "
            f"Stop it, or take another port: COUNTY_PORT={settings.PORT + 1} make run"
        )
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, ask_to_stop)
    children: Children = {}
    try:
        subprocess.run(PREPARE, check=True)
        start(children)
        return watch(children, settings)
    except Stop:
        return 0
    except subprocess.CalledProcessError as error:
        return fail(f"The data could not be brought up to date (exit {error.returncode}).")
    finally:
        stop(children)


def fail(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


def is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def start(children: Children) -> None:
    for name, command in CHILDREN.items():
        children[name] = subprocess.Popen(command, preexec_fn=follow_the_parent)


def follow_the_parent() -> None:
    """In the child: Ctrl-C is for the parent to pass on; a killed parent takes the child along."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(SIGNAL_OF_PARENTS_DEATH, signal.SIGTERM)


def watch(children: Children, settings: Settings) -> int:
    """Return when a child has ended by itself, which nobody asked for."""
    announced = False
    give_up_at = time.monotonic() + START_SECONDS
    while not (ended := [name for name, child in children.items() if child.poll() is not None]):
        if not announced and answers(settings.ADDRESS, settings.PORT):
            announce(settings)
            announced = True
        if not announced and time.monotonic() > give_up_at:
            return fail(f"The web server did not answer within {START_SECONDS} seconds.")
        time.sleep(LOOK_SECONDS)
    code = children[ended[0]].returncode
    return fail(f"The {ended[0]} ended by itself (exit {code}); the rest was stopped.")


def answers(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


def announce(settings: Settings) -> None:
    host = f"[{settings.ADDRESS}]" if ":" in settings.ADDRESS else settings.ADDRESS
    print(f"\nPublic site  http://{host}:{settings.PORT}/")
    print(f"Office       http://{host}:{settings.PORT}/office/")
    print("Ctrl-C stops both.", flush=True)


def stop(children: Children) -> None:
    """Every child has ended; one that takes longer than the grace is killed."""
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    give_up_at = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, give_up_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
