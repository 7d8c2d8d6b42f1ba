"""The press processes: started when something is to be set, warm from then on, ended when stuck.

Two at most for each program of ours, one sheet each. A process that is silent for too long or takes
too much memory is killed and another takes its place; nothing else is lost with it.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("engine") / "__main__.py"
FONTS = Path(__file__).resolve().parents[2] / ".fonts"
FACE = FONTS / "faces" / "FandolFang-Regular.otf"
CONFIGURATION = FONTS / "fonts.conf"
MOST = max(1, min(2, os.cpu_count() or 1))
START_SECONDS = 60
LOOK_SECONDS = 0.5
PATIENCE = 10  # times a sheet's seconds: on a busy machine it waits for its turn
TICKS = os.sysconf("SC_CLK_TCK")

Watch = Callable[[float], None]


class Unset(Exception):
    """The sheet could not be set: an error in it, too long, or too much memory."""


class Died(Unset):
    """The process ended in the middle: of too much memory, or by somebody else's hand."""


class CannotPrint(Exception):
    """This machine has no engine: a library of the system is missing."""


@dataclass(frozen=True)
class SheetOrder:
    """One sheet to set. pictures: what `picture:` addresses mean. seconds: of a processor."""

    html: str
    folder: Path
    pictures: Mapping[str, Path] = field(default_factory=dict)
    seconds: float = 30


@dataclass(frozen=True)
class Sheets:
    """A sheet as it was set. numbered: of each page, whether it carries its number.

    places: the page, from 0, on which each element with an id lies.
    spared: whether the last page is odd and lacks what its page has for even ones (`data-even`).
    """

    pdf: bytes
    numbered: tuple[bool, ...]
    places: dict[str, int]
    spared: bool = False

    @property
    def pages(self) -> int:
        return len(self.numbered)


class Typesetter:
    """One press process, from its start to its end."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        environment = dict(os.environ)
        if CONFIGURATION.is_file():
            environment.setdefault("FONTCONFIG_FILE", str(CONFIGURATION))
        face = [str(FACE)] if FACE.is_file() else []
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (our own file, no shell)
                [sys.executable, "-I", "-B", str(PROGRAM), str(theirs.fileno()), *face],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        self.link = Connection(ours.detach())
        self._end_at = self._may_use = float("inf")
        try:
            self.hello, _ = self._hear(START_SECONDS)
        except (EOFError, OSError, TimeoutError):
            self.end()
            raise CannotPrint from None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def late(self) -> bool:
        """Whether its sheet has taken more of a processor, or far more time, than it may."""
        return time.monotonic() > self._end_at or self._used() > self._may_use

    def begin(self, order: SheetOrder) -> None:
        """Send it an order; that it is dead is found out when it is listened to."""
        self._end_at = time.monotonic() + order.seconds * PATIENCE
        self._may_use = self._used() + order.seconds
        about = {
            "folder": str(order.folder),
            "pictures": {name: str(path) for name, path in order.pictures.items()},
        }
        with suppress(OSError):
            self.link.send_bytes(json.dumps(about).encode() + b"\n" + order.html.encode())

    def hear(self) -> Sheets | float:
        """Receive the sheet, or how far it is (0 to 1). Raises Unset if there will be none."""
        try:
            facts, pdf = self._hear(0)
        except (EOFError, OSError, TimeoutError):
            self.end()
            raise Died("The press process died") from None
        if facts["kind"] == "page":
            return _share(facts["stage"], facts["page"])
        if facts["kind"] == "fault":
            raise Unset(facts["what"])
        return Sheets(pdf, tuple(facts["numbered"]), facts["places"], facts["spared"])

    def _hear(self, seconds: float) -> tuple[dict[str, Any], bytes]:
        if not self.link.poll(seconds):
            raise TimeoutError
        facts, _, pdf = self.link.recv_bytes().partition(b"\n")
        return json.loads(facts), pdf

    def _used(self) -> float:
        """Count the seconds of a processor it has used; 0 when it is gone."""
        try:
            status = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return 0
        fields = status.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self.link.close()


def _share(stage: str, page: int) -> float:
    """Estimate how far a sheet is at this page; how many pages it will have is not known before."""
    done = page / (page + 8)
    return 0.1 + 0.5 * done if stage == "layout" else 0.6 + 0.4 * done


_idle: list[Typesetter] = []
_free = threading.BoundedSemaphore(MOST)
_lock = threading.Lock()


def hello() -> dict[str, Any]:
    """Ask a press process about its machine: its font families, and whether it is fast.

    Raises CannotPrint.
    """
    with _free:
        typesetter = _take()
        with _lock:
            _idle.append(typesetter)
        return typesetter.hello


def running() -> list[int]:
    """List the process numbers of the press processes that wait for work."""
    with _lock:
        return [one.pid for one in _idle if one.alive]


def set_sheets(orders: Sequence[SheetOrder], watch: Watch = lambda _share: None) -> list[Sheets]:
    """Set all orders side by side. Return their sheets in the same order.

    watch: hears at least every half second how far all is (0 to 1); whatever it raises ends the
    work. Raises Unset if one cannot be set; CannotPrint.
    """
    work = _Work(orders, watch)
    try:
        while work.goes_on():
            work.begin_more()
            work.listen()
    finally:
        work.leave()
    return [work.done[number] for number in range(len(orders))]


class _Work:
    """Orders on their way through the press."""

    def __init__(self, orders: Sequence[SheetOrder], watch: Watch) -> None:
        self.done: dict[int, Sheets] = {}
        self._orders, self._watch = orders, watch
        longest_first = sorted(range(len(orders)), key=lambda one: -len(orders[one].html))
        self._waiting = longest_first  # so that all end at about one time
        self._busy: dict[Connection, tuple[int, Typesetter]] = {}
        self._shares = dict.fromkeys(range(len(orders)), 0.0)

    def goes_on(self) -> bool:
        return len(self.done) < len(self._orders)

    def begin_more(self) -> None:
        """Give orders to all processes there are to have. With none at work yet, wait for one."""
        while self._waiting and self._may_take_one():
            number = self._waiting.pop(0)
            try:
                typesetter = _take()
            except BaseException:
                _free.release()
                raise
            self._busy[typesetter.link] = number, typesetter
            typesetter.begin(self._orders[number])

    def _may_take_one(self) -> bool:
        """Reserve a process, and tell whether there was one. With none at work, wait for it."""
        if self._busy:
            return _free.acquire(blocking=False)
        while not _free.acquire(timeout=LOOK_SECONDS):
            self._watch(self._weighed())
        return True

    def listen(self) -> None:
        """Hear what the processes send, and tell how far all is. Raises Unset if one is late."""
        for link in wait(list(self._busy), LOOK_SECONDS):
            self._hear(*self._busy[link])  # type: ignore[index]
        if any(one.late for _number, one in self._busy.values()):
            raise Unset("It takes too long")
        self._watch(self._weighed())

    def _hear(self, number: int, one: Typesetter) -> None:
        try:
            answer = one.hear()
        except Unset:
            if one.alive:
                self._let_go(one)
            raise
        if isinstance(answer, Sheets):
            self.done[number] = answer
            self._let_go(one)
        self._shares[number] = 1 if isinstance(answer, Sheets) else answer

    def _let_go(self, one: Typesetter) -> None:
        del self._busy[one.link]
        _give_back(one)

    def _weighed(self) -> float:
        sizes = [len(order.html) for order in self._orders]
        done = sum(size * self._shares[number] for number, size in enumerate(sizes))
        return done / max(1, sum(sizes))

    def leave(self) -> None:
        """End the processes still at work, whose sheets are not needed any more."""
        for _number, typesetter in self._busy.values():
            typesetter.end()
            _free.release()
        self._busy.clear()


def _take() -> Typesetter:
    """Take a warm process if there is one, start a new one if not. Raises CannotPrint."""
    with _lock:
        while _idle:
            typesetter = _idle.pop()
            if typesetter.alive:
                return typesetter
            typesetter.end()
    return Typesetter()


def _give_back(one: Typesetter) -> None:
    with _lock:
        _idle.append(one)
    _free.release()


@atexit.register
def _close_the_shop() -> None:
    for typesetter in _idle:
        typesetter.end()
