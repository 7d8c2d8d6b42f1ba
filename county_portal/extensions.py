"""The extensions, and how the database is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pysqlite3
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event

from county_portal.models import Base

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate(render_as_batch=False, compare_type=True)
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(get_remote_address, storage_uri="memory://")

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 15000",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "recursive_triggers = ON",
    "cache_size = -16000",
)

_will_write: ContextVar[bool] = ContextVar("will_write", default=False)


@contextmanager
def writing(*, ahead: bool = True) -> Iterator[None]:
    """Transactions begun inside take the write lock at once (ahead) or when first needed.

    A transaction that reads first and writes later is refused by SQLite when
    somebody else wrote in between, however long it is willing to wait.
    """
    before = _will_write.set(ahead)
    try:
        yield
    finally:
        _will_write.reset(before)


def will_write(*, ahead: bool) -> None:
    """The same for the rest of this context: one web request."""
    _will_write.set(ahead)


def engine_options(url: str) -> dict[str, object]:
    """What SQLAlchemy is told about the engine of `url`."""
    if url.startswith("sqlite"):
        return {"module": pysqlite3, "connect_args": {"timeout": 15}}
    return {"pool_pre_ping": True}


def open_properly(engine: Engine) -> None:
    """Set the pragmas on each SQLite connection, and begin transactions ourselves."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing of its own
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _will_write.get() else "BEGIN")
