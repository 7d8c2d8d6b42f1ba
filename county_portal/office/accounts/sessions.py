"""Sessions on the server. The cookie holds a random id; the table holds its hash.

A session has a new id at sign-in, ends when nobody used it for a while, after
some hours in any case, and at once on sign-out, password change, role change
or when the account is closed.
"""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request, session
from flask.sessions import SessionInterface, SessionMixin
from flask_login import login_user, logout_user
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import CallbackDict

from county_portal.core import clock
from county_portal.models import Person, WebSession
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, login, writing

COOKIE = "county_session"
SEEN_AGAIN_AFTER = timedelta(seconds=60)  # how exactly the idle time is kept
POLLING = frozenset({"work.progress", "briefings.preview_part", "briefings.print_part"})
"""Asked by the page, not by the person."""


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """What a request sees of its session."""

    def __init__(self, data: dict[str, Any], secret: str = "") -> None:
        super().__init__(data, self._changed)
        self.secret, self.stored = secret, bool(secret)
        self.modified, self.accessed = False, True
        self.renew = False
        self.touch = False

    @staticmethod
    def _changed(data: "CallbackDict[str, Any]") -> None:
        data.modified = True  # type: ignore[attr-defined]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class DatabaseSessions(SessionInterface):
    """Opens and saves sessions in transactions of their own, apart from the deed's."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        secret = request.cookies.get(COOKIE, "")
        if not secret or request.path.startswith(f"{app.static_url_path}/"):
            return ServerSession({})
        with writing(ahead=False), db.engine.connect() as connection:
            row = connection.execute(
                select(WebSession.data, WebSession.created_at, WebSession.seen_at).where(
                    WebSession.id_hash == _hash(secret)
                )
            ).first()
        if row is None or not _still_valid(row.created_at, row.seen_at):
            return ServerSession({})
        opened = ServerSession(json.loads(row.data), secret)
        opened.touch = clock.now() - row.seen_at > SEEN_AGAIN_AFTER
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession):
            return
        response.headers.add("Vary", "Cookie")
        if not session and not session.stored:
            return
        used = session.touch and request.endpoint not in POLLING
        if not session.modified and not session.renew and not used:
            return
        db.session.rollback()  # what the page read after its commit holds the write lock again
        with writing(), db.engine.begin() as connection:
            self._store(connection, session)
        if not session:
            response.delete_cookie(COOKIE, path=self.get_cookie_path(app))
            return
        response.set_cookie(
            COOKIE,
            session.secret,
            path=self.get_cookie_path(app),
            httponly=True,
            samesite="Lax",
            secure=bool(current_settings().HTTPS),
        )

    def get_cookie_path(self, app: Flask) -> str:
        """Return the address under which the office is mounted."""
        return f"{request.script_root}/"

    def _store(self, connection: Any, session: ServerSession) -> None:
        """Write the session. One that was ended meanwhile is not brought back."""
        old = _hash(session.secret)
        if not session:
            connection.execute(delete(WebSession).where(WebSession.id_hash == old))
            return
        values = {
            "data": json.dumps(dict(session)),
            "person_id": int(session["_user_id"]) if "_user_id" in session else None,
            "seen_at": clock.now(),
        }
        if session.renew or not session.stored:
            connection.execute(delete(WebSession).where(WebSession.id_hash == old))
            session.secret = secrets.token_urlsafe(32)
            row = {"id_hash": _hash(session.secret), "created_at": clock.now(), **values}
            connection.execute(insert(WebSession).values(row))
        else:
            connection.execute(update(WebSession).where(WebSession.id_hash == old).values(values))


def _still_valid(created_at: Any, seen_at: Any) -> bool:
    idle, old = _limits()
    return bool(seen_at > idle and created_at > old)


def _limits() -> tuple[datetime, datetime]:
    """Return since when a session must have been used, and have begun, to go on."""
    settings, moment = current_settings(), clock.now()
    idle, whole = timedelta(minutes=settings.IDLE_MINUTES), timedelta(hours=settings.SESSION_HOURS)
    return moment - idle, moment - whole


def start(person: Person) -> None:
    """Sign the person in, with a session id nobody has seen before."""
    session.clear()
    login_user(person)
    session.renew = True  # type: ignore[attr-defined]


def stop() -> None:
    """Sign out: the session is gone on the server, so its cookie is worth nothing."""
    logout_user()
    session.clear()
    session.renew = True  # type: ignore[attr-defined]


def renew() -> None:
    """Go on under a session id nobody has seen; a copy of its cookie is worth nothing."""
    session.renew = True  # type: ignore[attr-defined]


def end_all(person: Person, *, but_this: bool = False) -> int:
    """End every session of the person, in the transaction of the deed. How many there were."""
    query = delete(WebSession).where(WebSession.person_id == person.id)
    if but_this:
        this = _hash(session.secret)  # type: ignore[attr-defined]
        query = query.where(WebSession.id_hash != this)
    return int(db.session.execute(query).rowcount)  # type: ignore[attr-defined]


def sweep_sessions() -> int:
    """Remove sessions that have ended by themselves. How many there were."""
    idle, old = _limits()
    ended = (WebSession.seen_at < idle) | (WebSession.created_at < old)
    return int(db.session.execute(delete(WebSession).where(ended)).rowcount)  # type: ignore[attr-defined]


def load_person(person_id: str) -> Person | None:
    """Return the signed-in person, unless the account was closed since."""
    person = db.session.get(Person, int(person_id), options=[joinedload(Person.role_rows)])
    return person if person and person.active else None


def install(app: Flask) -> None:
    app.session_interface = DatabaseSessions()
    login.user_loader(load_person)
    login.session_protection = None  # the id lives on the server and is new at sign-in
