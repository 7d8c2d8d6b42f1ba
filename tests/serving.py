"""A site served over HTTP to a test, by the server it has in life; and a port kept free for one."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from tests.waiting import HUNG_AFTER


@contextmanager
def served(site: Any) -> Iterator[str]:
    """The address of the site; afterwards nothing of its server runs or is open."""
    known: dict[int, Any] = {}
    server = create_server(
        site, map=known, host="127.0.0.1", port=0, threads=4, connection_limit=1000
    )
    loop = threading.Thread(target=server.run, daemon=True)
    loop.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stop(server, loop, known)


def stop(server: Any, loop: threading.Thread, known: dict[int, Any]) -> None:
    """Close the sockets once the loop has ended: a loop that polls must meet no closed one.

    known: the sockets the loop watches. It ends by itself when it knows of none.
    """
    sockets: dict[int, Any] = {}

    def forget_all() -> None:
        sockets.update(known)
        known.clear()

    server.trigger.pull_trigger(forget_all)  # the loop itself does it
    loop.join(HUNG_AFTER)
    assert not loop.is_alive(), "the server's loop hangs"
    server.task_dispatcher.shutdown(timeout=HUNG_AFTER)
    wasyncore.close_all(sockets)


@contextmanager
def kept_port() -> Iterator[socket.socket]:
    """A port of this machine that nobody else is given; a server that names it may have it."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper
