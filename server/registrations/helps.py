"""Small helps for typing: passport spellings, and topics found in a text. Suggestions, for the person to confirm."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from i18n.names import suggest_latin
from server import access
from server.models import Event
from server.profiles import found_topics
from server.schemes import scheme_of


async def latin_name(request: Request) -> Response:
    """`{"latin": …}`: how a passport may spell the name; empty where the script is not covered."""
    return JSONResponse({"latin": suggest_latin(request.query_params.get("name", "")[:200]) or ""})


async def suggest_topics(request: Request) -> Response:
    """`{"topics": [{"value", "label"}]}` found in the posted text: suggestions, for the person to confirm.

    event: the address of one whose own topics count, too.
    """
    try:
        posted = await request.json()
    except (ValueError, RecursionError):
        posted = None
    sent = posted if isinstance(posted, dict) else {}
    text, topics = sent.get("text"), scheme_of(await _event_named(sent.get("event")))
    ids = found_topics(text, topics) if isinstance(text, str) else []
    found = [{"value": topic, "label": topics.label(topic, request.state.locale)} for topic in ids]
    return JSONResponse({"topics": found})


async def _event_named(address: Any) -> Event | None:
    """The event whose form asks; its own topics are no secret."""
    is_address = isinstance(address, str) and access.ADDRESS.fullmatch(address)
    return await Event.get_or_none(slug=address) if is_address else None
