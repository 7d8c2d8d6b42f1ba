"""The web server of one machine: public site and office in one process. SIGTERM ends it."""

import logging
import signal
import sys

from waitress import serve

from county_portal.office.base.config import Settings
from wsgi import app

# Slow clients hold a connection each, and no thread: many may wait without harm.
CONNECTIONS = 1000
SLOWEST_SECONDS = 120


def leave(_signal: int, _frame: object) -> None:
    """Waitress finishes the answers in hand when it meets SystemExit."""
    sys.exit(0)


def main() -> None:
    settings = Settings()
    signal.signal(signal.SIGTERM, leave)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # waiting is no news
    serve(
        app,
        host=settings.ADDRESS,
        port=settings.PORT,
        threads=settings.THREADS,
        connection_limit=CONNECTIONS,
        max_request_body_size=settings.FILE_BYTES + 2**20,
        channel_timeout=SLOWEST_SECONDS,
        ident=None,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=settings.PROXIES == 0,
        _quiet=True,
    )


if __name__ == "__main__":
    main()
