"""Sessions: rows in the database; the browser has a random token, the database only the hash of the token."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from server.accounts.agents import device_of
from server.db import atomic, row_of, rows_of
from server.models import Person, Session
from server.settings import Settings

LIFETIME = timedelta(days=30)
NOTED_EVERY = timedelta(minutes=15)
FRESH = timedelta(minutes=15)


def cookie_name(settings: Settings) -> str:
    """Return the name of the session cookie; over HTTPS the prefix `__Host-` binds the cookie to this host."""
    return "__Host-session" if settings.is_https else "session"


def hashed(token: str) -> str:
    """Return the SHA-256 of a token in hex, as the database stores it. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """Return 256 random bits that are safe in a URL."""
    return secrets.token_urlsafe(32)


async def begin_session(person: Person, device: str = "") -> str:
    """Start a session for the person and return its token. Call inside the transaction that signs in."""
    token, now = new_token(), datetime.now(UTC)
    await Session.create(person=person, token_hash=hashed(token), device=device, expires_at=now + LIFETIME, used_at=now)
    return token


SESSION = """SELECT session.id AS session_id, session.expires_at, session.used_at, person.*
    FROM session JOIN person ON person.id = session.person_id WHERE session.token_hash = ?1"""


@dataclass(frozen=True)
class OpenSession:
    """A session that has not ended, and whose it is."""

    id: int
    person: Person
    used_at: datetime | None


async def session_of(request: Request) -> OpenSession | None:
    """Return the session of the request with its person, or None. One query, in every request: signing out ends it at
    once, in all processes.
    """
    token = request.cookies.get(cookie_name(request.app.state.settings))
    if not token:
        return None
    for row in await rows_of(SESSION, hashed(token)):
        instants = Session._meta.fields_map
        if instants["expires_at"].to_python_value(row["expires_at"]) > datetime.now(UTC):
            used_at = instants["used_at"].to_python_value(row["used_at"])
            return OpenSession(row["session_id"], row_of(Person, row), used_at)
    return None


async def note_use(session: OpenSession, user_agent: str) -> None:
    """Store when the session was last used, at most once in a quarter of an hour; the account page shows it."""
    now = datetime.now(UTC)
    if session.used_at is None or session.used_at < now - NOTED_EVERY:
        await Session.filter(id=session.id).update(used_at=now, device=device_of(user_agent))


async def is_fresh(request: Request) -> bool:
    """Return whether the session of the request began so lately that it is not one left open or stolen long ago."""
    token = request.cookies.get(cookie_name(request.app.state.settings), "")
    return await Session.exists(token_hash=hashed(token), created_at__gt=datetime.now(UTC) - FRESH)


def is_this(request: Request, session: Session) -> bool:
    """Return whether the request belongs to this session."""
    token = request.cookies.get(cookie_name(request.app.state.settings), "")
    return session.token_hash == hashed(token)


async def of_person(person: Person) -> list[Session]:
    """Return the person's sessions, last used first. One query."""
    return await Session.filter(person_id=person.id, expires_at__gt=datetime.now(UTC)).order_by("-used_at", "-id")


@atomic
async def end_one(person: Person, session_id: int) -> bool:
    """End one of the person's sessions; return False if the person has no session with this id."""
    now = datetime.now(UTC)
    return bool(await Session.filter(id=session_id, person_id=person.id, expires_at__gt=now).update(expires_at=now))


async def end_all(person: Person) -> None:
    """End every session of the person. Call inside a transaction."""
    now = datetime.now(UTC)
    await Session.filter(person_id=person.id, expires_at__gt=now).update(expires_at=now)


async def person_before(request: Request) -> Person | None:
    """Return the person of the request's session even if the session has ended, else None.

    Use this only to find whose form came after the session ended.
    """
    token = request.cookies.get(cookie_name(request.app.state.settings))
    found = await Session.get_or_none(token_hash=hashed(token)).select_related("person") if token else None
    return found.person if found else None


async def end(request: Request) -> None:
    """End the session of the request. The row stays, so that a form that comes later is known to be this person's."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    if token:
        await Session.filter(token_hash=hashed(token)).update(expires_at=datetime.now(UTC))


def set_cookie(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites do not send."""
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, secure=settings.is_https, samesite="lax")
