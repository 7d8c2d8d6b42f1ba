"""The process: an order comes, pages go."""

import gc
import json
import os
import resource
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .engine import Press
from .known_versions import subsetter
from .plain import Tell

MEMORY_BYTES = 2**31
IDLE_SECONDS = 600
POLITE = 10  # whoever waits for a page comes first
KNOCK = 0.4  # seconds between two signs of life
LITTER = 2  # sheets whose remains may wait until there is time
SOON = 0.01  # seconds: whoever has another order sends it at once


def main() -> None:
    """Serve orders from the socket numbered by the first argument, until it is closed or idle."""
    link = Connection(int(sys.argv[1]))
    face = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(POLITE)
    press = Press(face)
    hello = {
        "families": sorted(press.families()),
        "fast": bool(subsetter()),
        "plain": press.plain,
    }
    gc.freeze()
    with suppress(EOFError, OSError):
        send_message(link, "hello", hello)
        litter = 0
        while link.poll(IDLE_SECONDS):
            serve(press, link, link.recv_bytes())
            litter += 1
            if litter == LITTER or not link.poll(SOON):
                gc.collect()
                litter = 0


def serve(press: Press, link: Connection, order: bytes) -> None:
    wanted, _, html = order.partition(b"\n")
    about = json.loads(wanted)
    try:
        facts, pdf = press.set(
            html.decode(), Path(about["folder"]), about["pictures"], teller(link)
        )
    except Exception as fault:  # noqa: BLE001  (whatever it is, the next order is served)
        send_message(link, "fault", {"what": f"{type(fault).__name__}: {fault}"[:500]})
    else:
        send_message(link, "pages", facts, pdf)


def send_message(link: Connection, kind: str, facts: dict[str, Any], pdf: bytes = b"") -> None:
    link.send_bytes(json.dumps({"kind": kind, **facts}).encode() + b"\n" + pdf)


def teller(link: Connection) -> Tell:
    """Build a function that reports pages over the link, not more often than anybody looks."""
    last = 0.0

    def tell(stage: str, page: int) -> None:
        nonlocal last
        now = os.times().elapsed
        if now - last >= KNOCK:
            last = now
            send_message(link, "page", {"stage": stage, "page": page})

    return tell
