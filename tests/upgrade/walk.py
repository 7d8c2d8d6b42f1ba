"""Walking through a site from its first page: every address a reader is led to, with its answer.

Lists with filters lead to more addresses than there are things to show. So of each shape of
address (its path without numbers, the names of its parameters) a walk takes the first few.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask.testing import FlaskClient

from county_portal.office.base.extensions import db, writing

LEFT_OUT = ("/static/", "/language/", "/sign-out")
LINK = re.compile(r"""(?:href|src|hx-get|action)=["']([^"'#]+)|<loc>([^<]+)|<link>([^<]+)""")
POSTED = re.compile(r"""<form[^>]*method=["']post["'][^>]*>""", re.IGNORECASE)
HEADERS = (
    "Content-Type",
    "Content-Disposition",
    "Content-Security-Policy",
    "Cache-Control",
    "Content-Language",
    "Location",
    "Vary",
    "X-Robots-Tag",
    "ETag",
    "Last-Modified",
)


@dataclass(frozen=True)
class Answer:
    """What a site said to one address."""

    address: str
    status: int
    headers: dict[str, str]
    body: bytes


def walk(
    browser: FlaskClient, starts: tuple[str, ...], host: str, most: int, most_asked: int
) -> Iterator[Answer]:
    """Each answer once, in the order in which a reader would meet the addresses.

    host: the site's own name, as its feed and site map write it. most: of each shape of
    path; most_asked: of each shape of address with parameters.
    """
    waiting, known, taken = list(starts), set(starts), Counter[str]()
    while waiting:
        address = waiting.pop(0)
        answer = ask(browser, address)
        yield answer
        for found in links(answer, host):
            shape = shape_of(found)
            limit = most_asked if "?" in found else most
            if found not in known and taken[shape] < limit:
                taken[shape] += 1
                known.add(found)
                waiting.append(found)


def ask(browser: FlaskClient, address: str) -> Answer:
    db.session.rollback()
    with (
        browser.application.app_context(),
        writing(ahead=False),
        browser.get(address) as response,
    ):
        headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
        return Answer(address, response.status_code, headers, response.get_data())


def links(answer: Answer, host: str) -> Iterator[str]:
    """Addresses of the same site that a page, a feed or a redirection names."""
    if location := answer.headers.get("Location"):
        yield from _inside(answer.address, location, host)
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind or "xml" in kind:
        text = POSTED.sub("", answer.body.decode("utf-8", "replace"))
        for found in LINK.findall(text):
            yield from _inside(answer.address, "".join(found).replace("&amp;", "&"), host)


def _inside(here: str, link: str, host: str) -> Iterator[str]:
    parts = urlsplit(urljoin(f"http://{host}{here}", link.strip()))
    if parts.hostname in {host, "localhost"} and not parts.path.startswith(LEFT_OUT):
        yield parts.path + (f"?{parts.query}" if parts.query else "")


def shape_of(address: str) -> str:
    """The path without numbers and hashes, and the parameters' names."""
    parts = urlsplit(address)
    path = re.sub(r"/[0-9a-f]{8,}\b|\d+", "<>", parts.path)
    names = sorted(name for name, value in parse_qsl(parts.query) if value)
    return f"{path}?{','.join(names)}"
