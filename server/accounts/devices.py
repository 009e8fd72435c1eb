"""Known browsers: a signed cookie marks browsers in which a person has signed in; strict limits exempt them."""

import hashlib
import hmac

from starlette.requests import Request
from starlette.responses import Response

from server.accounts import sessions
from server.accounts.limits import Asker, mailbox
from server.middleware import client_key
from server.settings import Settings

COOKIE = "known_as"
LIFETIME_S = 365 * 24 * 3600


def asker(request: Request) -> Asker:
    """Return who sends the request, and whether they have signed in with this browser before."""
    box, _dot, mark = request.cookies.get(COOKIE, "").partition(".")
    is_ours = hmac.compare_digest(mark.encode(), _mark(request.app.state.settings, box).encode())
    return Asker(client_key(request), box if is_ours else "")


def mark_device(answer: Response, settings: Settings, email: str) -> None:
    """Set the cookie that marks the browser as one in which this person has signed in."""
    box = mailbox(email)
    sessions.set_cookie(answer, settings, COOKIE, f"{box}.{_mark(settings, box)}", LIFETIME_S)


def _mark(settings: Settings, box: str) -> str:
    return hmac.new(settings.secret_key.encode(), f"known:{box}".encode(), hashlib.sha256).hexdigest()
