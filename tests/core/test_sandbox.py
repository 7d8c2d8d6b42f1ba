"""The child process: what it can do, what it cannot, and what the caller hears of it.

A probe is a piece of Python that the child runs as if it were hostile; it tells what it found by
refusing.
"""

import json
import os
import resource
import socket

import pytest

from county_portal.core.errors import Refused
from county_portal.core.sandbox import runner
from county_portal.core.sandbox.runner import Broken, TooMuch
from tests.effort import effort
from tests.waiting import HUNG_AFTER, unless_hung, wait_until

PREFACE = """
import os, socket, sys, time
from county_portal.core.errors import Refused
def tell(answer):
    raise Refused("%(answer)s", answer=answer)
def outcome(deed, *given):
    try:
        return f"done: {deed(*given)!r}"
    except OSError as fault:
        return f"refused: {type(fault).__name__}"
"""


@pytest.fixture
def probe(tmp_path):
    def run(code, **options):
        source = tmp_path / "probe.py"
        source.write_text(PREFACE + code)
        with pytest.raises(Refused) as refusal:
            runner.run_in_sandbox("runpy:run_path", source=source, **options)
        if type(refusal.value) is not Refused:
            raise refusal.value
        return refusal.value.params["answer"]

    return run


def standing(wall):
    """Skips where the machine itself (a container, an old kernel) does not allow the wall."""
    if not runner.walls()[wall]:
        pytest.skip(f"this machine cannot build the sandbox's wall around {wall}")


def test_the_limits_stand_on_every_machine():
    walls = runner.walls()
    assert walls["limits"]
    assert set(walls) == {"limits", "network", "files"}


def seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_starting_a_child_is_little_work():
    assert effort(runner.walls, seconds_of_children) < 4


def test_the_child_sees_no_environment(probe, monkeypatch):
    monkeypatch.setenv("COUNTY_SECRET", "the-key")
    seen = probe("tell(dict(os.environ))")
    assert set(seen) <= {"PATH", "LANG", "LC_CTYPE", "TMPDIR"}


def test_the_application_is_not_loaded_in_the_child(probe):
    loaded = probe("tell(sorted(sys.modules))")
    assert not {"flask", "sqlalchemy", "county_portal.office.base.config"} & {*loaded}


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/1/environ", "/etc/shadow"])
def test_the_child_reads_no_other_file(probe, path):
    standing("files")
    assert probe(f"tell(outcome(open, {path!r}))").startswith("refused")


def test_the_child_reads_only_the_source_of_a_folder(probe, tmp_path):
    standing("files")
    (tmp_path / "neighbour").write_text("secret")
    assert probe(f"tell(outcome(open, {str(tmp_path / 'neighbour')!r}))").startswith("refused")
    assert probe(f"tell(outcome(os.listdir, {str(tmp_path)!r}))").startswith("refused")
    assert probe("tell(outcome(open, __file__))").startswith("done")


def test_the_child_writes_nowhere_but_in_its_own_folder(probe, tmp_path):
    standing("files")
    outside = tmp_path / "outside"
    assert probe(f"tell(outcome(open, {str(outside)!r}, 'w'))").startswith("refused")
    assert probe("tell(outcome(open, __file__, 'a'))").startswith("refused")
    assert probe("tell(outcome(open, '/dev/shm/county-probe', 'w'))").startswith("refused")
    assert probe("tell(outcome(open, 'inside', 'w'))").startswith("done")
    assert not outside.exists()


def test_the_own_folder_is_gone_afterwards(probe):
    assert not os.path.exists(probe("tell(os.getcwd())"))


def test_the_child_reaches_no_network(probe):
    standing("network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        told = probe(f"tell(outcome(socket.create_connection, {place!r}, 2))")
    assert told.startswith("refused")
    datagram = "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))"
    assert probe(f"tell(outcome(lambda: {datagram}))").startswith("refused")


@pytest.mark.slow
@pytest.mark.parametrize("code", ["while True: pass", "time.sleep(3600)"])
def test_what_takes_too_long_is_ended(probe, code):
    with unless_hung(), pytest.raises(TooMuch):
        probe(code, seconds=3)


@pytest.mark.parametrize(
    "code",
    [
        "hold = bytearray(3 * 2**30)",
        "hold = []\nwhile True: hold.append(bytearray(2**20))",
        "def deeper(): deeper()\ndeeper()",
        "out = open('big', 'wb')\nwhile True: out.write(bytes(2**20))",
        "while True: [outcome(os.write, fd, b'x' * 65536) for fd in range(3, 10)]",
    ],
)
def test_what_takes_too_much_is_ended_before_its_time(probe, code):
    with unless_hung(), pytest.raises(TooMuch):
        probe(code, seconds=2 * HUNG_AFTER, memory_mb=600, file_mb=20)


@pytest.mark.parametrize(
    "code", ["os.abort()", "sys.exit(3)", "os._exit(0)", "1 / 0", "os.close(3)"]
)
def test_a_child_that_dies_is_a_file_that_cannot_be_read(probe, code):
    with pytest.raises(Broken):
        probe(code)


@pytest.mark.parametrize(
    "lie",
    [
        b"",
        b"[]",
        b"{}",
        b"1",
        b'{"answer": 1}',
        b'{"refused": ["SystemExit", "x", {}]}',
        b'{"refused": ["Refused", "%(x)s", {"y": 1}]}',
        b'{"refused": 1}',
        b"\xff\xfe",
    ],
)
def test_a_lying_child_is_not_believed(probe, lie):
    code = f"[outcome(os.write, fd, {lie!r}) for fd in range(3, 10)]\nos._exit(0)"
    with pytest.raises(Broken):
        probe(code)


def test_what_the_child_started_ends_with_it(probe, tmp_path):
    code = (
        "pid = os.fork()\n"
        "if not pid:\n"
        "    [outcome(os.close, fd) for fd in range(0, 20)]\n"
        "    time.sleep(3600)\n"
        "tell(pid)"
    )
    try:
        pid = probe(code, seconds=HUNG_AFTER)
    except Broken:
        return  # the limit on processes already refused the fork
    wait_until(lambda: not _is_running(pid), "a grandchild outlived the sandbox")


def _is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_failed_task_leaves_no_target(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"not a picture")
    with pytest.raises(Broken):
        runner.run_in_sandbox(
            "county_portal.editorial.documents.images:redraw_png", source=source, target=target
        )
    assert not target.exists()


def test_refusals_come_through_with_their_words(probe, tmp_path):
    source = tmp_path / "own.py"
    words = "Only %(count)s of these"
    source.write_text(PREFACE + f"raise Refused({json.dumps(words)}, count=3)")
    with pytest.raises(Refused) as refusal:
        runner.run_in_sandbox("runpy:run_path", source=source)
    assert (refusal.value.message, refusal.value.params) == (words, {"count": 3})
