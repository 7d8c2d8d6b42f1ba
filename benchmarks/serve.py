"""One application under the server the product uses: `bare`, `public` or `office`.

python -m benchmarks.serve KIND PORT
"""

import logging
import sys
from typing import Any

from flask import Flask
from waitress import serve

from county_portal.app import create_office, create_public

THREADS = 8


def bare() -> Flask:
    """The least a Flask application can do: one view, one word."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "Hello")
    return app


KINDS: dict[str, Any] = {"bare": bare, "public": create_public, "office": create_office}


def main() -> None:
    kind, port = sys.argv[1:]
    app = KINDS[kind]()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is what load is
    serve(app, host="127.0.0.1", port=int(port), threads=THREADS, ident=None, _quiet=True)


if __name__ == "__main__":
    main()
