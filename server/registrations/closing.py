"""The page shown outside the registration window: when registration is open, and what is still possible."""

from starlette.requests import Request
from starlette.responses import Response

from server.pages import page
from server.registrations.window import RegistrationClosed


async def closed(request: Request, error: Exception) -> Response:
    """Return the page outside the registration window."""
    assert isinstance(error, RegistrationClosed)
    return page(
        request, "registrations/closed.html", status=error.status, message=error.message, is_early=error.is_early
    )
