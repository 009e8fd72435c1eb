"""The page outside the registration window: when it is, and what can still be done."""

from starlette.requests import Request
from starlette.responses import Response

from server.pages import page
from server.registrations.window import RegistrationClosed


async def closed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RegistrationClosed)
    return page(
        request, "registrations/closed.html", status=error.status, message=error.message, is_early=error.is_early
    )
