"""Pages that ask before somebody or something is removed from an event. A POST to the same address removes it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.models import EventCrew, EventReviewer, EventTranslator, Hall, Interpreter, PlenaryItem
from server.pages import page
from server.removed import KINDS


async def hall(request: Request) -> Response:
    return _question(request, "hall", await access.of_event(request, Hall, "hall"))


async def plenary_item(request: Request) -> Response:
    return _question(request, "item", await access.of_event(request, PlenaryItem, "item"))


async def interpreter(request: Request) -> Response:
    return _question(request, "interpreter", await access.of_event(request, Interpreter, "interpreter", "person"))


async def organiser(request: Request) -> Response:
    return _question(request, "organiser", await access.organiser_to_remove(request))


async def translator(request: Request) -> Response:
    return _question(request, "translator", await access.of_event(request, EventTranslator, "translator", "person"))


async def reviewer(request: Request) -> Response:
    return _question(request, "reviewer", await access.of_event(request, EventReviewer, "reviewer", "person"))


async def crew(request: Request) -> Response:
    return _question(request, "crew", await access.of_event(request, EventCrew, "crew", "person"))


def _question(request: Request, kind: str, row: Any) -> Response:
    """Return the page. kind: of the row, as in `removed.KINDS`."""
    home = f"/e/{access.event(request).slug}"
    return page(request, "events/remove.html", kind=kind, row=row, back=f"{home}/{KINDS[kind].under}")
