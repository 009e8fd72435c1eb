"""A sign-in that a browser has begun at a provider: kept in a cookie of that browser, sealed, for ten minutes.

State, nonce and PKCE verifier are in it, so that the provider's answer counts only in the browser that asked for it.
Each attempt has a cookie of its own: people open two tabs.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from server.accounts import sessions
from server.accounts.sessions import new_token
from server.settings import Settings

LIFETIME = timedelta(minutes=10)
MOST = 4  # attempts of one browser at once; older ones end
SHOWN = 16  # characters of the state in the name of the cookie


def _ends() -> int:
    return int((datetime.now(UTC) + LIFETIME).timestamp())


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What the browser asked for. provider: its name. going: the page that the person wants to open. ends: seconds.

    session: the hash of the session's token if the person connects the provider with their account, "" if they sign in.
    """

    provider: str
    going: str
    session: str = ""
    state: str = field(default_factory=new_token, repr=False)
    nonce: str = field(default_factory=new_token, repr=False)
    verifier: str = field(default_factory=new_token, repr=False)
    ends: int = field(default_factory=_ends)

    @property
    def is_over(self) -> bool:
        return self.ends <= datetime.now(UTC).timestamp()


def keep(request: Request, answer: Response, attempt: Attempt) -> None:
    """Set the attempt's cookie; the oldest attempts of the browser end if there are too many."""
    settings: Settings = request.app.state.settings
    for name in list(_names(request))[: -(MOST - 1)]:
        forget(answer, settings, name)
    body = base64.urlsafe_b64encode(json.dumps(asdict(attempt)).encode()).decode()
    seconds = int(LIFETIME.total_seconds())
    name = _name(settings, attempt.state)
    sessions.set_cookie(answer, settings, name, f"{body}.{_seal(settings, body)}", seconds)


def begun(request: Request, provider: str, state: str) -> Attempt | None:
    """Return the attempt of this browser at the provider that has this state, or None."""
    settings: Settings = request.app.state.settings
    body, _dot, seal = request.cookies.get(_name(settings, state), "").partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(settings, body).encode()):
        return None
    attempt = Attempt(**json.loads(base64.urlsafe_b64decode(body)))
    is_this = hmac.compare_digest(attempt.state.encode(), state.encode("utf-8", "replace"))
    return attempt if is_this and attempt.provider == provider and not attempt.is_over else None


def end(request: Request, answer: Response, state: str) -> None:
    """Delete the attempt's cookie."""
    settings: Settings = request.app.state.settings
    if _name(settings, state) in request.cookies:
        forget(answer, settings, _name(settings, state))


def forget(answer: Response, settings: Settings, name: str) -> None:
    """Delete a cookie; one with the prefix __Host- is deleted only as it was set."""
    answer.delete_cookie(name, path="/", secure=settings.is_https, httponly=True, samesite="lax")


def _prefix(settings: Settings) -> str:
    return f"{sessions.cookie_name(settings)}-from-"


def _name(settings: Settings, state: str) -> str:
    return _prefix(settings) + state[:SHOWN]


def _names(request: Request) -> Iterator[str]:
    """Yield the names of the browser's attempts, in the order in which it sends them: the oldest first."""
    yield from (name for name in request.cookies if name.startswith(_prefix(request.app.state.settings)))


def _seal(settings: Settings, body: str) -> str:
    return hmac.new(settings.secret_key.encode(), f"attempt:{body}".encode(), hashlib.sha256).hexdigest()
