"""Requests per second and response times of the public site, beside a bare Flask view."""

import http.client
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from benchmarks.servers import Server, ask, server

ROUNDS, SECONDS, CONNECTIONS = 4, 4, 8
PAGES = 200  # different pages asked for in turn
ASKED = 150  # words and pages, each for the first time
ROTATE = """
local paths, at = {}, 0
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""


@dataclass(frozen=True)
class PublicFigures:
    """Requests per second in the best round of each, and what follows from them."""

    bare: float
    item: float
    column: float
    item_ratio: float
    column_ratio: float
    item_p95: float  # milliseconds, pages asked for the first time
    two_p95: float
    four_p95: float
    resident: float  # MB


def measure(small: Path, large: Path) -> tuple[PublicFigures, PublicFigures]:
    """The public sites of two counties, asked in turn. wrk must be there (Debian package `wrk`)."""
    with (
        server("bare", small) as bare,
        server("public", small) as little,
        server("public", large) as big,
    ):
        sites = _Site.of(small, little), _Site.of(large, big)
        firsts = [one.first() for one in sites]
        rounds = [(_load(bare, ["/"]), *(one.load() for one in sites)) for _ in range(ROUNDS)]
        base = max(bare for bare, *_loads in rounds)
        few, many = (
            _figures(base, [loads[place] for _bare, *loads in rounds], firsts[place], one.server)
            for place, one in enumerate(sites)
        )
        return few, many


def _figures(
    bare: float, loads: list[tuple[float, float]], firsts: list[float], site: Server
) -> PublicFigures:
    item, column = (max(best) for best in zip(*loads, strict=True))
    item_p95, two, four = firsts
    return PublicFigures(
        bare, item, column, item / bare, column / bare, item_p95, two, four, site.resident
    )


@dataclass(frozen=True)
class _Site:
    """A county's public site and what is asked of it. pages: items, and columns."""

    server: Server
    pages: tuple[list[str], list[str]]
    unasked: list[str]
    searches: tuple[list[str], list[str]]

    @classmethod
    def of(cls, data: Path, server: Server) -> Self:
        rows = ask(data, "SELECT public_id FROM items ORDER BY public_id")
        chosen = random.Random(5).sample([int(str(row[0])) for row in rows], PAGES + ASKED)
        items = [f"/items/{one}" for one in chosen]
        slugs = [row[0] for row in ask(data, "SELECT DISTINCT column_slug FROM items")]
        columns = [f"/columns/{slug}" for slug in slugs]
        return cls(server, (items[:PAGES], columns), items[PAGES:], _searches(data))

    def first(self) -> list[float]:
        """95 of 100 answers came within so many milliseconds: items, and both kinds of search."""
        return _p95(self.server, self.unasked, *self.searches)

    def load(self) -> tuple[float, float]:
        """Items and columns per second."""
        items, columns = self.pages
        return _load(self.server, items), _load(self.server, columns)


def _load(where: Server, paths: list[str]) -> float:
    """Requests per second over the paths in turn, after each was asked for once."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("The load generator is missing: apt-get install wrk")
    _times(where, paths)
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder, "rotate.lua"), Path(folder, "paths")
        script.write_text(ROTATE)
        listed.write_text("\n".join(paths))
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script, where.address]
        said = subprocess.run(
            [str(word) for word in command],
            env={"BENCH_PATHS": str(listed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"Some pages were not answered with 200:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def _searches(data: Path) -> tuple[list[str], list[str]]:
    """Searches for words of two and of four characters that stand in titles."""
    rng = random.Random(6)
    titles = [str(row[0]) for row in ask(data, "SELECT title FROM items")]
    return _words(rng, titles, 2), _words(rng, titles, 4)


def _words(rng: random.Random, titles: list[str], length: int) -> list[str]:
    found: dict[str, None] = {}
    pattern = re.compile(f"[\u4e00-\u9fff]{{{length}}}")
    while len(found) < ASKED:
        title = rng.choice(titles)
        start = rng.randrange(len(title))
        if word := pattern.match(title, start):
            found[word[0]] = None
    return [f"/search?q={quote(word)}" for word in found]


def _p95(where: Server, *kinds: list[str]) -> list[float]:
    """For each kind of page: 95 of 100 answers came within so many milliseconds.

    The kinds take turns, so that whatever else the machine does hits them alike.
    """
    turns = [path for paths in zip(*kinds, strict=True) for path in paths]
    times = _times(where, turns)
    return [statistics.quantiles(times[n :: len(kinds)], n=20)[-1] for n in range(len(kinds))]


def _times(where: Server, paths: Iterable[str]) -> list[float]:
    """Milliseconds of each answer, one after the other on one connection."""
    address = urlsplit(where.address)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    times = []
    for path in paths:
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{path} was answered with {answer.status}")
    connection.close()
    return times
