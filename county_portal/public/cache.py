"""Pages kept as bytes for as long as the public file says the same.

Stands in front of the application. A page that says so itself (`pages.keep_page`) is kept
with its headers and answered without waking the application; a browser that has it already
gets 304. Nothing is kept across a change of the file.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from county_portal.published.open_file import NoSite
from county_portal.published.reader import Reader

KEEP = "county_portal.keep"
LARGEST = 2**21
"""Bytes of the largest page that is kept."""
LONGEST_QUERY = 400
OF_THE_BODY = frozenset({"content-type", "content-length"})
KEPT_STATUS = frozenset({"200", "410"})
OVERHEAD = 1024
"""Bytes a kept page costs beside its body, about."""

Key = tuple[str, ...]
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass(frozen=True)
class _Page:
    status: str
    headers: tuple[tuple[str, str], ...]
    etag: str
    body: bytes


class PageCache:
    """An application in front of `app`. most: bytes of memory for pages."""

    def __init__(self, app: Application, reader: Reader, most: int) -> None:
        self._app, self._reader, self._most = app, reader, most
        self._pages: OrderedDict[Key, _Page] = OrderedDict()
        self._generation, self._bytes, self._lock = "", 0, Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        try:
            generation = self._reader.current().generation
        except NoSite:
            return self._app(environ, start_response)
        key = _key_of(environ)
        page = self._find(key, generation)
        if page is not None:
            return _answer(page, environ, start_response)
        return self._ask(environ, start_response, key, generation)

    def _find(self, key: Key, generation: str) -> _Page | None:
        with self._lock:
            if generation != self._generation:
                self._pages.clear()
                self._generation, self._bytes = generation, 0
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
        return page

    def _ask(
        self, environ: Environ, start_response: StartResponse, key: Key, generation: str
    ) -> Iterable[bytes]:
        """Ask the application, which starts before it returns; keep its answer if it says so."""
        started: list[Any] = []
        answer = self._app(environ, lambda *said: started.append(said))
        status, headers = started[0][0], started[0][1]
        if not _to_keep(environ, status):
            start_response(*started[0])
            return answer
        body = b"".join(answer)
        close = getattr(answer, "close", None)
        if close:
            close()
        page = _page_of(status, headers, body)
        if len(body) <= LARGEST and len(environ.get("QUERY_STRING", "")) <= LONGEST_QUERY:
            self._keep(key, page, generation)
        return _answer(page, environ, start_response)

    def _keep(self, key: Key, page: _Page, generation: str) -> None:
        with self._lock:
            if generation != self._generation or key in self._pages:
                return
            self._pages[key] = page
            self._bytes += len(page.body) + OVERHEAD
            while self._bytes > self._most:
                _, oldest = self._pages.popitem(last=False)
                self._bytes -= len(oldest.body) + OVERHEAD


def _to_keep(environ: Environ, status: str) -> bool:
    return (
        bool(environ.get(KEEP)) and status[:3] in KEPT_STATUS and environ["REQUEST_METHOD"] == "GET"
    )


def _key_of(environ: Environ) -> Key:
    """Build a key of the address as it was asked, with its host: the application judges hosts."""
    return (
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
    )


def _page_of(status: str, headers: list[tuple[str, str]], body: bytes) -> _Page:
    """Build the page with a mark of its bytes: equal pages have equal marks, whenever made."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    replaced = {"etag", "cache-control", "content-length"}
    kept = [(name, text) for name, text in headers if name.lower() not in replaced]
    kept += [("ETag", etag), ("Cache-Control", "no-cache"), ("Content-Length", str(len(body)))]
    return _Page(status, tuple(kept), etag, body)


def _answer(page: _Page, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    seen = environ.get("HTTP_IF_NONE_MATCH", "")
    if seen and page.status.startswith("200") and (page.etag in seen or seen.strip() == "*"):
        headers = [pair for pair in page.headers if pair[0].lower() not in OF_THE_BODY]
        start_response("304 NOT MODIFIED", headers)
        return []
    start_response(page.status, list(page.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.body]
