"""A public site in a folder, and a client that reads it as a person would."""

import re
from pathlib import Path

import jinja2
from bs4 import BeautifulSoup
from flask import Flask

from county_portal.core import web
from county_portal.office.base.config import ROOT, STATIC, TEMPLATES
from county_portal.public import site

TRANSLATIONS = ROOT / "county_portal" / "translations"


def make_site(folder: Path, *, locale: str = "en", cache_bytes: int = 2**22) -> Flask:
    """The public application over the file in `folder`; a misspelt name in a template fails."""
    app = Flask("county_portal", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.config.update(BABEL_DEFAULT_LOCALE=locale, BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS))
    site.install(app, folder, cache_bytes=cache_bytes)
    app.after_request(web.security_headers)
    return app


class Visitor:
    """Reads pages and checks on each what every page owes its reader."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, status: int = 200) -> BeautifulSoup:
        response = self.client.get(path)
        assert response.status_code == status, response.text
        assert "Set-Cookie" not in response.headers
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        page = BeautifulSoup(response.data, "html.parser")
        check_page(page)
        return page

    def text(self, path: str, status: int = 200) -> str:
        response = self.client.get(path)
        assert response.status_code == status
        return response.text


def check_page(page: BeautifulSoup) -> None:
    assert len(page.select("h1")) == 1, "one h1"
    assert page.title.text.strip(" –"), "a title"
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids)), "an id is used once"
    for tag in page.select("[hx-select]"):
        assert page.select(tag["hx-select"]), f"{tag['hx-select']} is on the page"
        assert tag["action"], "it works without a script"
    for field in page.select("input:not([type=hidden]), select"):
        assert page.select_one(f"label[for={field['id']}]"), f"{field['id']} has a label"
    for tag in page.select("[style], [onclick], script:not([src]), style"):
        raise AssertionError(f"nothing inline: {tag}")


def meta(page: BeautifulSoup, name: str) -> str:
    tag = page.select_one(f'meta[name="{name}"]')
    return tag["content"] if tag else ""


def numbers(page: BeautifulSoup) -> list[int]:
    """The public ids the page's main part links to, in order, each once."""
    found = [re.fullmatch(r"/items/(\d+)(\?.*)?", a["href"]) for a in page.select("main a[href]")]
    return list(dict.fromkeys(int(hit[1]) for hit in found if hit))
