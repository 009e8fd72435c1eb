"""The answer to a browser in which somebody has just signed in."""

from starlette.requests import Request
from starlette.responses import Response

from server.accounts import devices, sessions
from server.accounts.service import SignedIn

REQUEST_COOKIE = "sign_in_request"


async def welcome(request: Request, signed_in: SignedIn, answer: Response) -> Response:
    """Return the answer with the cookies of the new session."""
    # The person who was signed in here before is signed out; a token planted by somebody else becomes worthless.
    await sessions.end(request)
    settings = request.app.state.settings
    seconds = int(sessions.LIFETIME.total_seconds())
    sessions.set_cookie(answer, settings, sessions.cookie_name(settings), signed_in.token, seconds)
    devices.mark_device(answer, settings, signed_in.person.email)
    answer.delete_cookie(REQUEST_COOKIE)
    return answer
