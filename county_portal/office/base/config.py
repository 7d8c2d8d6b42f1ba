"""Every technical setting, its default and its unit. COUNTY_… in the environment wins.

What an office decides (patterns, days, rules) is data with a page, not a setting here.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import cast

from flask import current_app

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MIGRATIONS = ROOT / "migrations"
TRANSLATIONS = ROOT / "county_portal" / "translations"
FONTS = ROOT / ".fonts"  # faces of official paper and the fonts.conf that finds them


def _text(name: str, default: str) -> str:
    return os.environ.get(f"COUNTY_{name}", default)


def _number(name: str, default: int, least: int = 1) -> int:
    text = _text(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise SystemExit(f"COUNTY_{name} must be a whole number from {least} up, not {text!r}")
    return int(text)


class Settings:
    """The settings of one process, read once when it starts."""

    def __init__(self) -> None:
        self.DATA = Path(_text("DATA", str(ROOT / "var"))).resolve()
        self.PUBLIC = Path(_text("PUBLIC", str(self.DATA / "public"))).resolve()
        self.DATABASE_URL = _text("DATABASE_URL", f"sqlite:///{self.DATA / 'county.sqlite'}")
        self.LOCALE = _text("LOCALE", "zh_Hans_CN")
        self.ADDRESS = _text("ADDRESS", "127.0.0.1")  # where the web server listens
        self.PORT = _number("PORT", 8000)
        self.THREADS = _number("THREADS", 8)  # requests answered at the same time
        self.DEMO = _number("DEMO", 1, least=0)  # 0: `make run` leaves an empty database empty
        self.HTTPS = _number("HTTPS", 0, least=0)  # 1 behind TLS: cookies are sent over TLS only
        self.HOSTS = _text("HOSTS", "")  # names the servers answer to, comma separated; empty: any
        self.PROXIES = _number("PROXIES", 0, least=0)  # how many trusted proxies stand in front
        self.FILE_BYTES = _number("FILE_BYTES", 50 * 2**20)  # bytes, one attachment
        self.ITEM_BYTES = _number("ITEM_BYTES", 200 * 2**20)  # bytes, all attachments of an item
        self.IDLE_MINUTES = _number("IDLE_MINUTES", 30)  # minutes until an idle session ends
        self.SESSION_HOURS = _number("SESSION_HOURS", 12)  # hours until any session ends
        self.SIGN_IN_TRIES = _number("SIGN_IN_TRIES", 10)  # per account in 5 minutes
        self.ADDRESS_TRIES = _number("ADDRESS_TRIES", 100)  # per address in 5 minutes
        self.PAGE_CACHE_BYTES = _number("PAGE_CACHE_BYTES", 64 * 2**20, least=0)  # public pages
        self.PLAIN_ENGINE = _number("PLAIN_ENGINE", 0, least=0)  # 1: paper without shortcuts

        self.SIGNING_KEY = _text("SIGNING_KEY", "")  # PKCS #12 file; empty: papers are not signed
        self.SIGNING_PASSWORD = _text("SIGNING_PASSWORD", "")

    @property
    def blobs(self) -> Path:
        return self.DATA / "blobs"

    @property
    def tmp(self) -> Path:
        """On the same file system as the blobs, so that a rename is atomic."""
        return self.DATA / "tmp"

    @property
    def anchors(self) -> Path:
        return Path(_text("ANCHORS", str(self.DATA / "anchors"))).resolve()

    def key(self, name: str) -> str:
        """Return a secret of this installation, made once, readable by its owner only."""
        path = self.DATA / "keys" / f"{name}.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_once(path, secrets.token_hex(32))
        return path.read_text()

    def flask(self) -> dict[str, object]:
        """Return what Flask and its extensions want to know about the office."""
        return {
            "SECRET_KEY": self.key("session"),
            "SQLALCHEMY_DATABASE_URI": self.DATABASE_URL,
            "MAX_CONTENT_LENGTH": self.FILE_BYTES + 2**20,
            "MAX_FORM_MEMORY_SIZE": 4 * 2**20,
            "BABEL_DEFAULT_LOCALE": self.LOCALE,
            "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
            "WTF_CSRF_TIME_LIMIT": None,
            "COUNTY": self,
        }


def current_settings() -> Settings:
    """Return the settings of the application that is at work."""
    return cast(Settings, current_app.config["COUNTY"])


def _write_once(path: Path, text: str) -> None:
    """Make a whole new file that only its owner reads; the first of two writers wins."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
