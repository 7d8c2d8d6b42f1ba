"""Starting servers and counties in processes of their own, and looking at their memory."""

import itertools
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
FIRST_PORT = 8170


@dataclass(frozen=True)
class Server:
    """A running server: where it is, and which process it is."""

    address: str
    pid: int

    @property
    def resident(self) -> float:
        """Resident memory in MB."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        line = next(one for one in lines if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "COUNTY_DATA": str(data), "PYTHONPATH": str(ROOT)}


_ports = itertools.count(FIRST_PORT)


@contextmanager
def server(kind: str, data: Path) -> Iterator[Server]:
    """The server runs inside the block and is gone after it."""
    port = next(_ports)
    command = [sys.executable, "-m", "benchmarks.serve", kind, str(port)]
    process = subprocess.Popen(command, env=environment(data), cwd=ROOT)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            raise SystemExit(f"The server ended with {process.returncode} before it answered")
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"No answer from {address}")


# The counties that are measured


def county(folder: Path, published: int) -> Path:
    """The data folder of a demonstration county with at least so many published items.

    A county that lies there from an earlier run is brought up to date and used again.
    """
    data = folder / str(published)
    if site(data).exists():
        _flask(data, "db", "upgrade")
        _flask(data, "reconcile")
    if count(data) < published:
        print(f"Building a county with {published} published items", flush=True)
        data.mkdir(parents=True, exist_ok=True)
        _flask(data, "db", "upgrade")
        _flask(data, "demo", "--items", str(_items_for(published)))
    if count(data) < published:
        raise SystemExit(f"{data} holds too few published items; remove the folder")
    return data


def _items_for(published: int) -> int:
    """Nine in ten items end as published; some hundreds wait somewhere."""
    return round(published / 0.91) + 220


def _flask(data: Path, *words: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi:office", *words]
    subprocess.run(command, env=environment(data), cwd=ROOT, check=True)


def count(data: Path) -> int:
    """How many items the public can read."""
    rows = ask(data, "SELECT count(*) FROM items") if site(data).exists() else [(0,)]
    return int(rows[0][0])


def site(data: Path) -> Path:
    return data / "public" / "site.sqlite"


def ask(data: Path, question: str) -> list[tuple[object, ...]]:
    """What the public file answers."""
    with sqlite.connect(f"file:{site(data)}?mode=ro", uri=True) as db:
        return list(db.execute(question))
