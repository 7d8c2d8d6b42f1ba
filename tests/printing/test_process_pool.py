"""The press processes: warm, side by side, ended when stuck, never missed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from county_portal.office.base.config import ROOT
from county_portal.printing import process_pool
from county_portal.printing.process_pool import SheetOrder, Unset, running, set_sheets
from tests.waiting import unless_hung, wait_until

PAGE = '<!doctype html><html lang="zh-CN"><head><title>x</title></head><body>%s</body></html>'
STUCK = "<table><tr><td colspan=1000000>x</td></tr></table>"  # keeps the engine busy for minutes


@pytest.fixture
def order(tmp_path: Path):
    return lambda body, **more: SheetOrder(PAGE % body, tmp_path, **more)


@pytest.fixture
def of_its_own(monkeypatch):
    """The test has its own processes, and none is left behind."""
    mine: list[process_pool.Typesetter] = []
    monkeypatch.setattr(process_pool, "_idle", mine)
    yield
    for one in mine:
        one.end()


def test_sheets_come_back_in_their_order(order):
    made = set_sheets([order(f'<p id="p{n}">{n}</p>') for n in range(5)])
    assert [list(sheets.places) for sheets in made] == [[f"p{n}"] for n in range(5)]
    assert [sheets.pages for sheets in made] == [1] * 5


def test_a_process_is_used_again(order, of_its_own):
    set_sheets([order("<p>1</p>")])
    first = running()
    set_sheets([order("<p>2</p>")])
    assert running() == first


def test_no_more_processes_than_there_may_be(order, of_its_own):
    set_sheets([order("<p>字</p>")] * 6)
    assert 1 <= len(running()) <= process_pool.MOST


def test_a_fault_in_the_sheet_is_told_and_the_process_lives_on(order, of_its_own):
    with pytest.raises(Unset, match="RecursionError"):
        set_sheets([order("<div>" * 2000)])
    with pytest.raises(Unset, match="inside one another"):
        set_sheets([order("<div>" * 5000)])
    first = running()
    set_sheets([order("<p>1</p>")])
    assert running() == first


@pytest.mark.slow
def test_a_sheet_that_takes_too_long_is_ended(order, of_its_own):
    with unless_hung(), pytest.raises(Unset, match="too long"):
        set_sheets([order(STUCK, seconds=3)])
    assert running() == []
    assert set_sheets([order("<p>1</p>")])[0].pages == 1


def test_a_process_that_was_killed_while_idle_is_replaced(order, of_its_own):
    set_sheets([order("<p>1</p>")])
    os.kill(running()[0], signal.SIGKILL)
    wait_until(lambda: running() == [])
    assert set_sheets([order("<p>1</p>")])[0].pages == 1


def test_a_process_that_dies_at_its_work_is_told(order, of_its_own):
    others = children()  # which the next test may find before they are quite dead

    def kill_it(_share: float) -> None:
        for pid in {*children()} - {*others}:
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(Unset, match="died"):
        set_sheets([order(STUCK)], kill_it)


def children() -> list[int]:
    """The press processes of this one."""
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    numbers = [int(pid) for one in found for pid in one.read_text().split()]
    return [
        pid for pid in numbers if "/printing/engine/" in Path(f"/proc/{pid}/cmdline").read_text()
    ]


def test_whoever_watches_may_end_the_work(order, of_its_own):
    class Enough(Exception):
        pass

    def stop(_share: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        set_sheets([order(STUCK)], stop)
    assert running() == []
    assert set_sheets([order("<p>1</p>")])[0].pages == 1


def test_progress_moves_from_nothing_to_all(order):
    heard: list[float] = []
    set_sheets([order("<p>" + "汉字排版" * 6000 + "</p>")] * 2, heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1
    assert {*heard} - {0, 0.5, 1}, "each process tells of its first page, not of its end alone"


def test_the_process_goes_when_its_program_is_gone(order, tmp_path):
    """It waits on a socket that closes with the program, so nothing is left running."""
    script = tmp_path / "short.py"
    script.write_text(
        "from county_portal.printing import process_pool\n"
        "process_pool.hello()\n"
        "print(process_pool.running()[0])\n"
    )
    said = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    pid = int(said.stdout)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the press process outlived its program")
