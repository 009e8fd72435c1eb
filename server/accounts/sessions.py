"""Sessions are rows; the browser holds a random token, the database its hash."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from server.models import Person, Session
from server.settings import Settings

LIFETIME = timedelta(days=30)


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host, which browsers accept over HTTPS alone."""
    return "__Host-session" if settings.is_https else "session"


def hashed(token: str) -> str:
    """What the database keeps of a token: SHA-256 in hex. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


async def begin(person: Person) -> str:
    """A new session for the person; returns its token. Call inside the transaction that signs in."""
    token = new_token()
    await Session.create(person=person, token_hash=hashed(token), expires_at=datetime.now(UTC) + LIFETIME)
    return token


async def person_of(request: Request) -> Person | None:
    """The person whose session the request carries, or None. One query."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    if not token:
        return None
    session = await Session.get_or_none(token_hash=hashed(token), expires_at__gt=datetime.now(UTC)).select_related(
        "person"
    )
    return session.person if session else None


async def person_before(request: Request) -> Person | None:
    """Whose session the request carries, ended or not: to know whose form came too late, and for nothing else."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    found = await Session.get_or_none(token_hash=hashed(token)).select_related("person") if token else None
    return found.person if found else None


async def end(request: Request) -> None:
    """End the session that the request carries. Its row stays: a form that comes later is known for whose it is."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    if token:
        await Session.filter(token_hash=hashed(token)).update(expires_at=datetime.now(UTC))


def remember(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites do not send."""
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, secure=settings.is_https, samesite="lax")
