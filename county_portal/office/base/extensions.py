"""The extensions, and how the database is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import pysqlite3
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import IsolationLevel

from county_portal.core.errors import Missing
from county_portal.models import Base

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate(render_as_batch=False, compare_type=True)
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()

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

WRITE_LOCK = 711  # PostgreSQL: the advisory lock of whoever writes
LOCK_PATIENCE = 15  # seconds to wait for the other writer

T = TypeVar("T")
_will_write: ContextVar[bool] = ContextVar("will_write", default=False)


@contextmanager
def writing(*, ahead: bool = True) -> Iterator[None]:
    """Make transactions begun inside take the write lock at once (ahead) or when first needed.

    A transaction that reads first and writes later is refused by the database
    when somebody else wrote in between, however long it is willing to wait.
    """
    before = _will_write.set(ahead)
    try:
        yield
    finally:
        _will_write.reset(before)


def fetch_row(kind: type[T], key: object) -> T:
    """Return the row with this key. Raises Missing if there is none."""
    row = db.session.get(kind, key)
    if row is None:
        raise Missing
    return row


def will_write(*, ahead: bool) -> None:
    """Do the same for the rest of this context: one web request."""
    _will_write.set(ahead)


def engine_options(url: str) -> dict[str, object]:
    """Return what SQLAlchemy is told about the engine of `url`."""
    if url.startswith("sqlite"):
        return {"module": pysqlite3, "connect_args": {"timeout": LOCK_PATIENCE}}
    patience = f"-c lock_timeout={LOCK_PATIENCE}s -c timezone=UTC"
    return {"pool_pre_ping": True, "connect_args": {"options": patience}}


def begun_reading() -> bool:
    """Tell whether the session is in a transaction that was begun without the write lock."""
    session = db.session()
    return session.in_transaction() and not session.connection().info["locked"]


def open_properly(engine: Engine) -> None:
    """Begin transactions alike on both engines; on SQLite, set the pragmas of each connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_on_sqlite)
    else:
        event.listen(engine, "begin", _begin_on_postgresql)
    event.listen(engine, "begin", _note_lock)


def _note_lock(connection: Connection) -> None:
    connection.info["locked"] = _will_write.get()


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing of its own
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_on_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _will_write.get() else "BEGIN")


def _begin_on_postgresql(connection: Connection) -> None:
    """Let one writer work at a time, and readers see one moment only.

    What SQLite gives by itself.
    """
    level: IsolationLevel = "READ COMMITTED" if _will_write.get() else "REPEATABLE READ"
    driver: Any = connection.connection.dbapi_connection
    connection.dialect.set_isolation_level(driver, level)
    if _will_write.get():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
