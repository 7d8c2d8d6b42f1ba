"""The engine's own way from a page to a file, where no shortcut (optimisations.py) is taken."""

import logging
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cssselect2
from weasyprint import HTML
from weasyprint.urls import URLFetcher

LAID_OUT = re.compile(r"layout - Page (\d+)")  # in the engine's log
Tell = Callable[[str, int], None]


def silent(_stage: str, _page: int) -> None:
    """Ignore progress that nobody watches."""


class PlainEngine:
    """How the engine sets a page: its own way, by what it offers to everybody."""

    def source(self, tree: ET.Element, folder: Path, reader: URLFetcher) -> HTML:
        """Build the engine's page from the elements; relative addresses are files of the folder."""
        return Source(tree, folder, reader)

    def finish(self, document: Any, pdf: Any) -> None:
        """Do nothing: here no work is left before the file is written."""

    @contextmanager
    def told(self, tell: Tell) -> Iterator[None]:
        """Call `tell` for each page that is laid out meanwhile, as the engine's own log says."""
        listener, progress = Listener(tell), logging.getLogger("weasyprint.progress")
        level = progress.level
        progress.addHandler(listener)
        progress.setLevel(logging.INFO)
        try:
            yield
        finally:
            progress.setLevel(level)
            progress.removeHandler(listener)


class Source(HTML):
    """A page that was parsed outside the engine, so that both ways set the same elements.

    The engine's own parser puts some between that no style sheet of ours expects (`tbody`).
    """

    def __init__(self, tree: ET.Element, folder: Path, reader: URLFetcher) -> None:
        super().__init__(string="", base_url=f"{folder.as_uri()}/", url_fetcher=reader)
        if "etree_element" not in vars(self):
            raise TypeError("this WeasyPrint keeps its page in another place")
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class Listener(logging.Handler):
    """Hears from the engine's own log which page it lays out."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        if page := LAID_OUT.search(record.getMessage()):
            self._tell("layout", int(page[1]))
